import ArgumentParser
import MQTT
import NIOCore

/// `tinymqtt rr`: publishes a request and prints the answer to it.
struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rr",
        abstract: "Publish a request, and print the response.",
        discussion: """
            A response is awaited on the response topic. In MQTT 5 the request carries correlation data, at random unless -D \
            says which, and only a response with the same counts: neither a retained message nor the response to somebody \
            else's request is taken for it. The exit code tells what went wrong: see tinymqtt help exit-codes.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The topic to publish the request to; --url has one too.", valueName: "topic"),
        completion: .topics
    )
    var topic: String?

    @Option(
        name: [.customShort("e"), .long],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The topic on which the response is awaited (default: one that nobody else has).",
            valueName: "topic"
        )
    )
    var responseTopic: String?

    @OptionGroup(title: "Payload")
    var payload: PayloadOptions

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("How surely the request and the response arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    @Flag(name: [.short, .long], help: "Have the broker keep the request for those who subscribe later.")
    var retain = false

    @Option(
        name: [.customShort("C"), .customLong("count")],
        parsing: .unconditional,
        help: ArgumentHelp("How many responses to await to each request.", valueName: "count")
    )
    var count = 1

    @Option(
        name: [.customShort("W"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("End after this time, with exit code 27.", valueName: "seconds")
    )
    var timeout: Seconds?

    @Flag(
        name: .long,
        help: "Send no correlation data, and take whatever arrives on the response topic for the response."
    )
    var noCorrelation = false

    @Flag(name: .long, help: "Print how long the response took instead of the response.")
    var latency = false

    @Flag(
        name: [.customShort("R"), .customLong("no-retained")],
        help: "Do not take messages that the broker had retained."
    )
    var hidesRetained = false

    @Flag(name: .long, help: "Messages keep the retain flag with which they were published; MQTT 5.")
    var retainAsPublished = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "When to fetch retained messages: always, new (subscriptions) or never; MQTT 5.",
            valueName: "when"
        )
    )
    var retainHandling: RetainHandlingChoice?

    @OptionGroup(title: "Output")
    var output: OutputOptions

    @OptionGroup(title: "Will")
    var will: WillOptions

    @OptionGroup(title: "MQTT 5")
    var properties: PropertyOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    @OptionGroup(title: "Diagnosis")
    var optionsFile: OptionsFileOption

    /// The version that is spoken where no option says which.
    private static let version = ProtocolVersion.v5_0

    func validate() throws {
        guard let requestTopic else { throw ValidationError("no topic for the request; give one with --topic") }
        try checkTopic(requestTopic, "the topic")
        if let responseTopic {
            try checkTopic(responseTopic, "the response topic")
        } else if ProgramName.current.isLink {
            throw ValidationError("no response topic; give one with -e")
        }
        guard count >= 1 else { throw ValidationError("-C is at least 1") }
        try timeout?.checkTimeout()
        let given = try properties.messageProperties()
        guard given.responseTopic == nil || responseTopic == nil else {
            throw ValidationError("the response topic is given twice, by -e and by -D")
        }
        guard !noCorrelation || given.correlationData == nil else {
            throw ValidationError("either --no-correlation or -D publish correlation-data, not both")
        }
    }

    private var requestTopic: String? { topic ?? connection.url?.topic }

    func run() async throws {
        let version = session.version(default: Self.version)
        let runner = try ClientRunner(command: "rr", diagnostics: diagnostics) { configuration in
            try connection.apply(to: &configuration)
            try session.apply(to: &configuration, defaultVersion: Self.version)
            will.apply(to: &configuration)
            try properties.apply(to: &configuration)
        }
        let requester = try requester(runner, version: version)
        let content = try payload.readAtOnce()
        let end = ClientEnd(runner.client, farewell: try Farewell(properties, of: runner.configuration))
        let signals = end.watch(timeout: timeout?.duration, takesSignals: !ProgramName.current.isLink)
        defer { signals.cancel() }
        try await runner.run { () async throws(MQTTClientError) in
            do throws(MQTTClientError) {
                try await runner.client.connect()
                end.connected()
                if let status = try await requester.subscribe() {
                    try await end.farewell.say(runner.client)
                    return status
                }
                try await requester.run(content)
            } catch {
                // An end that was asked for looks like a failure to whoever was in the middle of something.
                guard end.reason != nil else { throw error }
            }
            try await end.farewell.say(runner.client)
            return requester.failure ?? end.status(runner.report)
        }
    }

    private func requester(_ runner: ClientRunner, version: ProtocolVersion) throws -> Requester {
        var message = Message(topic: requestTopic ?? "", payload: ByteBuffer(), qos: qos, retain: retain)
        message.properties = try properties.messageProperties()
        let place =
            responseTopic ?? message.properties.responseTopic ?? "response/\(ClientDefaults.makeIdentifier(.current))"
        if version == .v5_0 { message.properties.responseTopic = place }
        let isLink = ProgramName.current.isLink
        var handling = retainHandling?.handling ?? .always
        if hidesRetained { handling = .never }
        let subscription = Subscription(
            place,
            maximumQoS: qos,
            retainAsPublished: retainAsPublished && version == .v5_0,
            retainHandling: version == .v5_0 ? handling : .always
        )
        return Requester(
            runner: runner,
            subscriber: Subscriber(
                runner: runner,
                subscriptions: [subscription],
                identifier: try properties.subscriptionIdentifier(),
                subscribeProperties: try properties.userProperties(of: .subscribe)
            ),
            request: message,
            correlation: version != .v5_0 || noCorrelation || isLink
                ? .none : message.properties.correlationData == nil ? .random : .given,
            count: count,
            hidesRetained: hidesRetained,
            showsLatency: latency,
            sink: MessageSink(.print(try output.writer()), report: runner.report)
        )
    }
}
