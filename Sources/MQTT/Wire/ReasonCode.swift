/// The outcome of an operation, as MQTT 5.0 states it in one byte (section 2.4).
///
/// 0x80 and above is failure. Version 3.1.1 has fewer outcomes; they are mapped where such packets are decoded.
public enum ReasonCode: UInt8, Sendable, CaseIterable {
    /// Success; in DISCONNECT normal disconnection, in SUBACK granted QoS 0.
    case success = 0x00
    /// The subscription is accepted with at most QoS 1.
    case grantedQoS1 = 0x01
    /// The subscription is accepted with at most QoS 2.
    case grantedQoS2 = 0x02
    /// The Client disconnects and wants its Will Message published.
    case disconnectWithWillMessage = 0x04
    /// The message is accepted, and nobody subscribes to it.
    case noMatchingSubscribers = 0x10
    /// There was no such subscription to end.
    case noSubscriptionExisted = 0x11
    /// Enhanced authentication goes on.
    case continueAuthentication = 0x18
    /// The Client starts to authenticate again.
    case reAuthenticate = 0x19
    /// A failure without a more telling code.
    case unspecifiedError = 0x80
    /// The packet could not be parsed.
    case malformedPacket = 0x81
    /// The packet could be parsed, and is not allowed.
    case protocolError = 0x82
    /// The packet is valid, and this implementation does not accept it.
    case implementationSpecificError = 0x83
    /// The Server does not speak the protocol version that was asked for.
    case unsupportedProtocolVersion = 0x84
    /// The Client Identifier is valid, and not allowed.
    case clientIdentifierNotValid = 0x85
    /// The user name or the password is wrong.
    case badUserNameOrPassword = 0x86
    /// The Client may not do this.
    case notAuthorized = 0x87
    /// The Server is not available.
    case serverUnavailable = 0x88
    /// The Server is busy; try again later.
    case serverBusy = 0x89
    /// The Client is banned.
    case banned = 0x8A
    /// The Server is shutting down.
    case serverShuttingDown = 0x8B
    /// The authentication method is not supported, or not the one in use.
    case badAuthenticationMethod = 0x8C
    /// Nothing was received for one and a half times the Keep Alive time.
    case keepAliveTimeout = 0x8D
    /// Another connection uses the same Client Identifier.
    case sessionTakenOver = 0x8E
    /// The Topic Filter is well formed, and not accepted.
    case topicFilterInvalid = 0x8F
    /// The Topic Name is well formed, and not accepted.
    case topicNameInvalid = 0x90
    /// The Packet Identifier is in use already.
    case packetIdentifierInUse = 0x91
    /// No such Packet Identifier is in use.
    case packetIdentifierNotFound = 0x92
    /// More messages are in flight than the Receive Maximum allows.
    case receiveMaximumExceeded = 0x93
    /// The Topic Alias is 0 or above the maximum.
    case topicAliasInvalid = 0x94
    /// The packet is larger than this side accepts.
    case packetTooLarge = 0x95
    /// Data arrives too fast.
    case messageRateTooHigh = 0x96
    /// A limit of the Server or of an administrator is reached.
    case quotaExceeded = 0x97
    /// An administrator ended the connection.
    case administrativeAction = 0x98
    /// The payload is not what its Payload Format Indicator says.
    case payloadFormatInvalid = 0x99
    /// The Server keeps no retained messages.
    case retainNotSupported = 0x9A
    /// The QoS is above the Maximum QoS of the Server.
    case qosNotSupported = 0x9B
    /// Use another Server for now.
    case useAnotherServer = 0x9C
    /// Use another Server from now on.
    case serverMoved = 0x9D
    /// The Server has no Shared Subscriptions.
    case sharedSubscriptionsNotSupported = 0x9E
    /// Connections come too fast.
    case connectionRateExceeded = 0x9F
    /// The longest time allowed for this connection is over.
    case maximumConnectTime = 0xA0
    /// The Server has no Subscription Identifiers.
    case subscriptionIdentifiersNotSupported = 0xA1
    /// The Server has no wildcard subscriptions.
    case wildcardSubscriptionsNotSupported = 0xA2

    /// Whether the operation failed [section 2.4].
    public var isFailure: Bool { rawValue >= 0x80 }

    /// The packet types that may carry this code (table 2-6); any other packet with it is malformed.
    var packetTypes: ControlPacketTypes { row.packetTypes }

    /// The reason in words, for logs and for people.
    public var text: String { row.text.description }

    private static let acknowledgements: ControlPacketTypes = [.puback, .pubrec]
    private static let requests: ControlPacketTypes = [.suback, .unsuback]

