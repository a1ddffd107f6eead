/// A text file of the repository as the rules see it.
struct SourceFile: Sendable {
    /// From the root of the repository.
    let path: String
    let lines: [Substring]
    /// The words and signs of each line; those of a Swift file without its comments and string contents.
    let tokens: [[Substring]]
    /// The lines of a Swift file with nothing but comments; empty for any other file.
    let comments: [Substring]
    let declarations: [Declaration]

    init(path: String, text: String) {
        self.path = path
        lines = text.lines
        if path.hasSuffix(".swift") {
            let source = SourceText(text)
            tokens = source.code.map(\.tokens)
            comments = source.comments
            declarations = Outline(tokens).declarations
        } else {
            tokens = lines.map(\.tokens)
            comments = []
            declarations = []
        }
    }

    var isSwift: Bool { path.hasSuffix(".swift") }

    /// The folder of the core library that the file belongs to, like `Wire`; `nil` outside of it.
    var layer: String? {
        let parts = path.split(separator: "/")
        guard parts.count > 3, parts[0] == "Sources", parts[1] == "MQTT" else { return nil }
        return String(parts[2])
    }

    func isUnder(_ folders: String...) -> Bool {
        folders.contains { path.hasPrefix($0 + "/") }
    }

    /// Whether a line, counted from 0, carries a comment.
    func hasComment(at index: Int) -> Bool {
        comments.indices.contains(index) && comments[index].contains { $0 != " " }
    }

    /// Whether a line, counted from 0, is nothing but comment.
    func isCommentOnly(at index: Int) -> Bool {
        hasComment(at: index) && tokens[index].isEmpty
    }

    /// Whether a comment stands on a line or on the one above it.
    func isExplained(at index: Int) -> Bool {
        hasComment(at: index) || isCommentOnly(at: index - 1)
    }

    /// A finding at a line that is counted from 0.
    func finding(at index: Int, _ problem: String, remedy: String) -> Finding {
        Finding(path: path, line: index + 1, problem: problem, remedy: remedy)
    }

    /// A finding for each line that has one of the sequences of tokens, the first of them; a sequence is written with
    /// blanks between its tokens, like `. now (`.
    func findings(
        of sequences: [String],
        _ problem: String,
        remedy: String,
        unless isAllowed: (Int) -> Bool = { _ in false }
    ) -> [Finding] {
        let sequences = sequences.map { $0.split(separator: " ") }
        return tokens.indices.compactMap { index in
            guard let found = sequences.first(where: { tokens[index].contains(sequence: $0) }), !isAllowed(index) else {
                return nil
            }
            return finding(at: index, "`\(found.joined())` \(problem)", remedy: remedy)
        }
    }
}

extension [Substring] {
    /// Whether the tokens of `sequence` stand in a row.
    func contains(sequence: [Substring]) -> Bool {
        indices.contains { self[$0...].starts(with: sequence) }
    }
}

extension StringProtocol where SubSequence == Substring {
    /// The words of the text, and every other visible character by itself.
    var tokens: [Substring] {
        let bytes = utf8
        var tokens: [Substring] = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let start = position
            while position < bytes.endIndex, bytes[position].isInWords { bytes.formIndex(after: &position) }
            if start == position { bytes.formIndex(after: &position) }
            if bytes[start] > UInt8(ascii: " ") { tokens.append(self[start..<position]) }
        }
        return tokens
    }
}

extension UInt8 {
    /// Whether the byte may be part of an identifier or a number.
    fileprivate var isInWords: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
