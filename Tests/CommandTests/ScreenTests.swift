import NIOCore
import Testing

@testable import MQTT
@testable import tinymqtt

@Suite("Plain output, the rate, and the screen")
struct ScreenTests {
    @Test("plain output")
    func plain() throws {
        let message = try ReceivedMessage.make("a/b", ByteBuffer(bytes: [0x31, 0xFF, 0x00]))
        let empty = try ReceivedMessage.make("a/b", "")
        let cases: [(PlainFormat, [UInt8], String)] = [
            (PlainFormat(), [0x31, 0xFF, 0x00, 0x0A], ""),
            (PlainFormat(endsLines: false), [0x31, 0xFF, 0x00], ""),
            (PlainFormat(showsTopic: true), Array("a/b 1".utf8) + [0xFF, 0x00, 0x0A], "a/b (null)\n"),
            (PlainFormat(showsTopic: true, endsLines: false), Array("a/b 1".utf8) + [0xFF, 0x00], ""),
        ]
        for (format, bytes, emptyText) in cases {
            var buffer = ByteBuffer()
            format.append(message, to: &buffer)
            #expect(buffer == ByteBuffer(bytes: bytes))
            buffer.clear()
            format.append(empty, to: &buffer)
            #expect(buffer == ByteBuffer(string: emptyText))
        }
    }

    @Test("the rate counts anew each time, and knows how late it is")
    func rate() {
        var rate = MessageRate()
        var buffer = ByteBuffer()
        rate.append(to: &buffer)
        for _ in 0..<30 {
            rate.add()
        }
        rate.append(after: .seconds(2), to: &buffer)
        rate.add()
        rate.append(to: &buffer)
        rate.add()
        rate.append(after: .zero, to: &buffer)
        #expect(String(buffer: buffer) == "0 msgs/s\n15 msgs/s\n1 msgs/s\n1000 msgs/s\n")
    }

    /// What a terminal of so many rows and columns shows of some bytes; the cursor's place is the last element.
    private static func shown(_ bytes: ByteBuffer, rows: Int, columns: Int) throws -> (lines: [String], row: Int) {
        var lines = [[Character]](repeating: [], count: rows)
        var (row, column) = (0, 0)
        var rest = Substring(String(buffer: bytes))
        while let character = rest.popFirst() {
            if character == "\n" {
                try #require(row + 1 < rows, "the screen moves up")
                (row, column) = (row + 1, 0)
            } else if character == "\u{1B}" {
                try #require(rest.popFirst() == "[")
                let numbers = rest.prefix { $0.isNumber || $0 == ";" }
                rest = rest.dropFirst(numbers.count)
                switch rest.popFirst() {
                case "J": lines = lines.map { _ in [] }
                case "K": lines[row] = Array(lines[row].prefix(column))
                case "H":
                    row = try #require(numbers.split(separator: ";").first.flatMap { Int($0) }) - 1
                    column = 0
                    try #require(row < rows, "a line below the screen")
                default: Issue.record("an unknown sequence")
                }
            } else {
                try #require(column < columns, "a line that is too long")
                lines[row] = Array(lines[row].prefix(column)) + [character] + Array(lines[row].dropFirst(column + 1))
                column += 1
            }
        }
        return (lines.map { String($0) }, row)
    }

    @Test("each topic keeps its line, and what is too much is cut")
    func screen() throws {
        var screen = WatchScreen(host: "example.org", rows: 5, columns: 20)
        var buffer = ByteBuffer()
        screen.open(&buffer)
        func show(_ topic: String, _ text: String) {
            screen.show(ByteBuffer(string: "\(topic) \(text)\n"), topic: topic, to: &buffer)
        }
        show("a", "first and long")
        show("b", "x\ny\u{1B}[2J\u{9B}z")
        #expect(try Self.shown(buffer, rows: 5, columns: 20).row == 3)
        show("a", "2")
        show("c", String(repeating: "ö", count: 100_000))
        #expect(
            try Self.shown(buffer, rows: 5, columns: 20).lines
                == ["Broker: example.org", "a 2", "b x y [2J z", "c " + String(repeating: "ö", count: 18), ""]
        )
        show("d", "no room")
        show("e", "no room")
        let full = try Self.shown(buffer, rows: 5, columns: 20)
        #expect(full.lines[4] == "… and 2 messages of ")
        #expect(full.row == 4)
        show("b", "still here")
        #expect(try Self.shown(buffer, rows: 5, columns: 20).lines[2] == "b still here")
    }

    @Test("a payload that is no UTF-8 cannot drive the terminal")
    func binary() throws {
        var screen = WatchScreen(host: "h", rows: 24, columns: 10)
        var buffer = ByteBuffer()
        screen.show(ByteBuffer(bytes: [0x9B, 0x32, 0x4A, 0x07, 0x41]), topic: "t", to: &buffer)
        #expect(String(buffer: buffer) == "\u{1B}[2;1H\u{FFFD}2J A\u{1B}[K\u{1B}[3;1H")
    }
}
