import Dispatch
import MQTT

/// Runs a command of the shell for each message, `sub --exec`.
///
/// The payload is the command's standard input, and what else the message has is in environment variables, see
/// ``MessageCommandRun``. Up to a number of commands run at a time; with one, messages are dealt with in their order. Who
/// hands over a message waits while that many run, so that messages do not pile up here but in the broker.
actor MessageCommand {
    /// The most commands that may run at a time; each takes a process, and a thread that waits for it.
    static let mostAtATime = 64

    private let command: String
    private let maximumRunning: Int
    /// The environment without what commands get of messages.
    private let environment: [String]
    private let report: @Sendable (String) -> Void

    private var running = 0
    /// Those who wait for a place; whoever is resumed has one.
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// Those who wait until nothing runs.
    private var finishers: [CheckedContinuation<Void, Never>] = []

    /// How many commands have failed: with an exit code that is not 0, by a signal, or before they began.
    private(set) var failureCount = 0

    /// - Parameters:
    ///   - command: What the shell is to run.
    ///   - maximumRunning: How many at a time, from 1 to 64; what is beyond is taken as the nearest of these.
    ///   - report: Is told of each failure.
    init(_ command: String, atATime maximumRunning: Int = 1, report: @escaping @Sendable (String) -> Void) {
        self.command = command
        self.maximumRunning = min(max(maximumRunning, 1), Self.mostAtATime)
        self.report = report
        environment = MessageCommandRun.inheritedEnvironment()
    }

    /// Starts the command for a message, as soon as there is a place for it; returns when it has been started.
    func run(_ message: ReceivedMessage) async {
        if running < maximumRunning {
            running += 1
        } else {
            await withCheckedContinuation { waiters.append($0) }
        }
        let run = MessageCommandRun(command, message, environment: environment)
        // Each has a thread: it blocks until the command has ended.
        DispatchQueue(label: "command").async {
            let failure = run.perform()
            Task { await self.ended(message.topic, failure) }
        }
    }

    /// Waits until no command runs any more.
    func finish() async {
        guard running > 0 else { return }
        await withCheckedContinuation { finishers.append($0) }
    }

    private func ended(_ topic: String, _ failure: String?) {
        if let failure {
            failureCount += 1
            report("the command for the message to \(topic) \(failure)")
        }
        guard waiters.isEmpty else {
            // The place goes on to whoever waits for it longest.
            waiters.removeFirst().resume()
            return
        }
        running -= 1
        guard running == 0 else { return }
        let finishers = self.finishers
        self.finishers = []
        for finisher in finishers {
            finisher.resume()
        }
    }
}
