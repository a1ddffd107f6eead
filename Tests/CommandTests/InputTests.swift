import NIOCore
import Testing

@testable import Support
@testable import tinymqtt

@Suite("Payloads and lines as they are typed")
struct InputTests {
    @Test(
        "payloads as words",
        arguments: [
            ("hello", Array("hello".utf8)), ("", []), ("hex:", []), ("hex:1883fF", [0x18, 0x83, 0xFF]),
            ("base64:aGk=", Array("hi".utf8)), ("b64:/w==", [0xFF]), ("text:hex:18", Array("hex:18".utf8)),
            ("text:@file", Array("@file".utf8)), ("text:text:", Array("text:".utf8)), ("HEX:18", Array("HEX:18".utf8)),
        ]
    )
    func words(word: String, bytes: [UInt8]) throws {
        #expect(try PayloadText.parse(word).read() == ByteBuffer(bytes: bytes))
    }

    @Test(
        "words that are no payload",
        arguments: [
            ("hex:1", "an odd number of digits"), ("hex:18:83", ": in hex: is no digit"),
            ("hex:0x18", "x in hex: is no"),
            ("hex:１８", "１ in hex: is no digit"), ("base64:a", "base64:a is no Base64"),
            ("b64:aGk", "b64:aGk is no Base64"),
            ("b64:aGl=", "b64:aGl= is no Base64"), ("@", "no path after @"),
        ]
    )
    func wrongWords(word: String, problem: String) {
        let error = #expect(throws: PayloadText.Problem.self) { try PayloadText.parse(word) }
        #expect(error?.text.hasPrefix(problem) == true, "\(error?.text ?? "")")
    }

    @Test("the content of a file")
    func file() throws {
        let folder = try TemporaryFolder("payload")
        let path = try folder.write("from a file\n", to: "payload")
        #expect(try PayloadText.parse("@\(path)").read() == ByteBuffer(string: "from a file\n"))
        let missing = try PayloadText.parse("@\(folder.path("missing"))")
        #expect(throws: StandardInput.Failure.self) { try missing.read() }
    }

    @Test(
        "lines with a separator",
        arguments: [
            ("a/b 21.5", " ", "a/b", "21.5"), ("a  b", " ", "a", " b"), ("a b c", " ", "a", "b c"),
            ("a ", " ", "a", ""),
            ("a::b:::c", ":::", "a::b", "c"), ("ä\tö", "\t", "ä", "ö"), ("a,b", ",", "a", "b"),
        ]
    )
    func lines(line: String, separator: String, topic: String, payload: String) throws {
        let split = try SplitLine(ByteBuffer(string: line), number: 1, separator: separator)
        #expect(split.topic == topic)
        #expect(split.payload == ByteBuffer(string: payload))
    }

    @Test(
        "lines that are no message",
        arguments: [
            ("", "line 7: no separator \" \""), ("topic", "line 7: no separator"),
            (" payload", "line 7: the topic is empty"),
            ("a/# x", "line 7: the topic a/# has a wildcard"),
            ("a\u{0} x", "line 7: the topic has the character U+0000"),
        ]
    )
    func wrongLines(line: String, problem: String) {
        let error = #expect(throws: LineProblem.self) {
            try SplitLine(ByteBuffer(string: line), number: 7, separator: " ")
        }
        #expect(error?.text.hasPrefix(problem) == true, "\(error?.text ?? "")")
    }

    @Test("bytes that are no topic, and bytes that are any payload")
    func bytes() throws {
        #expect(throws: LineProblem(line: 1, "the topic is not UTF-8")) {
            try SplitLine(ByteBuffer(bytes: [0xFF, 0x20, 0x61]), number: 1, separator: " ")
        }
        let split = try SplitLine(ByteBuffer(bytes: [0x61, 0x20, 0xFF, 0x00]), number: 1, separator: " ")
        #expect(split.payload == ByteBuffer(bytes: [0xFF, 0x00]))
        let long = ByteBuffer(string: String(repeating: "a", count: 65_536) + " x")
        #expect(throws: LineProblem(line: 1, "the topic is longer than 65535 bytes")) {
            try SplitLine(long, number: 1, separator: " ")
        }
    }
}
