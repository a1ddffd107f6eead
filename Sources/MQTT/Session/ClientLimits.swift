/// What a Client allows itself and its Server; every queue of the Client is bounded by one of these.
struct ClientLimits: Sendable {
    /// The largest packet to accept from the Server, in bytes.
    var maximumPacketSize = VariableByteInteger.maximum + 1 + VariableByteInteger.maximumLength
    /// How many messages of QoS 1 and 2 the Server may have sent without an acknowledgement.
    var receiveMaximum = UInt16.max
    /// How many topic aliases the Server may use.
    var topicAliasMaximum: UInt16 = 0
    /// How many messages of QoS 1 and 2 this side sends without an acknowledgement, whatever the Server would allow.
    var maximumInFlight = UInt16.max
    /// How many messages may wait to be sent for the first time.
    var maximumQueuedMessages = 1_000
    /// How many bytes of topics and payloads may wait; one message is taken whatever its size.
    var maximumQueuedBytes = 1 << 20
    /// How long PINGRESP may take, in nanoseconds.
    var pingResponseTimeoutNanoseconds: Int64 = 10_000_000_000

    /// How many bytes are composed before they are handed to the network; then it is asked whether it takes more.
    static let outputBatchSize = 64 << 10
    /// How many Topic Filters one SUBSCRIBE holds when subscriptions are made again.
    static let filtersInSubscribe = 100
}

/// What a Server has said of itself in CONNACK (section 3.2.2.3); what it leaves out has the value of the specification.
struct ServerLimits: Sendable, Equatable {
    var receiveMaximum = UInt16.max
    var maximumQoS = QoS.exactlyOnce
    var isRetainAvailable = true
    var maximumPacketSize = VariableByteInteger.maximum + 1 + VariableByteInteger.maximumLength
    var topicAliasMaximum: UInt16 = 0
    /// The Keep Alive that holds: the Server's, where it has one [MQTT-3.1.2-21], else the Client's.
    var keepAlive: UInt16
    /// The Session Expiry Interval that holds.
    var sessionExpiryInterval: UInt32
    var areWildcardSubscriptionsAvailable = true
    var areSubscriptionIdentifiersAvailable = true
    var areSharedSubscriptionsAvailable = true

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
            switch property.identifier {
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
}
