import MQTT
import NIOCore

/// Takes messages as they arrive, and hands those that are wanted to a sink, until there are enough, until the reader of
/// the output has gone, or until there are no more.
struct MessageConsumer {
    let runner: ClientRunner
    let selection: MessageSelection
    let maximumCount: Int
    let removesRetained: Bool
    let sink: MessageSink
    let end: ClientEnd

    /// How many messages are taken at once.
    private static let batchSize = 1_000

    func run() async throws(MQTTClientError) {
        await sink.open()
        var remaining = maximumCount
        while remaining > 0, let batch = try await runner.client.messages.next(atMost: min(remaining, Self.batchSize)) {
            for message in batch {
                // Each command that is run for a message takes its time, and a batch has many messages.
                guard end.reason == nil || !sink.takesLong else {
                    _ = sink.flush()
                    return
                }
                switch selection.verdict(on: message) {
                case .hide: continue
                case .end: return try await settle()
                case .show: break
                }
                if removesRetained, message.retain { try await remove(message) }
                guard selection.isChosen() else { continue }
                await sink.take(message)
                remaining -= 1
            }
            guard sink.flush() else { return }
        }
        try await settle()
    }

    /// Has the broker forget what it has kept for a topic.
    private func remove(_ message: ReceivedMessage) async throws(MQTTClientError) {
        try await runner.client.send(
            Message(topic: message.topic, payload: ByteBuffer(), qos: .atLeastOnce, retain: true)
        )
    }

    /// What was taken is acknowledged, and what was sent has arrived.
    private func settle() async throws(MQTTClientError) {
        _ = sink.flush()
        runner.client.messages.acknowledge()
        if removesRetained { _ = runner.report.status(of: try await runner.client.flush()) }
    }

    /// Waits for what the sink still does.
    ///
    /// - Parameter status: The exit code so far.
    /// - Returns: the exit code.
    func finish(_ status: Int32) async -> Int32 {
        let failures = await sink.finish()
        return status == 0 && failures > 0 ? ExitStatus.usage.rawValue : status
    }
}

/// Where messages go: to standard output in one of several ways, or to a command.
final class MessageSink {
    /// What is done with a message.
    enum Kind {
        /// It is written.
        case print(MessageWriter)
        /// It has its line on a screen.
        case watch(WatchScreen, MessageWriter)
        /// It is only counted; see ``RateReport``.
        case rate(RateReport)
        /// A command is run for it.
        case execute(MessageCommand)
    }

    private var kind: Kind
    private var output = StandardOutput()
    private let report: ClientReport
    private var hasFailed = false

    init(_ kind: Kind, report: ClientReport) {
        self.kind = kind
        self.report = report
    }

    /// Whether a message may take any time, so that an end does not wait for those that are there already.
    var takesLong: Bool {
        if case .execute = kind { true } else { false }
    }

    /// Messages are to follow.
    func open() async {
        switch kind {
        case .watch(let screen, _): screen.open(&output.buffer)
        case .rate(let rate): rate.start()
        case .print, .execute: break  // nothing stands before the first message
        }
        _ = flush()
    }

    /// Takes a message; what is written is seen after `flush`.
    func take(_ message: ReceivedMessage) async {
        switch kind {
        case .print(let writer):
            tell(writer.append(message, to: &output.buffer))
        case .watch(var screen, let writer):
            var text = ByteBuffer()
            tell(writer.append(message, to: &text))
            screen.show(text, topic: message.topic, to: &output.buffer)
            kind = .watch(screen, writer)
        case .rate(let rate): rate.add()
        case .execute(let command): await command.run(message)
        }
    }

    private func tell(_ problems: [String]) {
        for problem in problems {
            report.tell(problem)
        }
    }

    /// Writes what has gathered; `false` where nobody reads it any more.
    func flush() -> Bool {
        do throws(StandardOutput.Closed) {
            try output.flush()
            return true
        } catch {
            if let failure = error.failure, !hasFailed {
                hasFailed = true
                report.tell("cannot write to standard output: \(failure)")
            }
            return false
        }
    }

    /// Waits for what still runs, and returns how much of it failed, and how much could not be written.
    func finish() async -> Int {
        guard case .execute(let command) = kind else { return hasFailed ? 1 : 0 }
        await command.finish()
        return await command.failureCount
    }
}
