/// A line that a user of the chat has typed.
public enum ChatInput: Sendable, Hashable {
    /// Say this to all. `/me` is left in it, for the others to show.
    case say(String)
    /// Say this to one.
    case tell(ParticipantName, String)
    case users
    case history
    case help
    case quit
    /// Nothing was typed.
    case nothing
    /// It cannot be done; the text says why, and what to type.
    case problem(String)

    /// All commands, each with its arguments and what it does.
    public static let commands: [(name: String, arguments: String, meaning: String)] = [
        ("/help", "", "show these commands"),
        ("/users", "", "show who is here"),
        ("/msg", "NAME TEXT", "say something to one user only"),
        ("/history", "", "show the latest messages again"),
        ("/me", "TEXT", "say what you do"),
        ("/quit", "", "leave"),
    ]

    /// Reads a line.
    ///
    /// A line that begins with two slashes is said with one of them.
    ///
    /// - Parameter isTyped: Whether a person types. A program that writes lines gets those said as they are that begin with
    ///   a slash and are no command.
    public init(_ line: String, isTyped: Bool) {
        guard line.contains(where: { !$0.isWhitespace }) else {
            self = .nothing
            return
        }
        guard line.hasPrefix("/"), !line.hasPrefix("//") else {
            self = .say(line.hasPrefix("//") ? String(line.dropFirst()) : line)
            return
        }
        let parts = line.split(separator: " ", maxSplits: 1)
        let rest = parts.count > 1 ? String(parts[1]) : ""
        switch parts[0] {
        case "/help": self = .help
        case "/users": self = .users
        case "/history": self = .history
        case "/quit": self = .quit
        case "/me": self = rest.isEmpty ? .problem("say what you do: /me waves") : .say(line)
        case "/msg": self = Self.tell(rest)
        default:
            self = isTyped ? .problem("there is no command \(parts[0]); /help shows all, and // says it") : .say(line)
        }
    }

    private static func tell(_ rest: String) -> ChatInput {
        let words = rest.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return .problem("say to whom, and what: /msg bob hello") }
        do throws(ParticipantName.Problem) {
            return .tell(try ParticipantName(String(words[0])), String(words[1]))
        } catch {
            return .problem("the name \(words[0]) \(error)")
        }
    }

    /// What the last word of `line` could become: commands at its begin, and names of users anywhere.
    public static func completions(of line: String, users: [ParticipantName]) -> [String] {
        let word = line.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let isFirst = word.count == line.count
        if isFirst, word.hasPrefix("/") { return commands.map(\.name).filter { $0.hasPrefix(word) } }
        return users.map(\.description).filter { $0.hasPrefix(word) }
    }
}
