import DequeModule

/// The latest messages, for those who come later.
struct ChatHistory: Sendable {
    /// How many messages can be kept at most.
    static let maximumCount = 10_000
    /// How many bytes one answer has at most, so that every broker takes it; a longer history goes in several.
    static let answerByteCount = 64 << 10

    /// How many messages are kept.
    let limit: Int
    private(set) var messages: Deque<ChatMessage> = []

    init(limit: Int) {
        self.limit = min(max(limit, 0), Self.maximumCount)
    }

    mutating func append(_ message: ChatMessage) {
        guard limit > 0 else { return }
        if messages.count >= limit { messages.removeFirst() }
        messages.append(message)
    }

    /// The messages in their order, in pieces of a size that brokers take; one empty piece where there are none.
    var pieces: [[ChatMessage]] {
        var pieces: [[ChatMessage]] = [[]]
        var byteCount = 0
        for message in messages {
            let size = message.json.utf8.count
            if byteCount + size > Self.answerByteCount, byteCount > 0 {
                pieces.append([])
                byteCount = 0
            }
            pieces[pieces.count - 1].append(message)
            byteCount += size
        }
        return pieces
    }
}
