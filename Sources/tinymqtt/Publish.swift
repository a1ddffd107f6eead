import ArgumentParser
import MQTT
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// `tinymqtt pub`: publishes one message, or one for each line of standard input.
struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pub",
        abstract: "Publish messages.",
        discussion: """
            The payload comes from exactly one of -m, -f, -s, -l and -n. With -l each line is a message as it comes; \
            messages of QoS 1 and 2 survive a restart of the broker. The exit code tells what went wrong: see \
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
        help: ArgumentHelp("The topic to publish to.", valueName: "topic")
    )
    var topic: String

    @OptionGroup(title: "Payload")
    var payload: PayloadOptions

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("How surely messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    @Flag(name: [.short, .long], help: "Have the broker keep the message for those who subscribe later.")
    var retain = false

    @OptionGroup(title: "Will")
    var will: WillOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func validate() throws {
        try checkTopic(topic, "the topic")
    }

    func run() async throws {
        var configuration = MQTTClientConfiguration(address: try connection.address)
        try connection.apply(to: &configuration)
        session.apply(to: &configuration)
        will.apply(to: &configuration)
        diagnostics.apply(to: &configuration, command: "pub")
        let runner = try ClientRunner(command: "pub", configuration: configuration, diagnostics: diagnostics)
        do {
            // What can be read at once is read before a connection is made for nothing.
            let content = try payload.readAtOnce()
            try await runner.run { () async throws(MQTTClientError) in
                try await runner.client.connect()
                guard let content else { return try await publishLines(runner) }
                return try await publish(content, runner)
            }
        } catch let failure as StandardInput.Failure {
            printError("tinymqtt pub: \(failure.text)")
            throw ExitStatus.usage.code
        }
    }

    /// Publishes one message as often as it is asked for.
    private func publish(_ content: ByteBuffer, _ runner: ClientRunner) async throws(MQTTClientError) -> Int32 {
        var status: Int32 = 0
        for round in 0..<payload.repeat {
            if round > 0, let delay = payload.repeatDelay {
                // It can only be cancelled, which nobody does.
                try? await Task.sleep(for: delay.duration)
            }
            let result = try await runner.client.publish(message(content))
            if result.isFailure {
                let reason = result.reasonString.map { ": \($0)" } ?? ""
                runner.tell(.error, "the broker refused the message to \(topic): \(result.reasonCode)\(reason)")
                status = Int32(result.reasonCode.rawValue)
            }
        }
        try await runner.client.disconnect()
        return status
    }

    /// Publishes the lines of standard input as they come.
    private func publishLines(_ runner: ClientRunner) async throws(MQTTClientError) -> Int32 {
        do {
            try await StandardInput.lines().forEach { line in
                try await runner.client.send(message(line))
            }
        } catch let error as MQTTClientError {
            throw error
        } catch {
            printError("tinymqtt pub: \((error as? StandardInput.Failure)?.text ?? "\(error)")")
            try await runner.client.flush()
            try await runner.client.disconnect()
            return ExitStatus.usage.rawValue
        }
        let report = try await runner.client.flush()
        try await runner.client.disconnect()
        guard let first = report.failures.first else { return 0 }
        let failure = ClientFailureText(first.error, address: runner.address)
        let reason = first.error.reasonCode.map { "\($0)" } ?? failure.cause
        runner.tell(.error, "\(report.failureCount) messages to \(topic) were refused: \(reason)")
        return failure.status
    }

    private func message(_ payload: ByteBuffer) -> Message {
        Message(topic: topic, payload: payload, qos: qos, retain: retain)
    }
}

/// Where the payload comes from: exactly one of these.
struct PayloadOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The payload itself.", valueName: "text")
    )
    var message: String?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("A file whose content is the payload.", valueName: "path")
    )
    var file: String?

    @Flag(name: [.customShort("s"), .customLong("stdin-file")], help: "All of standard input is the payload.")
    var isStandardInput = false

    @Flag(name: [.customShort("l"), .customLong("stdin-line")], help: "Each line of standard input is a message.")
    var isLines = false

    @Flag(name: [.customShort("n"), .customLong("null-message")], help: "The payload is empty.")
    var isEmpty = false

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

    func validate() throws {
        let count = [message != nil, file != nil, isStandardInput, isLines, isEmpty].count { $0 }
        guard count == 1 else {
            throw ValidationError(
                count == 0 ? "no payload; give one of -m, -f, -s, -l and -n" : "only one of -m, -f, -s, -l and -n"
            )
        }
        guard `repeat` >= 1 else { throw ValidationError("--repeat is at least 1") }
    }

    /// The payload; `nil` where it comes line by line.
    func readAtOnce() throws(StandardInput.Failure) -> ByteBuffer? {
        if let message { return ByteBuffer(string: message) }
        if let file { return try StandardInput.readFile(file) }
        if isStandardInput {
            let content = try StandardInput.readAll(STDIN_FILENO, name: "standard input")
            guard content.readableBytes > 0 else {
                throw StandardInput.Failure(text: "standard input is empty; -n publishes an empty payload")
            }
            return content
        }
        return isEmpty ? ByteBuffer() : nil
    }
}
