/// Why a line of input is no message.
struct LineProblem: Error, Equatable {
    /// The number of the line, counted from 1, what is wrong with it, and what is allowed.
    let text: String

    /// - Parameter line: The number of the line, counted from 1.
    init(line: Int, _ problem: String) {
        text = "line \(line): \(problem)"
    }
}

/// What is wrong with a topic to publish to; `nil` where nothing is.
func problemOfTopic(_ topic: String, _ name: String) -> String? {
    if topic.isEmpty { return "\(name) is empty; allowed is at least one character" }
    if topic.utf8.count > longestTopic { return "\(name) is longer than \(longestTopic) bytes" }
    if topic.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }) {
        return "\(name) \(topic) has a wildcard; + and # are for subscribing"
    }
    return topic.utf8.contains(0) ? "\(name) has the character U+0000, which no topic may have" : nil
}

/// What the length of a topic in a packet can be, in bytes.
private let longestTopic = 65_535
