import ArgumentParser
import MQTT

extension CompletionKind {
    /// The topics that the broker of the command line knows.
    static var topics: CompletionKind {
        .custom { words, _, prefix in await TopicCompletion(words).candidates(prefix) }
    }
}

/// Looks which topics a broker has, for a person who has pressed the tab key: what is retained, and what comes meanwhile.
///
/// It says nothing whatever goes wrong, and takes a fraction of a second at most.
struct TopicCompletion {
    private static let connectTimeout = Duration.milliseconds(500)
    /// How long is listened; what is retained comes at once.
    private static let listeningTime = Duration.milliseconds(300)
    /// How many candidates are offered at most, and from how many messages.
    private static let mostCandidates = 1_000
    private static let mostMessages = 20_000

    private let words: [String]

    /// - Parameter words: The command line so far.
    init(_ words: [String]) {
        self.words = words
    }

    /// The topics that begin with `prefix`, up to the end of the level that is being typed.
    func candidates(_ prefix: String) async -> [String] {
        guard let filter = Self.filter(prefix), let client = try? makeClient() else { return [] }
        do throws(MQTTClientError) {
            try await client.connect()
            try await client.subscribe(filter)
        } catch {
            return []
        }
        Task {
            // It can only be cancelled, which nobody does.
            try? await Task.sleep(for: Self.listeningTime)
            try? await client.disconnect()
        }
        let found = await collect(client, prefix)
        try? await client.disconnect()
        return found.sorted()
    }

    /// What to subscribe to, so that no more arrives than is needed.
    private static func filter(_ prefix: String) -> String? {
        guard !prefix.contains("#") else { return nil }
        let levels = prefix.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let known = levels.map { "\($0)/" }.joined()
        return "\(known)#"
    }

    private func makeClient() throws -> MQTTClient {
        var configuration = MQTTClientConfiguration(host: "localhost")
        let options = try CompletionOptions.parse(CompletionOptions.words(of: words))
        try options.connection.apply(to: &configuration)
        try options.session.apply(to: &configuration)
        configuration.clientIdentifier = ClientDefaults.makeIdentifier(.tinymqtt)
        configuration.cleanStart = true
        configuration.connectTimeout = Self.connectTimeout
        configuration.reconnect = .never
        return try MQTTClient(configuration: configuration)
    }

    /// Collects until the client is disconnected, or there is more than anybody reads.
    private func collect(_ client: MQTTClient, _ prefix: String) async -> Set<String> {
        var found: Set<String> = []
        var count = 0
        while count < Self.mostMessages, found.count < Self.mostCandidates,
            let batch = try? await client.messages.next(atMost: Self.mostCandidates)
        {
            count += batch.count
            for message in batch {
                let topic = message.topic
                guard topic.hasPrefix(prefix) else { continue }
                let rest = topic.dropFirst(prefix.count)
                found.insert(prefix + (rest.firstIndex(of: "/").map { rest[...$0] } ?? rest[...]))
            }
        }
        return found
    }
}

/// Those options of a command line that say where the broker is, and who asks.
private struct CompletionOptions: ParsableArguments {
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var session: SessionOptions

    /// Finds them among all words of a command line, whose last one is not finished.
    static func words(of words: [String]) throws -> [String] {
        let parts = try ClientWords(Array(words.dropLast()), of: .subscribe, isLink: false).parts
        return parts.flatMap { part -> [String] in
            guard case .option(let option, let values) = part, ClientOption.whereAndWho.contains(option) else {
                return []
            }
            return [option.long] + values
        }
    }
}
