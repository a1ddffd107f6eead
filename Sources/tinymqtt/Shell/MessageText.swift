import MQTT
import NIOCore

/// How messages are shown.
struct MessageText: Sendable {
    /// What a payload is taken for.
    enum Style: String, Sendable, CaseIterable {
        /// Text where it is text, else bytes.
        case text
        /// JSON in lines, where it is JSON.
        case json
        /// Bytes with their characters beside.
        case hex
        /// The payload alone, without a topic.
        case payload
    }

    var style = Style.text
    /// Whether the time is told.
    var hasTime = true
    /// How many bytes of a payload are shown; 0 for all.
    var maximumByteCount = 1_024
    /// How many lines of a payload are shown, where bytes are limited.
    var maximumLineCount = 24

    private static let bytesPerLine = 16
    private static let indentation = "    "
    private static let timeForm = TimeForm("%H:%M:%S")

    /// A message as lines for a terminal, with nothing in them that a terminal would obey.
    func lines(_ entry: MessageLog.Entry) -> String {
        let content = content(of: entry)
        var text = content.text
        if let rest = content.rest {
            text += (text.isEmpty ? "" : "\n") + "… \(rest); show \(entry.number) shows all"
        }
        guard style != .payload else { return text }
        let head = head(entry)
        guard !text.contains("\n"), content.isText else {
            return head + "\n"
                + text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { Self.indentation + $0 }.joined(separator: "\n")
        }
        return text.isEmpty ? "\(head) (empty)" : "\(head) \(text)"
    }

    /// The whole of a payload, and nothing else.
    func whole(_ payload: [UInt8]) -> String {
        if style == .json, let value = try? JSONValue(parsing: payload) {
            return value.text(indentation: "  ").harmlessLines
        }
        guard style != .hex, !payload.contains(0), let text = Self.text(payload[...], of: payload) else {
            return Self.dump(payload[...])
        }
        return text.harmlessLines
    }

    /// Number, time, marks and topic.
    private func head(_ entry: MessageLog.Entry) -> String {
        var parts = ["[\(entry.number)]"]
        if hasTime { parts.append(Self.text(entry.time)) }
        var marks: [String] = []
        if entry.qos != .atMostOnce { marks.append("QoS \(entry.qos.rawValue)") }
        if entry.isRetained { marks.append("retained") }
        if entry.isDuplicate { marks.append("again") }
        parts.append(entry.topic.harmless + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))") + ":")
        return parts.joined(separator: " ")
    }

    private static func text(_ time: ReceiveTime) -> String {
        var text = ByteBuffer()
        time.write(timeForm, in: .local, to: &text)
        return String(buffer: text)
    }

    private struct Content {
        var text: String
        /// What is not shown.
        var rest: String?
        var isText = true
    }

    private func content(of entry: MessageLog.Entry) -> Content {
        let isWhole = maximumByteCount == 0
        if style == .json, let value = try? JSONValue(parsing: entry.payload) {
            return cut(value.text(indentation: "  ").harmlessLines, entry, shownBytes: nil)
        }
        let shown = isWhole ? entry.payload[...] : entry.payload.prefix(maximumByteCount)
        guard style != .hex, !entry.payload.contains(0), let text = Self.text(shown, of: entry.payload) else {
            let dumped = isWhole ? shown : shown.prefix(maximumLineCount * Self.bytesPerLine)
            var content = Content(text: Self.dump(dumped), isText: false)
            content.rest = Self.rest(entry.payloadByteCount - dumped.count)
            return content
        }
        return cut(text.harmlessLines, entry, shownBytes: text.utf8.count)
    }

    /// Limits the lines of a text.
    private func cut(_ text: String, _ entry: MessageLog.Entry, shownBytes: Int?) -> Content {
        var content = Content(text: text)
        if let shownBytes { content.rest = Self.rest(entry.payloadByteCount - shownBytes) }
        guard maximumByteCount > 0 else { return content }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count > maximumLineCount {
            content.text = lines.prefix(maximumLineCount).joined(separator: "\n")
            let more = "\(lines.count - maximumLineCount) more lines"
            content.rest = content.rest.map { "\(more) and \($0)" } ?? more
        } else if shownBytes == nil, text.utf8.count > 4 * maximumByteCount {
            content.text = String(text.prefix(maximumByteCount))
            content.rest = "\(text.count - maximumByteCount) more characters"
        }
        return content
    }

    private static func rest(_ count: Int) -> String? {
        count > 0 ? "\(count) more byte\(count == 1 ? "" : "s")" : nil
    }

    /// The beginning of a payload as text; `nil` where the payload is none.
    private static func text(_ shown: ArraySlice<UInt8>, of payload: [UInt8]) -> String? {
        var end = shown.endIndex
        // Not in the middle of a character.
        if end < payload.count {
            while end > 0, payload[end] & 0xC0 == 0x80 { end -= 1 }
        }
        return String(validating: payload[..<end], as: UTF8.self)
    }

    /// Bytes in lines: where they begin, their digits, their characters.
    static func dump(_ bytes: ArraySlice<UInt8>) -> String {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: bytesPerLine)
            .map { start in
                let row = bytes[start..<min(start + bytesPerLine, bytes.endIndex)]
                let digits = row.map(\.hexadecimal).joined(separator: " ")
                let filling = String(repeating: " ", count: bytesPerLine * 3 - 1 - digits.count)
                let characters = String(decoding: row.map { 0x20..<0x7F ~= $0 ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
                let offset = String(start - bytes.startIndex, radix: 16)
                let place = String(repeating: "0", count: max(0, 4 - offset.count)) + offset
                return "\(place)  \(digits)\(filling)  |\(characters)|"
            }
            .joined(separator: "\n")
    }
}
