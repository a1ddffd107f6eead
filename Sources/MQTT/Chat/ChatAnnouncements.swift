/// What the chat server tells of a coming or going at `chat/system`.
struct ChatSystemNotice: Equatable {
    /// The largest payload that is looked at, in bytes: the names of all users, each byte an escape of six.
    static let maximumByteCount = 4 << 20

    /// Whether the user has come; otherwise the user has gone.
    var isJoin: Bool
    var user: ParticipantName
    var userCount: Int
    var users: [ParticipantName]

    init(isJoin: Bool, user: ParticipantName, userCount: Int, users: [ParticipantName]) {
        self.isJoin = isJoin
        self.user = user
        self.userCount = userCount
        self.users = users
    }

    init?(_ object: JSONValue) {
        guard let user = object.chatUser, let list = ChatUserList(object) else { return nil }
        switch object["type"]?.string {
        case "user_join": isJoin = true
        case "user_leave": isJoin = false
        default: return nil
        }
        self.user = user
        userCount = list.userCount
        users = list.users
    }

    var json: String {
        JSONValue.object(
            [
                .init("type", .string(isJoin ? "user_join" : "user_leave")),
                .init("username", .string(user.description)),
                .init("message", .string("\(user) \(isJoin ? "joined" : "left") the chat")),
            ] + ChatUserList(userCount: userCount, users: users).members
        ).text
    }
}

/// Who is there, as the chat server has it at `chat/users`: `{"online_users":…,"users_list":[…]}`.
public struct ChatUserList: Sendable, Hashable {
    /// How many users are named at most.
    static let maximumNames = 10_000

    /// How many there are.
    public var userCount: Int
    /// Who, sorted.
    public var users: [ParticipantName]

    init(userCount: Int, users: [ParticipantName]) {
        self.userCount = userCount
        self.users = users
    }

    init?(_ object: JSONValue) {
        guard let count = object["online_users"]?.integer, count >= 0, let list = object["users_list"]?.array,
            list.count <= Self.maximumNames
        else { return nil }
        userCount = count
        users = []
        for element in list {
            guard let name = element.string.flatMap({ try? ParticipantName($0) }) else { return nil }
            users.append(name)
        }
    }

    var members: [JSONValue.Member] {
        [
            .init("online_users", JSONValue(userCount)),
            .init("users_list", .array(users.map { .string($0.description) })),
        ]
    }

    /// The list as JSON.
    public var json: String { JSONValue.object(members).text }
}

/// What comes to one user at `chat/private/<name>`, beside messages.
enum ChatAnswer {
    /// The latest messages: `{"type":"history","messages":[…]}`, with the `id` of the one who asked, where the question had
    /// one.
    case history([ChatMessage], identifier: ParticipantName?)
    /// The name belongs to somebody else: `{"type":"refused","username":…,"id":…,"reason":"name-in-use"}`. The identifier
    /// tells which of those with this name is meant.
    case refused(ParticipantName, identifier: ParticipantName)

    /// The largest payload that is looked at, in bytes.
    static let maximumByteCount = 512 << 10

    init?(_ object: JSONValue) {
        switch object["type"]?.string {
        case "history":
            guard let list = object["messages"]?.array, list.count <= ChatHistory.maximumCount else { return nil }
            let identifier = (object["id"]?.string).flatMap { try? ParticipantName($0) }
            self = .history(list.compactMap { ChatMessage($0) }, identifier: identifier)
        case "refused":
            guard let user = object.chatUser, let identifier = object["id"]?.string,
                let identifier = try? ParticipantName(identifier)
            else { return nil }
            self = .refused(user, identifier: identifier)
        default: return nil
        }
    }

    var json: String {
        switch self {
        case .history(let messages, let identifier):
            JSONValue.object(
                [.init("type", .string("history")), .init("messages", .array(messages.map(\.value)))]
                    + (identifier.map { [.init("id", .string($0.description))] } ?? [])
            ).text
        case .refused(let user, let identifier):
            JSONValue.object([
                .init("type", .string("refused")), .init("username", .string(user.description)),
                .init("id", .string(identifier.description)), .init("reason", .string("name-in-use")),
            ]).text
        }
    }
}
