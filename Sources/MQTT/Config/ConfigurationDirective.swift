/// One line of a configuration: a name, a value, and where they stand.
struct ConfigurationDirective: Sendable, Equatable {
    /// The word before the first space.
    var name: String
    /// What follows the spaces after the name, without blanks at its end; empty where nothing does.
    var value: String
    /// The file that the line stands in.
    var file: String
    /// The line in ``file``, from 1.
    var line: Int

    /// The words of the value, as only spaces part them.
    var words: [String] { value.split(separator: " ").map(String.init) }

    /// An error at this line.
    func error(_ problem: String) -> ConfigurationError {
        ConfigurationError(problem, file: file, line: line)
    }

    /// An error that says which value is wrong and which would be right.
    func badValue(allowed: String) -> ConfigurationError {
        value.isEmpty
            ? error("\(name.shown) has no value; allowed is \(allowed)")
            : error("\(name.shown) is \(value.shown); allowed is \(allowed)")
    }
}

extension String {
    /// How much of a foreign text a message repeats, in characters.
    private static let longestShown = 80

    /// The text as a message may repeat it: shortened, and without control characters that could forge another line or
    /// change a terminal.
    var shown: String {
        var text = ""
        for scalar in unicodeScalars.prefix(Self.longestShown) {
            switch scalar {
            case "\t": text += "\\t"
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
                text += "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return unicodeScalars.count > Self.longestShown ? text + "…" : text
    }
}
