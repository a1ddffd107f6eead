/// How much a broker holds at a moment, for those who watch it.
struct BrokerLoad: Sendable, Equatable {
    var connectionCount = 0
    var sessionCount = 0
    var subscriptionCount = 0
    /// The bytes that wait for sessions and connections.
    var waitingByteCount = 0
    /// The publishers that are kept waiting.
    var pausedPublisherCount = 0
    var statistics = BrokerStatistics()
}

extension Broker {
    func load(_ effects: borrowing Effects) -> BrokerLoad {
        BrokerLoad(
            connectionCount: connections.count,
            sessionCount: sessions.count,
            subscriptionCount: subscriptions.count,
            waitingByteCount: queuedByteCount + effects.outbox.byteCount,
            statistics: statistics
        )
    }
}
