/// The books of a crash trial: what publishers sent and were promised, and what receivers got.
///
/// It knows MQTT and nothing of the broker. Its event loop is that of the trial's clients.
struct CrashAccount {
    /// Which message is meant.
    struct Key: Hashable, CustomStringConvertible {
        let publisher: Int
        /// Its place among the messages of its publisher.
        let sequence: Int

        var description: String { "\(publisher):\(sequence)" }
    }

    /// A message, as its publisher knows it.
    struct Sent {
        let topic: String
        let qos: UInt8
        let retain: Bool
        /// How often it was sent: each time may become a message of its own, at QoS 1.
        var sendCount = 0
        /// Whether the broker has taken it over, by PUBACK or PUBREC.
        var isAcknowledged = false
    }

    /// A receiver whose session lasts.
    struct Receiver {
        let name: String
        /// The QoS of its subscription.
        let qos: UInt8
        /// Receivers with the same number share a subscription.
        var group: Int?
    }

    /// What a receiver has got of one message.
    struct Received {
        /// Its Packet Identifiers: more than one where the message came as several.
        var identifiers: [UInt16] = []
        /// How often the application got it.
        var deliveredCount = 0
    }

    /// What the trial did, for those who want to judge it.
    struct Figures {
        var sentCount = 0
        var sentAgainCount = 0
        var acknowledgedCount = 0
        /// Deliveries to applications of lasting receivers, and packets that came again.
        var receivedCount = 0
        var redeliveredCount = 0
        var retainedReadCount = 0
    }

    /// How many violations are told in full.
    private static let toldViolationCount = 20

    private(set) var figures = Figures()
    private(set) var violationCount = 0
    /// What went wrong, the first of it.
    private(set) var violations: [String] = []
    /// By publisher and sequence.
    private var sent: [[Sent]] = []
    private let receivers: [Receiver]
    /// Who is to get each message: a receiver, or one of those that share a subscription.
    private let targets: [[Int]]
    /// How many messages lack that an acknowledgement promised, over all targets.
    private(set) var lostCount = 0
    /// By receiver, publisher and sequence.
    private var received: [[[Received]]]
    /// The last message that each topic of a publisher first brought, by receiver.
    private var lastFirst: [[String: Int]]
    /// The last message that was acknowledged, by topic, where it is retained.
    private(set) var lastRetained: [String: Int] = [:]

    init(publisherCount: Int, receivers: [Receiver]) {
        self.receivers = receivers
        targets = receivers.indices.compactMap { index in
            guard let group = receivers[index].group else { return [index] }
            let members = receivers.indices.filter { receivers[$0].group == group }
            return members.first == index ? members : nil
        }
        sent = Array(repeating: [], count: publisherCount)
        received = Array(repeating: Array(repeating: [], count: publisherCount), count: receivers.count)
        lastFirst = Array(repeating: [:], count: receivers.count)
    }

    mutating func report(_ violation: String) {
        violationCount += 1
        if violations.count < Self.toldViolationCount { violations.append(violation) }
    }

    // MARK: Publishers

    /// A publisher is about to send a message for the first time.
    mutating func publish(by publisher: Int, to topic: String, qos: UInt8, retain: Bool) -> Key {
        sent[publisher].append(Sent(topic: topic, qos: qos, retain: retain, sendCount: 1))
        figures.sentCount += 1
        return Key(publisher: publisher, sequence: sent[publisher].count - 1)
    }

    /// A publisher sends a message once more, as the session that it belongs to wants it.
    mutating func sendAgain(_ key: Key) {
        sent[key.publisher][key.sequence].sendCount += 1
        figures.sentAgainCount += 1
    }

    /// The broker has taken a message over.
    mutating func acknowledge(_ key: Key) {
        guard !sent[key.publisher][key.sequence].isAcknowledged else { return }
        sent[key.publisher][key.sequence].isAcknowledged = true
        figures.acknowledgedCount += 1
        lostCount += targets.count { !isDelivered(key, to: $0) }
        let message = sent[key.publisher][key.sequence]
        if message.retain { lastRetained[message.topic] = max(key.sequence, lastRetained[message.topic] ?? 0) }
    }

    /// How many messages a publisher has sent.
    func sentCount(of publisher: Int) -> Int { sent[publisher].count }

    func isAcknowledged(_ key: Key) -> Bool { sent[key.publisher][key.sequence].isAcknowledged }

    // MARK: Messages

    /// What a payload says: which message it is, and what makes it longer.
    static func payload(_ key: Key) -> String {
        // Most contents are small, and some larger than what a store keeps beside the delivery.
        let length = key.sequence % 50 == 49 ? 5_000 : key.sequence % 97
        return "\(key.publisher):\(key.sequence):" + String(repeating: "x", count: length)
    }

