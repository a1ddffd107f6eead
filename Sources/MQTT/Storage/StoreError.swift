import CSQLite

/// What went wrong with a store: which file, what failed and why, and what to do about it.
public struct StoreError: Error, Sendable, Equatable {
    /// What kind of trouble it is, for those who decide by it.
    public enum Kind: Sendable {
        /// There is no room: on the disk, or in what the file may grow to. It may pass.
        case full
        /// Another program holds the file at this moment. It may pass.
        case busy
        /// Another broker has the store open.
        case inUse
        /// The file, or its directory, cannot be written.
        case readOnly
        /// What is in the file is not what was written to it.
        case corrupt
        /// The file belongs to another program.
        case notAStore
        /// A newer version of this program made the file.
        case newerVersion
        /// Anything else that the system or SQLite says.
        case other
    }

    /// What kind of trouble it is.
    public let kind: Kind
    /// The file.
    public let path: String
    /// What failed, why, and what to do.
    public let problem: String
    /// The extended result code of SQLite; 0 where SQLite was not asked.
    public let code: Int32

    init(_ kind: Kind, _ path: String, _ problem: String, code: Int32 = 0) {
        self.kind = kind
        self.path = path
        self.problem = problem
        self.code = code
    }

    /// What SQLite has said.
    ///
    /// - Parameters:
    ///   - attempt: What failed, to be read after "cannot".
    ///   - message: SQLite's own words.
    ///   - code: Its extended result code.
    init(sqlite code: Int32, _ message: String, path: String, attempt: String) {
        let kind = Kind(sqlite: code)
        self.init(kind, path, "cannot \(attempt): \(message) (SQLite's code \(code))" + kind.advice(path), code: code)
    }

    /// What the store itself found in the file, that it would not have written.
    static func damaged(_ path: String, _ finding: String) -> StoreError {
        StoreError(.corrupt, path, finding + Kind.corrupt.advice(path), code: SQLITE_CORRUPT)
    }
}

extension StoreError: CustomStringConvertible {
    /// The file and the problem.
    public var description: String { "\(path): \(problem)" }
}

extension StoreError.Kind {
    /// What an extended result code means; its lowest byte is the code that it extends.
    fileprivate init(sqlite code: Int32) {
        switch code & 0xFF {
        case SQLITE_FULL: self = .full
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: self = .readOnly
        case SQLITE_CORRUPT: self = .corrupt
        case SQLITE_NOTADB: self = .notAStore
        default: self = .other
        }
    }

    /// What to do, as the end of a sentence.
    fileprivate func advice(_ path: String) -> String {
        switch self {
        case .full: "; make room on the disk"
        case .busy: "; another program has locked the file: let it finish, or end it"
        case .readOnly: "; let the broker's user write the file and its directory"
        case .corrupt:
            "; the file is damaged: tinymqtt broker --check-store \(path) tells where. Put a copy in its place, or "
                + "save what can be read with: sqlite3 \(path) .recover"
        case .notAStore: "; the file is no SQLite database: name another file"
        case .inUse, .newerVersion, .other: ""
        }
    }
}
