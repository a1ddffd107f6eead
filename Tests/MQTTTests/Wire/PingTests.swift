import Testing

@testable import MQTT
@testable import Support

/// PINGREQ and PINGRESP, which have no content.
@Suite("PINGREQ, PINGRESP")
struct PingTests {
    @Test("in every version", arguments: ProtocolVersion.allCases)
    func everyVersion(version: ProtocolVersion) {
        PacketRow.valid("PINGREQ", version, "C0 00", .pingreq).check()
        PacketRow.valid("PINGRESP", version, "D0 00", .pingresp).check()
        PacketRow.malformed("PINGREQ with content", version, "C0 01 00").check()
        PacketRow.malformed("PINGRESP with content", version, "D0 02 0000").check()
        PacketRow.malformed("[MQTT-1.5.5-1] Remaining Length in two bytes", version, "C0 8000").check()
        PacketRow.malformed("[MQTT-2.1.3-1] flags", version, "C1 00").check()
    }
}