    /// Which message a packet brings; `nil`, and a violation, where nobody has published that.
    mutating func identify(_ message: CrashPacket.Message, by name: String) -> Key? {
        let numbers = message.payload.split(separator: ":").prefix(2).compactMap { Int($0) }
        let key = numbers.count == 2 ? Key(publisher: numbers[0], sequence: numbers[1]) : nil
        guard let key, sent.indices.contains(key.publisher), sent[key.publisher].indices.contains(key.sequence),
            sent[key.publisher][key.sequence].topic == message.topic, message.payload == Self.payload(key)
        else {
            report("\(name) received what nobody published: \(message.payload.prefix(40)) to \(message.topic)")
            return nil
        }
        return key
    }

    // MARK: Receivers

    /// A lasting receiver was sent a message.
    ///
    /// - Parameter isDelivered: Whether its application gets it: at QoS 2 not where the identifier is in use for it.
    mutating func receive(_ message: CrashPacket.Message, _ key: Key, by receiver: Int, isDelivered: Bool) {
        let name = receivers[receiver].name
        let source = sent[key.publisher][key.sequence]
        let missing = key.sequence + 1 - received[receiver][key.publisher].count
        if missing > 0 {
            received[receiver][key.publisher].append(contentsOf: repeatElement(Received(), count: missing))
        }
        var record = received[receiver][key.publisher][key.sequence]
        let qos = min(source.qos, receivers[receiver].qos)
        if message.qos != qos { report("\(name) received \(key) at QoS \(message.qos) instead of \(qos)") }
        if record.identifiers.contains(message.identifier) {
            figures.redeliveredCount += 1
            if !message.duplicate { report("\(name) received \(key) once more without DUP") }
        } else {
            record.identifiers.append(message.identifier)
            let limit = qos == 2 ? 1 : source.sendCount
            if record.identifiers.count > limit {
                report(
                    "\(name) received \(key) with the identifiers \(record.identifiers) although it was sent "
                        + "\(source.sendCount) times"
                )
            }
        }
        if record.deliveredCount == 0, receivers[receiver].group == nil {
            if let last = lastFirst[receiver][source.topic], last > key.sequence {
                report("\(name) received \(key) after \(key.publisher):\(last) of the same topic")
            }
            lastFirst[receiver][source.topic] = key.sequence
        }
        if isDelivered {
            let target = targets.first { $0.contains(receiver) } ?? []
            if source.isAcknowledged, !self.isDelivered(key, to: target) { lostCount -= 1 }
            record.deliveredCount += 1
            figures.receivedCount += 1
            if qos == 2, record.deliveredCount == 2 { report("\(name) received \(key) twice at QoS 2") }
        }
        received[receiver][key.publisher][key.sequence] = record
    }

    /// A client that subscribed just now was sent a retained message.
    ///
    /// - Parameter least: The last message of that topic that had been acknowledged when it subscribed.
    mutating func readRetained(_ key: Key, least: Int?, by name: String) {
        figures.retainedReadCount += 1
        if let least, key.sequence < least {
            report("\(name) read \(key) as retained, and \(key.publisher):\(least) had been acknowledged before")
        }
    }

    // MARK: The end

    /// The acknowledged messages that have not reached those who were to get them.
    func missing() -> [(name: String, keys: [Key])] {
        targets.compactMap { members in
            let keys = allKeys.filter { isAcknowledged($0) && !isDelivered($0, to: members) }
            let names = members.map { receivers[$0].name }.joined(separator: " and ")
            return keys.isEmpty ? nil : (names, keys)
        }
    }

    private func isDelivered(_ key: Key, to members: [Int]) -> Bool {
        members.contains { deliveredCount(key, to: $0) > 0 }
    }

    /// Draws the balance, when all have come to rest.
    mutating func close() {
        for (name, keys) in missing() {
            report("\(name) never received \(keys.count) acknowledged messages, among them \(keys.prefix(5))")
        }
        // Nobody else sees that a message of QoS 2 went to two members of a group.
        for members in targets where members.count > 1 {
            for key in allKeys where sent[key.publisher][key.sequence].qos == 2 {
                let getters = members.filter { receivers[$0].qos == 2 && deliveredCount(key, to: $0) > 0 }
                if getters.count > 1 { report("\(key) went to \(getters.count) members of a group at QoS 2") }
            }
        }
    }

    private var allKeys: [Key] {
        sent.indices.flatMap { publisher in
            sent[publisher].indices.map { Key(publisher: publisher, sequence: $0) }
        }
    }

    private func deliveredCount(_ key: Key, to receiver: Int) -> Int {
        let records = received[receiver][key.publisher]
        return key.sequence < records.count ? records[key.sequence].deliveredCount : 0
    }
}
