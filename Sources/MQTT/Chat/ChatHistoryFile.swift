import Dispatch

/// The history of a chat server in an SQLite database, so that it survives the server.
///
/// It works on a queue of its own, because it waits for the disk.
public actor ChatHistoryFile {
    /// Why the file cannot be used.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// What is wrong, with the path, and what to do.
        public let description: String

        init(_ error: StoreError) {
            description = "\(error)"
        }
    }

    private let executor = QueueExecutor(label: "chat history")
    private let path: String
    private var database: Database?
    private var insertion: Statement?
    private var deletion: Statement?

    /// From how many pages on the log is moved into the file.
    private static let checkpointPageCount = 1_000

    /// Where the work is done.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        // The executor lives as long as this actor.
        unsafe executor.asUnownedSerialExecutor()
    }

    /// What marks the file as one of this kind: "tmch" as a number.
    static let kind = StoreFile.Kind(applicationIdentifier: 0x746D_6368, version: 1, name: "chat history")

    /// The file at `path`, which is opened when it is used first, and created where there is none.
    public init(_ path: String) {
        self.path = path
    }

    /// The latest messages, the oldest first.
    ///
    /// - Parameter limit: How many; the others are taken out of the file.
    public func messages(limit: Int) throws(Failure) -> [ChatMessage] {
        do throws(StoreError) {
            let database = try open()
            let selection = try database.prepare(
                "SELECT message FROM history ORDER BY number DESC LIMIT ?",
                to: "read the history"
            )
            defer { selection.reset() }
            selection.bind(Int64(limit), at: 1)
            var messages: [ChatMessage] = []
            while try selection.step() {
                // What a person has put there may be anything.
                let message = (try? JSONValue(parsing: selection.bytes(at: 0))).flatMap { ChatMessage($0) }
                if let message { messages.append(message) }
            }
            return messages.reversed()
        } catch {
            throw Failure(error)
        }
    }

    /// Adds a message, and takes out what is more than `limit`.
    func append(_ message: ChatMessage, limit: Int) throws(Failure) {
        do throws(StoreError) {
            let database = try open()
            try database.transaction { () throws(StoreError) in
                guard let insertion, let deletion else { return }
                insertion.bind(Array(message.json.utf8), as: .blob, at: 1)
                try insertion.run()
                deletion.bind(Int64(limit), at: 1)
                try deletion.run()
            }
            if database.pendingPageCount >= Self.checkpointPageCount { try database.checkpoint(.passive) }
        } catch {
            throw Failure(error)
        }
    }

    private func open() throws(StoreError) -> Database {
        if let database { return database }
        let database = try Database(try StoreFile(path, kind: Self.kind))
        // What kind of file it is has to be in the file itself, not in the log beside it, which comes last.
        try database.execute(
            """
            PRAGMA application_id = \(Self.kind.applicationIdentifier);
            PRAGMA user_version = \(Self.kind.version);
            CREATE TABLE IF NOT EXISTS history (number INTEGER PRIMARY KEY AUTOINCREMENT, message BLOB NOT NULL);
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            """,
            to: "create the history"
        )
        insertion = try database.prepare("INSERT INTO history (message) VALUES (?)", to: "add to the history")
        deletion = try database.prepare(
            "DELETE FROM history WHERE number <= (SELECT max(number) FROM history) - ?",
            to: "shorten the history"
        )
        self.database = database
        return database
    }
}

/// Has an actor work on a queue of its own, where it may wait.
private final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The queue runs it once, and keeps this executor until then.
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
