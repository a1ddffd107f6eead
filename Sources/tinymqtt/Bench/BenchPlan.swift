import MQTT

/// All that a benchmark has been told, complete and in bounds.
struct BenchPlan {
    /// How many clients there are at most.
    static let mostClients = 60_000
    /// How many accounts of a publisher with a subscriber there are at most; each takes some fifty bytes.
    static let mostAccounts = 1_000_000
    /// The largest payload, in bytes.
    static let largestPayload = 16 << 20
    /// How many messages may be on their way to a subscriber at most.
    static let largestWindow = 1_000_000

    var scenario: BenchScenario
    var publisherCount: Int
    var subscriberCount: Int
    var connectionCount = 0
    var qos = QoS.atMostOnce
    /// Bytes of a payload.
    var payloadSize = defaultPayloadSize
    /// How many messages a publisher sends, or in `sub` each subscriber receives, at most.
    var messageCount: UInt64?
    /// How long messages are sent, or in `sub` received, at most; without the warm-up.
    var duration: Duration?
    /// How long it goes on before anything is measured.
    var warmUp = Duration.zero
    /// Messages a second of all publishers together; `nil` for as many as go.
    var rate: Double?
    /// How many messages a publisher may be ahead of its slowest subscriber.
    var window: Int
    /// How many messages of a publisher the broker may have left without an answer.
    var inFlightCount = 1
    /// The topic, or what topics begin with; in `sub` the Topic Filter.
    var topic: String
    /// The number of this benchmark.
    var run: UInt64
    /// How many connections are made at a time.
    var parallelism = defaultParallelism
    /// How long connections are held; `nil` where each is closed at once.
    var hold: Duration?
    /// How long nothing may move.
    var stall = Duration.seconds(5)
    var threadCount = 1
    /// Whether to look for what is due again and again, in place of sleeping.
    var isSpinning = false

    static let defaultPayloadSize = 64
    static let defaultParallelism = 50

    /// The window where nobody says: a subscriber is never so far behind that the usual limits of brokers have its
    /// messages dropped, and not by more than two megabytes.
    static func defaultWindow(qos: QoS, payloadSize: Int, publishersOfSubscriber: Int) -> Int {
        let behind = min(qos == .atMostOnce ? 1_000 : 400, (2 << 20) / max(payloadSize, 1))
        return max(1, behind / max(publishersOfSubscriber, 1))
    }

    /// How many subscribers get a message.
    var receiverCount: Int {
        guard scenario.hasDeliveries else { return 0 }
        return scenario.isPaired ? 1 : subscriberCount
    }

    /// Where a publisher publishes.
    func topic(ofPublisher index: Int) -> String {
        scenario == .fanOut ? topic : "\(topic)/\(index)"
    }

    /// What a subscriber subscribes to.
    func filter(ofSubscriber index: Int) -> String {
        switch scenario {
        case .pairs, .latency: "\(topic)/\(index)"
        case .fanIn: "\(topic)/+"
        case .fanOut, .subscribe, .publish, .connections: topic
        }
    }

    /// The publishers whose messages a subscriber gets.
    func publishers(ofSubscriber index: Int) -> Range<Int> {
        scenario.isPaired ? index..<(index + 1) : 0..<publisherCount
    }

    /// The window of each publisher; `nil` where nothing holds it back.
    var sendWindow: SendWindow? {
        guard scenario.hasDeliveries, !scenario.isOpenLoop else { return nil }
        return SendWindow(size: window, receiverCount: receiverCount)
    }

    /// How many messages end `sub`, all subscribers together; `nil` where no number does.
    var subscriberMessageCount: Int? {
        guard scenario == .subscribe else { return nil }
        return messageCount.map { Int($0) * subscriberCount }
    }

    /// Whether only a signal ends it.
    var runsUntilSignal: Bool { scenario == .subscribe && messageCount == nil && duration == nil }

    /// How many clients there are in all.
    var clientCount: Int { publisherCount + subscriberCount + connectionCount }
}
