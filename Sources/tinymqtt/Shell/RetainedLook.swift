import MQTT
import NIOCore
import Synchronization

/// A short look at what a broker retains: a connection of its own subscribes, takes what comes, and leaves.
///
/// MQTT has no word for the end of the retained messages, so the look is over when none has come for a while.
struct RetainedLook: Sendable {
    /// How long and how far to look.
    struct Limits: Sendable {
        var messageCount = 100_000
        var byteCount = 64 << 20
        var duration = Duration.seconds(10)
        /// After so long without a message it is over.
        var silence = Duration.milliseconds(150)
    }

    /// What there was.
    struct Result: Sendable {
        var messages: [ReceivedMessage] = []
        /// Why there may be more; `nil` where all were seen.
        var shortfall: String?
        /// What the broker said to the subscription.
        var reason: ReasonCode?
    }

    private struct State: Sendable {
        var result = Result()
        var byteCount = 0
        var arrivals = 0
        var isOver = false
    }

    let limits: Limits

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Looks.
    ///
    /// - Parameters:
    ///   - filter: Which topics.
    ///   - configuration: How to reach the broker; what is said of a session in it is replaced.
    func run(_ filter: String, _ configuration: MQTTClientConfiguration) async throws(MQTTClientError) -> Result {
        var configuration = configuration
        configuration.clientIdentifier =
            configuration.version == .v5_0 ? "" : "tinymqtt-" + String(UInt64.random(in: .min ... .max), radix: 36)
        configuration.cleanStart = true
        configuration.sessionExpiryInterval = 0
        configuration.will = nil
        configuration.reconnect = .never
        configuration.trace = nil
        let client = try MQTTClient(configuration: configuration)
        try await client.connect()
        let box = Box()
        let collector = Task {
            await collect(client, box)
        }
        defer { collector.cancel() }
        var result = Result()
        do throws(MQTTClientError) {
            let answer = try await client.subscribe(filter)
            if let outcome = answer.outcomes.first, outcome.isFailure {
                result.reason = outcome.reasonCode
            } else {
                await waitForSilence(box)
                result = box.state.withLock(\.result)
                result.reason = answer.outcomes.first?.reasonCode
            }
        } catch {
            try? await client.disconnect()
            throw error
        }
        try? await client.disconnect()
        return result
    }

    /// What the collector shares with who waits.
    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private func collect(_ client: MQTTClient, _ box: Box) async {
        let limits = limits
        while let batch = try? await client.messages.next(atMost: 500) {
            let isOver = box.state.withLock { state in
                for message in batch where message.retain {
                    state.arrivals += 1
                    state.byteCount += message.payload.readableBytes + message.topicBytes.readableBytes
                    guard state.result.messages.count < limits.messageCount, state.byteCount <= limits.byteCount else {
                        state.result.shortfall = "there is more than \(state.result.messages.count) messages"
                        state.isOver = true
                        break
                    }
                    state.result.messages.append(message)
                }
                return state.isOver
            }
            if isOver { return }
        }
    }

    private func waitForSilence(_ box: Box) async {
        let clock = ContinuousClock()
        let end = clock.now + limits.duration
        var arrivals = -1
        while true {
            let now = box.state.withLock { ($0.arrivals, $0.isOver) }
            if now.0 == arrivals || now.1 || Task.isCancelled { return }
            if clock.now >= end {
                return box.state.withLock { $0.result.shortfall = "after \(limits.duration) more was still coming" }
            }
            arrivals = now.0
            try? await clock.sleep(for: limits.silence)
        }
    }
}
