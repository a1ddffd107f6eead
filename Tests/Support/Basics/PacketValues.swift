@testable import MQTT

extension UTF8String {
    /// The string of `text`, which a test wrote down.
    static func text(_ text: String) -> UTF8String {
        guard let string = UTF8String(text) else { preconditionFailure("not a string of MQTT: \(text)") }
        return string
    }
}

extension Properties {
    init(_ properties: [(PropertyIdentifier, Value)]) {
        self.init()
        for (identifier, value) in properties {
            append(identifier, value)
        }
    }
}

extension Publish {
    /// A message whose forwarded properties are in the notation of the tables.
    init(
        _ topic: String,
        _ payload: String = "",
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        duplicate: Bool = false,
        packetIdentifier: UInt16 = 0,
        forwardedProperties: String = ""
    ) {
        let topicBytes = Array(topic.utf8)
        let properties = HexNotation.bytes(forwardedProperties)
        let payloadBytes = Array(payload.utf8)
        self.init(
            topic: topicBytes.span,
            properties: properties.span,
            payload: payloadBytes.span,
            qos: qos,
            retain: retain,
            duplicate: duplicate,
            packetIdentifier: packetIdentifier
        )
    }

    /// The message with the properties that are fields of their own.
    func with(alias: UInt16 = 0, expiry: UInt32? = nil, subscriptionIdentifiers: [UInt32] = []) -> Publish {
        var publish = self
        publish.topicAlias = alias
        publish.messageExpiryInterval = expiry
        publish.subscriptionIdentifiers = subscriptionIdentifiers
        return publish
    }
}
