import DequeModule
import NIOCore
import Synchronization

/// Messages on their way from the application to the event loop, in batches.
///
/// A task that only hands over (`send`) goes on at once while there is room, and is suspended until its message has left
/// the outbox when there is none. So it holds no more than its limits and one message for each task that waits. The event
/// loop is woken once for all that lies here when it comes.
///
/// Shared by both sides; all state is under the lock, and continuations are resumed outside of it.
final class MessageOutbox: Sendable {
    /// Resumed with the outcome of a message.
    typealias Published = CheckedContinuation<Result<PublishResult, MQTTClientError>, Never>
    /// Resumed when a message has left the outbox.
    typealias Accepted = CheckedContinuation<Result<Void, MQTTClientError>, Never>

    /// A message with those who wait for it.
    struct Entry {
        var identifier: RequestIdentifier
        var message: OutgoingMessage
        var published: Published?
        var accepted: Accepted?
    }

    private struct State {
        var entries = Deque<Entry>()
        var byteCount = 0
        var lastIdentifier: UInt64 = 0
        var isWakeUpScheduled = false
        var end: MQTTClientError?
        /// The last topic that was checked; a stream of messages mostly has one.
        var topic: (text: String, checked: UTF8String)?
    }

    private let state = Mutex(State())
    private let maximumCount: Int
    private let maximumByteCount: Int
    private let version: ProtocolVersion
    /// Tells the event loop that something lies here.
    private let wakeUp: @Sendable () -> Void

    init(maximumCount: Int, maximumByteCount: Int, version: ProtocolVersion, wakeUp: @escaping @Sendable () -> Void) {
        self.maximumCount = maximumCount
        self.maximumByteCount = maximumByteCount
        self.version = version
        self.wakeUp = wakeUp
    }

    // MARK: The application's side

    /// A number for a request, which no other has.
    func makeIdentifier() -> RequestIdentifier {
        state.withLock { state in
            state.lastIdentifier += 1
            return RequestIdentifier(rawValue: state.lastIdentifier)
        }
    }

    /// The message with its parts checked.
    func check(_ message: Message) throws(MQTTClientError) -> OutgoingMessage {
        let known = state.withLock { state in
            state.topic.flatMap { $0.text == message.topic ? $0.checked : nil }
        }
        if let known { return try message.outgoing(topic: known, version: version) }
        let topic = try UTF8String(topicName: message.topic)
        state.withLock { $0.topic = (message.topic, topic) }
        return try message.outgoing(topic: topic, version: version)
    }

    /// Hands over a message whose outcome is waited for.
    func publish(_ message: OutgoingMessage, identifier: RequestIdentifier, _ published: Published) {
        var message = message
        message.request = identifier
        put(Entry(identifier: identifier, message: message, published: published))
    }

    /// Hands over a message at once; `false` where there is no room.
    func offer(_ message: OutgoingMessage) throws(MQTTClientError) -> Bool {
        enum Outcome {
            case taken(isWakeUpNeeded: Bool)
            case full
            case ended(MQTTClientError)
        }
        let outcome: Outcome = state.withLock { state in
            if let end = state.end { return .ended(end) }
            guard state.entries.count < maximumCount, state.byteCount < maximumByteCount else { return .full }
            return .taken(isWakeUpNeeded: append(Entry(identifier: .none, message: message), to: &state))
        }
        switch outcome {
        case .ended(let error): throw error
        case .full: return false
        case .taken(let isWakeUpNeeded):
            if isWakeUpNeeded { wakeUp() }
            return true
        }
    }

    /// Hands over a message that has to wait for room.
    func send(_ message: OutgoingMessage, identifier: RequestIdentifier, _ accepted: Accepted) {
        put(Entry(identifier: identifier, message: message, accepted: accepted))
    }

    private func put(_ entry: Entry) {
        let (end, isWakeUpNeeded): (MQTTClientError?, Bool) = state.withLock { state in
            if let end = state.end { return (end, false) }
            return (nil, append(entry, to: &state))
        }
        if let end { entry.fail(end) }
        if isWakeUpNeeded { wakeUp() }
    }

    private func append(_ entry: Entry, to state: inout State) -> Bool {
        state.byteCount += entry.message.byteCount
        state.entries.append(entry)
        defer { state.isWakeUpScheduled = true }
        return !state.isWakeUpScheduled
    }

    /// Takes a message back; `false` where it has left already.
    func cancel(_ identifier: RequestIdentifier) -> Bool {
        let entry: Entry? = state.withLock { state in
            guard let index = state.entries.firstIndex(where: { $0.identifier == identifier }) else { return nil }
            let entry = state.entries.remove(at: index)
            state.byteCount -= entry.message.byteCount
            return entry
        }
        entry?.fail(MQTTClientError(.cancelled))
        return entry != nil
    }

    // MARK: The event loop's side

    /// The event loop has come; whatever is put in from now on wakes it again.
    func wokeUp() {
        state.withLock { $0.isWakeUpScheduled = false }
    }

    var isEmpty: Bool { state.withLock { $0.entries.isEmpty } }

    /// Hands every message to `body`, in order, as long as it has room.
    func drain(_ body: (Entry) -> Void, whileRoom hasRoom: () -> Bool) {
        guard hasRoom() else { return }
        var accepted: [Accepted] = []
        state.withLock { state in
            while hasRoom(), var entry = state.entries.popFirst() {
                state.byteCount -= entry.message.byteCount
                if let continuation = entry.accepted.take() { accepted.append(continuation) }
                body(entry)
            }
        }
        for continuation in accepted {
            continuation.resume(returning: .success(()))
        }
    }

    /// Nothing is taken any more; whoever waits has failed. What `send` had handed over already is returned.
    func finish(_ error: MQTTClientError) -> [OutgoingMessage] {
        let entries = state.withLock { state in
            state.end = error
            let entries = state.entries
            state.entries = []
            state.byteCount = 0
            return entries
        }
        for entry in entries {
            entry.fail(error)
        }
        return entries.filter { $0.published == nil && $0.accepted == nil }.map(\.message)
    }
}

extension MessageOutbox.Entry {
    fileprivate func fail(_ error: MQTTClientError) {
        published?.resume(returning: .failure(error))
        accepted?.resume(returning: .failure(error))
    }
}
