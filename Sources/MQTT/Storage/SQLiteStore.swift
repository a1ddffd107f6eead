import NIOPosix
import Synchronization

/// The durable store: an SQLite database in one file, with its log and its lock beside it.
///
/// Batches are written on a thread of its own, so that no event loop ever waits for the disk. At the start of a broker
/// it is opened and recovered on the calling thread, before the first batch.
///
/// A store that is no longer needed is closed by ``close(completion:)``; one that nobody refers to closes itself.
final class SQLiteStore: StoreWriting, @unchecked Sendable {  // what can change is touched under `lock` only
    private let threads = NIOThreadPool(numberOfThreads: 1)
    private let clock: StoreClock
    /// Where the file really is, behind symbolic links.
    let path: String

    /// Held by whoever uses what follows. The writer's thread has it nearly all the time; the others are the one that
    /// recovers, before there is anything to write, and tests.
    private let lock = Mutex(())
    /// `nil` once the store is closed.
    private var connection: StoreConnection?
    /// The batch that was written last.
    private var lastBatch: UInt64?
    /// Whether something of ended sessions may be left, and whether the thread is about to remove some of it.
    private var mayHaveEndedSessions = true
    private var isClearing = false

    /// Opens the store at `path`, creates it where there is none, and brings an older one to this version.
    ///
    /// - Parameters:
    ///   - synchronization: What a commit waits for.
    ///   - maximumPageCount: How many pages the file may have, for tests of a disk that is full.
    /// - Throws: Where another broker has it open, where the file cannot be written or is damaged, and where it is not
    ///   ours or newer than this program; that file is left as it is.
    static func open(
        path: String,
        synchronization: StoreConnection.Synchronization = .full,
        clock: StoreClock = .system,
        maximumPageCount: Int? = nil
    ) throws(StoreError) -> SQLiteStore {
        let connection = try StoreConnection(
            path: path,
            synchronization: synchronization,
            maximumPageCount: maximumPageCount
        )
        return SQLiteStore(connection, clock)
    }

    private init(_ connection: StoreConnection, _ clock: StoreClock) {
        self.connection = connection
        self.clock = clock
        path = connection.database.path
        threads.start()
    }

    deinit {
        // Where it has been closed, there is no thread any more and nothing happens.
        threads.shutdownGracefully { _ in }
    }

    // MARK: Start

    /// Hands over all that the store holds, one value after the other. Retained messages that have expired are left out
    /// and removed; sessions that have expired are not, as their ends may have consequences.
    ///
    /// - Parameters:
    ///   - progress: Called now and then, with how much has been read so far.
    ///   - body: Called for each value, the sessions first.
    /// - Returns: How much there was.
    /// - Throws: Where the file is damaged or cannot be read.
    func recover(
        progress: (StoreRecovery) -> Void = { _ in },
        _ body: (RecoveredValue) -> Void
    ) throws(StoreError) -> StoreRecovery {
        try locked { () throws(StoreError) in
            guard let connection else { throw closed }
            return try StoreReader(connection.database, clock.now()).recover(progress: progress, body)
        }
    }

    // MARK: Writing

    /// See ``StoreWriting/write(_:completion:)``. Where the disk fails while the requests are answered, the batch is
    /// reported as failed although it has been written; given again, it is not written twice.
    func write(_ batch: StoreBatch, completion: @escaping @Sendable (StoreOutcome) -> Void) {
        submit(orIfClosed: { completion(.failed(reason: "\($0)")) }) { [self] in
            completion(outcome(of: batch))
            tidyUp()
        }
    }

    private func outcome(of batch: StoreBatch) -> StoreOutcome {
        do throws(StoreError) {
            return .written(try locked { () throws(StoreError) in try write(batch) })
        } catch {
            return .failed(reason: "\(error)")
        }
    }

    private func write(_ batch: StoreBatch) throws(StoreError) -> [StoredDeliveries] {
        guard let connection else { throw closed }
        let moment = clock.now()
        if batch.changeCount > 0, batch.number != lastBatch {
            try connection.writer.write(batch, moment)
            lastBatch = batch.number
            if batch.sessions.values.contains(.ended) { mayHaveEndedSessions = true }
        }
        return try connection.reader.answers(to: batch.requests, moment)
    }

    /// What can wait until a batch has been reported.
    private func tidyUp() {
        lock.withLock { _ in
            // What hinders it, as a disk that is full, will be told by the next batch. Until then the log grows.
            try? connection?.checkpointIfDue()
            guard mayHaveEndedSessions, !isClearing else { return }
            isClearing = true
            // Behind a batch that waits already, and before those that come later.
            submit(orIfClosed: { _ in }) { [self] in
                clearEndedSessions()
            }
        }
    }

    private func clearEndedSessions() {
        let isMoreLeft = lock.withLock { _ in
            isClearing = false
            // What hinders it will hinder the next batch, after which it is tried again.
            let isMoreLeft = try? connection?.writer.clearEndedSessions()
            if let isMoreLeft { mayHaveEndedSessions = isMoreLeft }
            return isMoreLeft ?? false
        }
        if isMoreLeft { tidyUp() }
    }

    // MARK: Upkeep

    /// Moves into the database file what is in the log beside it, as far as nobody reads there.
    ///
    /// - Parameter completion: Called on another thread, with what went wrong; nothing is lost by it.
    func checkpoint(completion: @escaping @Sendable (StoreError?) -> Void = { _ in }) {
        submit(orIfClosed: completion) { [self] in
            do throws(StoreError) {
                try locked { () throws(StoreError) in
                    guard let connection else { throw closed }
                    try connection.database.checkpoint(.passive)
                }
                completion(nil)
            } catch {
                completion(error)
            }
        }
    }

    /// Finishes what it is at, empties the log into the database file, and lets go of both. What is asked of it
    /// afterwards fails.
    ///
    /// - Parameter completion: Called on another thread, once the file is free.
    func close(completion: @escaping @Sendable () -> Void) {
        submit(orIfClosed: { _ in completion() }) { [self] in
            lock.withLock { _ in
                // Where it fails, the log stays beside the file and is read when the store is opened next.
                try? connection?.database.checkpoint(.truncate)
                connection = nil
            }
            threads.shutdownGracefully { _ in completion() }
        }
    }

    /// How many pages the file may have from now on, for tests of a disk that is full.
    func limit(pageCount: Int) throws(StoreError) {
        try locked { () throws(StoreError) in
            guard let connection else { throw closed }
            try connection.limit(pageCount: pageCount)
        }
    }

    // MARK: Helpers

    private var closed: StoreError { StoreError(.other, path, "the store is closed") }

    private func submit(
        orIfClosed cancel: @escaping @Sendable (StoreError) -> Void,
        _ work: @escaping @Sendable () -> Void
    ) {
        let closed = closed
        threads.submit { state in
            switch state {
            case .active: work()
            case .cancelled: cancel(closed)
            }
        }
    }

    private func locked<Result: Sendable>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try lock.withLock { (_) throws(StoreError) in try body() }
    }
}
