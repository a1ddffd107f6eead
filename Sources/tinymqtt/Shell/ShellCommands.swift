import ArgumentParser

/// A command of the shell. Its name, aliases, help and options are what ArgumentParser knows of it.
protocol ShellCommand: ParsableCommand {
    /// What the words are that are no options.
    static var subject: ShellSubject { get }

    func perform(_ call: ShellCall) async throws
}

/// What the words of a command stand for, so that they can be completed.
enum ShellSubject {
    case nothing
    case topic
    /// A topic, and behind it anything; `@` begins the name of a file.
    case topicAndMessage
    case connection
    case setting
    case style
    case file
    case command
}

/// All commands of the shell.
enum ShellCommands {
    /// In the order in which `help` lists them.
    static let all: [any ShellCommand.Type] = [
        ConnectCommand.self, DisconnectCommand.self, UseCommand.self, StatusCommand.self, PingCommand.self,
        PublishCommand.self, RequestCommand.self, SubscribeCommand.self, UnsubscribeCommand.self,
        SubscriptionsCommand.self, TopicsCommand.self, ListCommand.self, GetCommand.self, ClearRetainedCommand.self,
        WatchCommand.self, MessagesCommand.self, ShowCommand.self, ExpectCommand.self, SleepCommand.self,
        SetCommand.self, FormatCommand.self, HistoryCommand.self, SaveCommand.self, SourceCommand.self,
        HelpCommand.self, QuitCommand.self,
    ]

    /// Every name, also the short ones.
    static var names: [String] { all.flatMap { $0.names } }

    /// The long names, sorted.
    static var longNames: [String] { all.map { $0.name }.sorted() }

    /// The name that somebody may have meant: one that begins so, or else one that differs little.
    static func nearest(to word: String, among names: some Sequence<String>) -> String? {
        let word = word.lowercased()
        let longer = word.count > 1 ? names.first { $0.lowercased().hasPrefix(word) } : nil
        return longer ?? Suggestion.nearest(to: word, among: names)
    }

    /// The command with this name, in letters of any size.
    static func named(_ name: String) -> (any ShellCommand.Type)? {
        let name = name.lowercased()
        return all.first { $0.names.contains(name) }
    }
}

extension ShellCommand {
    static var name: String { configuration.commandName ?? "" }
    static var summary: String { configuration.abstract }
    static var names: [String] { [name] + configuration.aliases }

    /// The options as the help has them.
    static var options: [ShellOption] { ShellOption.all(in: helpMessage(columns: 200)) }
}

/// An option of a command, as its help describes it.
struct ShellOption: Sendable, Hashable {
    /// Its names, with their hyphens.
    let names: [String]
    /// What its value is called; `nil` where it has none.
    let valueName: String?

    /// The options that a help describes.
    static func all(in help: String) -> [ShellOption] {
        help.split(separator: "\n").filter { $0.hasPrefix("  -") }.map { line in
            // Two blanks part the names from what they mean.
            let entry = line.dropFirst(2)
            let declaration = entry[..<(entry.firstRange(of: "  ")?.lowerBound ?? entry.endIndex)]
            let words = declaration.split { " ,/".contains($0) }
            let value = words.first { $0.hasPrefix("<") }?.dropFirst().dropLast()
            return ShellOption(
                names: words.filter { $0.hasPrefix("-") }.map(String.init),
                valueName: value.map(String.init)
            )
        }
    }
}
