/// The database of an open store with its settings. One thread at a time uses it.
final class StoreConnection {
    /// What a commit waits for.
    enum Synchronization: Sendable {
        /// Until the disk has it.
        case full
        /// Until the system has it; the file stays sound after a loss of power.
        case normal
        /// Until the system has it, which may write in any order.
        case off
    }

    /// How much of the file is kept in memory, in KiB.
    private static let cacheSize = 16 << 10
    /// What remains of the log once it was larger, in bytes.
    private static let logSizeLimit = 64 << 20
    /// How long to wait for a program that copies the file or looks at it, in milliseconds.
    private static let busyTimeout = 10_000
    /// From how many pages on the log is moved into the file; 16 MiB.
    private static let checkpointPageCount = 4_096

    let database: Database
    let writer: BatchWriter
    /// How long the log was when it was last moved into the file.
    private var checkpointedPageCount = 0
    let reader: DeliveryReader

    init(path: String, synchronization: Synchronization, maximumPageCount: Int?) throws(StoreError) {
        database = try Database(try StoreFile(path))
        guard !database.isReadOnly else {
            throw StoreError(.readOnly, database.path, "can only be read; let the broker's user write it")
        }
        try Self.configure(database, synchronization)
        try StoreSchema.migrate(database)
        try Self.useLog(database)
        writer = try BatchWriter(database)
        reader = try DeliveryReader(database)
        if let maximumPageCount { try limit(pageCount: maximumPageCount) }
    }

    private static func configure(
        _ database: Database,
        _ synchronization: Synchronization
    ) throws(StoreError) {
        let level =
            switch synchronization {
            case .full: "FULL"
            case .normal: "NORMAL"
            case .off: "OFF"
            }
        let settings = [
            "busy_timeout = \(busyTimeout)",
            "synchronous = \(level)",
            // Only macOS knows the difference: there a flush does not reach the disk otherwise.
            "fullfsync = \(synchronization == .full)",
            "checkpoint_fullfsync = \(synchronization != .off)",
            "cache_size = -\(cacheSize)",
            "journal_size_limit = \(logSizeLimit)",
            // No memory map: a disk that fails would end the process by a signal.
            "mmap_size = 0",
            "temp_store = MEMORY",
            "foreign_keys = OFF",
            // What is deleted is overwritten only where that costs no access to the disk.
            "secure_delete = FAST",
            // A damaged page is found when it is read, not when it has done harm.
            "cell_size_check = ON",
            "trusted_schema = OFF",
        ]
        for setting in settings {
            try database.execute("PRAGMA \(setting)", to: "be set up")
        }
    }

    /// Turns the write-ahead log on, which stays on for the file.
    private static func useLog(_ database: Database) throws(StoreError) {
        let statement = try database.prepare("PRAGMA journal_mode = WAL", to: "use a write-ahead log")
        defer { statement.reset() }
        guard try statement.step(), statement.string(at: 0) == "wal" else {
            throw StoreError(
                .other,
                database.path,
                "cannot use a write-ahead log on this file system; name another file"
            )
        }
    }

    /// How many pages the file may have, for tests: with fewer than it needs the disk is as good as full.
    func limit(pageCount: Int) throws(StoreError) {
        try database.execute("PRAGMA max_page_count = \(pageCount)", to: "limit the size of the file")
    }

    /// Moves the log into the file when it is long enough, so that it neither grows nor takes long to move.
    func checkpointIfDue() throws(StoreError) {
        let count = database.pendingPageCount
        // Nothing was written since.
        guard count > 0 else { return }
        // Where somebody reads from the log it cannot begin anew, and is not moved again with each batch.
        if count < checkpointedPageCount { checkpointedPageCount = 0 }
        guard count >= checkpointedPageCount + Self.checkpointPageCount else { return }
        try database.checkpoint(.passive)
        checkpointedPageCount = count
    }
}
