import ArgumentParser
import MQTT
import NIOCore
import Synchronization

/// `tinymqtt sub`: writes the messages that it receives to standard output.
struct Subscribe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sub",
        abstract: "Subscribe, and print what arrives.",
        discussion: """
            Each message is a line on standard output; all else goes to standard error. It runs until -C, -W, -E, a signal \
            or the end of its reader stops it, and connects again when the broker restarts. The exit code tells what went \
            wrong: see tinymqtt help exit-codes.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @OptionGroup(title: "Subscription")
    var subscription: SubscriptionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    @OptionGroup(title: "Will")
    var will: WillOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func run() async throws {
        var configuration = MQTTClientConfiguration(address: try connection.address)
        try connection.apply(to: &configuration)
        session.apply(to: &configuration)
        will.apply(to: &configuration)
        subscription.apply(to: &configuration)
        diagnostics.apply(to: &configuration, command: "sub")
        let hidden = try subscription.hiddenTopics()
        let runner = try ClientRunner(command: "sub", configuration: configuration, diagnostics: diagnostics)
        let end = SubscriptionEnd(runner.client)
        let signals = end.watch(timeout: subscription.timeout?.duration)
        defer { signals.cancel() }
        try await runner.run { () async throws(MQTTClientError) in
            do throws(MQTTClientError) {
                try await runner.client.connect()
                if let status = try await subscribe(runner) { return status }
                try await printMessages(runner, hidden: hidden)
            } catch {
                // An end that was asked for looks like a failure to whoever was in the middle of something.
                guard end.reason != nil else { throw error }
            }
            try await runner.client.disconnect()
            guard end.reason == .timeout else { return 0 }
            runner.tell(.error, "timed out")
            return ExitStatus.timedOut.rawValue
        }
    }

    /// Makes and ends the subscriptions; returns an exit code where there is nothing more to do.
    private func subscribe(_ runner: ClientRunner) async throws(MQTTClientError) -> Int32? {
        let version = session.version
        let subscriptions = subscription.topic.map { filter in
            Subscription(
                filter,
                maximumQoS: subscription.qos,
                retainHandling: subscription.hidesRetained && version == .v5_0 ? .never : .always
            )
        }
        if !subscriptions.isEmpty {
            let result = try await runner.client.subscribe(subscriptions)
            for outcome in result.outcomes where outcome.isFailure {
                let advice = outcome.reasonCode == .notAuthorized ? "; check --username and --pw" : ""
                runner.tell(
                    .error,
                    "the broker refused the subscription to \(outcome.topicFilter): \(outcome.reasonCode)\(advice)"
                )
            }
            if result.isFailure, let first = result.outcomes.first {
                try await runner.client.disconnect()
                return Int32(first.reasonCode.rawValue)
            }
        }
        if !subscription.unsubscribe.isEmpty {
            try await runner.client.unsubscribe(subscription.unsubscribe)
        }
        guard subscription.exitsAfterSubscribing else { return nil }
        try await runner.client.disconnect()
        return 0
    }

    /// Prints messages until there are enough, until the reader has gone, or until there are no more.
    private func printMessages(_ runner: ClientRunner, hidden: [TopicMatcher]) async throws(MQTTClientError) {
        var standardOutput = StandardOutput()
        var remaining = subscription.count ?? .max
        while remaining > 0, let batch = try await runner.client.messages.next(atMost: min(remaining, 1_000)) {
            for message in batch {
                if subscription.hidesRetained && message.retain { continue }
                if !hidden.isEmpty, hidden.contains(where: { $0.matches(message) }) { continue }
                output.append(message, to: &standardOutput)
                remaining -= 1
            }
            do throws(StandardOutput.Closed) {
                try standardOutput.flush()
            } catch {
                return
            }
        }
        runner.client.messages.acknowledge()
    }
}

/// What to subscribe to, and for how long.
struct SubscriptionOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic filter to subscribe to; may be given several times.", valueName: "filter")
    )
    var topic: [String] = []

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The highest QoS at which messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    @Option(
        name: [.customShort("U"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic filter to unsubscribe from; may be given several times.", valueName: "filter")
    )
    var unsubscribe: [String] = []

    @Option(
        name: [.customShort("T"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Topics not to print; may be given several times.", valueName: "filter")
    )
    var filterOut: [String] = []

    @Flag(name: .customShort("R"), help: "Do not print messages that the broker had retained.")
    var hidesRetained = false

    @Option(
        name: .customShort("C"),
        parsing: .unconditional,
        help: ArgumentHelp("End after this many messages.", valueName: "count")
    )
    var count: Int?

    @Option(
        name: .customShort("W"),
        parsing: .unconditional,
        help: ArgumentHelp("End after this time, with exit code 27.", valueName: "seconds")
    )
    var timeout: Seconds?

    @Flag(name: .customShort("E"), help: "End as soon as the subscriptions are made.")
    var exitsAfterSubscribing = false

    /// Below this count the broker is asked not to send more at once.
    private static let smallCount = 20

    func validate() throws {
        guard !topic.isEmpty || !unsubscribe.isEmpty else {
            throw ValidationError("no topic; give one with -t, or one to unsubscribe from with -U")
        }
        for filter in topic + unsubscribe + filterOut {
            do throws(MQTTClientError) {
                _ = try TopicMatcher(filter)
            } catch {
                throw ValidationError(error.text)
            }
        }
        if let count, count < 1 { throw ValidationError("-C is at least 1") }
        if let timeout, timeout.duration == .zero { throw ValidationError("-W is more than 0") }
    }

    func hiddenTopics() throws -> [TopicMatcher] {
        try filterOut.map { try TopicMatcher($0) }
    }

    func apply(to configuration: inout MQTTClientConfiguration) {
        guard let count, count < Self.smallCount else { return }
        configuration.receiveMaximum = min(configuration.receiveMaximum, UInt16(count))
    }
}

/// How a message is printed.
struct OutputOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Print the topic before the payload.")
    var verbose = false

    @Flag(name: .customShort("N"), help: "Print no line feed after a message.")
    var omitsLineFeed = false

    func append(_ message: ReceivedMessage, to output: inout StandardOutput) {
        let payload = message.payload
        // Without anything to print there is no line either; with the topic there is.
        guard verbose || payload.readableBytes > 0 else { return }
        if verbose {
            output.append(message.topicBytes)
            output.append(" ")
            if payload.readableBytes == 0 { output.append("(null)") }
        }
        output.append(payload)
        if !omitsLineFeed { output.append("\n") }
    }
}

/// Ends a subscriber when a signal comes, the time is up or its reader has gone: by a clean disconnect.
private final class SubscriptionEnd: Sendable {
    /// What has ended it.
    enum Reason: Sendable {
        case signal
        case timeout
        case readerGone
    }

    private let client: MQTTClient
    private let firstReason = Mutex<Reason?>(nil)

    init(_ client: MQTTClient) {
        self.client = client
    }

    var reason: Reason? { firstReason.withLock { $0 } }

    /// Begins to watch for all of them.
    func watch(timeout: Duration?) -> Task<Void, Never> {
        StandardOutput.ignoreBrokenPipe()
        StandardOutput.whenReaderHasGone { [self] in
            Task { await end(.readerGone) }
        }
        if let timeout {
            Task {
                // It can only be cancelled, which nobody does.
                try? await Task.sleep(for: timeout)
                await end(.timeout)
            }
        }
        return Task {
            let signals = StopSignals()
            await signals.wait()
            if !Task.isCancelled { await end(.signal) }
        }
    }

    private func end(_ reason: Reason) async {
        firstReason.withLock { if $0 == nil { $0 = reason } }
        // A farewell without arguments is always a valid one.
        try? await client.disconnect()
    }
}
