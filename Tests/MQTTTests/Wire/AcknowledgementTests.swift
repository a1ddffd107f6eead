import Testing

@testable import MQTT
@testable import Support

/// The four acknowledgements of PUBLISH, which have one form.
@Suite("PUBACK, PUBREC, PUBREL, PUBCOMP")
struct AcknowledgementTests {
    @Test("of every form", arguments: Form.all)
    func everyForm(form: Form) {
        form.rows.forEach { $0.check() }
    }

    @Test("only the codes of its own", arguments: ownCodeRows)
    func ownCodes(row: PacketRow) {
        row.check()
    }

    /// One of the four packet types, all of which have the same content.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let firstByte: String
        let packet: @Sendable (Acknowledgement) -> ControlPacket
        /// A failure that the packet may tell.
        let failure: ReasonCode

        static let all = [
            Form(testDescription: "PUBACK", firstByte: "40", packet: { .puback($0) }, failure: .quotaExceeded),
            Form(testDescription: "PUBREC", firstByte: "50", packet: { .pubrec($0) }, failure: .quotaExceeded),
            Form(
                testDescription: "PUBREL",
                firstByte: "62",
                packet: { .pubrel($0) },
                failure: .packetIdentifierNotFound
            ),
            Form(
                testDescription: "PUBCOMP",
                firstByte: "70",
                packet: { .pubcomp($0) },
                failure: .packetIdentifierNotFound
            ),
        ]

        private func acknowledgement(
            _ reasonCode: ReasonCode = .success,
            _ properties: [(PropertyIdentifier, Properties.Value)] = []
        ) -> ControlPacket {
            packet(
                Acknowledgement(
                    packetIdentifier: 0x1234,
                    reasonCode: reasonCode,
                    properties: Properties(properties)
                )
            )
        }

        var rows: [PacketRow] {
            let failureByte = String(failure.rawValue, radix: 16)
            return [
                .valid("short", .v5_0, "\(firstByte) 02 1234", acknowledgement()),
                .valid("short", .v3_1_1, "\(firstByte) 02 1234", acknowledgement()),
                .valid("short", .v3_1, "\(firstByte) 02 1234", acknowledgement()),
                .valid("success told", .v5_0, "\(firstByte) 03 1234 00", acknowledgement(), canonical: false),
                .valid("no properties told", .v5_0, "\(firstByte) 04 1234 00 00", acknowledgement(), canonical: false),
                .valid("failure", .v5_0, "\(firstByte) 03 1234 \(failureByte)", acknowledgement(failure)),
                .valid(
                    "failure with no properties told",
                    .v5_0,
                    "\(firstByte) 04 1234 \(failureByte) 00",
                    acknowledgement(failure),
                    canonical: false
                ),
                .valid(
                    "success with a property",
                    .v5_0,
                    "\(firstByte) { 1234 00 { 1F 'why' } }",
                    acknowledgement(.success, [(.reasonString, .string(.text("why")))])
                ),
                .malformed("no content", .v5_0, "\(firstByte) 00"),
                .malformed("no content", .v3_1_1, "\(firstByte) 00"),
                .malformed("half an identifier", .v3_1_1, "\(firstByte) 01 12"),
                .malformed("Packet Identifier 0", .v5_0, "\(firstByte) 02 0000", .protocolError),
                .malformed("Packet Identifier 0", .v3_1_1, "\(firstByte) 02 0000", .protocolError),
                .malformed("reason code before version 5.0", .v3_1_1, "\(firstByte) 03 1234 00"),
                .malformed("reason code before version 5.0", .v3_1, "\(firstByte) 03 1234 00"),
                .malformed("a byte after the properties", .v5_0, "\(firstByte) 05 1234 00 00 00"),
                .malformed("properties cut off", .v5_0, "\(firstByte) { 1234 00 03 1F 00 }"),
            ]
        }
    }

    static let ownCodeRows: [PacketRow] = [
        .malformed("[MQTT-3.4.2-1] PUBACK with a code of PUBREL", .v5_0, "40 03 0001 92"),
        .malformed("[MQTT-3.4.2-1] PUBACK with no code of all", .v5_0, "40 03 0001 03"),
        .malformed("[MQTT-3.5.2-1] PUBREC with a code of CONNACK", .v5_0, "50 03 0001 84"),
        .malformed("[MQTT-3.6.2-1] PUBREL with a code of PUBACK", .v5_0, "62 03 0001 10"),
        .malformed("[MQTT-3.7.2-1] PUBCOMP with a code of PUBACK", .v5_0, "70 03 0001 87"),
        .malformed("[MQTT-3.6.1-1] PUBREL without its flag", .v5_0, "60 02 0001"),
        .malformed("[MQTT-3.6.1-1] PUBREL with other flags", .v3_1_1, "63 02 0001"),
        .accepted("PUBREL sent again by version 3.1", .v3_1, "6A 02 0001", canonical: false),
    ]
}
