import MQTT
import Synchronization

/// What a shell knows of messages: those that came last, and all topics. Connections bring messages, commands look.
final class MessageDesk: Sendable {
    private struct State {
        var log = MessageLog()
        var book = TopicBook()
        /// Messages before this one have been expected.
        var expected = 1
        var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
        var waiterCount = 0
        var hasToldOfFullness = false
    }

    private let state = Mutex(State())

    /// Messages have come; returns them as they are kept.
    func receive(_ messages: [ReceivedMessage], connection: String) -> [MessageLog.Entry] {
        let time = ReceiveTime.now()
        return state.withLock { state in
            let entries = messages.map { message in
                state.book.received(message)
                return state.log.append(message, connection: connection, time: time)
            }
            for waiter in state.waiters.values {
                waiter.yield()
            }
            return entries
        }
    }

    /// Whether the book of topics is full, and nobody has been told so.
    func takeFullness() -> Bool {
        state.withLock { state in
            guard state.book.droppedCount > 0, !state.hasToldOfFullness else { return false }
            state.hasToldOfFullness = true
            return true
        }
    }

    /// Does something with the book of topics.
    func withBook<Value: Sendable>(_ body: (inout TopicBook) throws -> Value) rethrows -> Value {
        try state.withLock { try body(&$0.book) }
    }

    /// Does something with the messages.
    func withLog<Value: Sendable>(_ body: (inout MessageLog) throws -> Value) rethrows -> Value {
        try state.withLock { try body(&$0.log) }
    }

    /// The first message that meets a condition, among those that came behind the last one that was expected; waits for
    /// it. `nil` where none comes in time, or the task is cancelled.
    func expect(
        within limit: Duration,
        where condition: @escaping @Sendable (MessageLog.Entry) -> Bool
    ) async -> MessageLog.Entry? {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let key = state.withLock { state in
            state.waiterCount += 1
            state.waiters[state.waiterCount] = continuation
            return state.waiterCount
        }
        let timeout = Task {
            // It can only be cancelled, and then the wait is over already.
            try? await Task.sleep(for: limit)
            continuation.finish()
        }
        defer {
            timeout.cancel()
            state.withLock { $0.waiters[key] = nil }
        }
        var next = state.withLock { $0.expected }
        continuation.yield()
        for await _ in signals {
            let found = state.withLock { state -> MessageLog.Entry? in
                guard let entry = state.log.first(from: next, where: condition) else {
                    next = state.log.totalCount + 1
                    return nil
                }
                state.expected = entry.number + 1
                return entry
            }
            if let found { return found }
        }
        return nil
    }
}
