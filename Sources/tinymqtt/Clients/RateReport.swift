import Dispatch
import Synchronization

/// Writes each second how many messages came, `sub --message-rate`.
///
/// A lock protects the count between the one who takes messages and the clock.
final class RateReport: Sendable {
    private static let interval = Duration.seconds(1)

    private let rate = Mutex(MessageRate())

    /// A message has come.
    func add() {
        rate.withLock { $0.add() }
    }

    /// Begins to write, as long as the process lives.
    func start() {
        let clock = ContinuousClock()
        Task { [self] in
            var last = clock.now
            while true {
                // It can only be cancelled, which nobody does.
                try? await Task.sleep(for: Self.interval)
                let now = clock.now
                var output = StandardOutput()
                rate.withLock { $0.append(after: now - last, to: &output.buffer) }
                last = now
                // When the reader has gone, the subcommand ends.
                try? output.flush()
            }
        }
    }
}
