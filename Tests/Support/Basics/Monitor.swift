import Dispatch
import Synchronization

/// A value that others change and tests wait for: no test sleeps, each waits for what it expects, with a deadline.
final class Monitor<Value: Sendable>: Sendable {
    private struct Waiter: Sendable {
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State: Sendable {
        var value: Value
        var waiters: [Int: Waiter] = [:]
        var waiterCount = 0
    }

    private let state: Mutex<State>

    init(_ value: Value) {
        state = Mutex(State(value: value))
    }

    /// The value as it is now.
    var value: Value { state.withLock(\.value) }

    /// Changes the value and wakes those whose condition it meets.
    func update(_ change: (inout sending Value) -> Void) {
        let met = state.withLock { state -> [Waiter] in
            change(&state.value)
            let met = state.waiters.filter { $0.value.condition(state.value) }
            for key in met.keys {
                state.waiters[key] = nil
            }
            return Array(met.values)
        }
        for waiter in met {
            waiter.continuation.resume(returning: true)
        }
    }

    /// Waits until the value meets `condition`; `false` where it does not within `seconds`.
    func wait(within seconds: Double, until condition: @escaping @Sendable (Value) -> Bool) async -> Bool {
        await withCheckedContinuation { continuation in
            let key = state.withLock { state -> Int? in
                guard !condition(state.value) else { return nil }
                state.waiterCount += 1
                state.waiters[state.waiterCount] = Waiter(condition: condition, continuation: continuation)
                return state.waiterCount
            }
            guard let key else { return continuation.resume(returning: true) }
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
                let late = self.state.withLock { $0.waiters.removeValue(forKey: key) }
                late?.continuation.resume(returning: false)
            }
        }
    }
}
