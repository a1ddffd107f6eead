import Synchronization

/// The session of a prompt, for the editor, which is there before it.
final class LateSession: Sendable {
    private struct Reference: Sendable {
        weak var session: ShellSession?
    }

    private let reference = Mutex(Reference())

    var get: ShellSession? { reference.withLock(\.session) }

    func set(_ session: ShellSession) {
        reference.withLock { $0.session = session }
    }
}
