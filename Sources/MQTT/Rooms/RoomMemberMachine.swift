import NIOCore

/// What a member of rooms does: joins them, again and again until it has an answer, and shows what comes.
///
///     connected ──► announced ── answer: ok ──► member ── server asks, or connected again ──► announced
///                       │ answer: name in use
///                       ▼
///                    refused
///
/// A server that gives no answers relays messages all the same, so what comes is shown in every state but the last.
struct RoomMemberMachine: ApplicationMachine {
    /// What the machine wants done.
    enum Order: ApplicationOrder {
        case publish(Message)
        case show(RoomMessage)
        case tell(ReportLevel, String)
        case end(RoomRefusal)

        var message: Message? {
            if case .publish(let message) = self { message } else { nil }
        }
    }

    private let topics: RoomTopics
    private let client: ParticipantName
    private let rooms: [ParticipantName]
    private let identifier: ParticipantName
    private var isConnected = false
    /// The rooms whose server has not answered yet.
    private var unanswered: Set<ParticipantName> = []
    private var nextAnnouncement: NIODeadline?
    private var complaintDeadline: NIODeadline?
    private var hasComplained = false
    private var isRefused = false
    /// How often the question of a server is answered at once; anybody may be able to ask.
    private var answerRate = TokenBucket(.init(perSecond: 1, burst: 5), now: .uptimeNanoseconds(0))

    /// After which time without an answer a join is announced again.
    private static let announcementInterval = TimeAmount.seconds(5)
    /// After which time without an answer the person is told.
    private static let patience = TimeAmount.seconds(3)

    init(client: ParticipantName, rooms: [ParticipantName], identifier: ParticipantName, topics: RoomTopics) {
        self.topics = topics
        self.client = client
        self.rooms = rooms
        self.identifier = identifier
    }

    /// What to subscribe to.
    var topicFilters: [String] {
        rooms.map(topics.messages)
            + [topics.direct(client), topics.announcements, topics.replies(to: identifier.description)]
    }

    /// What ends all memberships when the client is killed.
    var will: Message { Self.leave(rooms[0], client, identifier, topics) }

    private static func leave(
        _ room: ParticipantName,
        _ client: ParticipantName,
        _ identifier: ParticipantName,
        _ topics: RoomTopics
    ) -> Message {
        let announcement = RoomAnnouncement(client: client, identifier: identifier, isForAllRooms: true)
        return Message(topic: topics.leave(room), payload: announcement.text, qos: .atLeastOnce)
    }

    // MARK: Facts

    mutating func connected(now: Moment, into orders: inout [Order]) {
        isConnected = true
        announce(now, into: &orders)
    }

    mutating func disconnected(now: Moment, into orders: inout [Order]) {
        isConnected = false
        nextAnnouncement = nil
        complaintDeadline = nil
    }

    mutating func timeAdvanced(now: Moment, into orders: inout [Order]) {
        guard isConnected, !isRefused else { return }
        if let complaintDeadline, now.deadline >= complaintDeadline {
            self.complaintDeadline = nil
            hasComplained = true
            orders.append(
                .tell(
                    .warning,
                    "no room server has answered yet, so nothing will come; start one with: tinymqtt room-server"
                )
            )
        }
        if let nextAnnouncement, now.deadline >= nextAnnouncement {
            publishJoins(now, into: &orders)
        }
    }

    mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order]) {
        guard !isRefused else { return }
        if message.topic == topics.announcements {
            guard let object = message.object(limit: RoomAnnouncement.maximumByteCount),
                object["action"]?.string == "announce", !message.isRetained
            else { return }
            return asked(now, into: &orders)
        }
        if message.topic == topics.replies(to: identifier.description) {
            return answered(message, into: &orders)
        }
        // A server never has a message retained: it was published by mistake, and is about another time.
        guard !message.isRetained else { return }
        if message.topic == topics.direct(client) {
            return orders.append(.show(Self.read(message, room: nil, client: client)))
        }
        guard let room = rooms.first(where: { topics.messages($0) == message.topic }) else { return }
        orders.append(.show(Self.read(message, room: room, client: nil)))
    }

    /// Says farewell to all rooms.
    func leave(into orders: inout [Order]) {
        guard isConnected, !isRefused else { return }
        orders.append(.publish(Self.leave(rooms[0], client, identifier, topics)))
    }

    // MARK: Joining

    private mutating func announce(_ now: Moment, into orders: inout [Order]) {
        unanswered = Set(rooms)
        if !hasComplained { complaintDeadline = now.deadline + Self.patience }
        publishJoins(now, into: &orders)
    }

    /// Announces the member to a server that has asked, a moment later where questions come too fast.
    private mutating func asked(_ now: Moment, into orders: inout [Order]) {
        guard !answerRate.take(now: now.deadline) else { return announce(now, into: &orders) }
        unanswered = Set(rooms)
        let next = now.deadline + answerRate.delay(now: now.deadline)
        nextAnnouncement = min(nextAnnouncement ?? next, next)
    }

    private mutating func publishJoins(_ now: Moment, into orders: inout [Order]) {
        nextAnnouncement = now.deadline + Self.announcementInterval
        let announcement = RoomAnnouncement(client: client, identifier: identifier)
        for room in rooms where unanswered.contains(room) {
            orders.append(
                .publish(Message(topic: topics.join(room), payload: announcement.text, qos: .atLeastOnce))
            )
        }
    }

    private mutating func answered(_ message: IncomingMessage, into orders: inout [Order]) {
        guard let answer = RoomAnswer(message), let room = answer.room, unanswered.contains(room) else { return }
        complaintDeadline = nil
        if let refusal = answer.refusal {
            // What passes by itself is tried again.
            guard refusal != .rateLimited else { return }
            isRefused = true
            // The rooms before this one were joined, and the will does not come when the client leaves in order. A name that
            // somebody else has is not to be touched.
            if refusal != .clientIdentifierInUse {
                orders.append(.publish(Self.leave(rooms[0], client, identifier, topics)))
            }
            return orders.append(.end(refusal))
        }
        unanswered.remove(room)
        let count = answer.delivered ?? 1
        orders.append(.tell(.info, "joined \(room), which has \(count) \(count == 1 ? "member" : "members")"))
        if unanswered.isEmpty {
            nextAnnouncement = nil
            if hasComplained {
                hasComplained = false
                orders.append(.tell(.notice, "a room server is there now"))
            }
        }
    }

    /// A message as our room server sends it, or any other text.
    private static func read(
        _ message: IncomingMessage,
        room: ParticipantName?,
        client: ParticipantName?
    ) -> RoomMessage {
        guard let object = message.object(limit: RoomCommand.maximumByteCount), let text = object["message"]?.string
        else {
            return RoomMessage(
                room: room?.description,
                client: client?.description,
                text: String(decoding: message.payload, as: UTF8.self)
            )
        }
        // Of the room that a message came by the topic tells, whatever the message says.
        let name = room?.description ?? (object["room"]?.string).flatMap { try? ParticipantName($0) }?.description
        return RoomMessage(room: name, client: client?.description, text: text)
    }
}
