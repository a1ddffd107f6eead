import MQTT
import Testing

@testable import tinymqtt

/// The words behind `-D`.
@Suite("Properties of the command line")
struct ClientPropertyTests {
    /// The packets and their properties, as mosquitto's clients have them.
    private static let allowed: [String: Set<String>] = [
        "connect": [
            "authentication-data", "authentication-method", "maximum-packet-size", "receive-maximum",
            "request-problem-information", "request-response-information", "session-expiry-interval",
            "topic-alias-maximum", "user-property",
        ],
        "publish": [
            "content-type", "correlation-data", "message-expiry-interval", "payload-format-indicator", "response-topic",
            "topic-alias", "user-property",
        ],
        "subscribe": ["subscription-identifier", "user-property"],
        "unsubscribe": ["user-property"],
        "disconnect": ["session-expiry-interval", "user-property"],
        "will": [
            "content-type", "correlation-data", "message-expiry-interval", "payload-format-indicator", "response-topic",
            "user-property", "will-delay-interval",
        ],
    ]

    /// All that the specification has, also those that only a server sends.
    private static let names = Set(allowed.values.joined()).union([
        "assigned-client-identifier", "maximum-qos", "reason-string", "response-information", "retain-available",
        "server-keep-alive", "server-reference", "shared-subscription-available",
        "subscription-identifier-available", "wildcard-subscription-available", "", "User-Property",
    ])

    @Test("every packet takes its properties, and no other")
    func pairs() {
        let packets = Set(Self.allowed.keys).union([
            "auth", "connack", "puback", "pubrec", "pubrel", "pubcomp", "suback", "unsuback", "pingreq", "",
        ])
        for packet in packets {
            for name in Self.names {
                // 1 is text, and within the range of every number.
                let words = [packet, name, "1"] + (name == "user-property" ? ["2"] : [])
                let property = try? ClientProperty(words: words)
                let isAllowed = Self.allowed[packet]?.contains(name) ?? false
                #expect((property != nil) == isAllowed, "\(packet) \(name)")
                if isAllowed { #expect(property?.packet.rawValue == packet) }
            }
        }
    }

    @Test("the packet is written in any case of letters")
    func caseOfLetters() throws {
        #expect(try ClientProperty(words: ["PUBLISH", "content-type", "a"]).packet == .publish)
    }

    @Test(
        "numbers have ranges",
        arguments: [
            ("connect maximum-packet-size", 1, Int(UInt32.max)), ("connect receive-maximum", 1, 65_535),
            ("connect request-problem-information", 0, 1), ("connect request-response-information", 0, 1),
            ("connect session-expiry-interval", 0, Int(UInt32.max)), ("connect topic-alias-maximum", 0, 65_535),
            ("publish message-expiry-interval", 0, Int(UInt32.max)), ("publish payload-format-indicator", 0, 1),
            ("publish topic-alias", 1, 65_535), ("subscribe subscription-identifier", 1, 268_435_455),
            ("disconnect session-expiry-interval", 0, Int(UInt32.max)),
            ("will will-delay-interval", 0, Int(UInt32.max)), ("will payload-format-indicator", 0, 1),
        ]
    )
    func ranges(property: String, least: Int, most: Int) throws {
        let words = property.split(separator: " ").map(String.init)
        for number in [least, most] {
            guard case .number(_, _, let read) = try ClientProperty(words: words + ["\(number)"]) else {
                Issue.record("\(property) is no number")
                continue
            }
            #expect(Int(read) == number)
        }
        for wrong in ["\(least - 1)", "\(most + 1)", "", "x", "1.0", " 1", "0x1", "99999999999999999999"] {
            #expect(throws: ClientProperty.Problem.self, "\(property) \(wrong)") {
                try ClientProperty(words: words + [wrong])
            }
        }
    }

    @Test("texts, bytes and user properties are taken as they stand")
    func values() throws {
        guard
            case .text(.publish, .contentType, "a b") = try ClientProperty(words: ["publish", "content-type", "a b"]),
            case .bytes(.will, .correlationData, "") = try ClientProperty(words: ["will", "correlation-data", ""]),
            case .bytes(.connect, .authenticationData, "hex:00") = try ClientProperty(
                words: ["connect", "authentication-data", "hex:00"]
            ),
            case .user(.connect, let property) = try ClientProperty(words: ["connect", "user-property", "-n", "v w"])
        else {
            Issue.record("a property was read as something else")
            return
        }
        #expect(property.name == "-n")
        #expect(property.value == "v w")
    }

    @Test(
        "errors say what is allowed",
        arguments: [
            ([], "a property is a packet, a name and a value, like: publish content-type text/plain"),
            (
                ["publish", "content-type"],
                "a property is a packet, a name and a value, like: publish content-type text/plain"
            ),
            (
                ["puback", "user-property", "a", "b"],
                "puback is no packet that a client gives properties; there are connect, publish, subscribe, unsubscribe, disconnect, will"
            ),
            (
                ["disconnect", "content-type", "a"],
                "disconnect has no property content-type; it has session-expiry-interval, user-property"
            ),
            (["publish", "topic-alias", "0"], "topic-alias is a number from 1 to 65535, not 0"),
            (["publish", "user-property", "a"], "a user property has a name and a value"),
        ]
    )
    func errors(words: [String], expected: String) {
        let problem = #expect(throws: ClientProperty.Problem.self) { try ClientProperty(words: words) }
        #expect(problem?.description == expected)
    }
}
