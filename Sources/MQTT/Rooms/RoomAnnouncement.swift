/// What a client says when it joins or leaves a room: JSON, `{"client_id":…}`, or only the client's name as text.
struct RoomAnnouncement: Equatable {
    /// The largest payload that is looked at, in bytes.
    static let maximumByteCount = 1_024

    var client: ParticipantName
    /// One run of the client's program. The answer goes to `server/replies/<identifier>`; and while it is a member, nobody
    /// with another identifier can join or leave under its name.
    var identifier: ParticipantName?
    /// Of a leave: whether all memberships of the client end, and not only that of the room in the topic.
    var isForAllRooms = false

    init(client: ParticipantName, identifier: ParticipantName?, isForAllRooms: Bool = false) {
        self.client = client
        self.identifier = identifier
        self.isForAllRooms = isForAllRooms
    }

    /// - Returns: `nil` where the payload is neither of both.
    init?(_ message: IncomingMessage) {
        guard message.payload.count <= Self.maximumByteCount else { return nil }
        guard message.payload.first(where: { $0 != 0x20 }) == UInt8(ascii: "{") else {
            guard let text = String(validating: message.payload, as: UTF8.self),
                // A shell's echo ends its text with a line feed.
                let client = try? ParticipantName(text.hasSuffix("\n") ? String(text.dropLast()) : text)
            else { return nil }
            self.client = client
            return
        }
        guard let object = message.object(limit: Self.maximumByteCount),
            let client = (object["client_id"]?.string).flatMap({ try? ParticipantName($0) })
        else { return nil }
        self.client = client
        if let member = object["id"] {
            guard let identifier = member.string.flatMap({ try? ParticipantName($0) }) else { return nil }
            self.identifier = identifier
        }
        if let member = object["all"] {
            guard let truth = member.bool else { return nil }
            isForAllRooms = truth
        }
    }

    /// The payload, as JSON.
    var text: String {
        var members: [JSONValue.Member] = [.init("client_id", .string(client.description))]
        if let identifier { members.append(.init("id", .string(identifier.description))) }
        if isForAllRooms { members.append(.init("all", .bool(true))) }
        return JSONValue.object(members).text
    }
}
