import ArgumentParser

/// A word of the command line that is no subcommand, or no option of its subcommand: the parser says something else where
/// something else is wrong too, and suggests no subcommand.
struct UnknownWord: CustomStringConvertible {
    let description: String

    /// - Returns: `nil` where all words are known, as far as can be told.
    init?(in words: [String], of root: any ParsableCommand.Type) {
        guard let first = words.first else { return nil }
        let subcommands = root.configuration.subcommands
        guard let subcommand = subcommands.first(where: { $0.configuration.commandName == first }) else {
            guard !first.hasPrefix("-"), first != "help" else { return nil }
            let names = subcommands.compactMap { $0.configuration.commandName }
            let advice = Suggestion.nearest(to: first, among: names).map { "; did you mean \($0)?" } ?? ""
            description = "there is no subcommand \(first)\(advice)"
            return
        }
        let known = Suggestion.options(inHelp: root.helpMessage(for: subcommand, columns: .max))
        // Behind an option it may be a value that looks like another one.
        let unknown = zip(words, words.dropFirst()).first { previous, word in
            guard word.hasPrefix("--"), word.count > 2, !known.contains(previous) else { return false }
            return !known.contains(word.split(separator: "=").first.map(String.init) ?? word)
        }?.1
        guard let unknown else { return nil }
        let name = unknown.split(separator: "=").first.map(String.init) ?? unknown
        let advice = Suggestion.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
        description = "\(first) has no option \(name)\(advice)"
    }
}
