import Testing

@testable import MQTT
@testable import Support

/// The tables of CONNECT.
@Suite("CONNECT")
struct ConnectTests {
    @Test("accepted", arguments: acceptedRows)
    func accepted(row: PacketRow) {
        row.check()
    }

    @Test("accepted by version 3.1 with more liberty than the later ones", arguments: firstVersionRows)
    func acceptedByFirstVersion(row: PacketRow) {
        row.check()
    }

    @Test("Protocol Name and Protocol Version", arguments: refusedVersionRows)
    func refusedVersion(row: PacketRow) {
        row.check()
    }

    @Test("Connect Flags", arguments: refusedFlagRows)
    func refusedFlags(row: PacketRow) {
        row.check()
    }

    @Test("Payload", arguments: refusedPayloadRows)
    func refusedPayload(row: PacketRow) {
        row.check()
    }

    private static func connect(
        _ version: ProtocolVersion,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 60,
        _ clientIdentifier: String = ""
    ) -> Connect {
        Connect(
            version: version,
            cleanStart: cleanStart,
            keepAlive: keepAlive,
            clientIdentifier: .text(clientIdentifier)
        )
    }

    static let acceptedRows: [PacketRow] = [
        .valid("3.1", .v3_1, "10 { 'MQIsdp' 03 02 003C 'c' }", .connect(connect(.v3_1, "c"))),
        .valid("3.1.1", .v3_1_1, "10 0C 'MQTT' 04 02 003C 0000", .connect(connect(.v3_1_1))),
        .valid(
            "[MQTT-3.1.3-3] empty Client Identifier",
            .v5_0,
            "10 0D 'MQTT' 05 02 003C 00 0000",
            .connect(connect(.v5_0))
        ),
        .valid(
            "Clean Start 0, no Keep Alive, 23 letters and digits",
            .v5_0,
            "10 { 'MQTT' 05 00 0000 {} '0123456789abcxyzABCXYZw' }",
            .connect(connect(.v5_0, cleanStart: false, keepAlive: 0, "0123456789abcxyzABCXYZw"))
        ),
        .valid(
            "longest Keep Alive",
            .v5_0,
            "10 { 'MQTT' 05 02 FFFF {} '' }",
            .connect(connect(.v5_0, keepAlive: 65_535))
        ),
        .valid(
            "a bridge of 3.1.1 sets the highest bit of the version",
            .v3_1_1,
            "10 { 'MQTT' 84 02 003C 'b' }",
            .connect(
                {
                    var bridge = connect(.v3_1_1, "b")
                    bridge.isBridge = true
                    return bridge
                }()
            )
        ),
        .valid(
            "[MQTT-3.1.3-1] all fields, in their order, [MQTT-3.1.2-9], [MQTT-3.1.2-17], [MQTT-3.1.2-19]",
            .v5_0,
            """
            10 { 'MQTT' 05 F6 000A { 11 00000078 21 000A } 'client'
                 { 18 00000005 01 01 } 'will/topic' [ |gone| ] 'user' [ 00FF ] }
            """,
            .connect(everything)
        ),
        .valid(
            "[MQTT-3.1.2-12] Will QoS 1 and an empty Will Payload",
            .v3_1_1,
            "10 { 'MQTT' 04 0E 003C 'c' 't' [] }",
            .connect(
                {
                    var packet = connect(.v3_1_1, "c")
                    packet.will = Connect.Will(topic: .text("t"), payload: [], qos: .atLeastOnce, retain: false)
                    return packet
                }()
            )
        ),
        .valid(
            "a password without a user name",
            .v5_0,
            "10 { 'MQTT' 05 42 003C {} '' [ |secret| ] }",
            .connect(
                {
                    var packet = connect(.v5_0)
                    packet.password = Array("secret".utf8)
                    return packet
                }()
            )
        ),
        .accepted("empty identifier and empty user name", .v3_1_1, "10 { 'MQTT' 04 82 003C '' '' }"),
        .accepted("the longest identifier", .v5_0, "10 { 'MQTT' 05 02 003C {} [ 61*65535 ] }"),
        .accepted("an authentication method with data", .v5_0, "10 { 'MQTT' 05 02 003C { 15 'm' 16 [ 01 ] } '' }"),
    ]

