import NIOCore

@testable import MQTT

/// What a seed makes of a world: its broker, its clients, its topics and how rough it is.
struct SimulatedPlan {
    var broker = BrokerConfiguration()
    var clients: [SimulatedClient.Traits] = []
    /// How many steps the world goes through before its faults end.
    let stepCount: Int
    /// How many bytes may be on their way to a client before its connection takes no more, and before it does again.
    let highWaterMark: Int
    let lowWaterMark: Int
    /// How many steps in a hundred cut a connection.
    let cutPercent: Int
    /// Whether the broker stores what lasts; then, how many steps in a hundred let a batch be written, and how many in a
    /// thousand kill the broker.
    let isDurable: Bool
    let commitPercent: Int
    let crashPermille: Int
    let topics: [UTF8String]
    let filters: [UTF8String]
    /// The filters of shared subscriptions; each client uses only one of them, so that it is clear through which a
    /// message came. Empty in worlds without any.
    let sharedFilters: [UTF8String]

    /// The longest that any session lasts, in seconds.
    static let longestSession: UInt32 = 86_400

    init(seed: UInt64, fault: SimulatedFault?, random: inout SeededGenerator) {
        stepCount = random.number(in: 300...900)
        highWaterMark = random.element(of: [60, 500, 5_000, 100_000])
        lowWaterMark = highWaterMark / 4
        cutPercent = random.element(of: [0, 1, 2, 5])
        isDurable = random.chance(60) && fault == nil || fault == .promisesTooEarly
        commitPercent = random.element(of: [3, 20, 90])
        crashPermille = random.element(of: [0, 2, 5, 20])
        let hasSharedSubscriptions = random.chance(30)
        var topics = ["a", "a/b", "a/b/c", "a/c", "d", "d/b", "$d/b"]
        var filters = ["a", "a/b", "a/+", "a/#", "+/b", "a/b/#", "+/+/c", "d/#", "d/b", "$d/#", "will/+", "will/1"]
        if hasSharedSubscriptions {
            topics += ["s/1", "s/2", "s/2"]
        } else {
            filters += ["#", "+/#"]
        }
        let sharedFilters = hasSharedSubscriptions ? ["$share/g/s/#", "$share/h/s/+", "$share/g/s/1"] : []
        self.topics = topics.map { UTF8String(unchecked: Array($0.utf8)) }
        self.filters = filters.map { UTF8String(unchecked: Array($0.utf8)) }
        self.sharedFilters = sharedFilters.map { UTF8String(unchecked: Array($0.utf8)) }

        broker.maximumSessionExpiryInterval = Self.longestSession
        broker.queuesQoS0Messages = random.chance(30)
        broker.listeners[0].topicAliasMaximum = UInt16(random.number(in: 0...3))
        if random.chance(50) { broker.limits.receiveMaximum = UInt16(random.number(in: 1...4)) }
        if random.chance(50) { broker.limits.inFlightMessages = UInt16(random.number(in: 1...4)) }
        if random.chance(50) { broker.limits.outgoingBytesBeforeQueueing = random.number(in: 100...2_000) }
        if random.chance(30) { broker.limits.outgoingBytes = random.number(in: 500...5_000) }
        if random.chance(50) { broker.limits.queuedMessagesInMemory = random.number(in: 2...6) }
        for number in 0..<random.number(in: 2...7) {
            clients.append(Self.traits(number, broker, fault, &random))
        }
    }

    private static func traits(
        _ number: Int,
        _ broker: BrokerConfiguration,
        _ fault: SimulatedFault?,
        _ random: inout SeededGenerator
    ) -> SimulatedClient.Traits {
        let version = random.chance(60) ? ProtocolVersion.v5_0 : .v3_1_1
        let isLasting = random.chance(70)
        let asked = UInt16(random.chance(60) ? random.number(in: 1...5) : 65_535)
        return SimulatedClient.Traits(
            number: number,
            version: version,
            isLasting: isLasting,
            sessionExpiryInterval: UInt32(random.chance(75) ? 36_000 : random.number(in: 2...30)),
            receiveMaximum: min(version.hasProperties ? asked : .max, broker.limits.inFlightMessages),
            keepAlive: UInt16(random.element(of: [0, 5, 60])),
            topicAliasMaximum: UInt16(random.number(in: 0...2)),
            hasWill: random.chance(40),
            fault: fault
        )
    }

    /// The traits of a client that comes when all others have found rest, to see what is retained.
    func lateClient() -> SimulatedClient.Traits {
        SimulatedClient.Traits(
            number: clients.count,
            version: .v5_0,
            isLasting: false,
            sessionExpiryInterval: 0,
            receiveMaximum: min(100, broker.limits.inFlightMessages),
            keepAlive: 0,
            topicAliasMaximum: 0,
            hasWill: false,
            fault: nil
        )
    }
}
