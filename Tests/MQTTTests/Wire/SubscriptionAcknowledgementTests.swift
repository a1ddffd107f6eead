import Testing

@testable import MQTT
@testable import Support

/// The table of SUBACK and UNSUBACK.
@Suite("SUBACK, UNSUBACK")
struct SubscriptionAcknowledgementTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("refused", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    @Test("SUBACK of older versions, each of 256 return codes", arguments: [ProtocolVersion.v3_1, .v3_1_1])
    func returnCodes(version: ProtocolVersion) {
        for byte in UInt8.min...UInt8.max {
            let notation = "90 { 0001 \(byte < 16 ? "0" : "")\(String(byte, radix: 16)) }"
            if [0x00, 0x01, 0x02, 0x80].contains(byte) {
                PacketRow.accepted("return code \(byte)", version, notation).check()
            } else {
                PacketRow.malformed("return code \(byte)", version, notation).check()
            }
        }
    }

    @Test("older versions have one failure in SUBACK and no code in UNSUBACK")
    func encodingForOlderVersions() {
        let codes = SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.grantedQoS1, .notAuthorized])
        #expect(ControlPacket.suback(codes).encoded(for: .v3_1_1) == HexNotation.bytes("90 { 0001 01 80 }"))
        #expect(ControlPacket.unsuback(codes).encoded(for: .v3_1_1) == HexNotation.bytes("B0 { 0001 }"))
    }

    private static func answer(
        _ reasonCodes: [ReasonCode],
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> SubscriptionAcknowledgement {
        SubscriptionAcknowledgement(
            packetIdentifier: 0x0A0B,
            properties: Properties(properties),
            reasonCodes: reasonCodes
        )
    }

    static let acceptedRows: [PacketRow] = [
        .valid(
            "[MQTT-3.9.3-1] SUBACK, codes in their order",
            .v3_1_1,
            "90 06 0A0B 00 01 02 80",
            .suback(answer([.success, .grantedQoS1, .grantedQoS2, .unspecifiedError]))
        ),
        .valid("SUBACK", .v3_1, "90 { 0A0B 02 }", .suback(answer([.grantedQoS2]))),
        .valid(
            "SUBACK with properties",
            .v5_0,
            "90 { 0A0B { 1F 'no' } 87 00 }",
            .suback(answer([.notAuthorized, .success], [(.reasonString, .string(.text("no")))]))
        ),
        .valid(
            "[MQTT-3.11.3-1] UNSUBACK, codes in their order",
            .v5_0,
            "B0 { 0A0B {} 11 00 }",
            .unsuback(answer([.noSubscriptionExisted, .success]))
        ),
        .valid("UNSUBACK", .v3_1_1, "B0 02 0A0B", .unsuback(answer([]))),
        .valid("UNSUBACK", .v3_1, "B0 02 0A0B", .unsuback(answer([]))),
    ]

    static let refusedRows: [PacketRow] = [
        .malformed("[MQTT-3.9.3-2] SUBACK with a code of UNSUBACK", .v5_0, "90 { 0001 {} 11 }"),
        .malformed("[MQTT-3.9.3-2] SUBACK with a reserved code", .v5_0, "90 { 0001 {} 00 03 }"),
        .malformed("[MQTT-3.11.3-2] UNSUBACK with a code of SUBACK", .v5_0, "B0 { 0001 {} 01 }"),
        .malformed("SUBACK without a code", .v5_0, "90 { 0001 {} }", .protocolError),
        .malformed("SUBACK without a code", .v3_1_1, "90 02 0001", .protocolError),
        .malformed("UNSUBACK without a code", .v5_0, "B0 { 0001 {} }", .protocolError),
        .malformed("UNSUBACK with a code before version 5.0", .v3_1_1, "B0 { 0001 00 }"),
        .malformed("SUBACK with Packet Identifier 0", .v5_0, "90 { 0000 {} 00 }", .protocolError),
        .malformed("UNSUBACK with Packet Identifier 0", .v3_1_1, "B0 02 0000", .protocolError),
        .malformed("SUBACK with no content", .v5_0, "90 00"),
        .malformed("UNSUBACK with no content", .v3_1_1, "B0 00"),
        .malformed("SUBACK without a Property Length", .v5_0, "90 02 0001"),
    ]
}
