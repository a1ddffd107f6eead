import MQTT
import NIOCore

/// Sends requests one after the other, and takes the responses to each.
final class Requester {
    /// How a response is known.
    enum Correlation {
        /// By the topic alone.
        case none
        /// By data that each request has for itself.
        case random
        /// By the data that the command line says.
        case given
    }

    private let runner: ClientRunner
    private let subscriber: Subscriber
    private let request: Message
    private let correlation: Correlation
    private let count: Int
    private let hidesRetained: Bool
    private let showsLatency: Bool
    private let sink: MessageSink
    /// The exit code of a request that was refused, or of input that cannot be read.
    private(set) var failure: Int32?

    /// How many random bytes tell one request from another.
    private static let correlationLength = 16

    init(
        runner: ClientRunner,
        subscriber: Subscriber,
        request: Message,
        correlation: Correlation,
        count: Int,
        hidesRetained: Bool,
        showsLatency: Bool,
        sink: MessageSink
    ) {
        self.runner = runner
        self.subscriber = subscriber
        self.request = request
        self.correlation = correlation
        self.count = count
        self.hidesRetained = hidesRetained
        self.showsLatency = showsLatency
        self.sink = sink
    }

    /// Begins to listen for responses; returns an exit code where that is refused.
    func subscribe() async throws(MQTTClientError) -> Int32? {
        // One topic filter is accepted or refused as a whole: nothing is left to remember.
        var subscriber = subscriber
        return try await subscriber.run()
    }

    /// Sends the request, or one for each line of standard input where there is no content.
    func run(_ content: ByteBuffer?) async throws(MQTTClientError) {
        if let content { return try await ask(content) }
        do {
            try await StandardInput.lines().forEach { line in
                if failure == nil { try await ask(line) }
            }
        } catch let error as MQTTClientError {
            throw error
        } catch {
            runner.report.tell((error as? StandardInput.Failure)?.text ?? "\(error)")
            failure = ExitStatus.usage.rawValue
        }
    }

    private func ask(_ content: ByteBuffer) async throws(MQTTClientError) {
        var message = request
        message.payload = content
        if correlation == .random {
            message.properties.correlationData = ByteBuffer(
                bytes: (0..<Self.correlationLength).map { _ in UInt8.random(in: .min ... .max) }
            )
        }
        let clock = ContinuousClock()
        let start = clock.now
        let status = runner.report.status(of: try await runner.client.publish(message), topic: message.topic)
        guard status == 0 else {
            failure = status
            return
        }
        var remaining = count
        while remaining > 0, let response = try await runner.client.messages.next(atMost: 1)?.first {
            guard isResponse(response, to: message) else { continue }
            remaining -= 1
            if showsLatency {
                StandardOutput.writeLine("Latency: \((clock.now - start).latencyText)")
            } else {
                await sink.take(response)
                guard sink.flush() else { return }
            }
        }
        runner.client.messages.acknowledge()
    }

    private func isResponse(_ message: ReceivedMessage, to request: Message) -> Bool {
        if hidesRetained, message.retain { return false }
        guard correlation != .none else { return true }
        return message.properties.correlationData == request.properties.correlationData
    }
}

extension Duration {
    /// The time in the unit that suits it, with six digits behind the point.
    var latencyText: String {
        let (seconds, attoseconds) = components
        let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
        let (number, unit): (Double, String) =
            switch nanoseconds {
            case ..<1e3: (nanoseconds, "ns")
            case ..<1e6: (nanoseconds / 1e3, "µs")
            case ..<1e9: (nanoseconds / 1e6, "ms")
            default: (nanoseconds / 1e9, "s")
            }
        let millionths = Int((number * 1e6).rounded())
        let digits = "\(millionths % 1_000_000)"
        return "\(millionths / 1_000_000).\(String(repeating: "0", count: 6 - digits.utf8.count))\(digits)\(unit)"
    }
}
