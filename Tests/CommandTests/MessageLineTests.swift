import NIOCore
import Testing

@testable import MQTT
@testable import tinymqtt

@Suite("Messages as lines of JSON")
struct MessageLineTests {
    private static func line(_ message: ReceivedMessage) -> String {
        var buffer = ByteBuffer()
        MessageLine.append(message, at: .example, to: &buffer)
        return String(buffer: buffer)
    }

    private static func read(_ text: String, number: Int = 1) throws(LineProblem) -> MessageLine {
        try MessageLine(parsing: ByteBuffer(string: text), number: number)
    }

    @Test("what sub writes")
    func writing() throws {
        let plain = try Self.line(.make("a/b", "hé\"\n"))
        #expect(
            plain == #"{"topic":"a/b","payload":"hé\"\n","qos":0,"retain":false,"#
                + #""received_at":"2026-11-21T19:40:57.001234Z"}"# + "\n"
        )
        let binary = try Self.line(.make("a", ByteBuffer(bytes: [0xFF, 0x00])))
        #expect(binary.contains(#""payload_b64":"/wA=""#))
        #expect(!binary.contains(#""payload":"#))
        let full = try Self.line(OutputFormatTests.message())
        #expect(
            full.hasSuffix(
                #""properties":{"content_type":"text/plain","response_topic":"re/ply","correlation_data":"a\"b","#
                    + #""message_expiry_interval":1000,"payload_format_indicator":1,"user_properties":"#
                    + #"[{"name":"k","value":"v"},{"name":"k2","value":"v 2"},{"name":"k","value":"v3"}],"#
                    + #""subscription_identifiers":[9,10]}}"# + "\n"
            )
        )
    }

    @Test("what sub writes, pub reads")
    func roundTrip() throws {
        var binary = MessageProperties.full
        binary.correlationData = ByteBuffer(bytes: [0x00, 0xFE])
        let text = ByteBuffer(string: "\u{0}\u{1}\u{7F} 😀 \"\\/")
        let payloads = [ByteBuffer(), text, ByteBuffer(bytes: Array(0...255))]
        for (payload, properties) in zip(payloads, [MessageProperties(), .full, binary]) {
            let message = try ReceivedMessage.make(
                "tópic/\u{1}\"",
                payload,
                qos: .exactlyOnce,
                retain: true,
                packetIdentifier: 3,
                properties: properties,
                subscriptionIdentifiers: properties.isEmpty ? [] : [4]
            )
            let line = try Self.read(Self.line(message))
            #expect(
                line.message(qos: .atMostOnce, retain: false)
                    == Message(
                        topic: "tópic/\u{1}\"",
                        payload: payload,
                        qos: .exactlyOnce,
                        retain: true,
                        properties: properties
                    )
            )
        }
    }

    @Test(
        "payloads that are no strings are sent as their JSON text",
        arguments: [
            (#"{"topic":"a","payload":{"x": [1.50, null]}}"#, #"{"x":[1.50,null]}"#),
            (#"{"payload":21.50,"topic":"a"}"#, "21.50"), (#"{"topic":"a","payload":true}"#, "true"),
            (#"{"topic":"a","payload":null}"#, "null"), (#"{"topic":"a","payload":""}"#, ""),
            (#" {"topic":"a","payload_b64":"aGk="} "#, "hi"),
        ]
    )
    func payloads(text: String, payload: String) throws {
        let line = try Self.read(text)
        #expect(line.payload == ByteBuffer(string: payload))
        #expect(line.topic == "a")
        #expect(line.qos == nil && line.retain == nil)
        let message = line.message(qos: .atLeastOnce, retain: true)
        #expect(message.qos == .atLeastOnce && message.retain)
    }

    @Test("user properties as an object")
    func userProperties() throws {
        let line = try Self.read(#"{"topic":"a","payload":"","properties":{"user_properties":{"k":"v","k":"w"}}}"#)
        #expect(line.properties.userProperties == [UserProperty("k", "v"), UserProperty("k", "w")])
    }

    @Test(
        "what is no message",
        arguments: [
            ("", "line 3: no JSON"), ("[1]", "line 3: no JSON object; allowed is one with topic, payload"),
            (#"{"payload":""}"#, "line 3: no topic; allowed are"),
            (#"{"topic":"a"}"#, "line 3: no payload"),
            (#"{"topic":"a","payload":"","payload_b64":""}"#, "line 3: several payloads"),
            (#"{"topic":"","payload":""}"#, "line 3: topic is empty"),
            (#"{"topic":"a/+","payload":""}"#, "line 3: topic a/+ has a wildcard"),
            (#"{"topic":"a\u0000","payload":""}"#, "line 3: topic has the character U+0000"),
            (#"{"topic":1,"payload":""}"#, "line 3: topic is no string"),
            (#"{"topic":"a","payload_b64":"a"}"#, "line 3: payload_b64 is no Base64"),
            (#"{"topic":"a","payload":"","qos":3}"#, "line 3: qos is 3; allowed is a whole number from 0 to 2"),
            (#"{"topic":"a","payload":"","qos":"1"}"#, #"line 3: qos is "1"; allowed"#),
            (#"{"topic":"a","payload":"","retain":1}"#, "line 3: retain is 1; allowed are true and false"),
            (#"{"topci":"a","payload":""}"#, "line 3: topci is not known; allowed are topic"),
        ]
    )
    func problems(text: String, problem: String) {
        let error = #expect(throws: LineProblem.self) { try Self.read(text, number: 3) }
        #expect(error?.text.hasPrefix(problem) == true, "\(error?.text ?? "")")
    }

    @Test(
        "what are no properties",
        arguments: [
            ("[]", "properties is no JSON object"),
            (#"{"x":1}"#, "the property x is not known; allowed are content_type"),
            (#"{"message_expiry_interval":-1}"#, "message_expiry_interval is -1; allowed is a whole number from 0 to"),
            (#"{"message_expiry_interval":1.5}"#, "message_expiry_interval is 1.5; allowed"),
            (#"{"payload_format_indicator":true}"#, "payload_format_indicator is true; allowed"),
            (##"{"response_topic":"#"}"##, "response_topic # has a wildcard"),
            (#"{"content_type":1}"#, "content_type is no"),
            (#"{"user_properties":[{"name":"x"}]}"#, "user_properties is neither an array"),
            (#"{"user_properties":[{"name":"x","value":"y","z":1}]}"#, "user_properties is neither an array"),
            (#"{"user_properties":{"name":1}}"#, "name is no string"),
            (#"{"correlation_data_b64":"/"}"#, "correlation"),
        ]
    )
    func propertyProblems(properties: String, problem: String) {
        let error = #expect(throws: LineProblem.self) {
            try Self.read(#"{"topic":"a","payload":"","properties":"# + properties + "}", number: 3)
        }
        #expect(error?.text.hasPrefix("line 3: " + problem) == true, "\(error?.text ?? "")")
    }
}