    private static var everything: Connect {
        var packet = connect(.v5_0, keepAlive: 10, "client")
        packet.properties = Properties([(.sessionExpiryInterval, .integer(120)), (.receiveMaximum, .integer(10))])
        packet.will = Connect.Will(
            topic: .text("will/topic"),
            payload: Array("gone".utf8),
            qos: .exactlyOnce,
            retain: true,
            properties: Properties([(.willDelayInterval, .integer(5)), (.payloadFormatIndicator, .integer(1))])
        )
        packet.userName = .text("user")
        packet.password = [0x00, 0xFF]
        return packet
    }

    static let firstVersionRows: [PacketRow] = [
        .valid(
            "reserved flag",
            .v3_1,
            "10 { 'MQIsdp' 03 03 003C 'c' }",
            .connect(connect(.v3_1, "c")),
            canonical: false
        ),
        .valid(
            "Will QoS and Will Retain mean nothing without a Will",
            .v3_1,
            "10 { 'MQIsdp' 03 3A 003C 'c' }",
            .connect(connect(.v3_1, "c")),
            canonical: false
        ),
        .valid(
            "user name announced and absent",
            .v3_1,
            "10 { 'MQIsdp' 03 82 003C 'c' }",
            .connect(connect(.v3_1, "c")),
            canonical: false
        ),
        .valid(
            "password announced and absent",
            .v3_1,
            "10 { 'MQIsdp' 03 C2 003C 'c' 'u' }",
            .connect(
                {
                    var packet = connect(.v3_1, "c")
                    packet.userName = .text("u")
                    return packet
                }()
            ),
            canonical: false
        ),
        .accepted("a bridge", .v3_1, "10 { 'MQIsdp' 83 02 003C 'b' }"),
    ]

    static let refusedVersionRows: [PacketRow] = [
        .malformed("[MQTT-3.1.2-1] unknown name and version", .v5_0, "10 { 'AMQP' 09 02 003C {} '' }"),
        .malformed("[MQTT-3.1.2-1] empty name", .v5_0, "10 { '' 09 02 003C {} '' }"),
        unsupported("[MQTT-3.1.2-1] unknown name", "10 { 'AMQP' 05 02 003C {} '' }"),
        unsupported("[MQTT-3.1.2-1] name in lower case", "10 { 'mqtt' 05 02 003C {} '' }"),
        unsupported("[MQTT-3.1.2-1] name of 3.1 with version 5", "10 { 'MQIsdp' 05 02 003C {} '' }"),
        unsupported("[MQTT-3.1.2-1] name of 3.1 with version 4", "10 { 'MQIsdp' 04 02 003C '' }"),
        unsupported("[MQTT-3.1.2-1] later name with version 3", "10 { 'MQTT' 03 02 003C 'c' }"),
        unsupported("[MQTT-3.1.2-2] version 0", "10 { 'MQTT' 00 02 003C '' }"),
        unsupported("[MQTT-3.1.2-2] version 6", "10 { 'MQTT' 06 02 003C {} '' }"),
        unsupported("[MQTT-3.1.2-2] version 2 of the old name", "10 { 'MQIsdp' 02 02 003C '' }"),
        unsupported("[MQTT-3.1.2-2] no bridge bit in version 5", "10 { 'MQTT' 85 02 003C {} '' }"),
        .malformed("[MQTT-1.5.4-1] ill-formed name", .v5_0, "10 { [ |MQT| FF ] 05 02 003C {} '' }"),
    ]

    private static func unsupported(_ name: String, _ notation: String) -> PacketRow {
        .malformed(name, .v5_0, notation, .unsupportedProtocolVersion)
    }

