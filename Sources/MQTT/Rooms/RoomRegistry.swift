/// Who is in which room.
///
/// A client is one member under one name, in one or more rooms, and goes when it has left the last. A room begins with its
/// first member and ends with its last.
struct RoomRegistry: Sendable {
    /// A client that is in at least one room.
    private struct Member {
        /// One run of its program; `nil` where it has not told.
        var identifier: ParticipantName?
        var rooms: Set<ParticipantName> = []
        /// The last round of asking in which it has said that it is there.
        var round: Int
    }

    /// How much there may be.
    struct Limits: Sendable {
        var rooms = 10_000
        var memberships = 100_000
        var roomsPerClient = 100
    }

    private let limits: Limits
    private var members: [ParticipantName: Member] = [:]
    private var rooms: [ParticipantName: Set<ParticipantName>] = [:]
    private var membershipCount = 0
    /// Counts how often members were asked whether they are there.
    private var round = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether somebody has joined who was not in the room.
    mutating func join(_ room: ParticipantName, _ announcement: RoomAnnouncement) throws(RoomRefusal) -> Bool {
        let client = announcement.client
        if let known = members[client]?.identifier, let new = announcement.identifier, known != new {
            throw .clientIdentifierInUse
        }
        let isNew = rooms[room]?.contains(client) != true
        if isNew {
            guard membershipCount < limits.memberships,
                rooms[room] != nil || rooms.count < limits.rooms,
                (members[client]?.rooms.count ?? 0) < limits.roomsPerClient
            else { throw .full }
            rooms[room, default: []].insert(client)
            membershipCount += 1
        }
        let round = round
        members[client, default: Member(round: round)].rooms.insert(room)
        members[client]?.round = round
        if let identifier = announcement.identifier { members[client]?.identifier = identifier }
        return isNew
    }

    /// The rooms that the client was in and is no more.
    mutating func leave(_ room: ParticipantName, _ announcement: RoomAnnouncement) -> [ParticipantName] {
        guard let member = members[announcement.client] else { return [] }
        // The late will of a client whose name somebody else has now.
        if let known = member.identifier, let given = announcement.identifier, known != given { return [] }
        let left = announcement.isForAllRooms ? member.rooms.sorted() : member.rooms.contains(room) ? [room] : []
        for room in left {
            remove(announcement.client, from: room)
        }
        return left
    }

    private mutating func remove(_ client: ParticipantName, from room: ParticipantName) {
        guard rooms[room]?.remove(client) != nil else { return }
        membershipCount -= 1
        if rooms[room]?.isEmpty == true { rooms[room] = nil }
        members[client]?.rooms.remove(room)
        if members[client]?.rooms.isEmpty == true { members[client] = nil }
    }

    // MARK: Who is still there

    /// Members are asked whether they are still there; `dropSilent` tells which have not said so.
    mutating func beginRound() {
        round += 1
    }

    /// Drops those who have not answered since the round began. Clients without an identifier cannot be asked: they stay
    /// until they leave.
    mutating func dropSilent() -> [ParticipantName] {
        let silent = members.filter { $0.value.round < round && $0.value.identifier != nil }.keys.sorted()
        for client in silent {
            for room in members[client]?.rooms ?? [] {
                remove(client, from: room)
            }
        }
        return silent
    }

    // MARK: Questions

    /// How many are in a room.
    func memberCount(of room: ParticipantName) -> Int { rooms[room]?.count ?? 0 }

    func contains(_ client: ParticipantName, in room: ParticipantName) -> Bool {
        rooms[room]?.contains(client) == true
    }

    /// The rooms with their members, as many as are named.
    var status: RoomStatus {
        var status = RoomStatus()
        status.roomCount = rooms.count
        var names = RoomStatus.maximumNames
        for room in rooms.keys.sorted().prefix(RoomStatus.maximumRooms) {
            let all = rooms[room] ?? []
            let named = all.sorted().prefix(names)
            names -= named.count
            status.rooms.append(
                .init(name: room.description, memberCount: all.count, members: named.map(\.description))
            )
        }
        return status
    }
}
