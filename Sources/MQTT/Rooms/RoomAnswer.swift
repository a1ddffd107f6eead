/// What a room server answers to an operator or to a client that joins, as JSON.
public struct RoomAnswer: Sendable, Hashable {
    /// How many members a message was sent to, or how many the room has that was joined.
    public internal(set) var delivered: Int?
    /// Why nothing was done; `nil` where it was.
    public internal(set) var refusal: RoomRefusal?
    /// The rooms and what the server has counted, where it was asked for.
    public internal(set) var status: RoomStatus?
    /// Of the answer to a join: the room.
    var room: ParticipantName?

    /// The answer as JSON.
    public var json: String { text(identifier: nil) }

    /// - Parameter identifier: What the question carried.
    func text(identifier: ParticipantName?) -> String {
        var members: [JSONValue.Member] = [.init("ok", .bool(refusal == nil))]
        if let room { members.append(.init("room", .string(room.description))) }
        if let delivered { members.append(.init(room == nil ? "delivered" : "members", JSONValue(delivered))) }
        if let refusal { members.append(.init("reason", .string(refusal.rawValue))) }
        if let status { members += status.members }
        if let identifier { members.append(.init("id", .string(identifier.description))) }
        return JSONValue.object(members).text
    }

    /// The largest payload that is looked at, in bytes.
    static let maximumByteCount = 16 << 20

    init(delivered: Int? = nil, refusal: RoomRefusal? = nil, status: RoomStatus? = nil, room: ParticipantName? = nil) {
        self.delivered = delivered
        self.refusal = refusal
        self.status = status
        self.room = room
    }

    /// - Returns: `nil` where the payload is no answer.
    init?(_ message: IncomingMessage) {
        guard let object = message.object(limit: Self.maximumByteCount), let isDone = object["ok"]?.bool else {
            return nil
        }
        delivered = object["delivered"]?.integer ?? object["members"]?.integer
        room = (object["room"]?.string).flatMap { try? ParticipantName($0) }
        status = RoomStatus(object)
        if !isDone {
            // A reason that a later server may know is still a refusal.
            refusal = (object["reason"]?.string).flatMap { RoomRefusal(rawValue: $0) } ?? .malformed
        }
    }
}

/// What a room server has at a moment, and what it has done since its start.
public struct RoomStatus: Sendable, Hashable {
    /// A room with its members.
    public struct Room: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// How many are in it.
        public var memberCount: Int
        /// Their names, sorted; a thousand at most.
        public var members: [String]
    }

    /// How many members are named, in all rooms together.
    static let maximumNames = 1_000
    /// How many rooms are named.
    static let maximumRooms = 1_000

    /// The rooms, sorted by name; a thousand at most.
    public var rooms: [Room] = []
    /// How many rooms there are.
    public var roomCount = 0
    /// What was counted, by name.
    public var counters: [Counter] = []

    /// How often something has happened since the server was started.
    public struct Counter: Sendable, Hashable {
        /// What.
        public var name: String
        /// How often.
        public var count: Int
    }

    init() {}

    /// - Returns: `nil` where the object has no list of rooms.
    init?(_ object: JSONValue) {
        guard let rooms = object["rooms"]?.array else { return nil }
        for room in rooms {
            guard let name = room["room"]?.string, let count = room["member_count"]?.integer,
                let members = room["members"]?.array
            else { return nil }
            self.rooms.append(Room(name: name, memberCount: count, members: members.compactMap(\.string)))
        }
        roomCount = object["room_count"]?.integer ?? rooms.count
        counters = (object["counters"]?.members ?? []).compactMap { member in
            member.value.integer.map { Counter(name: member.name, count: $0) }
        }
    }

    /// What it is in an object of JSON.
    var members: [JSONValue.Member] {
        let rooms = rooms.map { room in
            JSONValue.object([
                .init("room", .string(room.name)), .init("member_count", JSONValue(room.memberCount)),
                .init("members", .array(room.members.map { .string($0) })),
            ])
        }
        return [
            .init("rooms", .array(rooms)), .init("room_count", JSONValue(roomCount)),
            .init("counters", .object(counters.map { .init($0.name, JSONValue($0.count)) })),
        ]
    }

    /// The status as JSON.
    public var text: String { JSONValue.object(members).text }
}

/// What a member of a room receives, as JSON: `{"room":…,"message":…}`, with `client_id` where it is for one client.
public struct RoomMessage: Sendable, Hashable {
    /// The room; `nil` where a direct message does not name it.
    public var room: String?
    /// The one client that it is for; `nil` where it is for all members.
    public var client: String?
    /// The text.
    public var text: String

    /// The message as JSON.
    public var json: String {
        var members: [JSONValue.Member] = []
        if let room { members.append(.init("room", .string(room))) }
        if let client { members.append(.init("client_id", .string(client))) }
        members.append(.init("message", .string(text)))
        return JSONValue.object(members).text
    }
}
