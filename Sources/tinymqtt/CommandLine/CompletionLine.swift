import ArgumentParser

/// A command line in which a person has pressed the tab key, as its shell hands it over, and how the shell wants to be
/// answered.
///
/// Shells hand over words as they were typed, with quotes and backslashes. bash divides them at colons and equals signs,
/// too; of such a word itself its script completes nothing.
struct CompletionLine {
    /// What divides words in bash but in no command.
    private static let breaks = ":="

    /// The words, without quotes, the one that is typed included.
    let words: [String]
    /// The word that is typed, up to the cursor.
    let prefix: String
    private let shell: CompletionShell?

    /// - Parameters:
    ///   - words: All words, from the name of the program on.
    ///   - index: Which of them is typed.
    ///   - prefix: The last word up to the cursor.
    init(_ words: [String], index: Int, prefix: String, shell: CompletionShell?) {
        let isLast = index == words.count - 1
        self.prefix = Self.unquoted(isLast || !words.indices.contains(index) ? prefix : words[index])
        self.words = (shell == .bash ? Self.joined(words) : words).map(Self.unquoted)
        self.shell = shell
    }

    /// The words as they were before bash divided them.
    private static func joined(_ words: [String]) -> [String] {
        var joined: [String] = []
        var isOpen = false
        for word in words {
            let isBreak = !word.isEmpty && word.allSatisfy(breaks.contains)
            if isOpen && !word.hasPrefix("-") || isBreak && joined.last.map(takesBreak) ?? false {
                joined.append((joined.popLast() ?? "") + word)
            } else {
                joined.append(word)
            }
            isOpen = isBreak
        }
        return joined
    }

    /// Whether bash may have divided a word there: behind an option in one letter a word begins, like `-h ::1`.
    private static func takesBreak(_ word: String) -> Bool { !word.hasPrefix("-") || word.hasPrefix("--") }

    /// A word without what keeps a shell from reading it.
    private static func unquoted(_ word: String) -> String {
        if let quote = word.first, "'\"".contains(quote) {
            let rest = word.dropFirst()
            return String(rest.last == quote ? rest.dropLast() : rest)
        }
        var text = ""
        var isEscaped = false
        for character in word {
            isEscaped = character == "\\" && !isEscaped
            if !isEscaped { text.append(character) }
        }
        return text
    }

    /// A candidate in the form that the shell reads; `nil` where that is not possible.
    ///
    /// The script for bash evaluates what it is answered, and a topic comes from strangers: without quotes it could run a
    /// command.
    func answer(_ candidate: String) -> String? {
        // Lines part the candidates, and a terminal may take other control characters for commands.
        guard !candidate.unicodeScalars.contains(where: { $0.value < 0x20 || 0x7F...0x9F ~= $0.value }) else {
            return nil
        }
        switch shell {
        case .bash?: return "'\(candidate.replacing("'", with: "'\\''"))'"
        // What follows a colon would be a description.
        case .zsh?: return candidate.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
        default: return candidate
        }
    }
}
