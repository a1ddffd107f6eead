public import NIOCore

/// A message to publish.
///
/// ```swift
/// let message = Message(topic: "house/kitchen/temperature", payload: "21.5", qos: .atLeastOnce, retain: true)
/// ```
public struct Message: Sendable, Hashable {
    /// The name that subscribers match against; without wildcards.
    public var topic: String
    /// The content; at most 268,435,455 bytes together with topic and properties.
    public var payload: ByteBuffer
    /// How surely it arrives.
    public var qos: QoS
    /// Whether the Server keeps it for those who subscribe later.
    public var retain: Bool
    /// What version 5.0 can say beside.
    public var properties: MessageProperties

    /// A message with a payload of bytes.
    public init(
        topic: String,
        payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: MessageProperties = MessageProperties()
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.properties = properties
    }

    /// A message with a payload of text.
    public init(
        topic: String,
        payload: String,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: MessageProperties = MessageProperties()
    ) {
        self.init(
            topic: topic,
            payload: ByteBuffer(string: payload),
            qos: qos,
            retain: retain,
            properties: properties
        )
    }
}

extension Message {
    /// The message as the Client sends it, with its topic checked already.
    func outgoing(topic: UTF8String, version: ProtocolVersion) throws(MQTTClientError) -> OutgoingMessage {
        var message = OutgoingMessage(topic: topic, payload: payload, qos: qos, retain: retain)
        if !properties.isEmpty {
            guard version.hasProperties else {
                throw .invalidArgument("properties of a message need MQTT 5.0")
            }
            message.properties = try properties.encoded()
            message.messageExpiryInterval = properties.messageExpiryInterval
            guard properties.topicAlias != 0 else { throw .invalidArgument("a topic alias is at least 1") }
            message.topicAlias = properties.topicAlias ?? 0
        }
        guard message.packetSize(version: version) <= ClientLimits().maximumPacketSize else {
            throw .invalidArgument("a message of \(message.byteCount) bytes is larger than MQTT allows")
        }
        return message
    }
}

/// The message that the Server publishes for a Client whose connection ends without a farewell.
public struct Will: Sendable, Hashable {
    /// The message.
    public var message: Message
    /// For how many seconds the Server waits, in case the Client comes back; version 5.0 only.
    public var delayInterval: UInt32

    /// A will, published at once or after a delay.
    public init(_ message: Message, delayInterval: UInt32 = 0) {
        self.message = message
        self.delayInterval = delayInterval
    }

    func wireWill(version: ProtocolVersion) throws(MQTTClientError) -> Connect.Will {
        var properties = Properties()
        if version.hasProperties {
            properties = try message.properties.wireProperties()
            if let interval = message.properties.messageExpiryInterval {
                properties.append(.messageExpiryInterval, .integer(interval))
            }
            if delayInterval != 0 { properties.append(.willDelayInterval, .integer(delayInterval)) }
        } else if !message.properties.isEmpty || delayInterval != 0 {
            throw .invalidArgument("properties of a will need MQTT 5.0")
        }
        return Connect.Will(
            topic: try UTF8String(topicName: message.topic, "topic of the will"),
            payload: try [UInt8](checking: message.payload, "payload of the will"),
            qos: message.qos,
            retain: message.retain,
            properties: properties
        )
    }
}
