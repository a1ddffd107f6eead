public import NIOCore

/// A message that a Client has received.
///
/// It shares the memory in which it arrived with its neighbours. Who keeps one for long copies what is needed of it.
public struct ReceivedMessage: Sendable {
    let publish: Publish

    init(_ publish: Publish) {
        self.publish = publish
    }

    /// The topic that it was published to.
    public var topic: String {
        String(buffer: topicBytes)
    }

    /// The topic as the bytes of its UTF-8 form, without making a string of it.
    public var topicBytes: ByteBuffer { publish.topicBuffer }

    /// The content.
    public var payload: ByteBuffer { publish.payloadBuffer }

    /// The content as text; what is not UTF-8 in it is replaced.
    public var text: String { String(buffer: payload) }

    /// How surely it arrived: the lower of the QoS of the message and of the subscription.
    public var qos: QoS { publish.qos }

    /// Whether the Server had kept it, and sent it because of a new subscription. With `retainAsPublished` in the
    /// subscription: whether it was published with the flag.
    public var retain: Bool { publish.retain }

    /// Whether the Server has perhaps sent it before.
    public var isDuplicate: Bool { publish.duplicate }

    /// The number under which the Server waits for the acknowledgement; 0 at QoS 0.
    public var packetIdentifier: UInt16 { publish.packetIdentifier }

    /// What version 5.0 says beside.
    public var properties: MessageProperties { MessageProperties(publish) }
}

extension ReceivedMessage: CustomStringConvertible {
    /// The topic and the size, for logs.
    public var description: String {
        "\(topic) (\(payload.readableBytes) bytes, QoS \(qos.rawValue))"
    }
}
