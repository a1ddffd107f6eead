import Testing

@testable import MQTT
@testable import Support

/// The table of SUBSCRIBE, and all values of its options.
@Suite("SUBSCRIBE")
struct SubscribeTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("refused", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    @Test("[MQTT-3.8.3-5] Subscription Options of version 5.0, each of 256")
    func optionsOfVersion5() {
        for byte in UInt8.min...UInt8.max {
            let notation = "82 { 0001 {} 'a' \(byte < 16 ? "0" : "")\(String(byte, radix: 16)) }"
            let name = "options \(byte)"
            if byte & 0b1100_0000 != 0 {
                // Two faults at once: either may be told.
                let code: ReasonCode = byte & 0b11 == 3 ? .protocolError : .malformedPacket
                PacketRow.malformed(name, .v5_0, notation, code).check()
            } else if byte & 0b11 == 3 || byte >> 4 == 3 {
                PacketRow.malformed(name, .v5_0, notation, .protocolError).check()
            } else {
                PacketRow.accepted(name, .v5_0, notation).check()
            }
        }
    }

    @Test("the requested QoS of older versions, each of 256 bytes", arguments: [ProtocolVersion.v3_1, .v3_1_1])
    func requestedQoS(version: ProtocolVersion) {
        for byte in UInt8.min...UInt8.max {
            let notation = "82 { 0001 'a' \(byte < 16 ? "0" : "")\(String(byte, radix: 16)) }"
            if byte <= 2 {
                PacketRow.accepted("QoS \(byte)", version, notation).check()
            } else {
                PacketRow.malformed("QoS \(byte)", version, notation).check()
            }
        }
    }

    private static func subscribe(
        _ filters: [(String, SubscriptionOptions)],
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> ControlPacket {
        .subscribe(
            Subscribe(
                packetIdentifier: 0x0102,
                properties: Properties(properties),
                subscriptions: filters.map { Subscribe.Subscription(topicFilter: .text($0.0), options: $0.1) }
            )
        )
    }

    static let acceptedRows: [PacketRow] = [
        .valid(
            "one filter",
            .v3_1_1,
            "82 08 0102 0003 61 2F 23 01",
            subscribe([("a/#", SubscriptionOptions(maximumQoS: .atLeastOnce))])
        ),
        .valid(
            "several filters in their order",
            .v3_1,
            "82 { 0102 'b' 02 'a' 00 'b' 01 }",
            subscribe([
                ("b", SubscriptionOptions(maximumQoS: .exactlyOnce)),
                ("a", SubscriptionOptions(maximumQoS: .atMostOnce)),
                ("b", SubscriptionOptions(maximumQoS: .atLeastOnce)),
            ])
        ),
        .valid(
            "all options",
            .v5_0,
            "82 { 0102 {} '+' 2E 'x/+/y' 14 '#' 08 }",
            subscribe([
                (
                    "+",
                    SubscriptionOptions(
                        maximumQoS: .exactlyOnce,
                        noLocal: true,
                        retainAsPublished: true,
                        retainHandling: .never
                    )
                ),
                ("x/+/y", SubscriptionOptions(maximumQoS: .atMostOnce, noLocal: true, retainHandling: .onlyIfNew)),
                ("#", SubscriptionOptions(maximumQoS: .atMostOnce, retainAsPublished: true)),
            ])
        ),
        .valid(
            "Subscription Identifier and User Properties",
            .v5_0,
            "82 { 0102 { 0B FFFFFF7F 26 'k' 'v' 26 'k' 'v' } 'a' 00 }",
            subscribe(
                [("a", SubscriptionOptions(maximumQoS: .atMostOnce))],
                [
                    (.subscriptionIdentifier, .integer(268_435_455)),
                    (.userProperty, .stringPair(.text("k"), .text("v"))),
                    (.userProperty, .stringPair(.text("k"), .text("v"))),
                ]
            )
        ),
        .accepted("a Shared Subscription", .v5_0, "82 { 0102 {} '$share/g/a/#' 01 }"),
        .accepted("No Local where the filter only looks like a shared one", .v5_0, "82 { 0102 {} '$shared/a' 04 }"),
        .accepted("the longest filter", .v5_0, "82 { 0102 {} [ 61*65535 ] 00 }"),
        .accepted("sent again by version 3.1", .v3_1, "8A { 0102 'a' 00 }", canonical: false),
    ]

    static let refusedRows: [PacketRow] = [
        .malformed(
            "[MQTT-3.8.3-4] No Local on a Shared Subscription",
            .v5_0,
            "82 { 0102 {} '$share/g/a' 04 }",
            .protocolError
        ),
        .malformed("[MQTT-3.8.3-2] no filter", .v5_0, "82 { 0102 {} }", .protocolError),
        .malformed("[MQTT-3.8.3-2] no filter", .v3_1_1, "82 02 0102", .protocolError),
        .malformed("[MQTT-3.8.1-1] without its flag", .v5_0, "80 { 0102 {} 'a' 00 }"),
        .malformed("[MQTT-3.8.1-1] with DUP", .v3_1_1, "8A { 0102 'a' 00 }"),
        .malformed("[MQTT-3.8.3-1] ill-formed filter", .v5_0, "82 { 0102 {} [ C0 80 ] 00 }"),
        .malformed("[MQTT-4.7.3-1] empty filter", .v5_0, "82 { 0102 {} '' 00 }"),
        .malformed("[MQTT-4.7.1-1] # before the end", .v5_0, "82 { 0102 {} '#/a' 00 }"),
        .malformed("[MQTT-4.7.1-1] # beside other characters", .v3_1_1, "82 { 0102 'a#' 00 }"),
        .malformed("[MQTT-4.7.1-2] + beside other characters", .v3_1, "82 { 0102 'a/b+' 00 }"),
        .malformed("[MQTT-4.7.3-2] U+0000 in a filter", .v5_0, "82 { 0102 {} [ 61 00 ] 00 }"),
        .malformed("the second filter is wrong", .v5_0, "82 { 0102 {} 'a' 00 '+b' 00 }"),
        .malformed("[MQTT-2.2.1-3] Packet Identifier 0", .v5_0, "82 { 0000 {} 'a' 00 }", .protocolError),
        .malformed("[MQTT-2.2.1-3] Packet Identifier 0", .v3_1_1, "82 { 0000 'a' 00 }", .protocolError),
        .malformed("no content", .v5_0, "82 00"),
        .malformed("no Property Length", .v5_0, "82 02 0102"),
        .malformed("no options", .v5_0, "82 { 0102 {} 'a' }"),
        .malformed("no requested QoS", .v3_1_1, "82 { 0102 'a' }"),
        .malformed("filter cut off", .v3_1_1, "82 { 0102 0005 |a/b| 00 }"),
        .malformed("Subscription Identifier 0", .v5_0, "82 { 0102 { 0B 00 } 'a' 00 }", .protocolError),
        .malformed("two Subscription Identifiers", .v5_0, "82 { 0102 { 0B 01 0B 02 } 'a' 00 }", .protocolError),
    ]
}
