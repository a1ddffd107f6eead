import Logging
import NIOCore

/// How the changes of the broker reach the store: one batch is written while the next one is collected, so that many
/// acknowledgements share the wait for the disk, and one alone waits for nothing else.
extension BrokerLoop {
    /// How long a store that could not write a batch is left alone before it is to try again.
    private static let storePause = TimeAmount.seconds(1)

    /// Has the changes written that were collected, unless earlier ones are being written: then these follow together
    /// with all that come until then.
    func writeChanges() {
        guard let store, unwritten == nil else { return }
        guard !effects.batch.isEmpty else { return completeStoring(true) }
        let batch = effects.takeBatch()
        unwritten = batch
        effects.unwrittenByteCount = batch.byteCount
        write(batch, to: store)
    }

    private func write(_ batch: StoreBatch, to store: any StoreWriting) {
        let loop = NIOLoopBound(self, eventLoop: eventLoop)
        store.write(batch) { outcome in
            loop.eventLoop.execute { loop.value.wrote(batch, outcome, to: store) }
        }
    }

    private func wrote(_ batch: StoreBatch, _ outcome: StoreOutcome, to store: any StoreWriting) {
        switch outcome {
        case .written(let answers):
            unwritten = nil
            effects.stored(through: batch.number)
            if broker.isStoreFull { logger.notice("the store takes messages again") }
            broker.isStoreFull = false
            effects.closing += closingWhenStored
            closingWhenStored.removeAll()
            for answer in answers {
                broker.loaded(answer, now: .now(), into: &effects)
            }
            writeChanges()
        case .failed(let reason):
            if !broker.isStoreFull {
                logger.error("the store takes nothing until this is over, and is tried each second: \(reason)")
            }
            broker.isStoreFull = true
            // Nobody waits for the store any longer who can be told otherwise.
            effects.closing += closingWhenStored
            closingWhenStored.removeAll()
            completeStoring(false)
            eventLoop.assumeIsolated().scheduleTask(in: Self.storePause) { self.write(batch, to: store) }
        }
        scheduleTurn()
    }

    /// Waits until all that happened so far is stored: before the first Client is served, and after the last.
    ///
    /// - Returns: Whether it was. Where the store takes nothing, nobody waits until it does.
    func storeAll() -> EventLoopFuture<Bool> {
        guard store != nil, !broker.isStoreFull else { return eventLoop.makeSucceededFuture(store == nil) }
        let promise = eventLoop.makePromise(of: Bool.self)
        allStored = promise
        writeChanges()
        return promise.futureResult
    }

    private func completeStoring(_ isStored: Bool) {
        allStored?.succeed(isStored)
        allStored = nil
    }
}
