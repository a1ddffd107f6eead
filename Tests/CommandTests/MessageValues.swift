import NIOCore

@testable import MQTT
@testable import tinymqtt

extension ReceivedMessage {
    /// A message as if it had been received.
    static func make(
        _ topic: String,
        _ payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        packetIdentifier: UInt16 = 0,
        properties: MessageProperties = MessageProperties(),
        subscriptionIdentifiers: [UInt32] = []
    ) throws -> ReceivedMessage {
        // In variables of their own: the compiler fails on spans of values that a call makes.
        let encoded = try properties.encoded()
        let content = [UInt8](buffer: payload)
        var publish = Publish(
            topic: Array(topic.utf8).span,
            properties: encoded.span,
            payload: content.span,
            qos: qos,
            retain: retain,
            packetIdentifier: packetIdentifier
        )
        publish.messageExpiryInterval = properties.messageExpiryInterval
        publish.subscriptionIdentifiers = subscriptionIdentifiers
        return ReceivedMessage(publish)
    }

    /// A message whose payload is text.
    static func make(_ topic: String, _ text: String) throws -> ReceivedMessage {
        try make(topic, ByteBuffer(string: text))
    }
}

extension MessageProperties {
    /// All of them that a publisher can set.
    static var full: MessageProperties {
        var properties = MessageProperties()
        properties.contentType = "text/plain"
        properties.correlationData = ByteBuffer(string: #"a"b"#)
        properties.userProperties = [UserProperty("k", "v"), UserProperty("k2", "v 2"), UserProperty("k", "v3")]
        properties.responseTopic = "re/ply"
        properties.isText = true
        properties.messageExpiryInterval = 1_000
        return properties
    }
}

extension ReceiveTime {
    /// A time with a fraction that needs its zeros.
    static let example = ReceiveTime(seconds: 1_795_290_057, nanoseconds: 1_234_567)
}

extension OutputFormat {
    /// A message in this format, with what was wrong with it.
    func text(_ message: ReceivedMessage) -> (text: String, problems: [String]) {
        var buffer = ByteBuffer()
        let problems = append(message, at: .example, to: &buffer)
        return (String(buffer: buffer), problems)
    }
}
