import MQTT

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How far a benchmark has come: one line on standard error, written anew each second, for a person at a terminal.
struct BenchProgressLine {
    private let plan: BenchPlan
    private var last = BenchControl.Progress()

    private static let interval = Duration.seconds(1)
    /// Goes to the beginning of the line and erases it.
    private static let erasing = "\r\u{1B}[K"

    init(_ plan: BenchPlan) {
        self.plan = plan
    }

    /// Whether somebody sees it.
    static var isPossible: Bool { isatty(STDERR_FILENO) == 1 }

    /// Writes it until the task is cancelled, and leaves nothing of it.
    mutating func run(_ control: BenchControl) async {
        let clock = ContinuousClock()
        let start = clock.now
        var lastTime = start
        while (try? await Task.sleep(for: Self.interval)) != nil {
            let now = clock.now
            let line = line(control.progress, after: now - lastTime, elapsed: now - start)
            writeError(Self.erasing + line)
            lastTime = now
        }
        writeError(Self.erasing)
    }

    /// The line for what has come since the last one.
    ///
    /// - Parameters:
    ///   - time: How long that is ago.
    ///   - elapsed: How long it goes on.
    mutating func line(_ progress: BenchControl.Progress, after time: Duration, elapsed: Duration) -> String {
        let before = last
        last = progress
        let start = "\(elapsed.components.seconds) s"
        guard progress.connected >= plan.clientCount, plan.scenario != .connections else {
            return "\(start)  \(progress.connected) of \(plan.clientCount) connected"
        }
        func rate(_ count: Int) -> Int { Int((Double(count) / max(time / .seconds(1), 0.001)).rounded()) }
        var parts = [start]
        if plan.scenario.hasPublishers { parts.append("\(rate(progress.sent - before.sent))/s in") }
        if plan.subscriberCount > 0 { parts.append("\(rate(progress.received - before.received))/s out") }
        if plan.scenario.hasDeliveries {
            parts.append("\(progress.sent * plan.receiverCount - progress.received) on their way")
        } else if plan.scenario.hasPublishers, plan.qos != .atMostOnce {
            parts.append("\(progress.sent - progress.acknowledged) without an answer")
        }
        return parts.joined(separator: "  ")
    }
}
