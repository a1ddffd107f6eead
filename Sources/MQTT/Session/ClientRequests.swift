import NIOCore

/// Names a request of the application, so that its outcome finds the one who waits for it.
struct RequestIdentifier: Sendable, Hashable {
    let rawValue: UInt64

    /// Of a message that was handed over with many others: nobody waits for it by itself, only its failure is told.
    static let none = Self(rawValue: 0)
}

/// An Application Message that the Client is to publish.
struct OutgoingMessage: Sendable {
    var request = RequestIdentifier.none
    /// A valid Topic Name.
    var topic: UTF8String
    /// The properties that stand in PUBLISH as they are, encoded; empty before version 5.0.
    var properties: [UInt8] = []
    var messageExpiryInterval: UInt32?
    /// The number that stands beside the topic, so that the Server knows it by that; 0 for none.
    var topicAlias: UInt16 = 0
    var payload: ByteBuffer
    var qos: QoS
    var retain = false
    /// Of QoS 2: PUBREC has come, so that the Server owns the message and it is never sent again [MQTT-4.3.3-6].
    var isOwnedByServer = false

    /// What the message counts in a bounded queue.
    var byteCount: Int { topic.count + properties.count + payload.readableBytes }

    func header(version: ProtocolVersion) -> Publish.Header {
        var header = Publish.Header(version: version, qos: qos, retain: retain)
        header.messageExpiryInterval = messageExpiryInterval
        header.topicAlias = topicAlias
        return header
    }

    func packetSize(version: ProtocolVersion) -> Int {
        header(version: version).packetSize(
            topicCount: topic.count,
            propertiesCount: version.hasProperties ? properties.count : 0,
            payloadCount: payload.readableBytes
        )
    }

    func encode(_ header: Publish.Header, into buffer: inout ByteBuffer) {
        Publish.encode(
            header,
            topic: topic.bytes.span,
            properties: properties.span,
            payload: payload.readableBytesUInt8Span,
            into: &buffer
        )
    }
}

/// Subscriptions that the Client is to make with one SUBSCRIBE.
struct SubscribeRequest: Sendable {
    var request: RequestIdentifier
    var subscriptions: [Subscribe.Subscription]
    /// The Subscription Identifier and the User Properties.
    var properties = Properties()
}

/// Subscriptions that the Client is to end with one UNSUBSCRIBE.
struct UnsubscribeRequest: Sendable {
    var request: RequestIdentifier
    var topicFilters: [UTF8String]
    var properties = Properties()
}

/// What the Client has sent under a Packet Identifier: all draw from the same identifiers [MQTT-2.2.1-3].
enum ClientExchange: Sendable {
    case publish(OutgoingMessage)
    case subscribe(SubscribeRequest)
    case unsubscribe(UnsubscribeRequest)

    var request: RequestIdentifier {
        switch self {
        case .publish(let message): message.request
        case .subscribe(let request): request.request
        case .unsubscribe(let request): request.request
        }
    }
}
