import ArgumentParser
import MQTT
import NIOCore

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

    @OptionGroup(title: "Selection")
    var selection: SelectionOptions

    @Option(
        name: [.customShort("W"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("End after this time, with exit code 27.", valueName: "seconds")
    )
    var timeout: Seconds?

    @OptionGroup(title: "Output")
    var output: OutputOptions

    @OptionGroup(title: "Output")
    var display: DisplayOptions

    @OptionGroup(title: "Will")
    var will: WillOptions

    @OptionGroup(title: "MQTT 5")
    var properties: PropertyOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    @OptionGroup(title: "Diagnosis")
    var optionsFile: OptionsFileOption

    func validate() throws {
        try subscription.check(connection.url)
        try timeout?.checkTimeout()
    }

    private var version: ProtocolVersion { session.version(default: properties.isEmpty ? .v3_1_1 : .v5_0) }

    func run() async throws {
        let runner = try ClientRunner(command: "sub", diagnostics: diagnostics) { configuration in
            try connection.apply(to: &configuration)
            try session.apply(to: &configuration, defaultVersion: version)
            will.apply(to: &configuration)
            selection.apply(to: &configuration)
            try properties.apply(to: &configuration)
        }
        var subscriber = Subscriber(
            runner: runner,
            subscriptions: try subscription.subscriptions(
                connection.url,
                version: version,
                hidesRetained: selection.hidesRetained
            ),
            identifier: try properties.subscriptionIdentifier(),
            subscribeProperties: try properties.userProperties(of: .subscribe),
            unsubscribeFilters: subscription.unsubscribe,
            unsubscribeProperties: try properties.userProperties(of: .unsubscribe)
        )
        let end = ClientEnd(runner.client, farewell: try Farewell(properties, of: runner.configuration))
        let consumer = MessageConsumer(
            runner: runner,
            selection: try selection.selection(),
            maximumCount: selection.count ?? .max,
            removesRetained: selection.removeRetained,
            sink: try display.sink(output, runner),
            end: end
        )
        let signals = end.watch(
            timeout: timeout?.duration,
            publishesWill: runner.report.program.isLink && version == .v5_0
        )
        defer { signals.cancel() }
        try await runner.run { () async throws(MQTTClientError) in
            do throws(MQTTClientError) {
                try await runner.client.connect()
                end.connected()
                if let status = try await subscriber.run() {
                    try await end.farewell.say(runner.client)
                    return status
                }
                if !subscription.exitAfterSubscribing { try await consumer.run() }
            } catch {
                // An end that was asked for looks like a failure to whoever was in the middle of something.
                guard end.reason != nil else { throw error }
            }
            try await end.farewell.say(runner.client)
            let status = end.status(runner.report)
            return await consumer.finish(subscriber.refusal ?? status)
        }
    }
}

/// Makes and ends the subscriptions of a command.
struct Subscriber {
    let runner: ClientRunner
    let subscriptions: [Subscription]
    let identifier: UInt32?
    let subscribeProperties: [UserProperty]
    var unsubscribeFilters: [String] = []
    var unsubscribeProperties: [UserProperty] = []
    /// The exit code of the first refusal, where others were accepted; links have none.
    private(set) var refusal: Int32?

    init(
        runner: ClientRunner,
        subscriptions: [Subscription],
        identifier: UInt32?,
        subscribeProperties: [UserProperty],
        unsubscribeFilters: [String] = [],
        unsubscribeProperties: [UserProperty] = []
    ) {
        self.runner = runner
        self.subscriptions = subscriptions
        self.identifier = identifier
        self.subscribeProperties = subscribeProperties
        self.unsubscribeFilters = unsubscribeFilters
        self.unsubscribeProperties = unsubscribeProperties
    }

    /// - Returns: an exit code where there is nothing more to do.
    mutating func run() async throws(MQTTClientError) -> Int32? {
        if !subscriptions.isEmpty {
            let result = try await runner.client.subscribe(
                subscriptions,
                identifier: identifier,
                userProperties: subscribeProperties
            )
            if let status = report(result) { return status }
        }
        if !unsubscribeFilters.isEmpty {
            try await runner.client.unsubscribe(unsubscribeFilters, userProperties: unsubscribeProperties)
        }
        return nil
    }

    private mutating func report(_ result: SubscribeResult) -> Int32? {
        if runner.report.program.isLink {
            guard result.isFailure else { return nil }
            runner.report.tell(verbatim: "All subscription requests were denied.")
            return 0
        }
        for outcome in result.outcomes where outcome.isFailure {
            let advice = outcome.reasonCode == .notAuthorized ? "; check --username and --pw" : ""
            runner.tell(
                .error,
                "the broker refused the subscription to \(outcome.topicFilter): \(outcome.reasonCode)\(advice)"
            )
        }
        refusal = result.outcomes.first { $0.isFailure }.map { Int32($0.reasonCode.rawValue) }
        return result.isFailure ? refusal : nil
    }
}
