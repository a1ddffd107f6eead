/// A property of MQTT 5.0, with its identifier on the wire (table 2-4).
enum PropertyIdentifier: UInt8, Sendable, CaseIterable {
    case payloadFormatIndicator = 0x01
    case messageExpiryInterval = 0x02
    case contentType = 0x03
    case responseTopic = 0x08
    case correlationData = 0x09
    case subscriptionIdentifier = 0x0B
    case sessionExpiryInterval = 0x11
    case assignedClientIdentifier = 0x12
    case serverKeepAlive = 0x13
    case authenticationMethod = 0x15
    case authenticationData = 0x16
    case requestProblemInformation = 0x17
    case willDelayInterval = 0x18
    case requestResponseInformation = 0x19
    case responseInformation = 0x1A
    case serverReference = 0x1C
    case reasonString = 0x1F
    case receiveMaximum = 0x21
    case topicAliasMaximum = 0x22
    case topicAlias = 0x23
    case maximumQoS = 0x24
    case retainAvailable = 0x25
    case userProperty = 0x26
    case maximumPacketSize = 0x27
    case wildcardSubscriptionAvailable = 0x28
    case subscriptionIdentifierAvailable = 0x29
    case sharedSubscriptionAvailable = 0x2A

    /// How the value is written.
    enum ValueType {
        /// A byte that is 0 or 1; anything else is a Protocol Error.
        case flag
        /// Two bytes.
        case twoByteInteger
        /// Two bytes that are not 0; 0 is a Protocol Error.
        case positiveTwoByteInteger
        /// Four bytes.
        case fourByteInteger
        /// Four bytes that are not 0; 0 is a Protocol Error.
        case positiveFourByteInteger
        /// One to four bytes, not 0.
        case positiveVariableByteInteger
        case utf8String
        case binaryData
        /// A name and a value.
        case utf8StringPair
    }

    var valueType: ValueType { row.valueType }

    /// The packets that may carry the property; any other packet with it is malformed (section 2.2.2.2).
    var packetTypes: ControlPacketTypes { row.packetTypes }

    /// The packets in which it may appear more than once.
    var repeatableIn: ControlPacketTypes {
        switch self {
        case .userProperty: packetTypes
        // A Server repeats it for every subscription that matched; a Client sends one with SUBSCRIBE.
        case .subscriptionIdentifier: .publish
        default: []  // every other property appears once at most; a second one is a Protocol Error
        }
    }

    /// The table: one row a property.
    private var row: (valueType: ValueType, packetTypes: ControlPacketTypes) {
        switch self {
        case .payloadFormatIndicator: (.flag, [.publish, .will])
        case .messageExpiryInterval: (.fourByteInteger, [.publish, .will])
        case .contentType: (.utf8String, [.publish, .will])
        case .responseTopic: (.utf8String, [.publish, .will])
        case .correlationData: (.binaryData, [.publish, .will])
        case .subscriptionIdentifier: (.positiveVariableByteInteger, [.publish, .subscribe])
        case .sessionExpiryInterval: (.fourByteInteger, [.connect, .connack, .disconnect])
        case .assignedClientIdentifier: (.utf8String, .connack)
        case .serverKeepAlive: (.twoByteInteger, .connack)
        case .authenticationMethod: (.utf8String, [.connect, .connack, .auth])
        case .authenticationData: (.binaryData, [.connect, .connack, .auth])
        case .requestProblemInformation: (.flag, .connect)
        case .willDelayInterval: (.fourByteInteger, .will)
        case .requestResponseInformation: (.flag, .connect)
        case .responseInformation: (.utf8String, .connack)
        case .serverReference: (.utf8String, [.connack, .disconnect])
        case .reasonString:
            (
                .utf8String,
                [.connack, .puback, .pubrec, .pubrel, .pubcomp, .suback, .unsuback, .disconnect, .auth]
            )
        case .receiveMaximum: (.positiveTwoByteInteger, [.connect, .connack])
        case .topicAliasMaximum: (.twoByteInteger, [.connect, .connack])
        case .topicAlias: (.positiveTwoByteInteger, .publish)
        case .maximumQoS: (.flag, .connack)
        case .retainAvailable: (.flag, .connack)
        case .userProperty:
            (
                .utf8StringPair,
                [
                    .connect, .connack, .publish, .will, .puback, .pubrec, .pubrel, .pubcomp, .subscribe, .suback,
                    .unsubscribe, .unsuback, .disconnect, .auth,
                ]
            )
        case .maximumPacketSize: (.positiveFourByteInteger, [.connect, .connack])
        case .wildcardSubscriptionAvailable: (.flag, .connack)
        case .subscriptionIdentifierAvailable: (.flag, .connack)
        case .sharedSubscriptionAvailable: (.flag, .connack)
        }
    }
}
