/// A Swift text taken apart into what the compiler reads and what people read, line by line.
///
/// In `code`, comments and the contents of string literals are blank; in `comments`, all but the comments is. Lines and
/// columns stay as they were. A regular expression literal is read as code, so a quotation mark inside one hides the rest
/// of its line.
struct SourceText {
    let code: [Substring]
    let comments: [Substring]

    init(_ text: String) {
        var splitter = SourceTextSplitter(bytes: Array(text.utf8))
        splitter.run()
        code = String(decoding: splitter.code, as: UTF8.self).lines
        comments = String(decoding: splitter.comments, as: UTF8.self).lines
    }
}

extension String {
    /// The lines of the text, empty ones as well; a last line feed starts no further line.
    var lines: [Substring] {
        var lines = split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

extension Substring {
    /// The text without the blanks around it.
    var trimmingBlanks: Substring {
        guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
            return ""
        }
        return self[first...last]
    }
}

/// Walks over the bytes of a Swift text and sorts each into code or comment.
private struct SourceTextSplitter {
    private enum Region {
        /// Inside an interpolation, with the number of parentheses that are open.
        case interpolation(openParentheses: Int)
        case lineComment
        case blockComment
        case string(quotes: Int, hashes: Int)
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let blank = UInt8(ascii: " ")

    let bytes: [UInt8]
    private(set) var code: [UInt8] = []
    private(set) var comments: [UInt8] = []
    private var position = 0
    /// What the position lies in, outermost first; empty in plain code.
    private var regions: [Region] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
        code.reserveCapacity(bytes.count)
        comments.reserveCapacity(bytes.count)
    }

    mutating func run() {
        while position < bytes.count {
            switch regions.last {
            case nil, .interpolation: stepInCode()
            case .lineComment: stepInLineComment()
            case .blockComment: stepInBlockComment()
            case .string(let quotes, let hashes): stepInString(quotes: quotes, hashes: hashes)
            }
        }
    }

    private mutating func stepInCode() {
        if startsHere("//") {
            regions.append(.lineComment)
        } else if startsHere("/*") {
            regions.append(.blockComment)
            take(2, asComment: true)
        } else if let (quotes, hashes) = stringDelimiterHere() {
            regions.append(.string(quotes: quotes, hashes: hashes))
            take(quotes + hashes, asCode: true)
        } else {
            let endsInterpolation = countParenthesis()
            take(1, asCode: !endsInterpolation)
        }
    }

    /// Leaves an interpolation at the parenthesis that closes it, and says whether this is one.
    private mutating func countParenthesis() -> Bool {
        guard case .interpolation(let open) = regions.last else { return false }
        if startsHere("(") { regions[regions.count - 1] = .interpolation(openParentheses: open + 1) }
        guard startsHere(")") else { return false }
        regions.removeLast()
        if open > 1 { regions.append(.interpolation(openParentheses: open - 1)) }
        return open == 1
    }

    private mutating func stepInLineComment() {
        if bytes[position] == Self.lineFeed { regions.removeLast() }
        take(1, asComment: true)
    }

    private mutating func stepInBlockComment() {
        if startsHere("*/") {
            regions.removeLast()
            take(2, asComment: true)
        } else if startsHere("/*") {
            regions.append(.blockComment)
            take(2, asComment: true)
        } else {
            take(1, asComment: true)
        }
    }

    private mutating func stepInString(quotes: Int, hashes: Int) {
        let hashText = String(repeating: "#", count: hashes)
        if startsHere("\\" + hashText + "(") {
            regions.append(.interpolation(openParentheses: 1))
            take(hashes + 2)
        } else if startsHere("\\" + hashText) {
            take(hashes + 2)
        } else if startsHere(String(repeating: "\"", count: quotes) + hashText) {
            regions.removeLast()
            take(quotes + hashes, asCode: true)
        } else {
            // No literal with one quotation mark goes on behind its line: the mark was none.
            if quotes == 1, bytes[position] == Self.lineFeed { regions.removeLast() }
            take(1)
        }
    }

    /// The quotation marks and number signs of a string literal that begins at the position.
    private func stringDelimiterHere() -> (quotes: Int, hashes: Int)? {
        var hashes = 0
        while position + hashes < bytes.count, bytes[position + hashes] == UInt8(ascii: "#") { hashes += 1 }
        if startsHere("\"\"\"", after: hashes) { return (3, hashes) }
        if startsHere("\"", after: hashes) { return (1, hashes) }
        return nil
    }

    private func startsHere(_ text: String, after offset: Int = 0) -> Bool {
        let start = position + offset
        // Asked at every byte of the repository: nearly always the first one tells.
        guard start < bytes.count, bytes[start] == text.utf8.first else { return false }
        return bytes[start...].starts(with: text.utf8)
    }

    /// Moves over `count` bytes, which stay visible in one of the two texts or in none.
    private mutating func take(_ count: Int, asCode: Bool = false, asComment: Bool = false) {
        for _ in 0..<min(count, bytes.count - position) {
            let byte = bytes[position]
            let isLineFeed = byte == Self.lineFeed
            code.append(asCode || isLineFeed ? byte : Self.blank)
            comments.append(asComment || isLineFeed ? byte : Self.blank)
            position += 1
        }
    }
}
