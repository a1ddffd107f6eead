// The underscores stand for the points of the versions' names.
// swift-format-ignore: AlwaysUseLowerCamelCase
/// A version of the MQTT protocol, with the Protocol Level byte that CONNECT carries for it [MQTT-3.1.2-2].
public enum ProtocolVersion: UInt8, Sendable, Comparable, CaseIterable {
    /// MQTT 3.1, whose Protocol Name is `MQIsdp`.
    case v3_1 = 3
    /// MQTT 3.1.1.
    case v3_1_1 = 4
    /// MQTT 5.0.
    case v5_0 = 5

    /// Whether the left version is the older one.
    public static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.rawValue < rhs.rawValue
    }

    /// Whether packets of this version carry properties and reason codes.
    var hasProperties: Bool { self == .v5_0 }

    /// The Protocol Name that CONNECT opens with [MQTT-3.1.2-1].
    var protocolName: UTF8String { self == .v3_1 ? Self.nameOfVersion3 : Self.nameSinceVersion4 }

    private static let nameOfVersion3 = UTF8String(unchecked: Array("MQIsdp".utf8))
    private static let nameSinceVersion4 = UTF8String(unchecked: Array("MQTT".utf8))
}

extension ProtocolVersion: CustomStringConvertible {
    /// The version as people write it, for example `3.1.1`.
    public var description: String {
        switch self {
        case .v3_1: "3.1"
        case .v3_1_1: "3.1.1"
        case .v5_0: "5.0"
        }
    }
}
