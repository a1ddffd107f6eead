import NIOCore

/// A line that is a topic, a separator and a payload.
struct SplitLine: Equatable {
    let topic: String
    let payload: ByteBuffer

    /// Divides a line where the separator stands for the first time; the payload may be empty, or have it again.
    ///
    /// - Parameters:
    ///   - line: The line without its line feed.
    ///   - number: The number of the line, counted from 1, for errors.
    ///   - separator: At least one byte.
    init(_ line: ByteBuffer, number: Int, separator: String) throws(LineProblem) {
        guard let position = Self.position(of: Array(separator.utf8), in: line) else {
            throw LineProblem(
                line: number,
                "no separator \"\(separator)\"; a line is a topic, the separator and a payload"
            )
        }
        var rest = line
        let topic = rest.readSlice(length: position) ?? ByteBuffer()
        guard let text = String(validating: topic.readableBytesView, as: UTF8.self) else {
            throw LineProblem(line: number, "the topic is not UTF-8")
        }
        if let problem = problemOfTopic(text, "the topic") { throw LineProblem(line: number, problem) }
        rest.moveReaderIndex(forwardBy: separator.utf8.count)
        self.topic = text
        payload = rest
    }

    private static func position(of separator: [UInt8], in line: ByteBuffer) -> Int? {
        let bytes = line.readableBytesUInt8Span
        guard let first = separator.first, bytes.count >= separator.count else { return nil }
        for start in 0...(bytes.count - separator.count) where bytes[start] == first {
            if separator.indices.allSatisfy({ bytes[start + $0] == separator[$0] }) { return start }
        }
        return nil
    }
}
