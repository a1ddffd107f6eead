import DequeModule
import NIOCore

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
    /// What was published and has not come back yet, the oldest first. By its name what comes back could not be told from
    /// what others say who have the same: names are nobody's own here.
    private var sent: Deque<[UInt8]> = []

    /// How much of what was published is remembered.
    private static let maximumSent = 1_000

    init(topic: String, _ configuration: ChatParticipantConfiguration) {
        self.topic = topic
        self.configuration = configuration
        limiter = RateLimiter(configuration.messageRate)
    }

    mutating func connected(now: Moment, into orders: inout [Order]) {
        isConnected = true
        if let notice = notice("joined") { publish(notice, into: &orders) }
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
        guard user != configuration.user || !isOwn(message) else { return }
        guard limiter.allows(user.description, now: now.deadline) else {
            droppedCount += 1
            return
        }
        orders.append(.show(line))
    }

    /// Whether this client has published a message itself. They come back in their order: what stands before it was lost.
    private mutating func isOwn(_ message: IncomingMessage) -> Bool {
        guard !message.isRetained, let index = sent.firstIndex(of: message.payload) else { return false }
        sent.removeFirst(index + 1)
        return true
    }

    private mutating func publish(_ message: Message, into orders: inout [Order]) {
        if sent.count == Self.maximumSent { sent.removeFirst() }
        sent.append(Array(message.payload.readableBytesView))
        orders.append(.publish(message))
    }

    private static func line(_ object: JSONValue) -> ChatLine? {
        if let notice = ChatNotice(object) { return .notice(notice.user, notice.text) }
        return ChatMessage(object).map { .message($0, isHistory: false) }
    }

    // MARK: What the user does

    mutating func say(_ text: String, into orders: inout [Order]) {
        guard let user = configuration.user else { return }
        let said = ChatMessage(user: user, text: text, timestamp: nil)
        publish(Message(topic: topic, payload: said.plainText, qos: configuration.qos), into: &orders)
    }

    mutating func leave(into orders: inout [Order]) {
        guard isConnected, let notice = farewell else { return }
        publish(notice, into: &orders)
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
