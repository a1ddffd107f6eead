import MQTT

/// How a line of the chat is printed.
struct ChatLineFormat {
    var isJSON: Bool
    /// Whether names have colours.
    var hasColours: Bool

    /// The line, without anything that a terminal or a reader of lines could take for more than text.
    func text(_ line: ChatLine) -> String {
        guard !isJSON else { return PrintableText.json(line.json) }
        switch line {
        case .message(let message, let isHistory): return text(message, isHistory: isHistory)
        case .joined(let user): return "-- \(name(user)) joined"
        case .left(let user): return "-- \(name(user)) left"
        case .users(let users):
            let names = users.map { name($0) }.joined(separator: ", ")
            return "-- \(users.count) here\(users.isEmpty ? "" : ": ")\(names)"
        case .notice(let user, let text): return "-- \(name(user)): \(PrintableText.line(text))"
        }
    }

    private func text(_ message: ChatMessage, isHistory: Bool) -> String {
        let time = isHistory ? (message.timestamp.map { "[\($0)] " } ?? "[earlier] ") : ""
        let isPrivate = message.recipient != nil
        let text = PrintableText.line(message.text)
        if text.hasPrefix("/me ") { return "\(time)* \(name(message.user)) \(text.dropFirst("/me ".count))" }
        return "\(time)\(name(message.user))\(isPrivate ? " (private)" : ""): \(text)"
    }

    /// What sets the colours of names; the bright ones are hard to read on white.
    private static let colours = [31, 32, 33, 34, 35, 36]

    /// A name, in the same colour each time.
    private func name(_ user: ParticipantName) -> String {
        guard hasColours else { return user.description }
        // Not Swift's own hash, which differs from run to run.
        let hash = user.description.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return "\u{1B}[\(Self.colours[Int(hash % UInt32(Self.colours.count))])m\(user)\u{1B}[0m"
    }
}
