import MQTT
import Synchronization

/// Ends a client that runs until it is told: when a signal comes, the time is up, or its reader has gone; each time with a
/// farewell to the broker.
///
/// A lock protects the reason between those who may give one.
final class ClientEnd: Sendable {
    /// What has ended it.
    enum Reason: Sendable, Equatable {
        /// The signal of this number.
        case signal(Int32)
        case timeout
        case readerGone
    }

    let farewell: Farewell
    private let client: MQTTClient

    private struct State {
        var reason: Reason?
        /// Whether the broker had accepted the connection by then.
        var wasConnected = false
        var isConnected = false
    }

    private let state = Mutex(State())

    /// What mosquitto's clients return when they are ended before the broker has accepted the connection.
    private static let linkStatusBeforeConnection: Int32 = 255

    /// The subcommands that run until a signal comes, so that one is no failure of theirs.
    private static let runUntilSignal: Set<String> = ["sub"]

    init(_ client: MQTTClient, farewell: Farewell) {
        self.client = client
        self.farewell = farewell
    }

    var reason: Reason? { state.withLock { $0.reason } }

    /// The broker has accepted the connection.
    func connected() {
        state.withLock { $0.isConnected = true }
    }

    /// The exit code of the end, which is told where it is none that was asked for.
    func status(_ report: ClientReport) -> Int32 {
        let (reason, wasConnected) = state.withLock { ($0.reason, $0.wasConnected) }
        switch reason {
        case .timeout where report.program.isLink && !wasConnected,
            .signal where report.program.isLink && !wasConnected:
            return Self.linkStatusBeforeConnection
        case .timeout:
            report.tell(verbatim: report.program.isLink ? "Timed out" : "tinymqtt \(report.command): timed out")
            return ExitStatus.timedOut.rawValue
        case .signal(let number) where !Self.runUntilSignal.contains(report.command):
            return StopSignals.exitCode(of: number)
        case .signal, .readerGone, nil:
            return 0
        }
    }

    /// Begins to watch for all of them.
    ///
    /// - Parameters:
    ///   - takesSignals: Whether a signal asks to end; otherwise it ends the process.
    ///   - publishesWill: Whether a signal has the broker publish the will.
    func watch(
        timeout: Duration?,
        takesSignals: Bool = true,
        publishesWill: Bool = false
    ) -> Task<Void, Never> {
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
        guard takesSignals else { return Task {} }
        return Task {
            let signals = StopSignals()
            guard let number = await signals.wait(), !Task.isCancelled else { return }
            await end(.signal(number), publishesWill: publishesWill)
            // Without its source a second signal would be ignored, whatever the end still waits for.
            await signals.wait()
        }
    }

    private func end(_ reason: Reason, publishesWill: Bool = false) async {
        state.withLock { state in
            guard state.reason == nil else { return }
            state.reason = reason
            state.wasConnected = state.isConnected
        }
        do throws(MQTTClientError) {
            try await farewell.say(client, publishesWill: publishesWill)
        } catch {
            // The client has to end all the same; it would wait for ever. This fails only where it has ended.
            try? await client.disconnect()
        }
    }
}
