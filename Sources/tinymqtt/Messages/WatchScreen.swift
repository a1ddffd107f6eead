import MQTT
import NIOCore

/// A screen with one line for each topic, which shows the last message of it in its place; for terminals that know the
/// ANSI sequences.
///
/// The first line names the broker. Topics get their lines in the order in which they come; when there is no room left,
/// the last line counts the messages of the others.
struct WatchScreen {
    /// The most topics of a screen, however large.
    static let mostTopics = 1_000

    private let host: String
    private let rows: Int
    private let columns: Int
    private let maximumTopics: Int
    /// The line of each topic, counted from 2.
    private var lines: [String: Int] = [:]
    private var messagesWithoutLine = 0

    /// - Parameters:
    ///   - host: The name of the broker.
    ///   - rows: How many lines the terminal has.
    ///   - columns: How many characters a line of it has.
    init(host: String, rows: Int, columns: Int) {
        self.host = host
        self.rows = max(rows, 1)
        self.columns = max(columns, 1)
        // One line is the broker's, and one is kept for what finds no room.
        maximumTopics = min(max(rows - 2, 1), Self.mostTopics)
    }

    /// Clears the screen and writes its first line.
    func open(_ buffer: inout ByteBuffer) {
        buffer.writeStaticString("\u{1B}[2J\u{1B}[1;1H")
        write(ByteBuffer(string: "Broker: \(host)"), to: &buffer)
        buffer.writeStaticString("\n")
    }

    /// Shows a message in the line of its topic.
    ///
    /// - Parameter text: What is to be seen of the message; line feeds and other control characters become blanks, and
    ///   what is too long for the line is cut.
    mutating func show(_ text: ByteBuffer, topic: String, to buffer: inout ByteBuffer) {
        let line: Int
        if let known = lines[topic] {
            line = known
        } else if lines.count < maximumTopics {
            line = lines.count + 2
            lines[topic] = line
        } else {
            messagesWithoutLine += 1
            let more = ByteBuffer(string: "… and \(messagesWithoutLine) messages of topics that have no line")
            replaceLine(maximumTopics + 2, with: more, in: &buffer)
            return
        }
        replaceLine(line, with: text, in: &buffer)
    }

    /// Leaves the cursor below what is written, for whatever the shell writes next.
    private func replaceLine(_ line: Int, with text: ByteBuffer, in buffer: inout ByteBuffer) {
        buffer.writeString("\u{1B}[\(line);1H")
        write(text, to: &buffer)
        // What a longer text has left there.
        buffer.writeStaticString("\u{1B}[K")
        let last = lines.count + 1 + (messagesWithoutLine > 0 ? 1 : 0)
        // By a line feed, which would do the same on most lines, a full screen would move up.
        buffer.writeString("\u{1B}[\(min(last + 1, rows));1H")
    }

    /// Adds as much of a text as a line has room for. Each character counts as one column; bytes that are no UTF-8 are
    /// replaced, because a terminal might take them for commands.
    private func write(_ text: ByteBuffer, to buffer: inout ByteBuffer) {
        // Beyond so many bytes no character has room; a large payload is not decoded for nothing.
        let longest = min(text.readableBytes, 4 * columns)
        var end = text.readableBytes
        // The line feed at the end of a format is not shown as a blank.
        while end > 0, text.getInteger(at: text.readerIndex + end - 1, as: UInt8.self) == UInt8(ascii: "\n") {
            end -= 1
        }
        let shown = text.readableBytesView.prefix(min(longest, end))
        var room = columns
        for scalar in String(decoding: shown, as: UTF8.self).unicodeScalars {
            guard room > 0 else { return }
            room -= 1
            let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
            buffer.writeString(isControl ? " " : String(Character(scalar)))
        }
    }
}
