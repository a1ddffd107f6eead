import CSQLite

/// A prepared statement. Like its database, it is used by one thread at a time.
///
/// Each use binds all of its parameters, steps, and resets: what was bound by reference is not looked at after that.
@safe
final class Statement {
    private let handle: OpaquePointer
    private let database: Database
    private let attempt: StaticString
    /// The first complaint about a parameter, told by the next step.
    private var bindingStatus = SQLITE_OK

    /// - Parameter attempt: What it does, to be read after "cannot".
    @unsafe init(_ handle: OpaquePointer, of database: Database, to attempt: StaticString) {  // the handle is its alone
        // See above.
        unsafe self.handle = handle
        self.database = database
        self.attempt = attempt
    }

    deinit {
        // Nobody else has the handle.
        unsafe sqlite3_finalize(handle)
    }

    // MARK: Parameters, counted from 1

    func bind(_ value: Int64, at index: Int32) {
        // The statement lives as long as this object.
        note(unsafe sqlite3_bind_int64(handle, index, value))
    }

    /// Binds a number, or NULL where there is none.
    func bind(optional value: Int64?, at index: Int32) {
        if let value { bind(value, at: index) } else { bindNull(at: index) }
    }

    func bind(_ value: Bool, at index: Int32) {
        bind(Int64(value ? 1 : 0), at: index)
    }

    func bind(_ value: UInt64, at index: Int32) {
        bind(Int64(bitPattern: value), at: index)
    }

    func bindNull(at index: Int32) {
        // The statement lives as long as this object.
        note(unsafe sqlite3_bind_null(handle, index))
    }

    /// How SQLite is to take bytes.
    enum Kind {
        case text
        case blob
    }

    /// Binds bytes, which SQLite copies.
    func bind(_ bytes: [UInt8]?, as kind: Kind, at index: Int32) {
        guard let bytes else { return bindNull(at: index) }
        bind(bytes.span, as: kind, at: index, mayKeep: false)
    }

    /// Binds bytes by reference while `body` steps and resets.
    func withBound<Result>(
        _ bytes: Span<UInt8>,
        as kind: Kind,
        at index: Int32,
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        bind(bytes, as: kind, at: index, mayKeep: true)
        // A reset statement can be given a new value: nothing refers to the bytes when they may go.
        defer { bindNull(at: index) }
        return try body()
    }

    private func bind(_ bytes: Span<UInt8>, as kind: Kind, at index: Int32, mayKeep: Bool) {
        // SQLite copies the bytes, or `withBound` takes the reference back before the span ends; the length is theirs.
        // Nothing is read of an empty one, whose address must not be null or it would be NULL.
        unsafe bytes.withUnsafeBytes { bytes in
            // The destructor that makes SQLite copy is -1 by definition, the one that makes it refer is null.
            let copy = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            let destructor = unsafe mayKeep ? nil : copy
            let count = UInt64(bytes.count)
            guard let start = bytes.baseAddress, count > 0 else { return bindEmpty(kind, at: index) }
            switch kind {
            case .text:
                let start = unsafe start.assumingMemoryBound(to: CChar.self)
                note(unsafe sqlite3_bind_text64(handle, index, start, count, destructor, UInt8(SQLITE_UTF8)))
            case .blob:
                note(unsafe sqlite3_bind_blob64(handle, index, start, count, destructor))
            }
        }
    }

    private func bindEmpty(_ kind: Kind, at index: Int32) {
        switch kind {
        case .text:
            // A literal of no bytes and a closing zero, which SQLite may refer to for ever or copy.
            note(unsafe sqlite3_bind_text(handle, index, "", 0, unsafeBitCast(-1, to: sqlite3_destructor_type.self)))
        case .blob:
            // The statement lives as long as this object.
            note(unsafe sqlite3_bind_zeroblob(handle, index, 0))
        }
    }

    private func note(_ status: Int32) {
        if status != SQLITE_OK, bindingStatus == SQLITE_OK { bindingStatus = status }
    }

    // MARK: Running

    /// Goes to the next row; `false` at the end, or where there is nothing to return. A statement that has thrown has
    /// been reset.
    func step() throws(StoreError) -> Bool {
        guard bindingStatus == SQLITE_OK else {
            let code = bindingStatus
            reset()
            // SQLite's texts live for ever.
            let message = unsafe String(cString: sqlite3_errstr(code))
            throw StoreError(sqlite: code, "a value, \(message)", path: database.path, attempt: "\(attempt)")
        }
        // The statement lives as long as this object.
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = database.error(attempt)
            reset()
            throw error
        }
    }

    /// Runs to the end, past all rows, and resets.
    func run() throws(StoreError) {
        while try step() {}
        reset()
    }

    /// Makes it ready for another run.
    func reset() {
        bindingStatus = SQLITE_OK
        // The status is that of the last step, which has told it.
        _ = unsafe sqlite3_reset(handle)
    }

    // MARK: The columns of a row, counted from 0

    func integer(at column: Int32) -> Int64 {
        // A column that there is not reads as NULL, so as 0.
        unsafe sqlite3_column_int64(handle, column)
    }

    func isNull(at column: Int32) -> Bool {
        // See above.
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func optionalInteger(at column: Int32) -> Int64? {
        isNull(at: column) ? nil : integer(at: column)
    }

    /// A copy of the bytes of a text or a blob; empty where there is nothing.
    func bytes(at column: Int32) -> [UInt8] {
        withBytes(at: column) { [UInt8](copying: $0) }
    }

    /// Lends the bytes of a text or a blob; empty where there is nothing.
    func withBytes<Result>(at column: Int32, _ body: (Span<UInt8>) -> Result) -> Result {
        // In this order, as SQLite advises: the bytes stay where they are until the next step, reset or conversion, and
        // nothing converts while `body` runs, as texts are UTF-8 in the database too.
        let start = unsafe sqlite3_column_blob(handle, column)
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
        return unsafe body(bytes.bindMemory(to: UInt8.self).span)
    }

    /// A value in a column cannot be what it says.
    func damaged(_ name: StaticString, _ value: String) -> StoreError {
        .damaged(database.path, "cannot \(attempt): the \(name) is \(value)")
    }

    func string(at column: Int32) -> String {
        withBytes(at: column) { String(decoding: [UInt8](copying: $0), as: UTF8.self) }
    }
}
