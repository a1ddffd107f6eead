import Testing

@testable import MQTT
@testable import Support

/// The table of AUTH.
@Suite("AUTH")
struct AuthTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("refused", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    static let acceptedRows: [PacketRow] = [
        .valid("short", .v5_0, "F0 00", .auth(Auth(reasonCode: .success))),
        .valid("success told", .v5_0, "F0 02 00 00", .auth(Auth(reasonCode: .success)), canonical: false),
        .valid(
            "a step",
            .v5_0,
            "F0 { 18 { 15 'SCRAM' 16 [ 01FF ] } }",
            .auth(
                Auth(
                    reasonCode: .continueAuthentication,
                    properties: Properties([
                        (.authenticationMethod, .string(.text("SCRAM"))), (.authenticationData, .binaryData([1, 255])),
                    ])
                )
            )
        ),
        .accepted("once more", .v5_0, "F0 { 19 { 15 'SCRAM' } }"),
    ]

    static let refusedRows: [PacketRow] = [
        .malformed("[MQTT-3.15.2-1] a code of DISCONNECT", .v5_0, "F0 { 87 { 15 'm' } }"),
        .malformed("[MQTT-3.15.2-1] a reserved code", .v5_0, "F0 { 1A { 15 'm' } }"),
        .malformed("[MQTT-3.15.1-1] flags", .v5_0, "F1 00"),
        .malformed("[MQTT-3.15.1-1] flags", .v5_0, "F8 00"),
        .malformed("[MQTT-2.2.2-1] no Property Length", .v5_0, "F0 01 00"),
        .malformed("no method", .v5_0, "F0 02 18 00", .protocolError),
        .malformed("data without a method", .v5_0, "F0 { 00 { 16 [ 01 ] } }", .protocolError),
        .malformed("a byte after the properties", .v5_0, "F0 03 00 00 00"),
        .malformed("before version 5.0", .v3_1_1, "F0 00"),
        .malformed("before version 5.0", .v3_1, "F0 00"),
    ]
}
