import NIOCore

/// The figures below `$SYS` that the broker's surroundings know and it does not.
struct SystemFigures: Sendable, Equatable {
    /// Bytes received and sent on all connections since the start.
    var receivedByteCount = 0
    var sentByteCount = 0
    /// Packets that wait to be sent, and their bytes.
    var outgoingPacketCount = 0
    var outgoingByteCount = 0
    /// The memory in use, now and at its most, in bytes.
    var heapByteCount = 0
    var heapByteMaximum = 0
    /// Seconds since the start.
    var uptime = 0
}

/// Everything that the broker tells of itself below `$SYS`, and what it told last: a topic is published again when its
/// value has changed.
struct SystemTopics: Sendable {
    /// What is counted and averaged, each under `load/`.
    private static let loads = [
        "messages/received", "messages/sent", "publish/dropped", "publish/received", "publish/sent", "bytes/received",
        "bytes/sent", "sockets", "connections",
    ]

    private var averages = Array(repeating: LoadAverage(), count: Self.loads.count)
    private var lastUptime = 0
    private(set) var values: [String: String] = [:]

    /// Takes in what there is now.
    ///
    /// - Returns: The topics whose value is another one than last time.
    mutating func update(
        _ load: BrokerLoad,
        _ figures: SystemFigures,
        version: String
    ) -> [(topic: String, value: String)] {
        let statistics = load.statistics
        let counts = [
            statistics.receivedCount, statistics.sentCount, statistics.publishDroppedCount,
            statistics.publishReceivedCount, statistics.publishSentCount, figures.receivedByteCount,
            figures.sentByteCount, statistics.connectionsOpenedCount, statistics.connectionsAcceptedCount,
        ]
        let seconds = figures.uptime - lastUptime
        lastUptime = figures.uptime
        var all = Self.current(load, figures, version: version)
        for (index, name) in Self.loads.enumerated() {
            averages[index].update(count: counts[index], seconds: seconds)
            for (average, value) in zip(LoadAverage.names, averages[index].values) {
                all.append(("load/\(name)/\(average)", value.withTwoDecimals))
            }
        }
        var changed: [(topic: String, value: String)] = []
        for (name, value) in all where values[name] != value {
            values[name] = value
            changed.append(("$SYS/broker/" + name, value))
        }
        return changed
    }

    private static func current(
        _ load: BrokerLoad,
        _ figures: SystemFigures,
        version: String
    ) -> [(topic: String, value: String)] {
        let statistics = load.statistics
        var topics: [(String, Int)] = [
            ("clients/total", load.sessionCount),
            ("clients/maximum", statistics.sessionsMaximum),
            ("clients/connected", load.connectedCount),
            ("clients/active", load.connectedCount),
            ("clients/disconnected", load.sessionCount - load.connectedCount),
            ("clients/inactive", load.sessionCount - load.connectedCount),
            ("clients/expired", statistics.sessionsExpiredCount),
            ("connections/socket/count", load.connectionCount),
            ("bytes/received", figures.receivedByteCount),
            ("bytes/sent", figures.sentByteCount),
            ("messages/received", statistics.receivedCount),
            ("messages/sent", statistics.sentCount),
            ("messages/stored", load.storedMessageCount),
            ("store/messages/count", load.storedMessageCount),
            ("store/messages/bytes", load.storedByteCount),
            ("publish/messages/received", statistics.publishReceivedCount),
            ("publish/messages/sent", statistics.publishSentCount),
            ("publish/messages/dropped", statistics.publishDroppedCount),
            ("publish/bytes/received", statistics.publishReceivedByteCount),
            ("publish/bytes/sent", statistics.publishSentByteCount),
            ("packet/out/count", figures.outgoingPacketCount),
            ("packet/out/bytes", figures.outgoingByteCount),
            ("subscriptions/count", load.subscriptionCount),
            ("shared_subscriptions/count", load.sharedSubscriptionCount),
            ("retained messages/count", load.retainedMessageCount),
            ("heap/current", figures.heapByteCount),
            ("heap/maximum", figures.heapByteMaximum),
        ]
        for type in ControlPacketType.allCases {
            topics.append(("mqtt/\(type)/received", statistics.receivedCount(type)))
            topics.append(("mqtt/\(type)/sent", statistics.sentCount(type)))
        }
        return [("version", version), ("uptime", "\(figures.uptime) seconds")] + topics.map { ($0.0, "\($0.1)") }
    }
}

extension Broker {
    /// Publishes what has changed below `$SYS`. Of several brokers only one does.
    ///
    /// - Parameter load: What all brokers hold together, where there are several.
    mutating func publishSystemTopics(
        _ figures: SystemFigures,
        load: BrokerLoad? = nil,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let load = load ?? self.load(effects)
        for (topic, value) in systemTopics.update(load, figures, version: configuration.versionText) {
            publishOwn(topic, Array(value.utf8), retain: true, now: now, into: &effects)
        }
    }

    /// Publishes something that the broker itself has to say.
    mutating func publishOwn(
        _ topic: String,
        _ payload: [UInt8],
        retain: Bool,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let name = Array(topic.utf8)
        let publish = Publish(
            topic: name.span,
            properties: [UInt8]().span,
            payload: payload.span,
            qos: .exactlyOnce,
            retain: retain
        )
        _ = route(publish, from: nil, now: now, into: &effects)
    }
}
