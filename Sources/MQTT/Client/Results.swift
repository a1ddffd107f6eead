/// What the Server said when it accepted a connection.
public struct ConnectResult: Sendable, Hashable {
    /// Whether the Server goes on with a session that it had.
    public let sessionPresent: Bool
    /// The Client Identifier that holds, also where the Server has assigned it.
    public let clientIdentifier: String
    /// What the Server can do.
    public let server: ServerLimits
    /// Where the Server suggests to expect answers to requests.
    public let responseInformation: String?
    /// What the Server says in words.
    public let reasonString: String?
    /// Names and values of the Server.
    public let userProperties: [UserProperty]

    init(_ connected: ClientEffects.Connected) {
        sessionPresent = connected.sessionPresent
        clientIdentifier = connected.clientIdentifier.description
        server = connected.limits
        responseInformation = connected.properties[string: .responseInformation]?.description
        reasonString = connected.properties[string: .reasonString]?.description
        userProperties = connected.properties.publicUserProperties
    }
}

/// What the Server said to a message.
public struct PublishResult: Sendable, Hashable {
    /// The outcome. At QoS 0, which nobody acknowledges, success.
    public let reasonCode: ReasonCode
    /// What the Server says in words.
    public let reasonString: String?
    /// Names and values of the Server.
    public let userProperties: [UserProperty]

    /// Whether the Server did not take the message.
    public var isFailure: Bool { reasonCode.isFailure }

    init(_ reasonCode: ReasonCode, _ properties: Properties) {
        self.reasonCode = reasonCode
        reasonString = properties[string: .reasonString]?.description
        userProperties = properties.publicUserProperties
    }
}

/// What the Server said to each Topic Filter of a request to subscribe or to unsubscribe.
public struct SubscribeResult: Sendable, Hashable {
    /// The outcome for one Topic Filter.
    public struct Outcome: Sendable, Hashable {
        /// The Topic Filter.
        public let topicFilter: String
        /// The outcome.
        public let reasonCode: ReasonCode

        /// Whether the Server did not do what was asked for.
        public var isFailure: Bool { reasonCode.isFailure }

        /// The QoS that the Server has granted; `nil` where it refused.
        public var grantedQoS: QoS? { QoS(rawValue: reasonCode.rawValue) }
    }

    /// One for each Topic Filter, in the order of the request.
    public let outcomes: [Outcome]
    /// What the Server says in words.
    public let reasonString: String?
    /// Names and values of the Server.
    public let userProperties: [UserProperty]

    /// Whether the Server did nothing of what was asked for.
    public var isFailure: Bool { outcomes.allSatisfy(\.isFailure) }

    init(_ topicFilters: [String], _ reasonCodes: [ReasonCode], _ properties: Properties) {
        // UNSUBACK of version 3 has no codes: it says that all went well.
        outcomes = topicFilters.enumerated().map { index, filter in
            Outcome(topicFilter: filter, reasonCode: index < reasonCodes.count ? reasonCodes[index] : .success)
        }
        reasonString = properties[string: .reasonString]?.description
        userProperties = properties.publicUserProperties
    }
}

/// What has become of the messages that were handed to `send`, since `flush` was called the last time.
public struct SendReport: Sendable, Hashable {
    /// A message that the Server did not take, or that was not sent.
    public struct Failure: Sendable, Hashable {
        /// The topic of the message.
        public let topic: String
        /// Why; the reason code is the Server's.
        public let error: MQTTClientError
    }

    /// The first failures, a hundred at most.
    public internal(set) var failures: [Failure] = []
    /// How many there were in all.
    public internal(set) var failureCount = 0

    static let maximumFailures = 100

    mutating func append(_ failure: Failure) {
        failureCount += 1
        if failures.count < Self.maximumFailures { failures.append(failure) }
    }
}

/// What happens to the connection of a Client.
public enum ClientEvent: Sendable, Hashable {
    /// The Server has accepted a connection, the first or a later one.
    case connected(ConnectResult)
    /// A connection has ended, or an attempt to make one has failed.
    case disconnected(MQTTClientError)
    /// Another attempt is made after this time.
    case reconnecting(after: Duration)
    /// The Server had lost a subscription, and refused it when it was made again.
    case subscriptionLost(topicFilter: String, ReasonCode)
}