    /// The table: one row a code, with where it may appear and its text.
    private var row: (packetTypes: ControlPacketTypes, text: StaticString) {
        switch self {
        case .success:
            (
                [
                    .connack, .puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback, .disconnect, .auth,
                ], "success"
            )
        case .grantedQoS1: (.suback, "granted QoS 1")
        case .grantedQoS2: (.suback, "granted QoS 2")
        case .disconnectWithWillMessage: (.disconnect, "disconnect with will message")
        case .noMatchingSubscribers: (Self.acknowledgements, "no matching subscribers")
        case .noSubscriptionExisted: (.unsuback, "no subscription existed")
        case .continueAuthentication: (.auth, "continue authentication")
        case .reAuthenticate: (.auth, "re-authenticate")
        case .unspecifiedError:
            (Self.acknowledgements.union(Self.requests).union([.connack, .disconnect]), "unspecified error")
        case .malformedPacket: ([.connack, .disconnect], "malformed packet")
        case .protocolError: ([.connack, .disconnect], "protocol error")
        case .implementationSpecificError:
            (
                Self.acknowledgements.union(Self.requests).union([.connack, .disconnect]),
                "implementation specific error"
            )
        case .unsupportedProtocolVersion: (.connack, "unsupported protocol version")
        case .clientIdentifierNotValid: (.connack, "client identifier not valid")
        case .badUserNameOrPassword: (.connack, "bad user name or password")
        case .notAuthorized:
            (Self.acknowledgements.union(Self.requests).union([.connack, .disconnect]), "not authorized")
        case .serverUnavailable: (.connack, "server unavailable")
        case .serverBusy: ([.connack, .disconnect], "server busy")
        case .banned: (.connack, "banned")
        case .serverShuttingDown: (.disconnect, "server shutting down")
        case .badAuthenticationMethod: ([.connack, .disconnect], "bad authentication method")
        case .keepAliveTimeout: (.disconnect, "keep alive timeout")
        case .sessionTakenOver: (.disconnect, "session taken over")
        case .topicFilterInvalid: (Self.requests.union(.disconnect), "topic filter invalid")
        case .topicNameInvalid: (Self.acknowledgements.union([.connack, .disconnect]), "topic name invalid")
        case .packetIdentifierInUse:
            (Self.acknowledgements.union(Self.requests), "packet identifier in use")
        case .packetIdentifierNotFound: ([.pubrel, .pubcomp], "packet identifier not found")
        case .receiveMaximumExceeded: (.disconnect, "receive maximum exceeded")
        case .topicAliasInvalid: (.disconnect, "topic alias invalid")
        case .packetTooLarge: ([.connack, .disconnect], "packet too large")
        case .messageRateTooHigh: (.disconnect, "message rate too high")
        case .quotaExceeded: (Self.acknowledgements.union([.connack, .suback, .disconnect]), "quota exceeded")
        case .administrativeAction: (.disconnect, "administrative action")
        case .payloadFormatInvalid: (Self.acknowledgements.union([.connack, .disconnect]), "payload format invalid")
        case .retainNotSupported: ([.connack, .disconnect], "retain not supported")
        case .qosNotSupported: ([.connack, .disconnect], "QoS not supported")
        case .useAnotherServer: ([.connack, .disconnect], "use another server")
        case .serverMoved: ([.connack, .disconnect], "server moved")
        case .sharedSubscriptionsNotSupported: ([.suback, .disconnect], "shared subscriptions not supported")
        case .connectionRateExceeded: ([.connack, .disconnect], "connection rate exceeded")
        case .maximumConnectTime: (.disconnect, "maximum connect time")
        case .subscriptionIdentifiersNotSupported:
            ([.suback, .disconnect], "subscription identifiers not supported")
        case .wildcardSubscriptionsNotSupported: ([.suback, .disconnect], "wildcard subscriptions not supported")
        }
    }
}

extension ReasonCode: CustomStringConvertible {
    /// The text and the byte, for example `not authorized (0x87)`.
    public var description: String {
        let digits = String(rawValue, radix: 16, uppercase: true)
        return "\(text) (0x\(digits.count == 1 ? "0" : "")\(digits))"
    }
}

extension ReasonCode {
    /// The Connect Return code of MQTT 3.1 and 3.1.1 that says most nearly the same; `nil` where such a Server just closes.
    public var connectReturnCode: UInt8? {
        switch self {
        case .success: 0
        case .unsupportedProtocolVersion: 1
        case .clientIdentifierNotValid: 2
        case .serverUnavailable, .serverBusy, .quotaExceeded, .connectionRateExceeded, .useAnotherServer,
            .serverMoved:
            3
        case .badUserNameOrPassword, .badAuthenticationMethod: 4
        case .notAuthorized, .banned: 5
        default: nil  // a protocol error: older versions have no code for it, closes [MQTT-4.8.0-1] of 3.1.1
        }
    }

    /// The reason that a Connect Return code of MQTT 3.1 or 3.1.1 stands for; `nil` for a reserved one.
    init?(connectReturnCode: UInt8) {
        switch connectReturnCode {
        case 0: self = .success
        case 1: self = .unsupportedProtocolVersion
        case 2: self = .clientIdentifierNotValid
        case 3: self = .serverUnavailable
        case 4: self = .badUserNameOrPassword
        case 5: self = .notAuthorized
        default: return nil
        }
    }
}
