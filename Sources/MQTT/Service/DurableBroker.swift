import Logging
import NIOCore

/// A broker that has taken over what an earlier run of it has stored, with the store that its changes go to.
struct DurableBroker {
    let broker: Broker
    /// What taking over has changed, to be written before anybody is served.
    let effects: Effects
    let store: SQLiteStore

    /// Opens the store and recovers all that it holds. It takes its time, and is to be called where nothing else waits.
    ///
    /// - Parameter progress: Told now and then how many sessions and retained messages have been read.
    init(
        _ persistence: ServerSettings.Persistence,
        configuration: BrokerConfiguration,
        logger: Logger,
        progress: (StartProgress) -> Void
    ) throws(StoreError) {
        let store = try SQLiteStore.open(
            path: persistence.path,
            synchronization: StoreConnection.Synchronization(persistence.synchronization)
        )
        var broker = Broker(configuration: configuration)
        var effects = Effects()
        broker.isDurable = true
        let now = NIODeadline.now()
        let recovery = try store.recover {
            progress(StartProgress(sessionCount: $0.sessionCount, retainedCount: $0.retainedCount))
        } _: { value in
            switch value {
            case .session(let session): broker.recover(session, now: now, into: &effects)
            case .retained(let message): broker.recover(message, now: now)
            }
        }
        broker.lastSessionNumber = max(broker.lastSessionNumber, recovery.highestSession)
        // Sessions end and wills are published that were due while nobody was there.
        broker.timeAdvanced(to: now, into: &effects)
        logger.notice(
            """
            recovered from \(store.path): \(recovery.sessionCount) sessions with \(recovery.subscriptionCount) \
            subscriptions, \(recovery.queuedMessageCount) messages for them, \(recovery.retainedCount) retained messages
            """
        )
        self.broker = broker
        self.effects = effects
        self.store = store
    }
}

/// How far the start of a broker with a store has come.
public struct StartProgress: Sendable, Equatable {
    /// How many sessions have been read.
    public let sessionCount: Int
    /// How many retained messages have been read.
    public let retainedCount: Int
}

extension StoreConnection.Synchronization {
    fileprivate init(_ synchronization: ServerSettings.Persistence.Synchronization) {
        switch synchronization {
        case .full: self = .full
        case .normal: self = .normal
        case .off: self = .off
        }
    }
}
