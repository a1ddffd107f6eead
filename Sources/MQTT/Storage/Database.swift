import CSQLite

/// A connection to an SQLite database. Whoever owns it sees to it that one thread at a time uses it.
@safe
final class Database {
    private let handle: OpaquePointer
    /// How many pages the write-ahead log has, as the last commit found it.
    private let logPageCount: UnsafeMutablePointer<Int32>
    let path: String
    /// Held until the connection is closed.
    private let file: StoreFile?

    /// Opens a database that this process has locked.
    convenience init(_ file: StoreFile) throws(StoreError) {
        try self.init(path: file.path, file, SQLITE_OPEN_READWRITE)
    }

    /// Opens a database for reading only; another process may write to it.
    convenience init(reading path: String) throws(StoreError) {
        try self.init(path: path, nil, SQLITE_OPEN_READONLY)
    }

    private init(path: String, _ file: StoreFile?, _ access: Int32) throws(StoreError) {
        self.path = path
        self.file = file
        var opened: OpaquePointer?
        // The path ends with a zero byte for the length of the call, which fills `opened`.
        let status = unsafe sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let handle = unsafe opened, status == SQLITE_OK else {
            // A null pointer gives the message of a lack of memory, and may be closed.
            let message = unsafe String(cString: sqlite3_errmsg(opened))
            // See above.
            unsafe sqlite3_close_v2(opened)
            throw StoreError(sqlite: status, message, path: path, attempt: "be opened")
        }
        // Opened above, and closed only when this object goes.
        unsafe self.handle = handle
        // Freed when this object goes, after the connection that writes to it.
        unsafe logPageCount = .allocate(capacity: 1)
        // Just allocated, for one value.
        unsafe logPageCount.initialize(to: 0)
        // In the place of SQLite's own hook, which would move the log into the file while a batch waits to be reported.
        // The number outlives the connection, and only the connection calls the hook.
        unsafe sqlite3_wal_hook(handle, Self.noteLogPageCount, logPageCount)
    }

    deinit {
        // Nobody else has the handle. Where a statement is left, SQLite closes when that goes.
        unsafe sqlite3_close_v2(handle)
        // Without a connection nobody writes to it; a statement that is left does not commit any more.
        unsafe logPageCount.deallocate()
    }

    private static let noteLogPageCount:
        @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<CChar>?, Int32) -> Int32 = {
            // The first parameter is the pointer that the hook was set with, to one number.
            unsafe $0?.assumingMemoryBound(to: Int32.self).pointee = $3
            return SQLITE_OK
        }

    // MARK: Statements

    /// Prepares a statement that is kept.
    ///
    /// - Parameter attempt: What it does, to be read after "cannot".
    func prepare(_ sql: String, to attempt: StaticString) throws(StoreError) -> Statement {
        var prepared: OpaquePointer?
        // The text ends with a zero byte for the length of the call, which fills `prepared`.
        let status = unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard let statement = unsafe prepared, status == SQLITE_OK else { throw error(attempt) }
        // The statement was made just now, and is this value's alone.
        return unsafe Statement(statement, of: self, to: attempt)
    }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String, to attempt: StaticString) throws(StoreError) {
        // The text ends with a zero byte for the length of the call; there is no callback.
        guard unsafe sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(attempt) }
    }

    /// The first number that a query returns; `nil` where it returns no row, or nothing in it.
    func integer(_ sql: String, to attempt: StaticString) throws(StoreError) -> Int64? {
        let statement = try prepare(sql, to: attempt)
        defer { statement.reset() }
        guard try statement.step(), !statement.isNull(at: 0) else { return nil }
        return statement.integer(at: 0)
    }

    // MARK: Transactions

    /// Runs `body` as one transaction: all that it writes is in the database afterwards, or nothing where it throws.
    func transaction(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try execute("BEGIN IMMEDIATE", to: "begin a transaction")
        do throws(StoreError) {
            try body()
            try execute("COMMIT", to: "commit a transaction")
        } catch {
            rollBack()
            throw error
        }
    }

    /// Some errors end a transaction by themselves, others, as that of a COMMIT, leave it open.
    private func rollBack() {
        // The connection is open.
        guard unsafe sqlite3_get_autocommit(handle) == 0 else { return }
        // It fails only where there is nothing to take back, or where SQLite does it when the file is opened next.
        // The text is a literal.
        _ = unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    // MARK: The write-ahead log

    /// How many pages the log had after the last commit of this connection.
    var pendingPageCount: Int {
        // Allocated as long as this object lives.
        unsafe Int(logPageCount.pointee)
    }

    /// How far to go in moving the log into the database.
    enum Checkpoint {
        /// What nobody is in the way of.
        case passive
        /// All, waiting for others, and emptying the log.
        case truncate
    }

    /// Moves what the log holds into the database file. One that others hindered is tried again with the next.
    func checkpoint(_ extent: Checkpoint) throws(StoreError) {
        let mode = extent == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        // Without a name it means all databases of the connection; nothing is returned but the status.
        let status = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, nil)
        guard status == SQLITE_OK || status & 0xFF == SQLITE_BUSY else { throw error("write the log to the file") }
        // Until the next commit tells: it begins the log anew, or goes on with it.
        if status == SQLITE_OK { unsafe logPageCount.pointee = 0 }  // allocated as long as this object lives
    }

    // MARK: Facts

    /// Whether the file could be opened for reading only.
    var isReadOnly: Bool {
        // The name is a literal.
        unsafe sqlite3_db_readonly(handle, "main") == 1
    }

    /// What SQLite last complained about.
    func error(_ attempt: StaticString) -> StoreError {
        // The message is copied before the connection is used again.
        let message = unsafe String(cString: sqlite3_errmsg(handle))
        // The connection is open.
        let code = unsafe sqlite3_extended_errcode(handle)
        return StoreError(sqlite: code, message, path: path, attempt: "\(attempt)")
    }
}
