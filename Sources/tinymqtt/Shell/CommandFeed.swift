import Synchronization

/// What a command is still to read, within bounds: whoever has messages for it never waits for it.
final class CommandFeed: Sendable {
    /// How many bytes wait at most; what comes then is left out.
    static let maximumByteCount = 4 << 20

    /// What has become of bytes that were offered.
    enum Outcome: Sendable, Hashable {
        case taken
        /// Too much waits already. `isFirst` at the first time since the command had read everything.
        case leftOut(isFirst: Bool)
        /// The command reads no more.
        case refused
    }

    private struct State: Sendable {
        var waiting: [UInt8] = []
        var isWriting = false
        var hasLeftOut = false
        var isRefused = false
        var isClosed = false
    }

    private let command: ChildCommand
    private let state = Mutex(State())

    init(_ command: ChildCommand) {
        self.command = command
    }

    /// Has the command read bytes when it can; returns at once.
    func offer(_ bytes: [UInt8]) -> Outcome {
        let (outcome, begins) = state.withLock { state -> (Outcome, Bool) in
            guard !state.isRefused, !state.isClosed else { return (.refused, false) }
            guard state.waiting.count + bytes.count <= Self.maximumByteCount else {
                defer { state.hasLeftOut = true }
                return (.leftOut(isFirst: !state.hasLeftOut), false)
            }
            state.waiting += bytes
            defer { state.isWriting = true }
            return (.taken, !state.isWriting)
        }
        if begins { Task { await write() } }
        return outcome
    }

    /// Nothing more comes; the command finds the end behind what waits.
    func close() {
        let isLast = state.withLock { state in
            guard !state.isClosed else { return false }
            state.isClosed = true
            return !state.isWriting
        }
        if isLast { command.closeInput() }
    }

    /// Writes until nothing waits. Whoever writes last closes, so that nobody writes to a descriptor that is another's.
    private func write() async {
        while let bytes = next() {
            guard await !command.write(bytes) else { continue }
            state.withLock { $0.isRefused = true }
        }
    }

    private func next() -> [UInt8]? {
        let (bytes, isLast) = state.withLock { state -> ([UInt8]?, Bool) in
            if state.isRefused { state.waiting = [] }
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                state.hasLeftOut = false
                return (nil, state.isClosed)
            }
            defer { state.waiting = [] }
            return (state.waiting, false)
        }
        if isLast { command.closeInput() }
        return bytes
    }
}
