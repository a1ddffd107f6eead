import MQTT
import NIOCore

/// The last messages that a shell has received, to look back at. The oldest go when there are too many, or too large ones.
struct MessageLog: Sendable {
    /// What it may hold.
    struct Limits: Sendable {
        var count = 10_000
        /// How many bytes topics and payloads may take, with what goes with each.
        var byteCount = 32 << 20
        /// How many bytes of one payload are kept.
        var payloadByteCount = 4 << 20
    }

    /// A message, and when it came.
    struct Entry: Sendable {
        /// Its number since the shell has started, from 1.
        var number: Int
        /// The name of the connection that it came by.
        var connection: String
        var topic: String
        /// What is kept of the payload.
        var payload: [UInt8]
        /// The size of the whole payload.
        var payloadByteCount: Int
        var qos: QoS
        var isRetained: Bool
        var isDuplicate: Bool
        /// When it came.
        var time: ReceiveTime

        fileprivate var byteCount: Int { topic.utf8.count + payload.count + MessageLog.entryOverhead }
    }

    /// What an entry takes beside its topic and payload, about.
    private static let entryOverhead = 160

    let limits: Limits
    /// A ring: the oldest entry is at `start`.
    private var entries: CircularBuffer<Entry> = []
    private(set) var byteCount = 0
    /// How many messages came in all.
    private(set) var totalCount = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many messages are kept.
    var count: Int { entries.count }

    /// The number of the oldest message that is kept.
    var firstNumber: Int { totalCount - entries.count + 1 }

    /// Adds a message, and returns it with its number.
    @discardableResult
    mutating func append(_ message: ReceivedMessage, connection: String, time: ReceiveTime) -> Entry {
        append(
            Entry(
                number: 0,
                connection: connection,
                topic: message.topic,
                payload: Array(message.payload.readableBytesView.prefix(limits.payloadByteCount)),
                payloadByteCount: message.payload.readableBytes,
                qos: message.qos,
                isRetained: message.retain,
                isDuplicate: message.isDuplicate,
                time: time
            )
        )
    }

    /// Adds a message; its number is the next one.
    @discardableResult
    mutating func append(_ message: Entry) -> Entry {
        totalCount += 1
        var entry = message
        entry.number = totalCount
        entries.append(entry)
        byteCount += entry.byteCount
        while entries.count > limits.count || byteCount > limits.byteCount && entries.count > 1 {
            byteCount -= entries.removeFirst().byteCount
        }
        return entry
    }

    /// The message with this number, while it is kept.
    subscript(number: Int) -> Entry? {
        guard number >= firstNumber, number <= totalCount else { return nil }
        return entries[entries.index(entries.startIndex, offsetBy: number - firstNumber)]
    }

    /// The last messages that a filter matches, the oldest first.
    func last(_ limit: Int, matching filter: TopicMatcher?) -> [Entry] {
        var found: [Entry] = []
        for entry in entries.reversed() where filter?.matches(entry.topic) ?? true {
            guard found.count < limit else { break }
            found.append(entry)
        }
        return found.reversed()
    }

    /// The first message with at least this number that meets a condition.
    func first(from number: Int, where condition: (Entry) -> Bool) -> Entry? {
        guard number <= totalCount else { return nil }
        let offset = max(0, number - firstNumber)
        return entries[entries.index(entries.startIndex, offsetBy: offset)...].first(where: condition)
    }
}
