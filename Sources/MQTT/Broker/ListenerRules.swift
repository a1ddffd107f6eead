/// What holds for the Clients that come through one listener.
///
/// The broker knows a listener by its place in ``BrokerConfiguration/listeners``; it knows nothing of addresses.
public struct ListenerRules: Sendable {
    /// The versions of the protocol that are accepted; a CONNECT of another one is refused [MQTT-3.1.2-2].
    public var acceptedVersions: Set<ProtocolVersion> = Set(ProtocolVersion.allCases)
    /// The highest QoS that is accepted and granted; announced as Maximum QoS where it is not 2.
    public var maximumQoS = QoS.exactlyOnce
    /// The largest alias that a Client may give to a topic; announced as Topic Alias Maximum.
    public var topicAliasMaximum: UInt16 = 10
    /// How many aliases the broker gives to topics at most, where a Client takes as many.
    public var outgoingTopicAliasMaximum: UInt16 = 10
    /// What stands before the topics of these Clients in the broker, unknown to them; empty for nothing.
    public var mountPoint = ""
    /// Whether a Client's User Name takes the place of its Client Identifier.
    public var usesUserNameAsClientIdentifier = false
    /// How many Clients may be connected at once; `nil` leaves it to the limits of the broker.
    public var maximumConnections: Int?
    /// What Client Identifiers begin with that the broker assigns.
    public var assignedClientIdentifierPrefix = "auto-"
    /// Who is let in, and what they may do.
    public var access = AccessRules()

    /// The rules of a listener for which nothing is configured.
    public init() {}
}

/// Who may connect, and who may publish and receive what.
public struct AccessRules: Sendable {
    /// Whether a Client without a User Name may connect.
    public var allowsAnonymous = true
    /// Whether a Client without a Client Identifier is given one.
    public var allowsZeroLengthClientIdentifier = true
    /// What a Client Identifier must begin with; empty for no such rule.
    public var clientIdentifierPrefixes: [String] = []
    /// Whether User Names and passwords are checked, outside the broker; else any are good.
    public var checksPasswords = false
    /// Who may publish and receive what; `nil` where everybody may everything.
    public var accessControlList: AccessControlList?

    /// Rules that let everybody in and forbid nothing.
    public init() {}
}
