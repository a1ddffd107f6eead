@testable import MQTT

/// A packet in the notation of the tables that has all that its type demands, with room for properties and a reason
/// code: the frame in which the tables of properties and of reason codes are tried.
enum PacketFrame: String, CaseIterable, Sendable {
    case connect = "CONNECT"
    case will = "Will"
    case connack = "CONNACK"
    case publish = "PUBLISH"
    case puback = "PUBACK"
    case pubrec = "PUBREC"
    case pubrel = "PUBREL"
    case pubcomp = "PUBCOMP"
    case subscribe = "SUBSCRIBE"
    case suback = "SUBACK"
    case unsubscribe = "UNSUBSCRIBE"
    case unsuback = "UNSUBACK"
    case disconnect = "DISCONNECT"
    case auth = "AUTH"

    /// The packet with `properties`, which are in the notation too.
    func notation(properties: String) -> String {
        switch self {
        case .connect: "10 { 'MQTT' 05 02 003C { \(properties) } '' }"
        case .will: "10 { 'MQTT' 05 06 003C {} '' { \(properties) } 't' [] }"
        case .connack: "20 { 00 00 { \(properties) } }"
        case .publish: "30 { 't' { \(properties) } }"
        case .puback: "40 { 0001 00 { \(properties) } }"
        case .pubrec: "50 { 0001 00 { \(properties) } }"
        case .pubrel: "62 { 0001 00 { \(properties) } }"
        case .pubcomp: "70 { 0001 00 { \(properties) } }"
        case .subscribe: "82 { 0001 { \(properties) } 't' 00 }"
        case .suback: "90 { 0001 { \(properties) } 00 }"
        case .unsubscribe: "A2 { 0001 { \(properties) } 't' }"
        case .unsuback: "B0 { 0001 { \(properties) } 00 }"
        case .disconnect: "E0 { 00 { \(properties) } }"
        case .auth: "F0 { 00 { \(properties) } }"
        }
    }

    /// The packet with the reason code `code`, in the form in which it is encoded; `nil` where it has none.
    func notation(reasonCode code: UInt8) -> String? {
        let byte = (code < 16 ? "0" : "") + String(code, radix: 16)
        // Success without properties is what the short forms of some packets mean.
        let isShort = code == 0
        return switch self {
        case .connack: "20 { 00 \(byte) {} }"
        case .puback: "40 { 0001 \(isShort ? "" : byte) }"
        case .pubrec: "50 { 0001 \(isShort ? "" : byte) }"
        case .pubrel: "62 { 0001 \(isShort ? "" : byte) }"
        case .pubcomp: "70 { 0001 \(isShort ? "" : byte) }"
        case .suback: "90 { 0001 {} \(byte) }"
        case .unsuback: "B0 { 0001 {} \(byte) }"
        case .disconnect: "E0 { \(isShort ? "" : byte) }"
        case .auth: "F0 { \(byte) { 15 'm' } }"
        case .connect, .will, .publish, .subscribe, .unsubscribe: nil
        }
    }
}
