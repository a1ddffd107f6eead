import ArgumentParser
import MQTT
import NIOCore

/// `tinymqtt pub`: publishes one message, or one for each line of standard input.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pub",
        abstract: "Publish messages.",
        discussion: """
            The payload comes from exactly one of -m, --payload, -f, -s, -l and -n. With -l each line is a message as it \
            comes; messages of QoS 1 and 2 survive a restart of the broker. The exit code tells what went wrong: see \
            tinymqtt help exit-codes.
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
        help: ArgumentHelp(
            "The topic to publish to; --url and the lines of --split and --json have one too.",
            valueName: "topic"
        ),
        completion: .topics
    )
    var topic: String?

    @OptionGroup(title: "Payload")
    var payload: PayloadOptions

    @OptionGroup(title: "Payload")
    var lines: LineOptions

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How often to publish the message; not for -l.", valueName: "count")
    )
    var `repeat` = 1

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait between two of them.", valueName: "seconds")
    )
    var repeatDelay: Seconds?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("How surely messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    @Flag(name: [.short, .long], help: "Have the broker keep the message for those who subscribe later.")
    var retain = false

    @Option(
        name: [.customShort("W"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("End after this time, with exit code 27.", valueName: "seconds")
    )
    var timeout: Seconds?

    @OptionGroup(title: "Will")
    var will: WillOptions

    @OptionGroup(title: "MQTT 5")
    var properties: PropertyOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    @OptionGroup(title: "Diagnosis")
    var optionsFile: OptionsFileOption

    func validate() throws {
        try timeout?.checkTimeout()
        guard `repeat` >= 1 else { throw ValidationError("--repeat is at least 1") }
        guard payload.isLines || !lines.isUsed else { throw ValidationError("--split and --json are for -l") }
        guard let topic = givenTopic else {
            guard payload.isLines, lines.namesTopics else {
                throw ValidationError("no topic; give one with --topic, or with --split or --json one on each line")
            }
            return
        }
        try checkTopic(topic, "the topic")
    }

    private var givenTopic: String? { topic ?? connection.url?.topic }

    func run() async throws {
        let runner = try ClientRunner(command: "pub", diagnostics: diagnostics) { configuration in
            try connection.apply(to: &configuration)
            try session.apply(to: &configuration, defaultVersion: properties.isEmpty ? .v3_1_1 : .v5_0)
            will.apply(to: &configuration)
            try properties.apply(to: &configuration)
        }
        let defaults = Message(
            topic: givenTopic ?? "",
            payload: ByteBuffer(),
            qos: qos,
            retain: retain,
            properties: try properties.messageProperties()
        )
        // What can be read at once is read before a connection is made for nothing.
        let content = try payload.readAtOnce()
        let farewell = try Farewell(properties, of: runner.configuration)
        runner.endProcess(after: timeout)
        try await runner.run { () async throws(MQTTClientError) in
            try await runner.client.connect()
            let status: Int32
            if let content {
                var message = defaults
                message.payload = content
                status = try await publish(message, runner)
            } else {
                status = try await publishLines(defaults, runner)
            }
            try await farewell.say(runner.client)
            return status
        }
    }

    /// Publishes one message as often as it is asked for.
    private func publish(_ message: Message, _ runner: ClientRunner) async throws(MQTTClientError) -> Int32 {
        var status: Int32 = 0
        for round in 0..<`repeat` {
            if round > 0, let repeatDelay {
                // It can only be cancelled, which nobody does.
                try? await Task.sleep(for: repeatDelay.duration)
            }
            let failure = runner.report.status(of: try await runner.client.publish(message), topic: message.topic)
            if failure != 0 { status = failure }
        }
        return status
    }

    /// Publishes the lines of standard input as they come.
    private func publishLines(_ defaults: Message, _ runner: ClientRunner) async throws(MQTTClientError) -> Int32 {
        var inputFailure: String?
        var number = 0
        do {
            // A link's lines end where a zero byte stands, as in the programs that it stands for.
            let cutsAtZero = runner.report.program.isLink
            try await StandardInput.lines().forEach { line in
                number += 1
                let payload = cutsAtZero ? line.beforeZero : line
                try await runner.client.send(try lines.message(payload, number: number, defaults: defaults))
            }
        } catch let error as MQTTClientError {
            // What the client refuses itself is wrong with the line; those before it are on their way.
            guard error.code == .invalidArgument else { throw error }
            inputFailure = LineProblem(line: number, error.text).text
        } catch let problem as LineProblem {
            inputFailure = problem.text
        } catch {
            inputFailure = (error as? StandardInput.Failure)?.text ?? "\(error)"
        }
        let report = try await runner.client.flush()
        if let inputFailure {
            runner.report.tell(inputFailure)
            return ExitStatus.usage.rawValue
        }
        return runner.report.status(of: report)
    }
}

extension ByteBuffer {
    /// What stands before the first zero byte.
    fileprivate var beforeZero: ByteBuffer {
        let length = readableBytesView.firstIndex(of: 0).map { $0 - readerIndex } ?? readableBytes
        return getSlice(at: readerIndex, length: length) ?? self
    }
}
