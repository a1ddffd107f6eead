/// The words of a command line as its parser takes them, whatever name the program was called by.
struct CommandWords {
    let normalized: [String]

    init(_ words: [String], of program: ProgramName) throws(OptionsFile.Failure) {
        switch program {
        case .tinymqtt:
            guard let first = words.first, let tool = ClientTool(rawValue: first) else {
                normalized = words
                return
            }
            normalized = [first] + (try ClientWords(Array(words.dropFirst()), of: tool, isLink: false).normalized)
        case .mosquittoPublish: normalized = try Self.words(words, of: .publish)
        case .mosquittoSubscribe: normalized = try Self.words(words, of: .subscribe)
        case .mosquittoRequest: normalized = try Self.words(words, of: .request)
        case .mosquitto, .mosquittoPassword:
            // The host's short name is free in these two, and means help.
            let subcommand = program.subcommand.map { [$0] } ?? []
            normalized = subcommand + words.map { $0 == "-h" ? "--help" : $0 }
        }
    }

    /// A link knows no option of ours, and no other way to write one.
    private static func words(_ words: [String], of tool: ClientTool) throws(OptionsFile.Failure) -> [String] {
        let words = try ClientWords(words, of: tool, isLink: true)
        for case .other(let word) in words.parts {
            throw OptionsFile.Failure(text: "Unknown option '\(word)'.")
        }
        return [tool.rawValue] + words.normalized
    }
}
