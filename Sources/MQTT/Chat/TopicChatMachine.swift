/// What a participant of a chat on one topic does: there is no server, no list of users and no history, only what
/// everybody says to everybody.
struct TopicChatMachine: ApplicationMachine {
    typealias Order = ChatOrder

    private let topic: String
    private let configuration: ChatParticipantConfiguration
    private var limiter: RateLimiter
    private var isReady = false
    private var isConnected = false
    /// Payloads that are no message, and messages of users who send too many.
    private(set) var droppedCount = 0

    init(topic: String, _ configuration: ChatParticipantConfiguration) {
        self.topic = topic
        self.configuration = configuration
        limiter = RateLimiter(configuration.messageRate)
    }

    mutating func connected(now: Moment, into orders: inout [Order]) {
        isConnected = true
        if let notice = notice("joined") { orders.append(.publish(notice)) }
        guard !isReady else { return }
        isReady = true
        orders.append(.ready)
    }

    mutating func disconnected(now: Moment, into orders: inout [Order]) {
        isConnected = false
    }

    mutating func timeAdvanced(now: Moment, into orders: inout [Order]) {}

    mutating func received(_ message: IncomingMessage, now: Moment, into orders: inout [Order]) {
        guard let object = message.object(limit: ChatMessage.maximumPayloadByteCount), let line = Self.line(object),
            let user = object.chatUser
        else {
            droppedCount += 1
            return
        }
        guard user != configuration.user else { return }
        guard limiter.allows(user.description, now: now.deadline) else {
            droppedCount += 1
            return
        }
        orders.append(.show(line))
    }

    private static func line(_ object: JSONValue) -> ChatLine? {
        if let notice = ChatNotice(object) { return .notice(notice.user, notice.text) }
        return ChatMessage(object).map { .message($0, isHistory: false) }
    }

    // MARK: What the user does

    func say(_ text: String, into orders: inout [Order]) {
        guard let user = configuration.user else { return }
        let said = ChatMessage(user: user, text: text, timestamp: nil)
        orders.append(.publish(Message(topic: topic, payload: said.plainText, qos: configuration.qos)))
    }

    func leave(into orders: inout [Order]) {
        guard isConnected, let notice = farewell else { return }
        orders.append(.publish(notice))
    }

    /// What the user says last, also as the will; `nil` for one who only listens.
    var farewell: Message? { notice("left") }

    private func notice(_ what: String) -> Message? {
        configuration.user.map { user in
            let notice = ChatNotice(user: user, text: "\(user) \(what)")
            return Message(topic: topic, payload: notice.json, qos: configuration.qos)
        }
    }
}
