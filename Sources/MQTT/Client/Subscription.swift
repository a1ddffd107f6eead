/// What a Client wants to receive, and how.
public struct Subscription: Sendable, Hashable {
    /// When a subscription fetches the messages that the Server has kept; version 5.0 only.
    public enum RetainHandling: Sendable, Hashable {
        /// Always.
        case always
        /// Only where there was no such subscription before.
        case onlyIfNew
        /// Never.
        case never
    }

    /// Which topics; `+` stands for one level, `#` at the end for any number of them.
    public var topicFilter: String
    /// The highest QoS at which the Server delivers.
    public var maximumQoS: QoS
    /// Whether the Client's own messages stay away from it; version 5.0 only.
    public var noLocal: Bool
    /// Whether messages keep the flag with which they were published; version 5.0 only.
    public var retainAsPublished: Bool
    /// When the messages that the Server has kept are fetched; version 5.0 only.
    public var retainHandling: RetainHandling

    /// A subscription with all its options.
    public init(
        _ topicFilter: String,
        maximumQoS: QoS = .atMostOnce,
        noLocal: Bool = false,
        retainAsPublished: Bool = false,
        retainHandling: RetainHandling = .always
    ) {
        self.topicFilter = topicFilter
        self.maximumQoS = maximumQoS
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.retainHandling = retainHandling
    }

    func wireSubscription(version: ProtocolVersion) throws(MQTTClientError) -> Subscribe.Subscription {
        let filter = try UTF8String(topicFilter: topicFilter)
        if !version.hasProperties, noLocal || retainAsPublished || retainHandling != .always {
            throw .invalidArgument("options of a subscription need MQTT 5.0")
        }
        if noLocal, filter.bytes.starts(with: SharedSubscription.prefix) {
            throw .invalidArgument("a shared subscription cannot leave out local messages")  // [MQTT-3.8.3-4]
        }
        let handling: SubscriptionOptions.RetainHandling =
            switch retainHandling {
            case .always: .always
            case .onlyIfNew: .onlyIfNew
            case .never: .never
            }
        return Subscribe.Subscription(
            topicFilter: filter,
            options: SubscriptionOptions(
                maximumQoS: maximumQoS,
                noLocal: noLocal,
                retainAsPublished: retainAsPublished,
                retainHandling: handling
            )
        )
    }
}
