import NIOCore

/// What a room server does: relays what operators send to those who have joined, and to nobody else.
///
///     connected ──► settling: members are asked, and answer; commands wait
///                      │ no answer for a moment
///                      ▼
///                   serving ── connection lost ──► away ── connected ──► settling
///
/// Memberships are kept while the connection is away, because members who lost the same broker come back, too. Who has
/// not come back within `returnTime` is dropped. A server that was itself started anew has no members, and learns them
/// while it settles; so commands wait that long, instead of being refused for a room that is about to be there.
struct RoomServerMachine: ApplicationMachine {
    /// What the machine wants done.
    enum Order: ApplicationOrder {
        case publish(Message)
        case tell(ReportLevel, String)

        var message: Message? {
            if case .publish(let message) = self { message } else { nil }
        }
    }

    private enum Phase {
        case away
        case settling(until: NIODeadline, limit: NIODeadline)
        case serving
    }

    private let configuration: RoomServerConfiguration
    private let topics: RoomTopics
    private var registry: RoomRegistry
    private var phase = Phase.away
    /// Commands that came while the server was settling, a bounded number.
    private var waiting: [IncomingMessage] = []
    /// When those who have not come back are dropped.
    private var returnDeadline: NIODeadline?
    private var commandRate: TokenBucket
    private var announcementRate: TokenBucket
    /// How often a malformed message is told of; all are counted.
    private var complaintRate: TokenBucket
    /// The answers to the latest commands, so that one that arrives twice is done once.
    private var answered = RecentAnswers()
    private var counts = RoomServerCounts()
    private var isStatusOld = true
    private var nextStatus: NIODeadline

    init(_ configuration: RoomServerConfiguration, now: Moment) {
        self.configuration = configuration
        topics = configuration.topics
        registry = RoomRegistry(limits: configuration.limits)
        commandRate = TokenBucket(configuration.commandRate, now: now.deadline)
        announcementRate = TokenBucket(configuration.announcementRate, now: now.deadline)
        complaintRate = TokenBucket(configuration.complaintRate, now: now.deadline)
        nextStatus = now.deadline
    }

    /// The rooms, their members and what was counted.
    var status: RoomStatus {
        var status = registry.status
        status.counters = counts.all
        return status
    }

    // MARK: Facts

    mutating func connected(now: Moment, into orders: inout [Order]) {
        phase = .settling(
            until: now.deadline + configuration.settlingTime,
            limit: now.deadline + configuration.maximumSettlingTime
        )
        returnDeadline = now.deadline + configuration.returnTime
        registry.beginRound()
        let question = JSONValue.object([
            .init("action", .string("announce")), .init("server", .string(configuration.identifier)),
        ])
        orders.append(.publish(Message(topic: topics.announcements, payload: question.text, qos: .atLeastOnce)))
    }

    mutating func disconnected(now: Moment, into orders: inout [Order]) {
        phase = .away
        // Nobody can come back to a server that is away itself; the time begins anew when it is back.
        returnDeadline = nil
        if !waiting.isEmpty {
            orders.append(.tell(.warning, "\(waiting.count) commands are lost with the connection; send them again"))
        }
        waiting.removeAll()
    }

    mutating func timeAdvanced(now: Moment, into orders: inout [Order]) {
        if case .settling(let end, _) = phase, now.deadline >= end {
            phase = .serving
            let commands = waiting
            waiting.removeAll()
            for command in commands {
                perform(command, now, into: &orders)
            }
        }
        if let returnDeadline, now.deadline >= returnDeadline {
            self.returnDeadline = nil
            let silent = registry.dropSilent()
            counts.dropped += silent.count
            if !silent.isEmpty {
                isStatusOld = true
                let names = silent.prefix(10).map(\.description).joined(separator: ", ")
                let more = silent.count > 10 ? " and others" : ""
                orders.append(.tell(.notice, "dropped \(silent.count) members who have not come back: \(names)\(more)"))
            }
        }
        guard case .serving = phase, isStatusOld, now.deadline >= nextStatus else { return }
        isStatusOld = false
        nextStatus = now.deadline + configuration.statusInterval
        orders.append(.publish(Message(topic: topics.status, payload: status.text)))
    }

    mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order]) {
        // Nothing is retained here: what the broker had kept was published by mistake, and is about another time.
        guard !message.isRetained else { return complain("a retained message", message, now, into: &orders) }
        switch topics.incoming(message.topic) {
        case .join(let room): announced(message, now, into: &orders) { $0.join(room, $1, message, now, into: &$2) }
        case .leave(let room): announced(message, now, into: &orders) { $0.leave(room, $1, into: &$2) }
        case .commands: command(message, now, into: &orders)
        case .announcements: announcement(message, now, into: &orders)
        case nil: complain("a message", message, now, into: &orders)
        }
    }

    // MARK: Members

    private mutating func announced(
        _ message: IncomingMessage,
        _ now: Moment,
        into orders: inout [Order],
        _ body: (inout Self, RoomAnnouncement, inout [Order]) -> Void
    ) {
        guard announcementRate.take(now: now.deadline) else {
            // Our own clients announce themselves again until they have their answer.
            counts.rateLimited += 1
            return
        }
        guard let announcement = RoomAnnouncement(message) else {
            return complain("an announcement", message, now, into: &orders)
        }
        body(&self, announcement, &orders)
    }

    private mutating func join(
        _ room: ParticipantName,
        _ announcement: RoomAnnouncement,
        _ message: IncomingMessage,
        _ now: Moment,
        into orders: inout [Order]
    ) {
        if case .settling(_, let limit) = phase {
            phase = .settling(until: min(limit, now.deadline + configuration.settlingTime), limit: limit)
        }
        var answer = RoomAnswer(room: room)
        do throws(RoomRefusal) {
            if try registry.join(room, announcement) {
                counts.joined += 1
                isStatusOld = true
                orders.append(.tell(.info, "\(announcement.client) joined \(room)"))
            }
            answer.delivered = registry.memberCount(of: room)
        } catch {
            counts.refused += 1
            answer.refusal = error
            orders.append(.tell(.info, "\(announcement.client) may not join \(room): \(error.rawValue)"))
        }
        // Anybody may join, so the answer goes nowhere but to the joiner's own topic.
        guard let identifier = announcement.identifier else { return }
        let topic = topics.replies(to: identifier.description)
        reply(answer, to: message, at: topic, identifier: identifier, into: &orders)
    }

    private mutating func leave(
        _ room: ParticipantName,
        _ announcement: RoomAnnouncement,
        into orders: inout [Order]
    ) {
        for room in registry.leave(room, announcement) {
            counts.left += 1
            isStatusOld = true
            orders.append(.tell(.info, "\(announcement.client) left \(room)"))
        }
    }

    /// Another server that asks is one too many: both would answer every command.
    private mutating func announcement(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard let object = message.object(limit: RoomAnnouncement.maximumByteCount),
            object["action"]?.string == "announce", let server = object["server"]?.string,
            server != configuration.identifier, complaintRate.take(now: now.deadline)
        else { return }
        orders.append(
            .tell(
                .warning,
                "another room server has started on these topics, and every command is now done twice; stop one of them, "
                    + "or give it topics of its own with --prefix"
            )
        )
    }

    // MARK: Commands

    private mutating func command(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        counts.commands += 1
        guard commandRate.take(now: now.deadline) else {
            counts.rateLimited += 1
            // Answering costs as much as doing; but an operator who waits is to know.
            let read = ReadRoomCommand(message)
            return reply(RoomAnswer(refusal: .rateLimited), to: message, identifier: read.identifier, into: &orders)
        }
        guard case .settling = phase else { return perform(message, now, into: &orders) }
        guard waiting.count < configuration.maximumWaitingCommands else {
            counts.rateLimited += 1
            let read = ReadRoomCommand(message)
            return reply(RoomAnswer(refusal: .rateLimited), to: message, identifier: read.identifier, into: &orders)
        }
        waiting.append(message)
    }

    private mutating func perform(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        let read = ReadRoomCommand(message)
        var answer = RoomAnswer()
        do throws(RoomRefusal) {
            let command = try read.result.get()
            if let known = answered.answer(to: command, now: now.deadline) {
                answer = known
            } else {
                answer = try perform(command, qos: message.qos, into: &orders)
                answered.append(answer, to: command, now: now.deadline)
            }
        } catch {
            answer.refusal = error
            if error == .malformed || error == .tooLarge {
                counts.malformed += 1
                if complaintRate.take(now: now.deadline) {
                    orders.append(.tell(.warning, "a command was not understood: \(error.rawValue)"))
                }
            } else {
                counts.refused += 1
            }
        }
        reply(answer, to: message, identifier: read.identifier, into: &orders)
    }

    private mutating func perform(
        _ command: RoomCommand,
        qos: QoS,
        into orders: inout [Order]
    ) throws(RoomRefusal) -> RoomAnswer {
        switch command.action {
        case .status: return RoomAnswer(status: status)
        case .sendRoom(let room, let text):
            let count = registry.memberCount(of: room)
            guard count > 0 else { throw .unknownRoom }
            let payload = RoomMessage(room: room.description, text: text).json
            orders.append(.publish(Message(topic: topics.messages(room), payload: payload, qos: qos)))
            counts.messages += 1
            return RoomAnswer(delivered: count)
        case .sendClient(let room, let client, let text):
            guard registry.memberCount(of: room) > 0 else { throw .unknownRoom }
            guard registry.contains(client, in: room) else { throw .notAMember }
            let payload = RoomMessage(room: room.description, client: client.description, text: text).json
            orders.append(.publish(Message(topic: topics.direct(client), payload: payload, qos: qos)))
            counts.messages += 1
            return RoomAnswer(delivered: 1)
        }
    }

    // MARK: Answers and complaints

    /// Answers a command where it wants the answer, but not at a topic that not everybody may publish to.
    private func reply(
        _ answer: RoomAnswer,
        to message: IncomingMessage,
        identifier: ParticipantName?,
        into orders: inout [Order]
    ) {
        var topic = message.responseTopic
        if let given = topic, given.utf8.contains(where: { "+#".utf8.contains($0) }) || topics.isTaken(given) {
            topic = nil
        }
        guard let topic = topic ?? identifier.map({ topics.replies(to: $0.description) }) else { return }
        reply(answer, to: message, at: topic, identifier: identifier, into: &orders)
    }

    private func reply(
        _ answer: RoomAnswer,
        to message: IncomingMessage,
        at topic: String,
        identifier: ParticipantName?,
        into orders: inout [Order]
    ) {
        var properties = MessageProperties()
        properties.correlationData = message.correlationData
        let text = answer.text(identifier: identifier)
        // At least as surely as it was asked for.
        orders.append(.publish(Message(topic: topic, payload: text, qos: message.qos, properties: properties)))
    }

    private mutating func complain(
        _ what: String,
        _ message: IncomingMessage,
        _ now: Moment,
        into orders: inout [Order]
    ) {
        counts.malformed += 1
        guard complaintRate.take(now: now.deadline) else { return }
        let topic = String(message.topic.unicodeScalars.lazy.filter(\.isVisible).prefix(200).map(Character.init))
        orders.append(.tell(.warning, "\(what) at \(topic) is not understood, \(message.payload.count) bytes"))
    }
}
