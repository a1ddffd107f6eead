/// Tells which messages a Topic Filter matches, as the Server does it.
///
/// ```swift
/// let matcher = try TopicMatcher("house/+/temperature")
/// let temperatures = messages.filter(matcher.matches)
/// ```
public struct TopicMatcher: Sendable {
    private let filter: UTF8String

    /// A matcher for a Topic Filter; of a shared subscription for the filter behind the name of the group.
    public init(_ topicFilter: String) throws(MQTTClientError) {
        let text = try UTF8String(topicFilter: topicFilter)
        guard let parts = TopicFilter(text) else {
            throw .invalidArgument("topic filter \(topicFilter) is no shared subscription")
        }
        filter = parts.filter
    }

    /// Whether the message's topic matches.
    public func matches(_ message: ReceivedMessage) -> Bool {
        topicMatches(name: message.publish.topic, filter: filter.bytes.span)
    }

    /// Whether `topic` matches.
    public func matches(_ topic: String) -> Bool {
        topicMatches(name: Array(topic.utf8).span, filter: filter.bytes.span)
    }
}
