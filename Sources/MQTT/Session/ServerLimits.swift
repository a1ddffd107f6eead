/// What a Server has said of itself when it accepted a connection; what it left out has the value that the
/// specification gives it (section 3.2.2.3 of MQTT 5.0). A Server of version 3 leaves out everything.
public struct ServerLimits: Sendable, Hashable {
    /// How many messages of QoS 1 and 2 the Server takes without having acknowledged them.
    public internal(set) var receiveMaximum = UInt16.max
    /// The highest QoS that the Server takes.
    public internal(set) var maximumQoS = QoS.exactlyOnce
    /// Whether the Server keeps retained messages.
    public internal(set) var isRetainAvailable = true
    /// The largest packet that the Server takes, in bytes.
    public internal(set) var maximumPacketSize = VariableByteInteger.maximum + 1 + VariableByteInteger.maximumLength
    /// How many topic aliases the Server knows; 0 where it knows none.
    public internal(set) var topicAliasMaximum: UInt16 = 0
    /// The Keep Alive in seconds that holds: the Server's, where it has one [MQTT-3.1.2-21], else the Client's.
    public internal(set) var keepAlive: UInt16
    /// For how many seconds the Server keeps the session after the connection; `UInt32.max` stands for ever.
    public internal(set) var sessionExpiryInterval: UInt32
    /// Whether the Server takes Topic Filters with wildcards.
    public internal(set) var areWildcardSubscriptionsAvailable = true
    /// Whether the Server takes Subscription Identifiers.
    public internal(set) var areSubscriptionIdentifiersAvailable = true
    /// Whether the Server has Shared Subscriptions.
    public internal(set) var areSharedSubscriptionsAvailable = true

    init(keepAlive: UInt16, sessionExpiryInterval: UInt32) {
        self.keepAlive = keepAlive
        self.sessionExpiryInterval = sessionExpiryInterval
    }

    init(_ properties: Properties, connect: Connect) {
        self.init(
            keepAlive: connect.keepAlive,
            sessionExpiryInterval: connect.properties[integer: .sessionExpiryInterval] ?? 0
        )
        for property in properties.list {
            guard case .integer(let value) = property.value else { continue }
            take(property.identifier, value)
        }
    }

    private mutating func take(_ identifier: PropertyIdentifier, _ value: UInt32) {
        switch identifier {
        case .receiveMaximum: receiveMaximum = UInt16(truncatingIfNeeded: value)
        case .maximumQoS: maximumQoS = value == 0 ? .atMostOnce : .atLeastOnce
        case .retainAvailable: isRetainAvailable = value != 0
        case .maximumPacketSize: maximumPacketSize = min(Int(value), maximumPacketSize)
        case .topicAliasMaximum: topicAliasMaximum = UInt16(truncatingIfNeeded: value)
        case .serverKeepAlive: keepAlive = UInt16(truncatingIfNeeded: value)
        case .sessionExpiryInterval: sessionExpiryInterval = value
        case .wildcardSubscriptionAvailable: areWildcardSubscriptionsAvailable = value != 0
        case .subscriptionIdentifierAvailable: areSubscriptionIdentifiersAvailable = value != 0
        case .sharedSubscriptionAvailable: areSharedSubscriptionsAvailable = value != 0
        default: break  // not a limit
        }
    }
}
