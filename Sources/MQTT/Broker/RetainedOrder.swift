import HeapModule

/// Which of two changes of what a topic keeps is the later one, for brokers that all keep the same.
struct RetainedStamp: Sendable, Comparable {
    /// The clock of the broker that made the change: greater than that of each change that it knew.
    let time: UInt64
    let broker: Int

    static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.time != rhs.time ? lhs.time < rhs.time : lhs.broker < rhs.broker
    }
}

/// A message that a topic keeps from now on, or an empty one that removes what it keeps, as peers tell each other.
struct RetainedChange: Sendable {
    let message: StoredMessage
    let stamp: RetainedStamp
    /// Who published it, where that matters.
    let source: Source?

    /// What is needed to tell whether a Client still might publish its message.
    struct Source: Sendable {
        let clientIdentifier: UTF8String
        let userName: UTF8String?
        let listener: Int
    }
}

/// Has all brokers agree on what each topic keeps, in whatever order they hear of changes that were made at once.
///
/// Each change has a stamp, and only a later one takes its place. The stamp of a topic, and of one whose message was
/// removed, is kept until no earlier change can be on its way: each peer has told a clock that is not behind it, and
/// what a peer tells later has a later stamp. Clocks come with changes; when many stamps are kept, the peers are asked.
struct RetainedOrder {
    private struct Kept: Comparable {
        let stamp: RetainedStamp
        let topic: UTF8String

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.stamp < rhs.stamp }
        static func == (lhs: Self, rhs: Self) -> Bool { lhs.stamp == rhs.stamp }
    }

    /// How many stamps are kept before the peers are asked for their clocks.
    static let countBeforeAsking = 1_024
    /// How many are kept at most, however long the answers take. Beyond that the earliest are forgotten: brokers would
    /// disagree on a topic whose changes at two brokers have so many others between them and are still on their way.
    static let mostStamps = 1 << 20

    private let broker: Int
    private var latest: [UTF8String: RetainedStamp] = [:]
    private var kept = Heap<Kept>()
    /// The latest clock of each broker that this one has heard of.
    private var heard: [UInt64]
    /// How many stamps are kept before the peers are asked next.
    private var nextAsking = Self.countBeforeAsking
    /// Greater than the time of each change that this broker has made or heard of, or equal to the greatest.
    private(set) var clock: UInt64 = 0

    init(broker: Int, brokerCount: Int) {
        self.broker = broker
        heard = Array(repeating: 0, count: brokerCount)
    }

    /// How many stamps are kept.
    var count: Int { latest.count }

    /// The stamp of a change that is made now.
    mutating func stamp(_ topic: UTF8String) -> RetainedStamp {
        clock += 1
        let stamp = RetainedStamp(time: clock, broker: broker)
        keep(stamp, topic)
        return stamp
    }

    /// Takes note of a change at a peer.
    ///
    /// - Returns: Whether it is later than what the topic has.
    mutating func isLater(_ stamp: RetainedStamp, _ topic: UTF8String) -> Bool {
        // Only when it has been compared: others from its broker are later, but not this one.
        defer { hear(stamp.time, of: stamp.broker) }
        if let known = latest[topic], known > stamp { return false }
        keep(stamp, topic)
        return true
    }

    private mutating func keep(_ stamp: RetainedStamp, _ topic: UTF8String) {
        latest[topic] = stamp
        kept.insert(Kept(stamp: stamp, topic: topic))
        while kept.count > Self.mostStamps {
            forgetFirst()
        }
    }

    /// Takes note of a peer's clock.
    mutating func hear(_ time: UInt64, of peer: Int) {
        clock = max(clock, time)
        guard time > heard[peer] else { return }
        let wasLast = heard[peer] == settledTime
        heard[peer] = time
        guard wasLast else { return }
        let settled = settledTime
        while let first = kept.min, first.stamp.time <= settled {
            forgetFirst()
        }
        nextAsking = max(Self.countBeforeAsking, 2 * latest.count)
    }

    /// The time that no change has any more which is on its way to this broker.
    private var settledTime: UInt64 {
        var settled = UInt64.max
        for peer in heard.indices where peer != broker {
            settled = min(settled, heard[peer])
        }
        return settled
    }

    private mutating func forgetFirst() {
        guard let first = kept.popMin() else { return }
        // A later change of the topic has an entry of its own.
        if latest[first.topic] == first.stamp { latest[first.topic] = nil }
    }

    /// Whether the peers are to be asked for their clocks; told once for so many stamps.
    mutating func isToAsk() -> Bool {
        guard kept.count >= nextAsking else { return false }
        nextAsking = 2 * kept.count
        return true
    }
}
