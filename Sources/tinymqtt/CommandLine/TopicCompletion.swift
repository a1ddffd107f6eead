import ArgumentParser
import MQTT

extension CompletionKind {
    /// The topics that the broker of the command line knows.
    static var topics: CompletionKind {
        .custom { words, index, prefix in
            let line = CompletionLine(words, index: index, prefix: prefix, shell: .requesting)
            return await TopicCompletion(line).candidates().compactMap(line.answer)
        }
    }
}

/// Looks which topics a broker has, for a person who has pressed the tab key: what is retained, and what comes meanwhile.
///
/// It says nothing whatever goes wrong, asks for nothing, and takes a fraction of a second at most.
struct TopicCompletion {
    private static let connectTimeout = Duration.milliseconds(500)
    /// How long is listened; what is retained comes at once.
    private static let listeningTime = Duration.milliseconds(300)
    /// How many candidates are offered at most, from how many messages, and for how many topics.
    private static let mostCandidates = 1_000
    private static let mostMessages = 20_000
    private static let mostTopics = 5_000
    /// How many messages are taken at once.
    private static let batchSize = 1_000

    private let line: CompletionLine

    init(_ line: CompletionLine) {
        self.line = line
    }

    /// The topics that begin with what is typed, up to the end of a level.
    func candidates() async -> [String] {
        guard let filter = Self.filter(line.prefix), let client = try? makeClient() else { return [] }
        do throws(MQTTClientError) {
            try await client.connect()
            Task {
                // It can only be cancelled, which nobody does.
                try? await Task.sleep(for: Self.listeningTime)
                try? await client.disconnect()
            }
            try await client.subscribe(filter)
        } catch {
            return []
        }
        let topics = await collect(client)
        try? await client.disconnect()
        return Self.candidates(line.prefix, among: topics)
    }

    /// The topics that begin with `prefix`, each up to the end of the first level in which they differ: a shell puts a
    /// blank behind the only candidate, and there is something to choose only below it.
    static func candidates(_ prefix: String, among topics: Set<String>) -> [String] {
        var prefix = prefix
        while true {
            let found = Set(topics.filter { $0.hasPrefix(prefix) }.map { level(of: $0, after: prefix) })
            guard found.count == 1, let only = found.first, only.hasSuffix("/"), only != prefix else {
                return Array(found.sorted().prefix(mostCandidates))
            }
            prefix = only
        }
    }

    /// A topic up to the end of the level in which `prefix` ends.
    private static func level(of topic: String, after prefix: String) -> String {
        let rest = topic.dropFirst(prefix.count)
        return prefix + (rest.firstIndex(of: "/").map { rest[...$0] } ?? rest)
    }

    /// What to subscribe to, so that no more arrives than is needed.
    private static func filter(_ prefix: String) -> String? {
        guard !prefix.contains(where: { "#+".contains($0) }) else { return nil }
        let levels = prefix.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let known = levels.map { "\($0)/" }.joined()
        return "\(known)#"
    }

    private func makeClient() throws -> MQTTClient {
        var configuration = MQTTClientConfiguration(host: "localhost")
        let options = try CompletionOptions.parse(CompletionOptions.words(of: line))
        try options.connection.apply(to: &configuration)
        try options.session.apply(to: &configuration)
        // Nobody expects a question while they complete a word.
        configuration.transport.tls?.passphrase = nil
        configuration.clientIdentifier = ClientDefaults.makeIdentifier(.tinymqtt)
        configuration.cleanStart = true
        configuration.connectTimeout = Self.connectTimeout
        configuration.reconnect = .never
        return try MQTTClient(configuration: configuration)
    }

    /// Collects topics until the client is disconnected, or there are more than anybody reads.
    private func collect(_ client: MQTTClient) async -> Set<String> {
        var topics: Set<String> = []
        var count = 0
        while count < Self.mostMessages, topics.count < Self.mostTopics,
            let batch = try? await client.messages.next(atMost: Self.batchSize)
        {
            count += batch.count
            topics.formUnion(batch.map(\.topic))
        }
        return topics
    }
}

/// Those options of a command line that say where the broker is, and who asks.
private struct CompletionOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var session: SessionOptions

    /// Ours with a value, which mosquitto's clients do not have.
    private static let others: Set<String> = ["--ws-path", "--password-file"]

    /// Finds them among all words of a command line.
    static func words(of line: CompletionLine) throws -> [String] {
        let words = Array(line.words.dropFirst(2))
        let parts =
            if let tool = line.words.dropFirst().first.flatMap(ClientTool.init) {
                try ClientWords(words, of: tool, isLink: false).parts
            } else {
                // No other command reads a file of options.
                try ClientWords.parts(words, of: .subscribe, isLink: false)
            }
        var found: [String] = []
        var isValue = false
        for part in parts {
            switch part {
            case .option(let option, ["-"]) where option.long == "--pw": break  // it would be asked for
            case .option(let option, let values) where ClientOption.whereAndWho.contains(option):
                found += [option.long] + values
            case .other(let word) where isValue || isWanted(word): found.append(word)
            case .option, .other: break
            }
            if case .other(let word) = part { isValue = others.contains(word) } else { isValue = false }
        }
        return found
    }

    /// Whether a word that is none of mosquitto's begins something of interest, or has it behind an equals sign.
    private static func isWanted(_ word: String) -> Bool {
        let parts = word.split(separator: "=", maxSplits: 1)
        guard let name = parts.first.map(String.init), name.hasPrefix("--"), word != "--pw=-" else { return false }
        return others.contains(name) || parts.count == 2 && ClientOption.whereAndWho.contains { $0.long == name }
    }
}
