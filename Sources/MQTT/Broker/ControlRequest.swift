/// A message to the broker itself: what the Client at the other end wants to know stands in its payload.
///
/// The broker only hands it on as an effect; what it means is decided outside.
struct ControlRequest: Sendable, Equatable {
    /// Where it is published, as with mosquitto.
    static let topic = "$CONTROL/broker/v1"
    /// Where the answer is published.
    static let responseTopic = topic + "/response"
    /// How many wait for their answer at most; they are answered at the end of each turn. Further ones are refused.
    static let mostWaiting = 64

    private static let topicBytes = Array(topic.utf8)

    let clientIdentifier: UTF8String
    let userName: UTF8String?
    let payload: [UInt8]

    /// Whether what is published to a topic is such a message.
    static func isTopic(_ topic: Span<UInt8>) -> Bool {
        topic.count == topicBytes.count && topic.starts(with: topicBytes.span)
    }
}
