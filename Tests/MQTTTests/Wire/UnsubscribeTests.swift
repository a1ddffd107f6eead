import Testing

@testable import MQTT
@testable import Support

/// The table of UNSUBSCRIBE.
@Suite("UNSUBSCRIBE")
struct UnsubscribeTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("refused", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    private static func unsubscribe(
        _ filters: [String],
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> ControlPacket {
        .unsubscribe(
            Unsubscribe(
                packetIdentifier: 0x0102,
                properties: Properties(properties),
                topicFilters: filters.map { .text($0) }
            )
        )
    }

    static let acceptedRows: [PacketRow] = [
        .valid("one filter", .v3_1_1, "A2 { 0102 'a/#' }", unsubscribe(["a/#"])),
        .valid("several filters in their order", .v3_1, "A2 { 0102 'b' 'a' 'b' }", unsubscribe(["b", "a", "b"])),
        .valid(
            "User Property",
            .v5_0,
            "A2 { 0102 { 26 'k' '' } '+/b' }",
            unsubscribe(["+/b"], [(.userProperty, .stringPair(.text("k"), .text("")))])
        ),
        .accepted("a Shared Subscription", .v5_0, "A2 { 0102 {} '$share/g/a' }"),
        .accepted("sent again by version 3.1", .v3_1, "AA { 0102 'a' }", canonical: false),
    ]

    static let refusedRows: [PacketRow] = [
        .malformed("[MQTT-3.10.3-2] no filter", .v5_0, "A2 { 0102 {} }", .protocolError),
        .malformed("[MQTT-3.10.3-2] no filter", .v3_1_1, "A2 02 0102", .protocolError),
        .malformed("[MQTT-3.10.1-1] without its flag", .v5_0, "A0 { 0102 {} 'a' }"),
        .malformed("[MQTT-3.10.1-1] with DUP", .v3_1_1, "AA { 0102 'a' }"),
        .malformed("[MQTT-3.10.3-1] ill-formed filter", .v5_0, "A2 { 0102 {} [ ED A0 80 ] }"),
        .malformed("[MQTT-4.7.3-1] empty filter", .v5_0, "A2 { 0102 {} '' }"),
        .malformed("[MQTT-4.7.1-1] # before the end", .v5_0, "A2 { 0102 {} 'a/#/b' }"),
        .malformed("[MQTT-4.7.1-2] + beside other characters", .v3_1_1, "A2 { 0102 '++' }"),
        .malformed("[MQTT-2.2.1-3] Packet Identifier 0", .v5_0, "A2 { 0000 {} 'a' }", .protocolError),
        .malformed("no content", .v5_0, "A2 00"),
        .malformed("no Property Length", .v5_0, "A2 02 0102"),
        .malformed("filter cut off", .v3_1_1, "A2 { 0102 0005 |a/b| }"),
        .malformed("half a length", .v3_1_1, "A2 { 0102 'a' 00 }"),
    ]
}
