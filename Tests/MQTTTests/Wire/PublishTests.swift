import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// The tables of PUBLISH.
@Suite("PUBLISH")
struct PublishTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("properties", arguments: propertyRows)
    func properties(row: PacketRow) {
        row.check()
    }

    @Test("Topic Name and Topic Alias", arguments: refusedTopicRows)
    func refusedTopics(row: PacketRow) {
        row.check()
    }

    @Test("flags and lengths", arguments: refusedRows)
    func refused(row: PacketRow) {
        row.check()
    }

    @Test("the encoder says where the Packet Identifier lies", arguments: [1, 100, 20_000, 3_000_000])
    func identifierOffset(payloadCount: Int) {
        let payload = [UInt8](repeating: 0x61, count: payloadCount)
        let topic = Array("a/b".utf8)
        var header = Publish.Header(version: .v5_0, qos: .atLeastOnce, retain: false)
        header.packetIdentifier = 0xCAFE
        let none: [UInt8] = []
        var buffer = ByteBuffer()
        let offset = Publish.encode(
            header,
            topic: topic.span,
            properties: none.span,
            payload: payload.span,
            into: &buffer
        )
        #expect(buffer.getInteger(at: offset, as: UInt16.self) == 0xCAFE)
        let size = header.packetSize(topicCount: topic.count, propertiesCount: 0, payloadCount: payloadCount)
        #expect(size == buffer.readableBytes)
    }

    @Test("a topic replaced leaves all else as it was")
    func replacedTopic() {
        let publish = Publish("", "text", qos: .atLeastOnce, packetIdentifier: 7, forwardedProperties: "01 01")
            .with(alias: 3, expiry: 60)
        let topic = Array("a/b".utf8)
        let expected = Publish("a/b", "text", qos: .atLeastOnce, packetIdentifier: 7, forwardedProperties: "01 01")
            .with(alias: 3, expiry: 60)
        #expect(publish.replacingTopic(with: topic.span) == expected)
    }

    static let acceptedRows: [PacketRow] = [
        .valid(
            "[MQTT-2.2.1-2] QoS 0 without a Packet Identifier",
            .v5_0,
            "30 { 'a/b' {} |hi| }",
            .publish(Publish("a/b", "hi"))
        ),
        .valid("QoS 0", .v3_1_1, "30 { 'a/b' |hi| }", .publish(Publish("a/b", "hi"))),
        .valid("empty payload", .v3_1, "30 { 'a' }", .publish(Publish("a"))),
        .valid("RETAIN", .v5_0, "31 { 'a' {} }", .publish(Publish("a", retain: true))),
        .valid(
            "QoS 1",
            .v5_0,
            "32 { 'a' 000A {} |x| }",
            .publish(Publish("a", "x", qos: .atLeastOnce, packetIdentifier: 10))
        ),
        .valid(
            "QoS 2 again, with RETAIN",
            .v3_1_1,
            "3D { 'a' FFFF |x| }",
            .publish(Publish("a", "x", qos: .exactlyOnce, retain: true, duplicate: true, packetIdentifier: 65_535))
        ),
        .valid("3.1 says nothing of DUP at QoS 0", .v3_1, "38 { 'a' }", .publish(Publish("a", duplicate: true))),
        .valid(
            "[MQTT-1.5.4-3] a byte order mark is kept",
            .v5_0,
            "30 { [ EFBBBF 61 ] {} }",
            .publish(Publish("\u{FEFF}a"))
        ),
        .accepted("a topic that begins with $", .v5_0, "30 { '$SYS/x' {} }"),
        .accepted("a topic of separators", .v5_0, "30 { '//' {} }"),
        .accepted("[MQTT-4.7.3-3] the longest topic", .v5_0, "30 { [ 61*65535 ] {} }"),
        .accepted("the payload may be any bytes", .v5_0, "30 { 'a' {} 00 FF C0 80 ED A0 80 }"),
        .accepted("a payload that needs three length bytes", .v3_1_1, "30 { 'a' 2B*20000 }"),
    ]

    static let propertyRows: [PacketRow] = [
        .valid(
            "forwarded ones stay as they are, in their order",
            .v5_0,
            "30 { 'a' { 26 'k' '2' 01 01 26 'k' '1' 03 'text' 08 'reply' 09 [ 00FF ] } |x| }",
            .publish(
                Publish("a", "x", forwardedProperties: "26 'k' '2' 01 01 26 'k' '1' 03 'text' 08 'reply' 09 [ 00FF ]")
            )
        ),
        .valid(
            "alias, expiry and several Subscription Identifiers become fields",
            .v5_0,
            "30 { 'a' { 23 0007 02 0000003C 0B 01 0B 8001 0B FFFFFF7F 01 00 } |x| }",
            .publish(
                Publish("a", "x", forwardedProperties: "01 00")
                    .with(alias: 7, expiry: 60, subscriptionIdentifiers: [1, 128, 268_435_455])
            )
        ),
        .valid(
            "fields between forwarded properties",
            .v5_0,
            "32 { 'a' 0001 { 01 00 0B 05 03 't' 23 FFFF 26 'n' 'v' } |x| }",
            .publish(
                Publish(
                    "a",
                    "x",
                    qos: .atLeastOnce,
                    packetIdentifier: 1,
                    forwardedProperties: "01 00 03 't' 26 'n' 'v'"
                ).with(alias: 65_535, subscriptionIdentifiers: [5])
            ),
            canonical: false
        ),
        .valid(
            "alias in place of the topic",
            .v5_0,
            "30 { '' { 23 0001 } |x| }",
            .publish(Publish("", "x").with(alias: 1))
        ),
        .valid(
            "Message Expiry Interval 0",
            .v5_0,
            "30 { 'a' { 02 00000000 } }",
            .publish(Publish("a").with(expiry: 0))
        ),
        .accepted("properties that need two length bytes", .v5_0, "30 { 'a' { 03 [ 61*200 ] } |x| }"),
    ]

    static let refusedTopicRows: [PacketRow] = [
        .malformed("[MQTT-3.3.2-2], [MQTT-4.7.0-1] wildcard #", .v5_0, "30 { 'a/#' {} }", .topicNameInvalid),
        .malformed("[MQTT-3.3.2-2], [MQTT-4.7.0-1] wildcard +", .v3_1_1, "30 { '+/a' }", .topicNameInvalid),
        .malformed("[MQTT-3.3.2-2] wildcard inside a level", .v3_1, "30 { 'a+b' }", .topicNameInvalid),
        .malformed("[MQTT-3.3.2-2] wildcard with an alias", .v5_0, "30 { '#' { 23 0001 } }", .topicNameInvalid),
        .malformed("[MQTT-4.7.3-1] empty topic without an alias", .v5_0, "30 { '' {} |x| }", .protocolError),
        .malformed("[MQTT-4.7.3-1] empty topic", .v3_1_1, "30 { '' |x| }"),
        .malformed("[MQTT-3.3.2-8] alias 0", .v5_0, "30 { 'a' { 23 0000 } }", .topicAliasInvalid),
        .malformed("two aliases", .v5_0, "30 { 'a' { 23 0001 23 0001 } }", .protocolError),
        .malformed("[MQTT-3.3.2-14] Response Topic with #", .v5_0, "30 { 'a' { 08 'r/#' } }", .protocolError),
        .malformed("[MQTT-3.3.2-14] Response Topic with +", .v5_0, "30 { 'a' { 08 '+' } }", .protocolError),
        .malformed("[MQTT-4.7.3-1] empty Response Topic", .v5_0, "30 { 'a' { 08 '' } }", .protocolError),
        .malformed("[MQTT-3.3.2-13] ill-formed Response Topic", .v5_0, "30 { 'a' { 08 [ C3 ] } }"),
        .malformed("[MQTT-3.3.2-19] ill-formed Content Type", .v5_0, "30 { 'a' { 03 [ FF ] } }"),
        .malformed("[MQTT-4.7.3-2] U+0000 in the topic", .v5_0, "30 { [ 61 00 ] {} }"),
    ]

    static let refusedRows: [PacketRow] =
        ProtocolVersion.allCases.flatMap { version in
            [
                .malformed("[MQTT-3.3.1-4] QoS 3", version, "36 { 'a' 0001 {} }"),
                .malformed("[MQTT-3.3.1-4] QoS 3 with DUP and RETAIN", version, "3F { 'a' 0001 {} }"),
                .malformed("[MQTT-3.3.2-1] no content", version, "30 00"),
                .malformed("ends inside the topic length", version, "30 { 00 }"),
                .malformed("ends inside the topic", version, "30 { 0003 |ab| }"),
                .malformed("no Packet Identifier", version, "32 { 'a' }"),
                .malformed("half a Packet Identifier", version, "34 { 'a' 00 }"),
                .malformed(
                    "[MQTT-2.2.1-3], [MQTT-2.2.1-4] Packet Identifier 0",
                    version,
                    "32 { 'a' 0000 {} }",
                    .protocolError
                ),
                .malformed(
                    "[MQTT-2.2.1-3] Packet Identifier 0 at QoS 2",
                    version,
                    "34 { 'a' 0000 {} }",
                    .protocolError
                ),
            ]
        } + [
            .malformed("[MQTT-3.3.1-2], [MQTT-4.3.1-1] DUP at QoS 0", .v5_0, "38 { 'a' {} }"),
            .malformed("[MQTT-3.3.1-2], [MQTT-4.3.1-1] DUP at QoS 0", .v3_1_1, "39 { 'a' }"),
            .malformed("[MQTT-2.2.2-1] no Property Length", .v5_0, "30 { 'a' }"),
            .malformed("properties longer than the packet", .v5_0, "30 { 'a' 05 01 00 }"),
            .malformed("a property cut off by the Property Length", .v5_0, "30 { 'a' 03 02 00000000 }"),
            .malformed("a Property Length of five bytes", .v5_0, "30 { 'a' 8080808001 }"),
            .malformed("[MQTT-1.5.5-1] a Property Length longer than it needs to be", .v5_0, "30 { 'a' 8000 }"),
            .malformed("[MQTT-1.5.5-1] the same in a Subscription Identifier", .v5_0, "30 { 'a' { 0B 8100 } }"),
            .malformed("a Subscription Identifier of five bytes", .v5_0, "30 { 'a' { 0B 8080808001 } }"),
        ]
}
