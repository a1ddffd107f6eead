import Logging

/// A line of the log, on its way to everywhere.
struct LogLine: Sendable {
    /// How many bytes a line may have with its line feed: as many as a pipe takes in one piece, also where several
    /// programs write to it. What is longer is cut.
    static let longest = 4_096
    private static let ellipsis = "…"

    let kind: LogSettings.Kind
    /// What stands before the text: the time.
    let stamp: String
    /// What is said, on one line.
    let text: String

    /// A line whose text may hold anything.
    init(_ kind: LogSettings.Kind, _ message: String, stamp: String) {
        self.kind = kind
        self.stamp = stamp.printable
        let room = max(0, Self.longest - 1 - self.stamp.utf8.count)
        text = Self.cut((kind.prefix + message).printable, to: room)
    }

    /// The line without its line feed.
    var stamped: String { stamp + text }

    /// The beginning of a text that has at most so many bytes, and no part of a character.
    private static func cut(_ text: String, to byteCount: Int) -> String {
        guard text.utf8.count > byteCount else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, byteCount - ellipsis.utf8.count))
        while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text[..<end]) + ellipsis
    }
}

extension LogEvent {
    /// What is said, with the error and the metadata that came along.
    func text(with metadata: Logger.Metadata) -> String {
        var text = "\(message)"
        if let error { text += ": \(error)" }
        let pairs = metadata.merging(self.metadata ?? [:]) { $1 }
        guard !pairs.isEmpty else { return text }
        let words = pairs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return "\(text) (\(words.joined(separator: ", ")))"
    }
}
