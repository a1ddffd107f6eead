import NIOCore

/// What a chat server does: it knows who is there, keeps the latest messages, and tells both to those who ask.
///
/// A user is there from the first sign of life, and goes with a farewell, with a will, or after `timeout` without a sign.
/// The messages themselves go from user to user through the broker; the server only listens. So the chat goes on without
/// it, and a server that was restarted asks everybody for a sign of life, and takes the retained list of the one before
/// for what it was: those on it have `timeout` to show that they are still there.
struct ChatServerMachine: ApplicationMachine {
    /// What the machine wants done.
    enum Order: ApplicationOrder {
        case publish(Message)
        /// A message has been added to the history.
        case keep(ChatMessage)
        case tell(ReportLevel, String)

        var message: Message? {
            if case .publish(let message) = self { message } else { nil }
        }
    }

    private struct User {
        var identifier: ParticipantName?
        var lastSign: NIODeadline
    }

    private let configuration: ChatServerConfiguration
    private let timeout: TimeAmount
    private var users: [ParticipantName: User] = [:]
    private var history: ChatHistory
    private var limiter: RateLimiter
    private var requestLimiter: RateLimiter
    private var complaintRate: TokenBucket
    private(set) var counts = ChatServerCounts()
    private var isConnected = false
    private var isListOld = true
    private var nextList: NIODeadline
    /// When the next user could have been silent for too long.
    private var nextCheck: NIODeadline

    /// - Parameter messages: The history of the server before, in its order.
    init(_ configuration: ChatServerConfiguration, messages: [ChatMessage], now: Moment) {
        self.configuration = configuration
        timeout = TimeAmount(configuration.timeout)
        history = ChatHistory(limit: configuration.historyCount)
        for message in messages {
            history.append(message)
        }
        limiter = RateLimiter(configuration.messageRate)
        requestLimiter = RateLimiter(configuration.requestRate)
        complaintRate = TokenBucket(.init(perSecond: 1, burst: 10), now: now.deadline)
        nextList = now.deadline
        nextCheck = now.deadline
    }

    private var list: ChatUserList { ChatUserList(userCount: users.count, users: users.keys.sorted()) }

    // MARK: Facts

    mutating func connected(now: Moment, into orders: inout [Order]) {
        isConnected = true
        // A broker that was restarted may have forgotten the list.
        isListOld = true
        nextList = now.deadline + configuration.listInterval
        // Nobody could give a sign while the broker was away.
        for user in users.keys {
            users[user]?.lastSign = now.deadline
        }
        let question = Message(topic: ChatTopics.presenceRequest, payload: "{}", qos: configuration.qos)
        orders.append(.publish(question))
    }

    mutating func disconnected(now: Moment, into orders: inout [Order]) {
        isConnected = false
    }

    mutating func timeAdvanced(now: Moment, into orders: inout [Order]) {
        guard isConnected else { return }
        if now.deadline >= nextCheck { dropSilent(now, into: &orders) }
        if isListOld, now.deadline >= nextList { publishList(now, into: &orders) }
    }

    mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order]) {
        if message.isRetained {
            // The list of the server before; anything else that was retained is about another time.
            if message.topic == ChatTopics.users { takeOver(message, now) }
            return
        }
        switch message.topic {
        case ChatTopics.users: return  // our own
        case ChatTopics.messages: said(message, now, into: &orders)
        case ChatTopics.presence: presence(message, now, into: &orders)
        case ChatTopics.usersRequest:
            guard request(message, now, into: &orders) != nil else { return }
            publishList(now, into: &orders)
        case ChatTopics.historyRequest:
            guard let (user, identifier) = request(message, now, into: &orders) else { return }
            for piece in history.pieces {
                let answer = ChatAnswer.history(piece, identifier: identifier)
                publish(ChatTopics.private(user), answer.json, into: &orders)
            }
        default: return  // nothing else is subscribed to
        }
    }

    private mutating func said(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard var said = message.object(limit: ChatMessage.maximumPayloadByteCount).flatMap({ ChatMessage($0) }) else {
            return complain(message, now, into: &orders)
        }
        guard limiter.allows(said.user.description, now: now.deadline) else {
            counts.rateLimited += 1
            return
        }
        counts.messages += 1
        said.recipient = nil
        if said.timestamp == nil { said.timestamp = now.timestamp }
        history.append(said)
        users[said.user]?.lastSign = now.deadline
        if history.limit > 0 { orders.append(.keep(said)) }
    }

    // MARK: Presence

    private mutating func presence(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard let presence = message.object(limit: ChatPresence.maximumByteCount).flatMap({ ChatPresence($0) }) else {
            return complain(message, now, into: &orders)
        }
        guard presence.action == .leave || limiter.allows(presence.user.description, now: now.deadline) else {
            counts.rateLimited += 1
            return
        }
        let isOther = presence.isOther(than: users[presence.user]?.identifier)
        switch presence.action {
        case .join, .heartbeat:
            if isOther, let identifier = presence.identifier {
                // Its owner says so as well, where there is no server.
                guard presence.action == .join else { return }
                counts.refused += 1
                let refusal = ChatAnswer.refused(presence.user, identifier: identifier)
                return publish(ChatTopics.private(presence.user), refusal.json, into: &orders)
            }
            let isNew = users[presence.user] == nil
            guard !isNew || users.count < configuration.maximumUsers else {
                counts.refused += 1
                return
            }
            users[presence.user, default: User(lastSign: now.deadline)].lastSign = now.deadline
            if let identifier = presence.identifier { users[presence.user]?.identifier = identifier }
            guard isNew else { return }
            isListOld = true
            // Who gives only a sign of life was there before this server.
            if presence.action == .join { notice(isJoin: true, presence.user, into: &orders) }
        case .leave:
            // The late will of somebody whose name belongs to another now.
            guard !isOther, users.removeValue(forKey: presence.user) != nil else { return }
            isListOld = true
            notice(isJoin: false, presence.user, into: &orders)
        }
    }

    private mutating func dropSilent(_ now: Moment, into orders: inout [Order]) {
        nextCheck = now.deadline + timeout
        for (user, state) in users.sorted(by: { $0.key < $1.key }) {
            let end = state.lastSign + timeout
            guard now.deadline >= end else {
                nextCheck = min(nextCheck, end)
                continue
            }
            users[user] = nil
            isListOld = true
            counts.timedOut += 1
            notice(isJoin: false, user, into: &orders)
        }
    }

    private mutating func takeOver(_ message: IncomingMessage, _ now: Moment) {
        guard let object = message.object(limit: ChatSystemNotice.maximumByteCount), let list = ChatUserList(object)
        else { return }
        for user in list.users.prefix(configuration.maximumUsers) where users[user] == nil {
            users[user] = User(lastSign: now.deadline)
            isListOld = true
        }
        nextCheck = min(nextCheck, now.deadline + timeout)
    }

    // MARK: Telling

    private func notice(isJoin: Bool, _ user: ParticipantName, into orders: inout [Order]) {
        let notice = ChatSystemNotice(
            isJoin: isJoin,
            user: user,
            userCount: users.count,
            users: users.keys.sorted()
        )
        publish(ChatTopics.system, notice.json, into: &orders)
        orders.append(.tell(.info, "\(user) \(isJoin ? "joined" : "left")"))
    }

    private mutating func publishList(_ now: Moment, into orders: inout [Order]) {
        isListOld = false
        nextList = now.deadline + configuration.listInterval
        orders.append(
            .publish(Message(topic: ChatTopics.users, payload: list.json, qos: configuration.qos, retain: true))
        )
    }

    private func publish(_ topic: String, _ text: String, into orders: inout [Order]) {
        orders.append(.publish(Message(topic: topic, payload: text, qos: configuration.qos)))
    }

    /// Who asks for something; `nil` where the question is none, or is one too many.
    private mutating func request(
        _ message: IncomingMessage,
        _ now: Moment,
        into orders: inout [Order]
    ) -> (user: ParticipantName, identifier: ParticipantName?)? {
        guard let object = message.object(limit: ChatPresence.maximumByteCount), let user = object.chatUser else {
            complain(message, now, into: &orders)
            return nil
        }
        guard requestLimiter.allows(user.description, now: now.deadline) else {
            counts.rateLimited += 1
            return nil
        }
        return (user, (object["id"]?.string).flatMap { try? ParticipantName($0) })
    }

    private mutating func complain(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        counts.malformed += 1
        guard complaintRate.take(now: now.deadline) else { return }
        orders.append(
            .tell(.warning, "a message at \(message.topic) is not understood, \(message.payload.count) bytes")
        )
    }
}

extension ChatPresence {
    /// Whether it comes from somebody else than the one with this identifier. Who has none is taken for anybody.
    func isOther(than known: ParticipantName?) -> Bool {
        guard let known, let identifier else { return false }
        return known != identifier
    }
}
