/// The words of a command line as its parser takes them, whatever name the program was called by.
struct CommandWords {
    /// The words as they are, before those of the client.
    private let beginning: [String]
    /// What follows where it is one of the clients whose syntax is mosquitto's.
    private let client: (tool: ClientTool, words: ClientWords)?

    init(_ words: [String], of program: ProgramName) throws(OptionsFile.Failure) {
        switch program {
        case .tinymqtt:
            guard let first = words.first, let tool = ClientTool(rawValue: first) else {
                (beginning, client) = (words, nil)
                return
            }
            beginning = [first]
            client = (tool, try ClientWords(Array(words.dropFirst()), of: tool, isLink: false))
        case .mosquittoPublish: (beginning, client) = try Self.words(words, of: .publish)
        case .mosquittoSubscribe: (beginning, client) = try Self.words(words, of: .subscribe)
        case .mosquittoRequest: (beginning, client) = try Self.words(words, of: .request)
        case .mosquitto, .mosquittoPassword:
            // The host's short name is free in these two, and means help.
            let subcommand = program.subcommand.map { [$0] } ?? []
            (beginning, client) = (subcommand + words.map { $0 == "-h" ? "--help" : $0 }, nil)
        }
    }

    /// A link knows no option of ours, and no other way to write one.
    private static func words(
        _ words: [String],
        of tool: ClientTool
    ) throws(OptionsFile.Failure) -> ([String], (ClientTool, ClientWords)) {
        let words = try ClientWords(words, of: tool, isLink: true)
        for case .other(let word) in words.parts {
            throw OptionsFile.Failure(text: "Unknown option '\(word)'.")
        }
        return ([tool.rawValue], (tool, words))
    }

    var normalized: [String] { beginning + (client?.words.normalized ?? []) }

    /// The words of `pub`; `nil` where it is something else.
    var ofPublish: ClientWords? {
        guard let client, client.tool == .publish else { return nil }
        return client.words
    }
}
