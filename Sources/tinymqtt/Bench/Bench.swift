import ArgumentParser
import MQTT

/// `tinymqtt bench`: loads a broker and tells how much it carries, how fast, and whether everything has arrived.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how much a broker carries, how fast, and whether all of it arrives.",
        discussion: """
            The scenarios: pub publishes, and nobody listens; sub counts what others publish; pairs has a subscriber for \
            each publisher; fan-in has all publishers' messages go to each subscriber, by a wildcard; fan-out has one topic \
            for all; connections only connects; latency sends at a fixed rate, whatever the broker does.

            The exit code is 46 where messages are missing, or have come twice or in another order.
            """,
        helpNames: .long
    )

    @Argument(
        help: "Who publishes what to whom.",
        completion: .list(BenchScenario.allCases.map(\.rawValue))
    )
    var scenario: BenchScenario

    @OptionGroup(title: "Load")
    var load: LoadOptions

    @Flag(name: .customLong("json"), help: "Print the result as one JSON object.")
    var isJSON = false

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    /// Files that are open beside the connections: standard input and output, event loops, what the system opens.
    private static let otherFiles = 64

    func run() async throws {
        let plan = try load.plan(
            scenario,
            inFlightCount: Int(session.maximumInFlight ?? ClientDefaults.maximumInFlight)
        )
        try Self.checkOpenFiles(plan)
        var configuration = MQTTClientConfiguration(host: "localhost")
        try connection.apply(to: &configuration)
        try session.apply(to: &configuration)
        if connection.retry == nil { configuration.reconnect = .never }
        // Each client adds its own number.
        if session.identifier == nil, session.identifierPrefix == nil, Environment.clientIdentifier == nil {
            configuration.clientIdentifier = "bench-\(String(plan.run, radix: 36))"
        }
        let report = ClientReport(
            program: .current,
            command: "bench",
            address: configuration.address,
            version: configuration.version,
            isQuiet: diagnostics.quiet
        )
        diagnostics.apply(to: &configuration, report: report)
        let guide: MQTTClient
        do throws(MQTTClientError) {
            guide = try MQTTClient(configuration: configuration)
        } catch {
            throw ValidationError(error.text)
        }
        let status = await measure(BenchRun(plan, configuration: configuration, guide: guide), report)
        if status != 0 { throw ExitCode(status) }
    }

    private func measure(_ run: BenchRun, _ report: ClientReport) async -> Int32 {
        StandardOutput.ignoreBrokenPipe()
        let control = run.control
        let signals = Task {
            let signals = StopSignals()
            guard let number = await signals.wait(), !Task.isCancelled else { return }
            control.stop(.signal(number))
            // Without its source a second signal would be ignored, whatever the end still waits for.
            await signals.wait()
        }
        let progress = Task {
            guard BenchProgressLine.isPossible, !diagnostics.quiet else { return }
            var line = BenchProgressLine(run.plan)
            await line.run(control)
        }
        let result = await run.run()
        progress.cancel()
        // Its line is erased before anything else is written.
        await progress.value
        let status = result.status(report)
        if result.connectedCount > 0 { StandardOutput.writeLine(isJSON ? result.json.text : result.text) }
        signals.cancel()
        return status
    }

    /// Lets the process have as many connections as it needs.
    private static func checkOpenFiles(_ plan: BenchPlan) throws {
        let limit = OpenFiles.raiseLimit().limit
        guard limit < UInt64(plan.clientCount + otherFiles) else { return }
        throw ValidationError(
            "\(plan.clientCount) connections need more than the \(limit) open files that are allowed; see ulimit -n"
        )
    }
}
