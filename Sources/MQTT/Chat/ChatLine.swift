/// What a participant of the chat gets to see.
public enum ChatLine: Sendable, Hashable {
    /// Somebody has said something; the history is what was said before.
    case message(ChatMessage, isHistory: Bool)
    /// Somebody has come.
    case joined(ParticipantName)
    /// Somebody has gone.
    case left(ParticipantName)
    /// Who is there, because it was asked for.
    case users([ParticipantName])
    /// A note of somebody on a chat of one topic.
    case notice(ParticipantName, String)

    /// The line as JSON, in the form in which it came as far as there is one.
    public var json: String {
        switch self {
        case .message(let message, isHistory: false): message.json
        case .message(let message, isHistory: true):
            JSONValue.object((message.value.members ?? []) + [.init("history", .bool(true))]).text
        case .joined(let user): Self.event("user_join", user)
        case .left(let user): Self.event("user_leave", user)
        case .users(let users):
            JSONValue.object(
                [.init("type", .string("users"))] + ChatUserList(userCount: users.count, users: users).members
            ).text
        case .notice(let user, let text): ChatNotice(user: user, text: text).json
        }
    }

    private static func event(_ type: String, _ user: ParticipantName) -> String {
        JSONValue.object([.init("type", .string(type)), .init("username", .string(user.description))]).text
    }
}

/// What the machines of a chat's participants want done.
enum ChatOrder: ApplicationOrder {
    case publish(Message)
    case show(ChatLine)
    case tell(ReportLevel, String)
    /// The name is the user's own, or will be for all that is known: what the user says may go out.
    case ready
    /// The name belongs to somebody else.
    case refused

    var message: Message? {
        if case .publish(let message) = self { message } else { nil }
    }
}
