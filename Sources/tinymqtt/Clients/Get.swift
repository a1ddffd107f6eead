import ArgumentParser
import MQTT
import NIOCore

/// `tinymqtt get`: prints what the broker has retained for a topic.
struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print what the broker has retained.",
        discussion: """
            It ends with 0 as soon as the value is there, and with 39 where there is none. With wildcards all values are \
            printed that arrive in the time of -W.
            """,
        helpNames: .long
    )

    @Argument(help: ArgumentHelp("The topic, or a topic filter.", valueName: "topic"), completion: .topics)
    var topics: [String]

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @Option(
        name: [.customShort("W"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for values, from when the broker has accepted.", valueName: "seconds")
    )
    var timeout = Seconds.one

    @OptionGroup(title: "Output")
    var output: OutputOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func validate() throws {
        for topic in topics {
            try checkTopicFilter(topic)
        }
        try timeout.checkTimeout()
    }

    func run() async throws {
        let runner = try ClientRunner(command: "get", diagnostics: diagnostics) { configuration in
            try connection.apply(to: &configuration)
            try session.apply(to: &configuration)
        }
        var subscriber = Subscriber(
            runner: runner,
            subscriptions: topics.map { Subscription($0) },
            identifier: nil,
            subscribeProperties: []
        )
        let sink = MessageSink(.print(try output.writer()), report: runner.report)
        let end = ClientEnd(runner.client, farewell: Farewell())
        try await runner.run { () async throws(MQTTClientError) in
            var found = RetainedValues(topics)
            var signals: Task<Void, Never>?
            defer { signals?.cancel() }
            do throws(MQTTClientError) {
                try await runner.client.connect()
                signals = end.watch(timeout: timeout.duration)
                if let status = try await subscriber.run() {
                    try await runner.client.disconnect()
                    return status
                }
                while !found.isComplete, let message = try await runner.client.messages.next(atMost: 1)?.first {
                    guard message.retain, found.insert(message) else { continue }
                    await sink.take(message)
                    guard sink.flush() else { break }
                }
            } catch {
                // The end of the time looks like a failure to whoever waits for messages.
                guard end.reason != nil else { throw error }
            }
            try await runner.client.disconnect()
            if case .signal = end.reason { return end.status(runner.report) }
            if await sink.finish() > 0 { return ExitStatus.usage.rawValue }
            if let refusal = subscriber.refusal { return refusal }
            let missing = topics.filter(found.isMissing)
            // A reader that has gone did not want the rest.
            guard !missing.isEmpty, end.reason != .readerGone else { return 0 }
            runner.tell(.error, "the broker has retained nothing for \(missing.joined(separator: ", "))")
            return ExitStatus.nothingRetained.rawValue
        }
    }
}

/// The values that have come for what was asked for.
private struct RetainedValues {
    /// Topics without wildcards whose value is still to come.
    private var awaited: Set<String>
    private let hasWildcards: Bool
    private var seen: Set<String> = []

    /// How many topics are remembered so that none is printed twice.
    private static let mostSeen = 100_000

    init(_ filters: [String]) {
        awaited = Set(filters)
        hasWildcards = filters.contains { $0.contains("+") || $0.contains("#") }
    }

    /// Whether nothing has come for a filter; one with wildcards is missing only where nothing has come at all.
    func isMissing(_ filter: String) -> Bool {
        let hasWildcard = filter.contains("+") || filter.contains("#")
        return hasWildcard ? seen.isEmpty : awaited.contains(filter)
    }

    /// Whether nothing more can come.
    var isComplete: Bool { awaited.isEmpty && !hasWildcards }

    /// Takes note of a value; `false` where it came already, by another filter.
    mutating func insert(_ message: ReceivedMessage) -> Bool {
        let topic = message.topic
        awaited.remove(topic)
        guard !seen.contains(topic) else { return false }
        if seen.count < Self.mostSeen { seen.insert(topic) }
        return true
    }
}
