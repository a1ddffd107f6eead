import DequeModule
import NIOCore
import Synchronization

/// Received messages on their way from the event loop to the application, in batches.
///
/// The event loop puts in all that one read has brought, with one lock and at most one wake-up; the application takes out
/// one or many. What it was given counts as consumed when it asks for the next. The event loop learns of it together with
/// everything else that was consumed until it gets round to it, so that there is no hop a message either.
///
/// Shared by both sides; all state is under the lock, and continuations are resumed outside of it.
final class MessageBuffer: Sendable {
    private struct State {
        var messages = Deque<ReceivedMessage>()
        var waiter: CheckedContinuation<Void, Never>?
        /// Set when no message will follow: why, if it is not what the application wanted.
        var end: Result<Void, MQTTClientError>?
        var fill = Fill()
        /// What the application has in hand.
        var handedOut = Fill()
        /// Consumed messages of QoS 1 and 2 that the event loop does not know of yet.
        var consumedAcknowledgements = 0
        var isReadingPaused = false
        var isReportScheduled = false
    }

    /// A number of messages with their size, and how many of them are to be acknowledged.
    private struct Fill {
        var count = 0
        var byteCount = 0
        var acknowledgements = 0

        static func += (left: inout Fill, right: ReceivedMessage) {
            left.count += 1
            left.byteCount += right.publish.bytes.readableBytes
            if right.qos != .atMostOnce { left.acknowledgements += 1 }
        }

        static func -= (left: inout Fill, right: Fill) {
            left.count -= right.count
            left.byteCount -= right.byteCount
            left.acknowledgements -= right.acknowledgements
        }
    }

    private let state = Mutex(State())
    private let maximumCount: Int
    private let maximumByteCount: Int
    /// Tells the event loop that something was consumed.
    private let report: @Sendable () -> Void

    init(maximumCount: Int, maximumByteCount: Int, report: @escaping @Sendable () -> Void) {
        self.maximumCount = max(maximumCount, 1)
        self.maximumByteCount = max(maximumByteCount, 1)
        self.report = report
    }

    // MARK: The event loop's side

    /// Puts in messages; `false` where nothing more is to be read from the network until the application has caught up.
    func append(_ messages: [Publish]) -> Bool {
        let (waiter, mayRead) = state.withLock { state in
            for publish in messages {
                let message = ReceivedMessage(publish)
                state.fill += message
                state.messages.append(message)
            }
            if state.fill.count >= maximumCount || state.fill.byteCount >= maximumByteCount {
                state.isReadingPaused = true
            }
            return (state.waiter.take(), !state.isReadingPaused)
        }
        waiter?.resume()
        return mayRead
    }

    /// What was consumed since it was asked for the last time, and whether more may be read from the network.
    func takeConsumption() -> (acknowledgements: Int, mayRead: Bool) {
        state.withLock { state in
            state.isReportScheduled = false
            if isLow(state.fill) { state.isReadingPaused = false }
            let acknowledgements = state.consumedAcknowledgements
            state.consumedAcknowledgements = 0
            return (acknowledgements, !state.isReadingPaused)
        }
    }

    /// No message follows.
    func finish(_ end: Result<Void, MQTTClientError>) {
        let waiter = state.withLock { state in
            if state.end == nil { state.end = end }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    private func isLow(_ fill: Fill) -> Bool {
        fill.count <= maximumCount / 2 && fill.byteCount <= maximumByteCount / 2
    }

    // MARK: The application's side

    /// Takes up to `limit` messages, and waits for the first of them; `nil` at the end, or when the task is cancelled.
    func next(atMost limit: Int) async throws(MQTTClientError) -> [ReceivedMessage]? {
        consumed()
        while !Task.isCancelled {
            if let batch = try take(atMost: limit) { return batch.isEmpty ? nil : batch }
            await wait()
        }
        return nil
    }

    /// What the application has in hand is consumed.
    func consumed() {
        let isReportNeeded = state.withLock { state in
            guard state.handedOut.count > 0 else { return false }
            state.fill -= state.handedOut
            state.consumedAcknowledgements += state.handedOut.acknowledgements
            state.handedOut = Fill()
            guard !state.isReportScheduled,
                state.consumedAcknowledgements > 0 || state.isReadingPaused && isLow(state.fill)
            else { return false }
            state.isReportScheduled = true
            return true
        }
        if isReportNeeded { report() }
    }

    /// `nil` where nothing is there yet, and an empty batch where nothing will come any more.
    private func take(atMost limit: Int) throws(MQTTClientError) -> [ReceivedMessage]? {
        let (batch, end) = state.withLock { state in
            guard !state.messages.isEmpty else { return ([ReceivedMessage](), state.end) }
            let batch = Array(state.messages.prefix(max(limit, 1)))
            state.messages.removeFirst(batch.count)
            for message in batch {
                state.handedOut += message
            }
            return (batch, nil)
        }
        if !batch.isEmpty { return batch }
        guard let end else { return nil }
        try end.get()
        return batch
    }

    private func wait(isolation: isolated (any Actor)? = #isolation) async {
        await withTaskCancellationHandler {
            // A closure stays where it was made only if it mentions that; elsewhere each batch would change threads twice.
            _ = isolation
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let isPointless = state.withLock { state in
                    guard state.messages.isEmpty, state.end == nil, !Task.isCancelled else { return true }
                    precondition(state.waiter == nil, "two tasks wait for the messages of one client")
                    state.waiter = continuation
                    return false
                }
                if isPointless { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiter.take() }
            waiter?.resume()
        }
    }
}
