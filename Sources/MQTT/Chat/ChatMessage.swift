/// Something that a user of the chat has said.
public struct ChatMessage: Sendable, Hashable {
    /// How many bytes a text has at most, in UTF-8.
    public static let maximumByteCount = 16 << 10
    /// The largest payload that is looked at, in bytes: every byte of a text may be an escape of six.
    static let maximumPayloadByteCount = 6 * maximumByteCount + 1_024

    /// Who has said it.
    public var user: ParticipantName
    /// What; not empty.
    public var text: String
    /// When, as ISO 8601 has it; `nil` where that is not known.
    public var timestamp: String?
    /// The one user that it is for; `nil` where it is for all.
    public var recipient: ParticipantName?

    init(user: ParticipantName, text: String, timestamp: String?, recipient: ParticipantName? = nil) {
        self.user = user
        self.text = text
        self.timestamp = timestamp
        self.recipient = recipient
    }

    /// A message in either of the two forms: `{"type":"chat","username":…,"message":…,"timestamp":…}`, or
    /// `{"type":"message","from":…,"message":…}`.
    ///
    /// - Returns: `nil` where the object is neither.
    init?(_ object: JSONValue) {
        guard let user = object.chatUser,
            let text = object["message"]?.string, !text.isEmpty, text.utf8.count <= Self.maximumByteCount
        else { return nil }
        switch object["type"]?.string {
        case "chat", "message", "private": break
        default: return nil
        }
        if let member = object["timestamp"] {
            guard let timestamp = member.string, Moment.isTimestamp(timestamp) else { return nil }
            self.timestamp = timestamp
        }
        if let member = object["to"] {
            guard let recipient = member.string.flatMap({ try? ParticipantName($0) }) else { return nil }
            self.recipient = recipient
        }
        self.user = user
        self.text = text
    }

    /// The message as the managed chat writes it.
    public var json: String { value.text }

    var value: JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string(recipient == nil ? "chat" : "private")),
            .init("username", .string(user.description)), .init("message", .string(text)),
        ]
        if let recipient { members.append(.init("to", .string(recipient.description))) }
        if let timestamp { members.append(.init("timestamp", .string(timestamp))) }
        return .object(members)
    }

    /// The message as the chat on one topic writes it.
    var plainText: String {
        JSONValue.object([
            .init("type", .string("message")), .init("from", .string(user.description)),
            .init("message", .string(text)),
        ]).text
    }
}

extension JSONValue {
    /// Who an object of the chat is from, in either spelling; `nil` where that is no name.
    var chatUser: ParticipantName? {
        (self["username"] ?? self["from"])?.string.flatMap { try? ParticipantName($0) }
    }
}

/// A note of the chat on one topic, `{"type":"notice","from":…,"notice":…}`; `info` is taken for `notice` in both places.
struct ChatNotice: Equatable {
    var user: ParticipantName
    var text: String

    init(user: ParticipantName, text: String) {
        self.user = user
        self.text = text
    }

    init?(_ object: JSONValue) {
        guard let type = object["type"]?.string, type == "notice" || type == "info", let user = object.chatUser,
            let text = (object["notice"] ?? object["info"])?.string,
            !text.isEmpty, text.utf8.count <= ChatMessage.maximumByteCount
        else { return nil }
        self.user = user
        self.text = text
    }

    var json: String {
        JSONValue.object([
            .init("type", .string("notice")), .init("from", .string(user.description)),
            .init("notice", .string(text)),
        ]).text
    }
}
