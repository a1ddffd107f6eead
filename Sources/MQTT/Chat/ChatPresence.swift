/// What a user says at `chat/presence`: `{"action":"join|leave|heartbeat","username":…,"timestamp":…}`.
struct ChatPresence: Equatable {
    /// What the user does.
    enum Action: String {
        case join
        case leave
        case heartbeat
    }

    /// The largest payload that is looked at, in bytes.
    static let maximumByteCount = 1_024

    var action: Action
    var user: ParticipantName
    /// One run of the user's program, so that two who use one name can be told apart; other programs leave it out.
    var identifier: ParticipantName?
    var timestamp: String?

    init(_ action: Action, _ user: ParticipantName, identifier: ParticipantName?, timestamp: String?) {
        self.action = action
        self.user = user
        self.identifier = identifier
        self.timestamp = timestamp
    }

    init?(_ object: JSONValue) {
        guard let action = (object["action"]?.string).flatMap({ Action(rawValue: $0) }), let user = object.chatUser
        else { return nil }
        self.action = action
        self.user = user
        if let member = object["id"] {
            guard let identifier = member.string.flatMap({ try? ParticipantName($0) }) else { return nil }
            self.identifier = identifier
        }
        if let member = object["timestamp"] {
            guard let timestamp = member.string, Moment.isTimestamp(timestamp) else { return nil }
            self.timestamp = timestamp
        }
    }

    var json: String {
        var members: [JSONValue.Member] = [
            .init("action", .string(action.rawValue)), .init("username", .string(user.description)),
        ]
        if let timestamp { members.append(.init("timestamp", .string(timestamp))) }
        if let identifier { members.append(.init("id", .string(identifier.description))) }
        return JSONValue.object(members).text
    }
}
