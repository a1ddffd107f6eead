import Testing

@testable import MQTT
@testable import Support

/// The table of CONNACK, and its return codes before version 5.0.
@Suite("CONNACK")
struct ConnackTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("refused", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    @Test("return codes of versions 3.1 and 3.1.1", arguments: [ProtocolVersion.v3_1, .v3_1_1])
    func returnCodes(version: ProtocolVersion) {
        let meanings: [ReasonCode] = [
            .success, .unsupportedProtocolVersion, .clientIdentifierNotValid, .serverUnavailable,
            .badUserNameOrPassword, .notAuthorized,
        ]
        for (code, meaning) in meanings.enumerated() {
            let connack = ControlPacket.connack(Connack(sessionPresent: false, reasonCode: meaning))
            PacketRow.valid("return code \(code)", version, "20 02 00 0\(code)", connack).check()
        }
        for code in 6...255 {
            let notation = "20 02 00 " + (code < 16 ? "0" : "") + String(code, radix: 16)
            PacketRow.malformed("[MQTT-3.2.2-8] return code \(code)", version, notation).check()
        }
    }

    @Test("a refusal that older versions cannot express is not sent", arguments: ReasonCode.allCases)
    func refusalWithoutReturnCode(reasonCode: ReasonCode) {
        let sent = ControlPacket.connack(Connack(sessionPresent: false, reasonCode: reasonCode)).encoded(for: .v3_1_1)
        let refusals: [ReasonCode: UInt8] = [
            .success: 0, .unsupportedProtocolVersion: 1, .clientIdentifierNotValid: 2, .serverUnavailable: 3,
            .serverBusy: 3, .quotaExceeded: 3, .connectionRateExceeded: 3, .useAnotherServer: 3, .serverMoved: 3,
            .badUserNameOrPassword: 4, .badAuthenticationMethod: 4, .notAuthorized: 5, .banned: 5,
        ]
        #expect(sent == refusals[reasonCode].map { [0x20, 0x02, 0x00, $0] } ?? [])
    }

    private static func connack(
        _ sessionPresent: Bool,
        _ reasonCode: ReasonCode,
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> ControlPacket {
        .connack(Connack(sessionPresent: sessionPresent, reasonCode: reasonCode, properties: Properties(properties)))
    }

    static let acceptedRows: [PacketRow] = [
        .valid("no session", .v5_0, "20 03 00 00 00", connack(false, .success)),
        .valid("session present", .v5_0, "20 03 01 00 00", connack(true, .success)),
        .valid("session present", .v3_1_1, "20 02 01 00", connack(true, .success)),
        .valid("refusal", .v5_0, "20 03 00 87 00", connack(false, .notAuthorized)),
        .valid(
            "properties",
            .v5_0,
            "20 { 00 00 { 12 'auto-1' 13 001E 24 01 1F 'welcome' } }",
            connack(
                false,
                .success,
                [
                    (.assignedClientIdentifier, .string(.text("auto-1"))), (.serverKeepAlive, .integer(30)),
                    (.maximumQoS, .integer(1)), (.reasonString, .string(.text("welcome"))),
                ]
            )
        ),
        .valid("any flags of 3.1", .v3_1, "20 02 FF 00", connack(false, .success), canonical: false),
    ]

    static let refusedRows: [PacketRow] = [
        .malformed("[MQTT-3.2.2-1] reserved flag 1", .v5_0, "20 03 02 00 00"),
        .malformed("[MQTT-3.2.2-1] reserved flag 7", .v5_0, "20 03 80 00 00"),
        .malformed("[MQTT-3.2.2-1] reserved flag beside session present", .v3_1_1, "20 02 03 00"),
        .malformed("[MQTT-3.2.2-6] refusal with a session", .v5_0, "20 03 01 87 00", .protocolError),
        .malformed("[MQTT-3.2.2-6] refusal with a session", .v3_1_1, "20 02 01 05", .protocolError),
        .malformed("no content", .v5_0, "20 00"),
        .malformed("no reason code", .v5_0, "20 01 00"),
        .malformed("no return code", .v3_1_1, "20 01 00"),
        .malformed("[MQTT-2.2.2-1] no Property Length", .v5_0, "20 02 00 00"),
        .malformed("a byte too many", .v3_1_1, "20 03 00 00 00"),
        .malformed("a byte too many", .v5_0, "20 04 00 00 00 00"),
        .malformed("authentication data without a method", .v5_0, "20 { 00 00 { 16 [ 01 ] } }", .protocolError),
    ]
}
