/// How much a broker holds at a moment, for those who watch it.
struct BrokerLoad: Sendable, Equatable {
    var connectionCount = 0
    /// The connections whose CONNECT was accepted.
    var connectedCount = 0
    var sessionCount = 0
    var subscriptionCount = 0
    var sharedSubscriptionCount = 0
    var retainedMessageCount = 0
    /// The messages that are retained or queued, and their bytes; one that several sessions wait for counts for each.
    var storedMessageCount = 0
    var storedByteCount = 0
    /// The bytes that wait for sessions and connections.
    var waitingByteCount = 0
    /// The publishers that are kept waiting.
    var pausedPublisherCount = 0
    var statistics = BrokerStatistics()
    /// The bytes of the retained messages among the stored ones.
    var retainedByteCount = 0

    /// Adds what a peer holds. What is retained all of them hold, and it counts once.
    mutating func add(_ other: BrokerLoad) {
        connectionCount += other.connectionCount
        connectedCount += other.connectedCount
        sessionCount += other.sessionCount
        subscriptionCount += other.subscriptionCount
        sharedSubscriptionCount += other.sharedSubscriptionCount
        storedMessageCount += other.storedMessageCount - other.retainedMessageCount
        storedByteCount += other.storedByteCount - other.retainedByteCount
        waitingByteCount += other.waitingByteCount
        pausedPublisherCount += other.pausedPublisherCount
        statistics.add(other.statistics)
    }
}

extension Broker {
    func load(_ effects: borrowing Effects) -> BrokerLoad {
        BrokerLoad(
            connectionCount: connections.count,
            connectedCount: connectedCount,
            sessionCount: sessions.count,
            subscriptionCount: subscriptions.count,
            sharedSubscriptionCount: subscriptions.sharedCount,
            retainedMessageCount: retained.count,
            storedMessageCount: retained.count + queuedMessageCount + beyondMessageCount,
            storedByteCount: retained.byteCount + queuedByteCount + beyondByteCount,
            waitingByteCount: waitingByteCount(effects),
            statistics: statistics,
            retainedByteCount: retained.byteCount
        )
    }
}
