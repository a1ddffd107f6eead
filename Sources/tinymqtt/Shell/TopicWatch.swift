import MQTT
import NIOCore

/// A screen of its own with the last value of each topic, drawn anew a few times a second until the task is cancelled.
struct TopicWatch: Sendable {
    private static let interval = Duration.milliseconds(100)
    /// What switches to the other screen of the terminal and back.
    private static let (open, close) = ("\u{1B}[?1049h\u{1B}[?25l", "\u{1B}[H\u{1B}[J\u{1B}[?25h\u{1B}[?1049l")
    private static let (home, clearLine, clearBelow) = ("\u{1B}[H", "\u{1B}[K", "\u{1B}[J")

    let title: String
    let matcher: TopicMatcher

    func run(_ desk: MessageDesk) async {
        write(Self.open)
        var last = ""
        while !Task.isCancelled {
            let text = text(desk)
            if text != last { write(text) }
            last = text
            // It ends early only when the task is cancelled.
            try? await Task.sleep(for: Self.interval)
        }
        write(Self.close)
    }

    private func text(_ desk: MessageDesk) -> String {
        let size = TerminalSize.ofStandardOutput
        let columns = size.columns
        let room = max(1, size.rows - 2)
        let topics = desk.withBook { $0.topics(matching: matcher, limit: room + 1) }.filter { $0.node.messageCount > 0 }
        var lines = ["\(title), Ctrl-C ends"]
        let width = min(topics.map { $0.topic.harmless.columns }.max() ?? 0, columns / 2)
        for (topic, node) in topics.prefix(room) {
            let name = Self.fit(topic.harmless, width)
            let padding = String(repeating: " ", count: max(0, width - name.columns))
            let value = ValueText.of(node.value, byteCount: node.valueByteCount)
            lines.append("\(name)\(padding)  \(value) (\(node.messageCount))")
        }
        if topics.count > room { lines.append("… and more than fit") }
        let drawn = lines.map { Self.fit($0, columns - 1) + Self.clearLine }.joined(separator: "\r\n")
        return Self.home + drawn + Self.clearBelow
    }

    /// As much of a text as so many columns hold.
    private static func fit(_ text: String, _ columns: Int) -> String {
        guard text.columns > columns else { return text }
        var fitted = ""
        var width = 1
        for character in text {
            width += String(character).columns
            guard width <= columns else { break }
            fitted.append(character)
        }
        return fitted + "…"
    }

    private func write(_ text: String) {
        var output = StandardOutput()
        output.append(.init(string: text))
        // A terminal that has gone ends the shell by a signal.
        try? output.flush()
    }
}
