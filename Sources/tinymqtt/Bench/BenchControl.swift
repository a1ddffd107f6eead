import MQTT
import Synchronization

/// What the parts of a running benchmark share: how far it has come, and whether it is to end.
///
/// The counts belong to nobody and are read while they change; a lock protects the reason of the end.
final class BenchControl: Sendable {
    /// Why it ended before it was through.
    enum End: Sendable, Equatable {
        /// The signal of this number.
        case signal(Int32)
        /// Nothing has moved for too long.
        case stalled
        /// A client has failed.
        case failed(MQTTClientError)
        /// The broker has refused a subscription.
        case refused(topicFilter: String, ReasonCode)
    }

    /// How far it has come.
    struct Progress: Equatable {
        var connected = 0
        var sent = 0
        var acknowledged = 0
        var received = 0
    }

    private struct State {
        var end: End?
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let isEnding = Atomic(false)
    private let isOver = Atomic(false)
    private let hasAllSent = Atomic(false)
    private let connected = Atomic(0)
    private let sent = Atomic(0)
    private let acknowledged = Atomic(0)
    private let received = Atomic(0)

    /// Why it is to end; `nil` while it is not.
    var end: End? { state.withLock { $0.end } }

    /// Whether it is to end: asked for with every message.
    var isStopping: Bool { isEnding.load(ordering: .relaxed) }

    /// Whether nothing that is on its way is waited for any more.
    var hasGivenUp: Bool { isOver.load(ordering: .relaxed) }

    /// What is on its way will not arrive.
    func giveUp() { isOver.store(true, ordering: .relaxed) }

    /// Whether the publishers are through, so that only deliveries are waited for.
    var isDraining: Bool { hasAllSent.load(ordering: .relaxed) }

    /// The publishers are through.
    func beginDraining() { hasAllSent.store(true, ordering: .relaxed) }

    var progress: Progress {
        Progress(
            connected: connected.load(ordering: .relaxed),
            sent: sent.load(ordering: .relaxed),
            acknowledged: acknowledged.load(ordering: .relaxed),
            received: received.load(ordering: .relaxed)
        )
    }

    func addConnected() { connected.add(1, ordering: .relaxed) }

    func addSent() { sent.add(1, ordering: .relaxed) }

    func addAcknowledged(_ count: Int) { acknowledged.add(count, ordering: .relaxed) }

    func addReceived(_ count: Int) { received.add(count, ordering: .relaxed) }

    /// Ends it; the first reason counts.
    func stop(_ end: End) {
        let actions = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.actions = [] }
            return state.actions
        }
        isEnding.store(true, ordering: .relaxed)
        for action in actions {
            action()
        }
    }

    /// Has `action` done when it is to end; at once where it is.
    func whenStopping(_ action: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            guard state.end == nil else { return true }
            state.actions.append(action)
            return false
        }
        if isLate { action() }
    }
}
