/// A word of a command, as it counts: without the quotes and backslashes that it was written with.
struct ShellWord: Sendable, Hashable {
    var text: String
    /// Where it stands in its line, in bytes.
    var range: Range<Int>
    /// Whether it was written without quotes and backslashes, so that a sign at its beginning means something.
    var isPlain: Bool
}

/// One command of a line, with where its output goes.
struct ShellStep: Sendable, Hashable {
    /// Where the output goes, if not to the screen.
    enum Output: Sendable, Hashable {
        case file(String, appends: Bool)
        /// A command line for `/bin/sh`, which reads the output.
        case command(String)
    }

    /// What is to be done.
    enum Action: Sendable, Hashable {
        case words([ShellWord])
        /// A command line for `/bin/sh`.
        case system(String)
    }

    var action: Action
    var output: Output?
}

/// Why a line is none that the shell understands.
struct ShellSyntaxError: Error, Sendable, Hashable {
    let text: String
}

/// Takes lines apart.
///
/// Blanks part words. Single quotes keep everything as it is, double quotes all but `\"` and `\\`, a backslash the next
/// character. A word that begins with `{` or `[` reaches to the bracket that closes it, so that JSON needs no quotes. `;`
/// before a blank or the end parts commands; `>`, `>>` and `|` at the beginning of a word lead the output elsewhere; `!`
/// at the beginning of a command hands the rest of the line to `/bin/sh`. A line that begins with `#` is a comment.
struct ShellLine: Sendable {
    /// The longest line, in bytes.
    static let maximumLength = 1 << 20

    /// The commands so far, the last one perhaps unfinished.
    private(set) var steps: [ShellStep] = []
    /// The quote that is still open at the end.
    private(set) var openQuote: UInt8?
    /// The word that the end of the line touches; what is completed.
    private(set) var lastWord: ShellWord?
    /// What the last word is for.
    private(set) var lastPlace = Place.word

    /// What a word is for.
    enum Place: Sendable {
        case word
        /// The name of a file, behind `>`.
        case file
        /// Something that the shell does not understand, because another program will.
        case foreign
    }

    private let bytes: [UInt8]
    private let hasQuotes: Bool
    private var position = 0
    private var words: [ShellWord] = []
    private var output: ShellStep.Output?

    /// The commands of a line.
    static func parse(_ line: String) throws(ShellSyntaxError) -> [ShellStep] {
        guard line.utf8.count <= maximumLength else {
            throw ShellSyntaxError(text: "the line is longer than \(maximumLength) bytes")
        }
        let scan = ShellLine(line)
        if let quote = scan.openQuote {
            let sign = Character(UnicodeScalar(quote))
            throw ShellSyntaxError(text: "a \(sign) is not closed; add another, or write \\\(sign) for the sign itself")
        }
        if scan.lastPlace == .file, scan.lastWord == nil {
            throw ShellSyntaxError(text: "no file behind >; write > FILE, or \\> for the sign itself")
        }
        for step in scan.steps where step.output == .command("") {
            throw ShellSyntaxError(text: "no command behind |; write | COMMAND, or \\| for the sign itself")
        }
        return scan.steps
    }

    /// Takes a line apart that may be unfinished.
    ///
    /// - Parameter hasQuotes: Whether quotes keep what is between them; otherwise they are signs like others.
    init(_ line: String, hasQuotes: Bool = true) {
        self.hasQuotes = hasQuotes
        bytes = Array(line.utf8)
        skipBlanks()
        guard position < bytes.count, bytes[position] != UInt8(ascii: "#") else {
            if position < bytes.count { lastPlace = .foreign }
            return
        }
        scan()
    }

    private mutating func scan() {
        while true {
            skipBlanks()
            guard position < bytes.count else { break }
            let start = position
            switch bytes[position] {
            case UInt8(ascii: "!") where words.isEmpty && output == nil:
                position += 1
                steps.append(ShellStep(action: .system(rest())))
                lastPlace = .foreign
                return
            case UInt8(ascii: ";"):
                position += 1
                finishStep()
            case UInt8(ascii: "|") where !words.isEmpty:
                position += 1
                output = .command(rest())
                finishStep()
                lastPlace = .foreign
                return
            case UInt8(ascii: ">") where !words.isEmpty:
                readRedirection()
            default:
                let word = readWord(from: start)
                words.append(word)
                note(word, .word)
            }
        }
        finishStep()
    }

