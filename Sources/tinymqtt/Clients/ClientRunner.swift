import ArgumentParser
import MQTT
import Synchronization

/// What every subcommand with a client has in common: a client from the options, its troubles told, its failures as exit
/// codes.
struct ClientRunner {
    let client: MQTTClient
    /// What the client was made with.
    let configuration: MQTTClientConfiguration
    let report: ClientReport
    private let diagnostics: DiagnosticOptions
    private let overtime = Overtime()

    var address: ServerAddress { report.address }

    /// - Parameter configure: Says where the broker is, and everything else.
    init(
        command: String,
        diagnostics: DiagnosticOptions,
        configure: (inout MQTTClientConfiguration) throws -> Void
    ) throws {
        var configuration = MQTTClientConfiguration(host: "localhost")
        try configure(&configuration)
        try self.init(command: command, configuration: configuration, diagnostics: diagnostics)
    }

    /// - Parameter destination: Where troubles are told.
    init(
        command: String,
        configuration: MQTTClientConfiguration,
        diagnostics: DiagnosticOptions,
        destination: @escaping @Sendable (String) -> Void = { printError($0) }
    ) throws {
        var configuration = configuration
        var report = ClientReport(
            program: .current,
            command: command,
            address: configuration.address,
            version: configuration.version,
            isQuiet: diagnostics.quiet
        )
        report.destination = destination
        diagnostics.apply(to: &configuration, report: report)
        self.report = report
        self.configuration = configuration
        self.diagnostics = diagnostics
        do throws(MQTTClientError) {
            client = try MQTTClient(configuration: configuration)
        } catch {
            throw ValidationError(error.text)
        }
    }

    /// Runs `body`, and turns the failure of the client into a line on standard error and an exit code.
    ///
    /// - Parameter observer: Is told of what happens to the connection, after the person has been.
    func run(
        observer: @escaping @Sendable (ClientEvent) async -> Void = { _ in },
        _ body: () async throws(MQTTClientError) -> Int32
    ) async throws {
        let events = tellEvents(observer)
        defer { events.cancel() }
        var status: Int32
        do throws(MQTTClientError) {
            status = try await body()
        } catch {
            // The end of the time looks like a failure to whoever waits for the client.
            status = overtime.isReached ? ExitStatus.timedOut.rawValue : report.status(of: error)
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// Ends the process when the time is up, whatever it waits for: an input, an acknowledgement, an answer.
    func endProcess(after timeout: Seconds?) {
        guard let timeout else { return }
        let (client, report, overtime) = (client, report, overtime)
        Task {
            // It can only be cancelled, which nobody does.
            try? await Task.sleep(for: timeout.duration)
            overtime.reach()
            report.tell("timed out")
            // A farewell without arguments is always a valid one.
            try? await client.disconnect()
            // Whoever waits for an input does not notice that the client has gone.
            TinyMQTT.exit(withError: ExitStatus.timedOut.code)
        }
    }

    func tell(_ level: DiagnosticOptions.Level, _ text: String) {
        diagnostics.tell(level, text, report)
    }

    /// Tells what happens to the connection while the subcommand goes on.
    private func tellEvents(_ observer: @escaping @Sendable (ClientEvent) async -> Void) -> Task<Void, Never> {
        let (diagnostics, report, events) = (diagnostics, report, client.events)
        return Task {
            // mosquitto's clients connect again without a word.
            guard !report.program.isLink else { return }
            // The failure that ends the subcommand is told by `run`; one that comes again and again is told once.
            var lastError: MQTTClientError?
            var toldError: MQTTClientError?
            for await event in events {
                switch event {
                case .connected:
                    if toldError != nil { diagnostics.tell(.notice, "connected to \(report.address)", report) }
                    toldError = nil
                case .disconnected(let error):
                    lastError = error
                case .reconnecting(let delay):
                    if let error = lastError, error != toldError {
                        let cause = ClientFailureText(error, address: report.address).cause
                        diagnostics.tell(.notice, "\(cause); trying again", report)
                        toldError = error
                    }
                    diagnostics.tell(.info, "the next attempt is made in \(delay.secondsText)", report)
                case .subscriptionLost(let topicFilter, let reasonCode):
                    diagnostics.tell(.error, "lost the subscription to \(topicFilter): \(reasonCode)", report)
                }
                await observer(event)
            }
        }
    }
}

/// Whether the time for the whole subcommand is up.
private final class Overtime: Sendable {
    private let state = Atomic(false)

    var isReached: Bool { state.load(ordering: .acquiring) }

    func reach() { state.store(true, ordering: .releasing) }
}

extension Duration {
    /// The time in seconds, with one digit behind the point.
    fileprivate var secondsText: String {
        let (seconds, attoseconds) = components
        return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
    }
}
