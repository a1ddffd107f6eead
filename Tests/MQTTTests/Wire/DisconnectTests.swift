import Testing

@testable import MQTT
@testable import Support

/// The table of DISCONNECT.
@Suite("DISCONNECT")
struct DisconnectTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("refused", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    @Test("older versions have no reasons to tell", arguments: [ProtocolVersion.v3_1, .v3_1_1])
    func encodingForOlderVersions(version: ProtocolVersion) {
        #expect(ControlPacket.disconnect(Disconnect(reasonCode: .serverBusy)).encoded(for: version) == [0xE0, 0x00])
    }

    static let acceptedRows: [PacketRow] = [
        .valid("short", .v5_0, "E0 00", .disconnect(Disconnect())),
        .valid("short", .v3_1_1, "E0 00", .disconnect(Disconnect())),
        .valid("short", .v3_1, "E0 00", .disconnect(Disconnect())),
        .valid("normal disconnection told", .v5_0, "E0 01 00", .disconnect(Disconnect()), canonical: false),
        .valid("no properties told", .v5_0, "E0 02 00 00", .disconnect(Disconnect()), canonical: false),
        .valid("with the Will", .v5_0, "E0 01 04", .disconnect(Disconnect(reasonCode: .disconnectWithWillMessage))),
        .valid(
            "Session Expiry Interval",
            .v5_0,
            "E0 { 00 { 11 FFFFFFFF } }",
            .disconnect(Disconnect(properties: Properties([(.sessionExpiryInterval, .integer(0xFFFF_FFFF))])))
        ),
        .valid(
            "Server Reference",
            .v5_0,
            "E0 { 9D { 1C 'elsewhere' 1F 'moved' } }",
            .disconnect(
                Disconnect(
                    reasonCode: .serverMoved,
                    properties: Properties([
                        (.serverReference, .string(.text("elsewhere"))), (.reasonString, .string(.text("moved"))),
                    ])
                )
            )
        ),
    ]

    static let refusedRows: [PacketRow] = [
        .malformed("[MQTT-3.14.2-1] a code of CONNACK", .v5_0, "E0 01 84"),
        .malformed("[MQTT-3.14.2-1] a reserved code", .v5_0, "E0 01 03"),
        .malformed("[MQTT-3.14.1-1] flags", .v5_0, "E2 00"),
        .malformed("[MQTT-3.14.1-1] flags", .v3_1_1, "E1 00"),
        .malformed("content before version 5.0", .v3_1_1, "E0 01 00"),
        .malformed("content before version 5.0", .v3_1, "E0 02 00 00"),
        .malformed("a byte after the properties", .v5_0, "E0 03 00 00 00"),
        .malformed("properties cut off", .v5_0, "E0 { 00 05 11 0000 }"),
    ]
}
