import MQTT
import Synchronization

/// The users of a chat, as far as its lines have told, for completion.
///
/// A lock protects them between the chat and the thread of the line editor.
final class ChatNames: Sendable {
    /// How many names are remembered.
    private static let maximumCount = 10_000

    private let names = Mutex<Set<ParticipantName>>([])

    /// The names in their order.
    var users: [ParticipantName] { names.withLock { $0.sorted { $0.description < $1.description } } }

    /// Takes note of who is in a line.
    func take(_ line: ChatLine) {
        names.withLock { names in
            switch line {
            case .users(let users): names = Set(users.prefix(Self.maximumCount))
            case .joined(let user): Self.insert(user, into: &names)
            case .message(let message, isHistory: false): Self.insert(message.user, into: &names)
            case .left(let user): names.remove(user)
            case .message, .notice: break  // whoever wrote it may have gone
            }
        }
    }

    private static func insert(_ user: ParticipantName, into names: inout Set<ParticipantName>) {
        if names.count < maximumCount { names.insert(user) }
    }
}
