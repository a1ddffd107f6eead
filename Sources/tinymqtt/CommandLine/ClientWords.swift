/// The words of a command line of `pub`, `sub` or `rr`, and before them those of its options file.
///
/// mosquitto's clients read a word behind an option as its value whatever it looks like, have an option that takes three or
/// four words, and take no several options in one word. They are told apart here, before the parser of the command line
/// sees them.
struct ClientWords {
    /// An option with its values, or a word that is none of the table's.
    enum Part: Equatable {
        case option(ClientOption, [String])
        /// Something of ours, or a mistake; the parser of the command line knows.
        case other(String)

        /// Whether it says what the payload is.
        fileprivate var isPayload: Bool {
            guard case .option(let option, _) = self else { return false }
            return option.isPayload
        }
    }

    /// What stands between the values of an option that are handed on as one; no text of a property can hold it, as it is
    /// a control character.
    static let separator: Character = "\u{1F}"

    private(set) var parts: [Part] = []

    /// - Throws: where an options file was named that cannot be read; a link only wonders.
    init(_ words: [String], of tool: ClientTool, isLink: Bool) throws(OptionsFile.Failure) {
        let parts = try Self.parts(words, of: tool, isLink: isLink)
        var paths: [String] = []
        for case .option(let option, let values) in parts where option.long == "--options-file" {
            paths += values
        }
        guard paths.count <= 1 else { throw OptionsFile.Failure(text: "only one options file can be given with -o") }
        let lines = try OptionsFile.lines(named: paths.first, of: tool, isLink: isLink)
        var all: [Part] = []
        for line in lines {
            // A line lends no word to the one before it.
            all += try Self.parts(line.words, of: tool, isLink: isLink)
        }
        all += parts
        guard all.count(where: \.isPayload) <= 1 else {
            throw OptionsFile.Failure(text: "only one payload can be given, the options file counts too")
        }
        self.parts = Self.effective(all, of: tool, isLink: isLink)
    }

    /// Leaves out what a later option says in another way: as in mosquitto's clients, the last one wins.
    private static func effective(_ parts: [Part], of tool: ClientTool, isLink: Bool) -> [Part] {
        var replaced: Set<String> = []
        var kept: [Part] = []
        for part in parts.reversed() {
            if case .option(let option, let values) = part {
                guard !replaced.contains(option.long) else { continue }
                replaced.formUnion(option.replaced(by: values, of: tool, isLink: isLink))
            }
            kept.append(part)
        }
        return kept.reversed()
    }

    /// The parts of a command line alone.
    ///
    /// - Throws: where an option has not all of its values.
    static func parts(
        _ words: [String],
        of tool: ClientTool,
        isLink: Bool
    ) throws(OptionsFile.Failure) -> [Part] {
        var parts: [Part] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard let option = ClientOption.named(word, of: tool, isLink: isLink) else {
                parts.append(.other(word))
                continue
            }
            var count = option.valueCount
            if option.long == "--property", ClientProperty.Name.isUserProperty(rest.dropFirst().first) { count += 1 }
            guard rest.count >= count else {
                throw OptionsFile.Failure(text: "\(word) needs \(count == 1 ? "a value" : "\(count) values") behind it")
            }
            parts.append(.option(option, Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        return parts
    }

    /// The words as the parser of the command line takes them.
    var normalized: [String] {
        parts.flatMap { part in
            switch part {
            case .other(let word): [word]
            // It was read already.
            case .option(let option, _) where option.long == "--options-file": [String]()
            case .option(let option, []): [option.long]
            case .option(let option, let values): [option.long, values.joined(separator: String(Self.separator))]
            }
        }
    }
}
