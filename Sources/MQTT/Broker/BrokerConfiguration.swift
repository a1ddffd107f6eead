import NIOCore

/// What a broker allows and announces.
public struct BrokerConfiguration: Sendable {
    /// The bounds of everything that a Client could make grow.
    public struct Limits: Sendable {
        /// The largest packet accepted, in bytes; announced as Maximum Packet Size.
        public var packetSize = 2_000_000
        /// The largest packet accepted before a CONNECT has been, in bytes.
        public var packetSizeBeforeConnect = 100_000
        /// How many messages of QoS 1 and 2 a Client may have unsettled; announced as Receive Maximum.
        public var receiveMaximum: UInt16 = 1_024
        /// How many messages of QoS 1 and 2 are sent to a Client before it acknowledges; it may ask for fewer.
        public var inFlightMessages: UInt16 = 256
        /// How many messages wait for a session at most, beside those in flight.
        public var queuedMessages = 100_000
        /// How many bytes of messages wait for a session at most.
        public var queuedBytes = 64 << 20
        /// How many bytes of messages of QoS 1 and 2 are sent to a Client before it acknowledges.
        public var inFlightBytes = Int.max
        /// The largest payload that is passed on, in bytes; a larger one is acknowledged and dropped.
        public var payloadSize = Int.max
        /// The bytes that may wait for a connection before messages of QoS 0 to it are dropped.
        public var outgoingBytes = 4 << 20
        /// The bytes that may wait for a connection before messages stay in the session's queue.
        public var outgoingBytesBeforeQueueing = 256 << 10
        /// The bytes that may wait for all sessions and connections before publishers are not read from for a while.
        public var waitingBytesInAll = 1 << 30
        /// How many messages and bytes of a session that is stored are in memory as well, and bytes of all together; the
        /// rest is read from the store when it is due.
        var queuedMessagesInMemory = 1_000
        var queuedBytesInMemory = 256 << 10
        var queuedBytesInMemoryInAll = 64 << 20
        /// How many bytes of changes may wait to be stored before publishers are not read from for a while.
        var unwrittenBytes = 32 << 20
        /// How many levels a Topic Name or Topic Filter may have.
        public var topicLevels = 200
        /// How many subscriptions a session may have.
        public var subscriptionsPerSession = 1_000_000
        /// How many connections there may be at once.
        public var connections = 1_000_000
        /// How many sessions there may be at once, with those whose Client is away.
        public var sessions = 10_000_000
        /// How many messages are retained at most.
        public var retainedMessages = 10_000_000
        /// How many messages a second a Client may publish; over that it is not read from for a while. 0 for no limit.
        public var publishRate = 0
        /// The same for all Clients together. A broker with several event loops divides it among them.
        public var publishRateInAll = 0
        /// How many bytes of messages a second a Client may publish. 0 for no limit.
        public var publishByteRate = 0
        /// The same for all Clients together. A broker with several event loops divides it among them.
        public var publishByteRateInAll = 0

        /// Whether any of the rates is limited.
        var hasPublishRate: Bool {
            publishRate > 0 || publishRateInAll > 0 || publishByteRate > 0 || publishByteRateInAll > 0
        }

        /// The limits that the broker starts with.
        public init() {}
    }

    /// The bounds of everything that a Client could make grow.
    public var limits = Limits()
    /// What holds for each listener. The first one's rules hold where nobody says which listener a connection came by.
    public var listeners = [ListenerRules()]
    /// Whether messages are retained; announced as Retain Available where they are not.
    public var retainAvailable = true
    /// How long a message is retained, in seconds; `nil` for ever.
    public var retainExpiryInterval: UInt32?
    /// Whether a retained message goes out only while the Client that published it may still publish to its topic.
    public var checksRetainSource = true
    /// Whether a message goes out with the QoS of the subscription also where it was published with a lower one.
    public var upgradesOutgoingQoS = false
    /// Whether a Client whose subscriptions overlap gets a message for each of them that matches [MQTT-3.3.4-2].
    public var sendsForEachSubscription = false
    /// Whether every packet is an event, for the log of those who look for a fault.
    public var tracesPackets = false
    /// Whether messages of QoS 0 are queued for a session whose Client is away.
    public var queuesQoS0Messages = false
    /// The longest Keep Alive in seconds: it takes the place of a longer one, or of none; 0 leaves Clients the choice.
    public var maximumKeepAlive: UInt16 = 0
    /// The longest time in seconds that a session outlives its connection; `nil` for no bound.
    public var maximumSessionExpiryInterval: UInt32?
    /// What the Response Information of a Client begins with that asks for it; its Client Identifier follows. `nil`
    /// gives none.
    public var responseInformationPrefix: String? = "responses/"
    /// How often the topics below `$SYS` are brought up to date, in seconds; 0 for never.
    public var systemInterval = 0
    /// Whether ``ControlRequest/topic`` is open to those whom an access control list allows it.
    var answersControl = false
    /// What the broker calls itself below `$SYS`.
    public var versionText = "tinymqtt"
    /// How long a connection may take to send its CONNECT, in seconds.
    public var connectTimeout = 30

    /// The configuration that the broker starts with when it is given none.
    public init() {}

    /// What holds for each of so many brokers that are one to their Clients.
    ///
    /// What all Clients together may publish is divided among them: to count it together would cost each message. What is
    /// held is counted together, and each broker keeps all retained messages.
    func share(of brokerCount: Int) -> BrokerConfiguration {
        guard brokerCount > 1 else { return self }
        /// 0 stays what it means: no limit.
        func part(_ limit: Int) -> Int { limit == 0 ? 0 : max(1, limit / brokerCount) }
        var share = self
        share.limits.publishRateInAll = part(limits.publishRateInAll)
        share.limits.publishByteRateInAll = part(limits.publishByteRateInAll)
        return share
    }
}
