import NIOCore
import Testing

@testable import MQTT
@testable import tinymqtt

@Suite("%j and %J")
struct JSONFormatTests {
    /// What stands behind the time, which other tests look at.
    private static func written(_ format: String, isPretty: Bool = false, _ message: ReceivedMessage) throws -> String {
        let text = try OutputFormat(format, isPretty: isPretty, endsLines: false).text(message).text
        return text.split(separator: "\"topic\"", maxSplits: 1).dropFirst().joined()
    }

    /// The payload as it stands in the object.
    private static func payload(_ format: String, _ payload: ByteBuffer) throws -> [UInt8] {
        var buffer = ByteBuffer()
        let message = try ReceivedMessage.make("t", payload)
        #expect(try OutputFormat(format, endsLines: false).append(message, at: .example, to: &buffer).isEmpty)
        let written = [UInt8](buffer: buffer)
        let begin = Array(#","payload":"#.utf8)
        let index = try #require(written.indices.first { written[$0...].starts(with: begin) })
        return written[(index + begin.count)...].dropLast()
    }

    @Test("the members and their order")
    func members() throws {
        let text = try Self.written("%j", OutputFormatTests.message())
        let properties = """
            {"subscription-identifier":9,"subscription-identifier":10,"payload-format-indicator":1,\
            "content-type":"text/plain","response-topic":"re/ply","correlation-data":"a\\"b",\
            "user-properties":[{"k":"v"},{"k2":"v 2"},{"k":"v3"}],"message-expiry-interval":1000}
            """
        #expect(
            text == """
                :"long/tópic","qos":1,"retain":true,"payloadlen":12,"mid":7,"properties":\(properties),\
                "payload":"hello wörld"}
                """
        )
        let plain = try Self.written("%j", .make("t", ""))
        #expect(plain == #":"t","qos":0,"retain":false,"payloadlen":0,"payload":null}"#)
        #expect(try Self.written("%J", .make("t", "")) == plain)
    }

    @Test("the time has microseconds and a zone")
    func time() throws {
        let text = try OutputFormat("%j", endsLines: false).text(.make("t", "")).text
        let local = try OutputFormat("@Y-@m-@dT@H:@M:@S.001234@z", endsLines: false).text(.make("t", "")).text
        #expect(text.hasPrefix(#"{"tst":""# + local + #"","#))
    }

    @Test("escapes in strings; bytes that are no UTF-8 are passed on")
    func escapes() throws {
        let bytes: [UInt8] = [
            0x00, 0x01, 0x1F, 0x22, 0x5C, 0x2F, 0x7F, 0x0A, 0x09, 0x0D, 0x08, 0x0C, 0xFF, 0xE2, 0x82, 0xAC,
        ]
        let expected =
            Array(#""\u0000\u0001\u001f\"\\/"#.utf8) + [0x7F] + Array(#"\n\t\r\b\f"#.utf8) + bytes[12...] + [0x22]
        #expect(try Self.payload("%j", ByteBuffer(bytes: bytes)) == expected)
    }

    @Test("an embedded payload, its numbers written anew")
    func embedded() throws {
        let source =
            #" {"a":1.50, "b":[1e3,-0,0.1,1e400,123456789012345678901234567890, 1.0e-7,true,null,"#
            + #""\u00e9\/\ud83d\ude00\u0001"],"a":{}, "e":[] } "#
        let expected =
            #"{"a":1.5,"b":[1000,-0,0.1,null,1.2345678901234568e+29,1e-07,true,null,"é/😀\u0001"],"a":{},"e":[]}"#
        #expect(try Self.payload("%J", ByteBuffer(string: source)) == Array(expected.utf8))
        #expect(try Self.payload("%J", ByteBuffer(string: #""str""#)) == Array(#""str""#.utf8))
    }

    @Test("lines with indentation")
    func pretty() throws {
        let source = #"[[1,[2,{"x":[{"y":1,"z":{}},{}]}]],[],{"k":"v"}]"#
        let expected = """
            :\t"t",
            \t"qos":\t0,
            \t"retain":\tfalse,
            \t"payloadlen":\t48,
            \t"payload":\t[[1, [2, {
            \t\t\t\t\t"x":\t[{
            \t\t\t\t\t\t\t"y":\t1,
            \t\t\t\t\t\t\t"z":\t{
            \t\t\t\t\t\t\t}
            \t\t\t\t\t\t}, {
            \t\t\t\t\t\t}]
            \t\t\t\t}]], [], {
            \t\t\t"k":\t"v"
            \t\t}]
            }
            """
        #expect(try Self.written("%J", isPretty: true, .make("t", source)) == expected)
    }

    @Test(
        "a payload that is no JSON leaves an empty line",
        arguments: ["{", " {\"a\":1} x", "a", "[1,]", "\"\\ud800\""]
    )
    func invalid(payload: String) throws {
        let written = try OutputFormat("%J").text(.make("a/b", payload))
        #expect(written.text == "\n")
        #expect(written.problems == ["Message payload is not valid JSON on topic a/b."])
    }

    @Test(
        "numbers with 15 digits, or 17 where those do not read back",
        arguments: [
            ("1.5", "1.5"), ("100000000000000000000", "1e+20"), ("123456789012345680", "1.2345678901234568e+17"),
            ("1234567890123456", "1234567890123456"), ("12345678.9", "12345678.9"), ("1e15", "1e+15"),
            ("0.00001", "1e-05"), ("-0.0", "-0"), ("1e-400", "0"), ("0.30000000000000004", "0.3"),
            ("5e-324", "4.94065645841247e-324"), ("1.7976931348623157e308", "1.79769313486232e+308"),
            ("-1e400", "null"), ("-12", "-12"),
        ]
    )
    func numbers(source: String, expected: String) {
        var buffer = ByteBuffer()
        JSONNumber.write(source, to: &buffer)
        #expect(String(buffer: buffer) == expected)
    }
}
