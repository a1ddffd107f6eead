@testable import MQTT

/// A message that somebody in a simulated world publishes. Its payload begins with its number, so that it is known
/// wherever it turns up.
struct SimulatedMessage {
    /// The place in the list of all messages; a publisher's later message has the higher number.
    let number: Int
    /// Who publishes it, as far as order goes: a client, or the wills of a client.
    let publisher: Int
    let topic: UTF8String
    let qos: QoS
    let retain: Bool
    let expiryInterval: UInt32?
    let payload: [UInt8]

    /// How often the broker has received it as a new message.
    var routedCount = 0
    /// Whether its publisher has been told that the broker has it.
    var isAcknowledged = false

    /// The bytes of the number at the start of the payload.
    static let numberLength = 4

    init(
        number: Int,
        publisher: Int,
        topic: UTF8String,
        qos: QoS,
        retain: Bool,
        expiryInterval: UInt32?,
        paddingLength: Int
    ) {
        self.number = number
        self.publisher = publisher
        self.topic = topic
        self.qos = qos
        self.retain = retain
        self.expiryInterval = expiryInterval
        var payload: [UInt8] = []
        for shift in stride(from: 24, through: 0, by: -8) {
            payload.append(UInt8(truncatingIfNeeded: number >> shift))
        }
        payload += Array(repeating: UInt8(truncatingIfNeeded: number), count: paddingLength)
        self.payload = payload
    }

    /// The number that a payload begins with.
    static func number(in payload: Span<UInt8>) -> Int? {
        guard payload.count >= numberLength else { return nil }
        var number = 0
        for index in 0..<numberLength {
            number = number << 8 | Int(payload[index])
        }
        return number
    }

    var isWill: Bool { publisher < 0 }

    /// The publisher that a client's wills count as.
    static func publisherOfWills(of client: Int) -> Int { -1 - client }

    /// The packet in which its publisher sends it.
    var publish: Publish {
        let noProperties: [UInt8] = []
        var publish = Publish(
            topic: topic.bytes.span,
            properties: noProperties.span,
            payload: payload.span,
            qos: qos,
            retain: retain
        )
        publish.messageExpiryInterval = expiryInterval
        return publish
    }
}
