/// Completes the input line of a shell: commands, options and their values, topics level by level, connections, settings
/// and files.
struct ShellCompleter: Sendable {
    /// How many candidates are listed; all are counted.
    static let maximumCandidateCount = 200

    /// What is known while a line is completed.
    struct Knowledge: Sendable {
        var topics: @Sendable (_ beginning: String, _ limit: Int) -> TopicBook.Continuations
        var connections: [String]
        var files: @Sendable (_ beginning: String) -> [String]
    }

    let knowledge: Knowledge

    /// What the line, up to the cursor, can be completed to; `nil` for nothing.
    func complete(_ text: String) -> LineCompletion? {
        let line = ShellLine(text)
        let word = line.lastWord
        let context = Context(
            start: word?.range.lowerBound ?? text.utf8.count,
            written: word?.text ?? "",
            quote: line.openQuote
        )
        switch line.lastPlace {
        case .foreign: return nil
        case .file: return files(context, prefix: "")
        case .word: break
        }
        var words: [ShellWord] = []
        if !Self.endsStep(text, line), case .words(let last)? = line.steps.last?.action { words = last }
        if word != nil { words.removeLast() }
        guard let first = words.first else { return beginning(context) }
        guard let command = ShellCommands.named(first.text) else { return nil }
        return argument(of: command, behind: words.dropFirst().map(\.text), context)
    }

    /// Whether the last command of a line is complete, as a semicolon follows it.
    private static func endsStep(_ text: String, _ line: ShellLine) -> Bool {
        line.lastWord == nil && text.utf8.last { $0 != UInt8(ascii: " ") } == UInt8(ascii: ";")
    }

    /// Where a candidate is put, and what is there.
    private struct Context {
        var start: Int
        var written: String
        var quote: UInt8?

        /// A text as it is put into the line.
        func put(_ text: String) -> String {
            (quote.map { String(UnicodeScalar($0)) } ?? "") + ShellWord.written(text, within: quote)
        }

        /// The completion to one of several whole words.
        func words(_ words: some Sequence<String>, following: LineCompletion.Following = .blank) -> LineCompletion? {
            let lowered = written.lowercased()
            let matching = words.filter { $0.lowercased().utf8.starts(with: lowered.utf8) }
            guard !matching.isEmpty else { return nil }
            return LineCompletion(
                start: start,
                candidates: matching.map { LineCompletion.Candidate(text: put($0), label: $0) },
                following: following
            )
        }
    }

    // MARK: The first word

    private func beginning(_ context: Context) -> LineCompletion? {
        // The notation type@topic.
        if let sign = context.written.firstIndex(of: "@") {
            let type = context.written[..<sign]
            guard LegacyRequest.typesWithTopic.contains(type.lowercased()) else { return nil }
            let topic = String(context.written[context.written.index(after: sign)...])
            guard !topic.contains("@") else { return nil }
            return topics(context, topic, prefix: type + "@")
        }
        // Short names are for those who know them; completed is to the long ones.
        return context.words(ShellCommands.longNames)
    }

    // MARK: Further words

    private func argument(
        of command: any ShellCommand.Type,
        behind words: [String],
        _ context: Context
    ) -> LineCompletion? {
        let options = command.options
        let subjects = command.subject
        let hasMessage = subjects == .topicAndMessage && !Self.places(words, options).isEmpty
        if !hasMessage, let name = words.last, let value = options.first(where: { $0.names.contains(name) })?.valueName
        {
            return optionValue(value, context)
        }
        if context.written.hasPrefix("-"), !hasMessage {
            return context.words(
                options.flatMap(\.names).filter { $0.hasPrefix("--") || context.written == "-" }.sorted()
            )
        }
        let count = Self.places(words, options).count
        switch subjects {
        case .nothing: return nil
        case .topic: return topics(context, context.written, prefix: "")
        case .topicAndMessage:
            if count == 0 { return topics(context, context.written, prefix: "") }
            return context.written.hasPrefix("@") ? files(context, prefix: "@") : nil
        case .connection: return count < 2 ? context.words(knowledge.connections) : nil
        case .setting: return setting(words, context)
        case .style: return count == 0 ? context.words(MessageText.Style.allCases.map(\.rawValue)) : nil
        case .file: return files(context, prefix: "")
        case .command: return context.words(ShellCommands.longNames)
        }
    }

    /// The words that are no options, and no values of options.
    private static func places(_ words: [String], _ options: [ShellOption]) -> [String] {
        var places: [String] = []
        var isValue = false
        for word in words {
            if isValue {
                isValue = false
            } else if word.hasPrefix("-"), word != "-", places.isEmpty {
                isValue = options.first { $0.names.contains(word) }?.valueName != nil
            } else {
                places.append(word)
            }
        }
        return places
    }

    private func optionValue(_ name: String, _ context: Context) -> LineCompletion? {
        switch name {
        case "qos": context.words(["0", "1", "2"])
        case "version": context.words(["5", "311", "31"])
        case "policy": context.words(["forever", "never"])
        case "topic", "filter": topics(context, context.written, prefix: "")
        case "file", "path", "folder", "directory": files(context, prefix: "")
        default: nil
        }
    }

    private func setting(_ words: [String], _ context: Context) -> LineCompletion? {
        guard let name = words.first else { return context.words(ShellSettings.Name.allCases.map(\.rawValue)) }
        guard words.count == 1, let setting = ShellSettings.Name(rawValue: name.lowercased()) else { return nil }
        return context.words(setting.values)
    }

    /// Topics, one level at a time, with their counts.
    private func topics(_ context: Context, _ beginning: String, prefix: Substring) -> LineCompletion? {
        let found = knowledge.topics(beginning, Self.maximumCandidateCount)
        guard found.count > 0 else { return nil }
        let candidates = found.levels.map { level in
            let isInner = level.topic.last == "/"
            let name = level.topic.dropLast(isInner ? 1 : 0).split(separator: "/", omittingEmptySubsequences: false)
                .last
            return LineCompletion.Candidate(
                text: context.put(prefix + level.topic),
                label: "\(name ?? "")\(isInner ? "/" : "") (\(level.count))"
            )
        }
        let isInner = found.count == 1 && found.common.last == "/"
        // The notation goes on behind its topic without a blank.
        let following: LineCompletion.Following = isInner || !prefix.isEmpty ? .nothing : .blank
        return LineCompletion(
            start: context.start,
            candidates: candidates,
            count: found.count,
            common: context.put(prefix + found.common),
            following: following
        )
    }

    private func files(_ context: Context, prefix: String) -> LineCompletion? {
        let paths = knowledge.files(String(context.written.dropFirst(prefix.count)))
        guard !paths.isEmpty else { return nil }
        let all = LineCompletion(
            start: context.start,
            candidates: paths.map { path in
                let isFolder = path.hasSuffix("/")
                let name = path.dropLast(isFolder ? 1 : 0).split(separator: "/").last ?? ""
                return LineCompletion.Candidate(text: context.put(prefix + path), label: name + (isFolder ? "/" : ""))
            },
            following: paths.count == 1 && paths[0].hasSuffix("/") ? .nothing : .blank
        )
        var listed = all
        listed.candidates = Array(all.candidates.prefix(Self.maximumCandidateCount))
        return listed
    }
}
