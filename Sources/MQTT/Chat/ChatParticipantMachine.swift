import NIOCore

/// What a participant of the managed chat does: shows who is there and what is said, and gives signs of life.
///
///     connected ──► joining ── history has come, or a second has passed ──► there
///                      │ refused by the server or by the name's owner
///                      ▼
///                   refused
///
/// Comings and goings are told twice: by the users themselves at `chat/presence`, and by the chat server at `chat/system`.
/// Where a server is known, its word counts, and what users say waits a moment for it; if it does not come, the server is
/// taken to be gone. Without one, users count as gone after `timeout` without a sign, and everybody guards their own name.
struct ChatParticipantMachine: ApplicationMachine {
    typealias Order = ChatOrder

    private let configuration: ChatParticipantConfiguration
    private let timeout: TimeAmount
    private let heartbeat: TimeAmount
    private var isConnected = false
    private var isReady = false
    private var isRefused = false
    /// When the name was asked for the last time.
    private var joinTime: NIODeadline?
    private var nextSign: NIODeadline?
    private var readyDeadline: NIODeadline?

    private(set) var roster = ChatRoster()
    private var limiter: RateLimiter
    /// Payloads that are not what their topic asks for, and messages of users who send too many.
    private(set) var droppedCount = 0

    private var isServerKnown = false
    /// When the person is told that there is no server.
    private var serverDeadline: NIODeadline?
    /// What users have told and the server has not confirmed, a bounded number.
    private var unconfirmed: [Unconfirmed] = []
    /// Until when the server may send the history.
    private var historyDeadline: NIODeadline?
    /// Until when the server may answer who is there.
    private var userListDeadline: NIODeadline?

    private struct Unconfirmed {
        var presence: ChatPresence
        var deadline: NIODeadline
    }

    /// How long the history, or a refusal, may take before the user speaks.
    private static let joiningTime = TimeAmount.seconds(1)
    /// For how long after joining a refusal counts, where the network is slow.
    private static let refusalTime = TimeAmount.seconds(5)
    /// How long the server may take to answer.
    private static let serverPatience = TimeAmount.seconds(3)
    private static let maximumUnconfirmed = 1_000

    init(_ configuration: ChatParticipantConfiguration) {
        self.configuration = configuration
        timeout = TimeAmount(configuration.timeout)
        heartbeat = TimeAmount(configuration.heartbeat)
        limiter = RateLimiter(configuration.messageRate)
    }

    // MARK: Facts

    mutating func connected(now: Moment, into orders: inout [Order]) {
        isConnected = true
        // Nobody could be seen while the broker was away.
        roster.refresh(now: now.deadline)
        // Whom nobody answers cannot miss the server.
        guard let user = configuration.user else { return }
        // One that is known may take longer to come back than this client; it is missed when it does not confirm something.
        if !isServerKnown { serverDeadline = now.deadline + Self.serverPatience }
        joinTime = now.deadline
        _ = roster.add(user, identifier: configuration.identifier, now: now.deadline)
        if !isReady { readyDeadline = now.deadline + Self.joiningTime }
        sign(.join, now, into: &orders)
        // What was said while the connection was away cannot be told from what was shown before.
        if !isReady { requestHistory(now, into: &orders) }
    }

    mutating func disconnected(now: Moment, into orders: inout [Order]) {
        isConnected = false
        serverDeadline = nil
        readyDeadline = nil
        unconfirmed.removeAll()
    }

    mutating func timeAdvanced(now: Moment, into orders: inout [Order]) {
        guard isConnected, !isRefused else { return }
        if let readyDeadline, now.deadline >= readyDeadline { becomeReady(into: &orders) }
        if let nextSign, now.deadline >= nextSign { sign(.heartbeat, now, into: &orders) }
        if let serverDeadline, now.deadline >= serverDeadline {
            self.serverDeadline = nil
            missServer(now, into: &orders)
        }
        while let first = unconfirmed.first, now.deadline >= first.deadline {
            unconfirmed.removeFirst()
            missServer(now, into: &orders)
            apply(first.presence, now, into: &orders)
        }
        if let userListDeadline, now.deadline >= userListDeadline { showRoster(into: &orders) }
        guard !isServerKnown else { return }
        for user in roster.silent(since: now.deadline - timeout) where user != configuration.user {
            if roster.remove(user) { orders.append(.show(.left(user))) }
        }
    }

    mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order]) {
        guard !isRefused else { return }
        switch message.topic {
        case ChatTopics.messages: said(message, now, into: &orders)
        case ChatTopics.presence: presence(message, now, into: &orders)
        case ChatTopics.system: system(message, now, into: &orders)
        case ChatTopics.users: users(message, now, into: &orders)
        case ChatTopics.presenceRequest:
            guard !message.isRetained, configuration.user != nil else { return }
            meetServer(into: &orders)
            sign(.heartbeat, now, into: &orders)
        default:
            guard let user = configuration.user, message.topic == ChatTopics.private(user) else { return }
            answered(message, user, now, into: &orders)
        }
    }

    // MARK: What the user does

    /// Says something to all.
    func say(_ text: String, now: Moment, into orders: inout [Order]) {
        guard let user = configuration.user else { return }
        let said = ChatMessage(user: user, text: text, timestamp: now.timestamp)
        publish(ChatTopics.messages, said.json, into: &orders)
    }

    /// Says something to one.
    func tell(_ recipient: ParticipantName, _ text: String, now: Moment, into orders: inout [Order]) {
        guard let user = configuration.user else { return }
        if !roster.contains(recipient) {
            orders.append(.tell(.warning, "\(recipient) is not here, for all that is known; /users shows who is"))
        }
        let said = ChatMessage(user: user, text: text, timestamp: now.timestamp, recipient: recipient)
        publish(ChatTopics.private(recipient), said.json, into: &orders)
    }

    mutating func askForUsers(now: Moment, into orders: inout [Order]) {
        guard isServerKnown, isConnected, configuration.user != nil else { return showRoster(into: &orders) }
        userListDeadline = now.deadline + Self.serverPatience
        request(ChatTopics.usersRequest, into: &orders)
    }

    mutating func askForHistory(now: Moment, into orders: inout [Order]) {
        requestHistory(now, into: &orders)
        if !isServerKnown { orders.append(.tell(.warning, "there is no chat server, which would have the history")) }
    }

    func leave(now: Moment, into orders: inout [Order]) {
        guard isConnected, !isRefused else { return }
        if let leave = farewell(timestamp: now.timestamp) { orders.append(.publish(leave)) }
    }

    /// What the user says last, also as the will; `nil` for one who only listens.
    func farewell(timestamp: String) -> Message? {
        configuration.user.map { user in
            let presence = ChatPresence(
                .leave,
                user,
                identifier: configuration.identifier,
                timestamp: timestamp
            )
            return Message(topic: ChatTopics.presence, payload: presence.json, qos: .atLeastOnce)
        }
    }

    // MARK: What others say

    /// Reads a payload of its kind; counts what is none.
    private mutating func read<Value>(
        _ message: IncomingMessage,
        limit: Int,
        _ value: (JSONValue) -> Value?
    ) -> Value? {
        if let value = message.object(limit: limit).flatMap(value) { return value }
        droppedCount += 1
        return nil
    }

    private mutating func said(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard var said = read(message, limit: ChatMessage.maximumPayloadByteCount, { ChatMessage($0) }),
            !message.isRetained, said.user != configuration.user
        else { return }
        guard limiter.allows(said.user.description, now: now.deadline) else {
            droppedCount += 1
            return
        }
        said.recipient = nil
        if roster.contains(said.user) { _ = roster.add(said.user, now: now.deadline) }
        orders.append(.show(.message(said, isHistory: false)))
    }

    private mutating func answered(
        _ message: IncomingMessage,
        _ user: ParticipantName,
        _ now: Moment,
        into orders: inout [Order]
    ) {
        guard !message.isRetained, let object = read(message, limit: ChatAnswer.maximumByteCount, { $0 }) else {
            return
        }
        switch ChatAnswer(object) {
        case .history(let messages, let identifier):
            meetServer(into: &orders)
            guard let historyDeadline, now.deadline < historyDeadline,
                identifier ?? configuration.identifier == configuration.identifier
            else { return }
            // It may come in several pieces, one after the other.
            orders += messages.map { .show(.message($0, isHistory: true)) }
            if !isReady { becomeReady(into: &orders) }
        case .refused(let name, let identifier):
            // Later the name is this user's own, and whoever has seen the identifier could take it away.
            guard name == user, identifier == configuration.identifier, let joinTime,
                now.deadline - joinTime <= Self.refusalTime
            else { return }
            isRefused = true
            orders.append(.refused)
        case nil:
            guard var said = ChatMessage(object), limiter.allows(said.user.description, now: now.deadline) else {
                droppedCount += 1
                return
            }
            said.recipient = user
            orders.append(.show(.message(said, isHistory: false)))
        }
    }

    // MARK: Presence

    private mutating func presence(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard let presence = read(message, limit: ChatPresence.maximumByteCount, { ChatPresence($0) }),
            !message.isRetained
        else { return }
        if presence.user == configuration.user { return guardName(presence, now, into: &orders) }
        guard !presence.isOther(than: roster.identifier(of: presence.user)) else { return }
        let isKnown = roster.contains(presence.user)
        switch presence.action {
        case .heartbeat: _ = roster.add(presence.user, identifier: presence.identifier, now: now.deadline)
        case .join, .leave:
            guard isServerKnown, isKnown == (presence.action == .leave) else {
                return apply(presence, now, into: &orders)
            }
            guard unconfirmed.count < Self.maximumUnconfirmed else { return }
            unconfirmed.append(Unconfirmed(presence: presence, deadline: now.deadline + Self.serverPatience))
        }
    }

    private mutating func apply(_ presence: ChatPresence, _ now: Moment, into orders: inout [Order]) {
        if presence.action == .leave {
            if roster.remove(presence.user) { orders.append(.show(.left(presence.user))) }
            return
        }
        if roster.add(presence.user, identifier: presence.identifier, now: now.deadline) {
            orders.append(.show(.joined(presence.user)))
        }
        // Nobody else tells the newcomer who is there.
        if !isServerKnown, serverDeadline == nil { sign(.heartbeat, now, into: &orders) }
    }

    /// Tells another one who joins under the user's name that it is taken. Of two who join at once one has to go.
    private func guardName(_ presence: ChatPresence, _ now: Moment, into orders: inout [Order]) {
        guard presence.action == .join, let other = presence.identifier, other != configuration.identifier,
            let joinTime
        else { return }
        let isSettled = now.deadline - joinTime > Self.joiningTime
        guard isSettled || configuration.identifier < other else { return }
        let refusal = ChatAnswer.refused(presence.user, identifier: other)
        publish(ChatTopics.private(presence.user), refusal.json, into: &orders)
    }

    private mutating func system(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard let notice = read(message, limit: ChatSystemNotice.maximumByteCount, { ChatSystemNotice($0) }),
            !message.isRetained
        else { return }
        meetServer(into: &orders)
        unconfirmed.removeAll { $0.presence.user == notice.user && ($0.presence.action == .join) == notice.isJoin }
        guard notice.user != configuration.user else { return }
        if notice.isJoin {
            if roster.add(notice.user, now: now.deadline) { orders.append(.show(.joined(notice.user))) }
        } else if roster.remove(notice.user) {
            orders.append(.show(.left(notice.user)))
        }
    }

    private mutating func users(_ message: IncomingMessage, _ now: Moment, into orders: inout [Order]) {
        guard let list = read(message, limit: ChatSystemNotice.maximumByteCount, { ChatUserList($0) }) else { return }
        for user in list.users {
            // Who joins at the moment is told of by a notice.
            if !unconfirmed.contains(where: { $0.presence.user == user }) { _ = roster.add(user, now: now.deadline) }
        }
        guard !message.isRetained else { return }
        meetServer(into: &orders)
        let listed = Set(list.users)
        for user in roster.silent(since: now.deadline - Self.serverPatience)
        where !listed.contains(user) && user != configuration.user {
            _ = roster.remove(user)
        }
        if userListDeadline != nil { showRoster(into: &orders) }
    }

    private mutating func showRoster(into orders: inout [Order]) {
        userListDeadline = nil
        orders.append(.show(.users(roster.users)))
    }

    // MARK: The server

    private mutating func meetServer(into orders: inout [Order]) {
        serverDeadline = nil
        guard !isServerKnown else { return }
        isServerKnown = true
        orders.append(.tell(.info, "a chat server is there"))
    }

    private mutating func missServer(_ now: Moment, into orders: inout [Order]) {
        guard isServerKnown || !isMissingKnown else { return }
        isServerKnown = false
        isMissingKnown = true
        orders.append(
            .tell(
                .notice,
                "no chat server answers: there is no history, and only those are known who give a sign; start one with: "
                    + "tinymqtt chat-server"
            )
        )
        // The others answer with a sign of their own.
        sign(.heartbeat, now, into: &orders)
    }

    /// Whether the person knows already that there is no server.
    private var isMissingKnown = false

    // MARK: Publishing

    private mutating func becomeReady(into orders: inout [Order]) {
        readyDeadline = nil
        isReady = true
        orders.append(.ready)
    }

    private mutating func sign(_ action: ChatPresence.Action, _ now: Moment, into orders: inout [Order]) {
        guard let user = configuration.user else { return }
        nextSign = now.deadline + heartbeat
        let presence = ChatPresence(action, user, identifier: configuration.identifier, timestamp: now.timestamp)
        publish(ChatTopics.presence, presence.json, into: &orders)
    }

    private mutating func requestHistory(_ now: Moment, into orders: inout [Order]) {
        historyDeadline = now.deadline + Self.serverPatience
        request(ChatTopics.historyRequest, into: &orders)
    }

    private func request(_ topic: String, into orders: inout [Order]) {
        guard let user = configuration.user else { return }
        let question = JSONValue.object([
            .init("username", .string(user.description)), .init("id", .string(configuration.identifier.description)),
        ])
        publish(topic, question.text, into: &orders)
    }

    private func publish(_ topic: String, _ text: String, into orders: inout [Order]) {
        orders.append(.publish(Message(topic: topic, payload: text, qos: configuration.qos)))
    }
}
