import ArgumentParser
import MQTT

/// What `pub`, `sub` and every later subcommand with a client have in common: a client from the options, its troubles told,
/// its failures as exit codes.
struct ClientRunner {
    let command: String
    let client: MQTTClient
    let address: ServerAddress
    let diagnostics: DiagnosticOptions

    init(
        command: String,
        configuration: MQTTClientConfiguration,
        diagnostics: DiagnosticOptions
    ) throws {
        self.command = command
        self.diagnostics = diagnostics
        address = configuration.address
        do throws(MQTTClientError) {
            client = try MQTTClient(configuration: configuration)
        } catch {
            throw ValidationError(error.text)
        }
    }

    /// Runs `body`, and turns the failure of the client into a line on standard error and an exit code.
    func run(_ body: () async throws(MQTTClientError) -> Int32) async throws {
        let events = tellEvents()
        defer { events.cancel() }
        var status: Int32
        do throws(MQTTClientError) {
            status = try await body()
        } catch {
            let failure = ClientFailureText(error, address: address)
            tell(.error, failure.text)
            status = failure.status
        }
        if status != 0 { throw ExitCode(status) }
    }

    func tell(_ level: DiagnosticOptions.Level, _ text: String) {
        diagnostics.tell(level, text, command: command)
    }

    /// Tells what happens to the connection while the subcommand goes on.
    private func tellEvents() -> Task<Void, Never> {
        let (diagnostics, command, address, events) = (diagnostics, command, address, client.events)
        return Task {
            // The failure that ends the subcommand is told by `run`; one that comes again and again is told once.
            var lastError: MQTTClientError?
            var toldError: MQTTClientError?
            for await event in events {
                switch event {
                case .connected:
                    if toldError != nil { diagnostics.tell(.notice, "connected to \(address)", command: command) }
                    toldError = nil
                case .disconnected(let error):
                    lastError = error
                case .reconnecting(let delay):
                    if let error = lastError, error != toldError {
                        let cause = ClientFailureText(error, address: address).cause
                        diagnostics.tell(.notice, "\(cause); trying again", command: command)
                        toldError = error
                    }
                    diagnostics.tell(.info, "the next attempt is made in \(delay)", command: command)
                case .subscriptionLost(let topicFilter, let reasonCode):
                    diagnostics.tell(.error, "lost the subscription to \(topicFilter): \(reasonCode)", command: command)
                }
            }
        }
    }
}
