import Synchronization

/// The window of a publisher, between it and its subscribers, who may be on other threads.
///
/// A lock protects it, which a subscriber takes once a segment and a publisher when it has used up what it knows.
final class WindowGate: Sendable {
    private struct State {
        var window: SendWindow
        var waiter: CheckedContinuation<Void, Never>?
        var isOpen = false
    }

    private let state: Mutex<State>
    let segmentSize: UInt64

    init(_ window: SendWindow) {
        segmentSize = window.segmentSize
        state = Mutex(State(window: window))
    }

    /// Waits until a message may be sent; one task at a time.
    ///
    /// - Returns: the number of the first message that may not be sent yet; after `open` there is none.
    func wait(for sequence: UInt64) async -> UInt64 {
        while true {
            if let limit = limit(beyond: sequence) { return limit }
            await withCheckedContinuation { continuation in
                let isPointless = state.withLock { state in
                    guard !state.isOpen, state.window.limit <= sequence else { return true }
                    state.waiter = continuation
                    return false
                }
                if isPointless { continuation.resume() }
            }
        }
    }

    private func limit(beyond sequence: UInt64) -> UInt64? {
        state.withLock { state in
            if state.isOpen { return .max }
            return state.window.limit > sequence ? state.window.limit : nil
        }
    }

    /// A subscriber has passed the ends of these segments.
    func passed(_ segments: Range<UInt64>) {
        let waiter = state.withLock { state in
            state.window.passed(segments) ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// Lets everything pass from now on: the benchmark ends.
    func open() {
        let waiter = state.withLock { state in
            state.isOpen = true
            return state.waiter.take()
        }
        waiter?.resume()
    }
}
