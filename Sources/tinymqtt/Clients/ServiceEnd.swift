import MQTT
import Synchronization

/// Ends a client that runs until somebody or something ends it: with a farewell, and with an exit code.
final class ServiceEnd: Sendable {
    private let client: MQTTClient
    private let firstStatus = Mutex<Int32?>(nil)
    private let farewell = Mutex<Farewell?>(nil)

    /// What the client says before it goes.
    typealias Farewell = @Sendable () async throws(MQTTClientError) -> Void

    /// How long the broker has to take the farewell. Without a broker there is none.
    private static let patience = Duration.seconds(2)

    init(_ client: MQTTClient) {
        self.client = client
    }

    /// The exit code that was asked for first; `nil` while nobody has.
    var status: Int32? { firstStatus.withLock { $0 } }

    /// Sets what is to be said at the end; until then, nothing is.
    func setFarewell(_ farewell: @escaping Farewell) {
        self.farewell.withLock { $0 = farewell }
    }

    /// Ends it, unless that is under way: says farewell, waits until it has gone out, and disconnects.
    func end(_ status: ExitStatus = .success) async {
        let isFirst = firstStatus.withLock { first in
            guard first == nil else { return false }
            first = status.rawValue
            return true
        }
        guard isFirst else { return }
        let client = self.client
        let deadline = Task {
            // Cancelled when all has gone out.
            guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
            try? await client.disconnect()
        }
        // A client that cannot say farewell has its will.
        try? await farewell.withLock { $0 }?()
        _ = try? await client.flush()
        deadline.cancel()
        try? await client.disconnect()
    }

    /// Ends it at the first signal.
    func watchSignals() -> Task<Void, Never> {
        Task {
            let signals = StopSignals()
            await signals.wait()
            if !Task.isCancelled { await end() }
        }
    }

    /// Runs `body`, which ends when the client does; returns the exit code that was asked for.
    func run(_ body: () async throws(MQTTClientError) -> Void) async throws(MQTTClientError) -> Int32 {
        do throws(MQTTClientError) {
            try await body()
        } catch {
            // An end that was asked for looks like a failure to whoever was in the middle of something.
            guard status != nil else { throw error }
        }
        return status ?? 0
    }
}

extension DiagnosticOptions.Level {
    init(_ level: ReportLevel) {
        self =
            switch level {
            case .error: .error
            case .warning: .warning
            case .notice: .notice
            case .info: .info
            }
    }
}

extension ClientRunner {
    /// Tells what a service or a member reports.
    var serviceReport: Report {
        { level, text in tell(.init(level), PrintableText.line(text)) }
    }
}
