/// What a broker has done since its start.
struct BrokerStatistics: Sendable, Equatable {
    /// Control packets received and sent, by the number of their type.
    private var received = Array(repeating: 0, count: 16)
    private var sent = Array(repeating: 0, count: 16)
    /// PUBLISH packets received and sent, and the bytes of their payloads.
    var publishReceivedCount: Int { received[Int(ControlPacketType.publish.rawValue)] }
    var publishSentCount: Int { sent[Int(ControlPacketType.publish.rawValue)] }
    var publishReceivedByteCount = 0
    var publishSentByteCount = 0
    /// Messages that a receiver did not get because it, or its queue, was full, and those that were not allowed.
    var publishDroppedCount = 0
    /// Connections that were opened, and those whose CONNECT was accepted.
    var connectionsOpenedCount = 0
    var connectionsAcceptedCount = 0
    /// Connections that ended because of a packet that broke the protocol.
    var malformedPacketCount = 0
    /// Sessions that ended because their Client stayed away for too long.
    var sessionsExpiredCount = 0
    /// The most sessions that there were at once; of brokers that are peers, each knows what the directory has counted.
    var sessionsMaximum = 0

    /// Adds what a peer has done.
    mutating func add(_ other: BrokerStatistics) {
        for type in received.indices {
            received[type] += other.received[type]
            sent[type] += other.sent[type]
        }
        publishReceivedByteCount += other.publishReceivedByteCount
        publishSentByteCount += other.publishSentByteCount
        publishDroppedCount += other.publishDroppedCount
        connectionsOpenedCount += other.connectionsOpenedCount
        connectionsAcceptedCount += other.connectionsAcceptedCount
        malformedPacketCount += other.malformedPacketCount
        sessionsExpiredCount += other.sessionsExpiredCount
        sessionsMaximum = max(sessionsMaximum, other.sessionsMaximum)
    }

    mutating func noteReceived(_ type: ControlPacketType, count: Int = 1) {
        received[Int(type.rawValue)] += count
    }

    mutating func noteSent(_ type: ControlPacketType) {
        sent[Int(type.rawValue)] += 1
    }

    mutating func noteSentPublish(byteCount: Int) {
        noteSent(.publish)
        publishSentByteCount += byteCount
    }

    func receivedCount(_ type: ControlPacketType) -> Int { received[Int(type.rawValue)] }
    func sentCount(_ type: ControlPacketType) -> Int { sent[Int(type.rawValue)] }

    /// Control packets of all types.
    var receivedCount: Int { received.reduce(0, +) }
    var sentCount: Int { sent.reduce(0, +) }
}