    static let refusedFlagRows: [PacketRow] = [
        .malformed("[MQTT-3.1.2-3] reserved flag", .v5_0, "10 { 'MQTT' 05 03 003C {} '' }"),
        .malformed("[MQTT-3.1.2-3] reserved flag", .v3_1_1, "10 { 'MQTT' 04 03 003C 'c' }"),
        .malformed("[MQTT-3.1.2-11] Will QoS 1 without a Will", .v5_0, "10 { 'MQTT' 05 0A 003C {} '' }"),
        .malformed("[MQTT-3.1.2-11] Will QoS 2 without a Will", .v3_1_1, "10 { 'MQTT' 04 12 003C 'c' }"),
        .malformed("[MQTT-3.1.2-13] Will Retain without a Will", .v5_0, "10 { 'MQTT' 05 22 003C {} '' }"),
        .malformed("[MQTT-3.1.2-13] Will Retain without a Will", .v3_1_1, "10 { 'MQTT' 04 22 003C 'c' }"),
        .malformed("[MQTT-3.1.2-12] Will QoS 3", .v5_0, "10 { 'MQTT' 05 1E 003C {} '' {} 't' [] }"),
        .malformed("[MQTT-3.1.2-12] Will QoS 3", .v3_1_1, "10 { 'MQTT' 04 1E 003C 'c' 't' [] }"),
        .malformed("[MQTT-3.1.2-12] Will QoS 3", .v3_1, "10 { 'MQIsdp' 03 1E 003C 'c' 't' [] }"),
        .malformed("password without a user name", .v3_1_1, "10 { 'MQTT' 04 42 003C 'c' [ 01 ] }"),
        .malformed("password without a user name", .v3_1, "10 { 'MQIsdp' 03 42 003C 'c' [ 01 ] }"),
    ]

    static let refusedPayloadRows: [PacketRow] = [
        .malformed("no content at all", .v5_0, "10 00"),
        .malformed("ends inside the name", .v5_0, "10 { 0004 |MQ| }"),
        .malformed("ends before the version", .v5_0, "10 { 'MQTT' }"),
        .malformed("ends before the flags", .v5_0, "10 { 'MQTT' 05 }"),
        .malformed("ends inside the Keep Alive", .v5_0, "10 { 'MQTT' 05 02 00 }"),
        .malformed("ends before the properties", .v5_0, "10 { 'MQTT' 05 02 003C }"),
        .malformed("[MQTT-3.1.3-3] no Client Identifier", .v5_0, "10 { 'MQTT' 05 02 003C {} }"),
        .malformed("[MQTT-3.1.3-3] no Client Identifier", .v3_1_1, "10 { 'MQTT' 04 02 003C }"),
        .malformed("[MQTT-3.1.2-9] no Will Properties", .v5_0, "10 { 'MQTT' 05 06 003C {} '' }"),
        .malformed("[MQTT-3.1.2-9] no Will Topic", .v5_0, "10 { 'MQTT' 05 06 003C {} '' {} }"),
        .malformed("[MQTT-3.1.2-9] no Will Payload", .v5_0, "10 { 'MQTT' 05 06 003C {} '' {} 't' }"),
        .malformed("[MQTT-3.1.2-16] user name without its flag", .v5_0, "10 { 'MQTT' 05 02 003C {} '' 'u' }"),
        .malformed("[MQTT-3.1.2-16] user name without its flag", .v3_1_1, "10 { 'MQTT' 04 02 003C 'c' 'u' }"),
        .malformed("[MQTT-3.1.2-17] flag without a user name", .v5_0, "10 { 'MQTT' 05 82 003C {} '' }"),
        .malformed("[MQTT-3.1.2-17] flag without a user name", .v3_1_1, "10 { 'MQTT' 04 82 003C 'c' }"),
        .malformed("[MQTT-3.1.2-18] password without its flag", .v5_0, "10 { 'MQTT' 05 82 003C {} '' 'u' [ 01 ] }"),
        .malformed("[MQTT-3.1.2-19] flag without a password", .v5_0, "10 { 'MQTT' 05 C2 003C {} '' 'u' }"),
        .malformed("[MQTT-3.1.2-19] flag without a password", .v3_1_1, "10 { 'MQTT' 04 C2 003C 'c' 'u' }"),
        .malformed("password cut off", .v3_1, "10 { 'MQIsdp' 03 C2 003C 'c' 'u' 0002 01 }"),
        .malformed(
            "Will Topic with a wildcard",
            .v5_0,
            "10 { 'MQTT' 05 06 003C {} '' {} 'a/+' [] }",
            .topicNameInvalid
        ),
        .malformed("Will Topic with a wildcard", .v3_1_1, "10 { 'MQTT' 04 06 003C 'c' '#' [] }", .topicNameInvalid),
        .malformed(
            "[MQTT-4.7.3-1] empty Will Topic",
            .v5_0,
            "10 { 'MQTT' 05 06 003C {} '' {} '' [] }",
            .topicNameInvalid
        ),
        .malformed(
            "authentication data without a method",
            .v5_0,
            "10 { 'MQTT' 05 02 003C { 16 [ 01 ] } '' }",
            .protocolError
        ),
    ]
}
