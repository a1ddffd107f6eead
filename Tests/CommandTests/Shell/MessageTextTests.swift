import MQTT
import Testing

@testable import tinymqtt

/// How a shell shows messages.
@Suite("Messages in the shell")
struct MessageTextTests {
    private func entry(
        _ topic: String,
        _ payload: [UInt8],
        retained: Bool = false,
        qos: QoS = .atMostOnce
    )
        -> MessageLog.Entry
    {
        MessageLog.Entry(
            number: 7,
            connection: "main",
            topic: topic,
            payload: payload,
            payloadByteCount: payload.count,
            qos: qos,
            isRetained: retained,
            isDuplicate: false,
            time: ReceiveTime(seconds: 0, nanoseconds: 0)
        )
    }

    private func lines(_ payload: [UInt8], _ change: (inout MessageText) -> Void = { _ in }) -> String {
        var text = MessageText()
        text.hasTime = false
        change(&text)
        return text.lines(entry("a", payload))
    }

    @Test("topic, marks and text in a line; a text of lines below")
    func text() {
        var text = MessageText()
        text.hasTime = false
        #expect(
            text.lines(entry("a/b", Array("é".utf8), retained: true, qos: .exactlyOnce))
                == "[7] a/b (QoS 2, retained): é"
        )
        #expect(lines(Array("x\r\ny\n\tz".utf8)) == "[7] a:\n    x\n    y\n    \tz")
        #expect(lines([]) == "[7] a: (empty)")
        #expect(lines(Array("x".utf8)) { $0.style = .payload } == "x")
    }

    @Test(
        "what a terminal would obey is made harmless",
        arguments: [
            ("\u{1B}[31mred", "\\e[31mred"), ("a\rb", "a\\rb"), ("\u{7}\u{8}\u{7F}", "\\x07\\x08\\x7f"),
            ("\u{9B}2J", "\\x9b2J"), ("\u{202E}abc", "\\u{202e}abc"), ("日本 é", "日本 é"),
        ]
    )
    func harmless(payload: String, shown: String) {
        #expect(lines(Array(payload.utf8)) == "[7] a: \(shown)")
        #expect(payload.harmless == shown)
    }

    @Test("a topic cannot break its line")
    func topic() {
        var text = MessageText()
        text.hasTime = false
        #expect(text.lines(entry("a\n\u{1B}b", [UInt8(ascii: "x")])) == "[7] a\\n\\eb: x")
    }

    @Test("bytes are shown as digits beside characters")
    func bytes() {
        let dumped = "0000  ff 00 41 7e 7f                                   |..A~.|"
        #expect(lines([0xFF, 0x00, 0x41, 0x7E, 0x7F]) == "[7] a:\n    \(dumped)")
        #expect(
            MessageText.dump(Array(0..<17)[...]).hasSuffix(
                "|................|\n0010  10                                               |.|"
            )
        )
        #expect(lines(Array("A".utf8)) { $0.style = .hex }.hasSuffix("|A|"))
    }

    @Test("JSON is shown in lines on request, and anything else as it is")
    func json() {
        #expect(
            lines(Array(#"{"a":[1,"\u001b"],"b":{}}"#.utf8)) { $0.style = .json } == """
                [7] a:
                    {
                      "a": [
                        1,
                        "\\u001b"
                      ],
                      "b": {}
                    }
                """
        )
        #expect(lines(Array("no json".utf8)) { $0.style = .json } == "[7] a: no json")
    }

    @Test("what is cut is said, with how to see the rest")
    func cut() {
        let long = Array(String(repeating: "é", count: 600).utf8)
        let shown = lines(long) { $0.maximumByteCount = 101 }
        #expect(
            shown == "[7] a:\n    \(String(repeating: "é", count: 50))\n    … 1100 more bytes; show 7 shows all"
        )
        #expect(lines(long) { $0.maximumByteCount = 0 } == "[7] a: " + String(repeating: "é", count: 600))
        let rows = lines(Array(String(repeating: "x\n", count: 30).utf8))
        #expect(rows.hasSuffix("… 7 more lines; show 7 shows all"))
        let binary = lines(Array(repeating: 0, count: 10_000))
        #expect(binary.hasSuffix("… 9616 more bytes; show 7 shows all"))
        #expect(binary.split(separator: "\n").count == 26)
    }

    @Test(
        "values of trees stay in their line",
        arguments: [
            ("\u{1B}\n", "\\e\\n"), ("", ""),
            (String(repeating: "x", count: 100), String(repeating: "x", count: 60) + "… (100 bytes)"),
        ]
    )
    func values(payload: String, shown: String) {
        #expect(ValueText.of(Array(payload.utf8), byteCount: payload.utf8.count) == shown)
    }

    @Test("a value that was cut in the middle of a character is text all the same")
    func cutValue() {
        #expect(ValueText.of(Array("aé".utf8.prefix(2)), byteCount: 3) == "a… (3 bytes)")
        #expect(ValueText.of([0, 1], byteCount: 2) == "2 bytes")
    }
}