    private mutating func readRedirection() {
        position += 1
        var appends = false
        if position < bytes.count, bytes[position] == UInt8(ascii: ">") {
            appends = true
            position += 1
        }
        skipBlanks()
        lastPlace = .file
        lastWord = nil
        guard position < bytes.count else { return }
        let word = readWord(from: position)
        output = .file(word.text, appends: appends)
        note(word, .file)
    }

    /// Remembers a word where the line ends with it.
    private mutating func note(_ word: ShellWord, _ place: Place) {
        let touchesEnd = position == bytes.count
        lastWord = touchesEnd || place == .file ? word : nil
        lastPlace = touchesEnd || place == .file ? place : .word
    }

    private mutating func finishStep() {
        if !words.isEmpty { steps.append(ShellStep(action: .words(words), output: output)) }
        words = []
        output = nil
    }

    private mutating func skipBlanks() {
        while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    }

    private mutating func rest() -> String {
        skipBlanks()
        defer { position = bytes.count }
        return String(decoding: bytes[position...], as: UTF8.self)
    }

    private mutating func readWord(from start: Int) -> ShellWord {
        var text: [UInt8] = []
        var isPlain = true
        if let end = endOfJSON(from: start) {
            text = Array(bytes[start..<end])
            position = end
            isPlain = false
        }
        while position < bytes.count, !Self.isBlank(bytes[position]), !endsCommand(at: position) {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "'") where hasQuotes, UInt8(ascii: "\"") where hasQuotes:
                isPlain = false
                readQuoted(byte, into: &text)
            case UInt8(ascii: "\\") where position < bytes.count:
                isPlain = false
                text.append(bytes[position])
                position += 1
            default:
                text.append(byte)
            }
        }
        return ShellWord(text: String(decoding: text, as: UTF8.self), range: start..<position, isPlain: isPlain)
    }

    /// Whether a semicolon stands there that parts commands, and none within a word.
    private func endsCommand(at index: Int) -> Bool {
        bytes[index] == UInt8(ascii: ";") && (index + 1 == bytes.count || Self.isBlank(bytes[index + 1]))
    }

    private mutating func readQuoted(_ quote: UInt8, into text: inout [UInt8]) {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == quote { return }
            let hasNext = position < bytes.count
            if quote == UInt8(ascii: "\""), byte == UInt8(ascii: "\\"), hasNext,
                bytes[position] == quote || bytes[position] == byte
            {
                text.append(bytes[position])
                position += 1
            } else {
                text.append(byte)
            }
        }
        openQuote = quote
    }

    /// Behind the bracket that closes the one at `start`; `nil` where none begins or ends there.
    private func endOfJSON(from start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[") else { return nil }
        var depth = 0
        var isString = false
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\\") where isString: index += 1
            case UInt8(ascii: "\""): isString.toggle()
            case UInt8(ascii: "{") where !isString, UInt8(ascii: "[") where !isString: depth += 1
            case UInt8(ascii: "}") where !isString, UInt8(ascii: "]") where !isString:
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

extension ShellWord {
    /// A text as it is written in a line, so that it is read as this one word.
    ///
    /// - Parameter quote: The quote that is open where it is put; `nil` for backslashes.
    static func written(_ text: String, within quote: UInt8? = nil) -> String {
        switch quote {
        case UInt8(ascii: "'"): return text
        case UInt8(ascii: "\""): return text.escaping("\"\\")
        default:
            var written = text.escaping(" \t'\"\\;")
            // Signs that mean something only at the beginning.
            if let first = text.first, "{[>|!#".contains(first), first != "#" || text.count > 1 {
                written = "\\" + written
            }
            return written
        }
    }
}

extension String {
    fileprivate func escaping(_ signs: String) -> String {
        // Scalars, as an accent on a blank does not make it another sign.
        unicodeScalars.reduce(into: "") { written, scalar in
            if signs.unicodeScalars.contains(scalar) { written.append("\\") }
            written.unicodeScalars.append(scalar)
        }
    }
}
