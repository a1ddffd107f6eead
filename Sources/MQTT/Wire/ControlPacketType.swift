/// The type of an MQTT Control Packet: the upper four bits of its first byte (section 2.1.2 of MQTT 5.0).
enum ControlPacketType: UInt8, Sendable, CaseIterable {
    case connect = 1
    case connack = 2
    case publish = 3
    case puback = 4
    case pubrec = 5
    case pubrel = 6
    case pubcomp = 7
    case subscribe = 8
    case suback = 9
    case unsubscribe = 10
    case unsuback = 11
    case pingreq = 12
    case pingresp = 13
    case disconnect = 14
    case auth = 15

    /// The first byte of a packet of this type whose flags are not a matter of choice (all but PUBLISH).
    var firstByte: UInt8 { rawValue << 4 | requiredFlags }

    /// Whether it is one of the answers around a PUBLISH.
    var isAcknowledgement: Bool {
        switch self {
        case .puback, .pubrec, .pubrel, .pubcomp: true
        case .connect, .connack, .publish, .subscribe, .suback, .unsubscribe, .unsuback, .pingreq, .pingresp,
            .disconnect, .auth:
            false
        }
    }

    /// The lower four bits that the specification demands; those of PUBLISH vary [MQTT-2.1.3-1].
    var requiredFlags: UInt8 {
        switch self {
        case .pubrel, .subscribe, .unsubscribe: 0b0010
        case .connect, .connack, .publish, .puback, .pubrec, .pubcomp, .suback, .unsuback, .pingreq, .pingresp,
            .disconnect, .auth:
            0
        }
    }
}

/// A set of packet types, and of the Will, which has properties of its own inside CONNECT.
struct ControlPacketTypes: OptionSet, Sendable {
    let rawValue: UInt16

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    init(_ type: ControlPacketType) {
        rawValue = 1 << UInt16(type.rawValue)
    }

    /// Bit 0, which no packet type uses, stands for the Will properties.
    static let will = Self(rawValue: 1)
    static let connect = Self(.connect)
    static let connack = Self(.connack)
    static let publish = Self(.publish)
    static let puback = Self(.puback)
    static let pubrec = Self(.pubrec)
    static let pubrel = Self(.pubrel)
    static let pubcomp = Self(.pubcomp)
    static let subscribe = Self(.subscribe)
    static let suback = Self(.suback)
    static let unsubscribe = Self(.unsubscribe)
    static let unsuback = Self(.unsuback)
    static let disconnect = Self(.disconnect)
    static let auth = Self(.auth)
}
