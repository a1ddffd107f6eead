/// A participant of the chat, on a Client of its own: of the managed one, or of one on a single topic.
public struct ChatParticipant: Sendable {
    /// What a participant tells whoever runs it.
    public struct Handlers: Sendable {
        /// There is something to show.
        public var show: @Sendable (ChatLine) async -> Void
        /// Something has happened, in words.
        public var report: Report
        /// What the user says may go out now; called once.
        public var ready: @Sendable () -> Void
        /// The name belongs to somebody else; the client is to disconnect.
        public var refused: @Sendable () -> Void

        /// All of them.
        public init(
            show: @escaping @Sendable (ChatLine) async -> Void,
            report: @escaping Report,
            ready: @escaping @Sendable () -> Void,
            refused: @escaping @Sendable () -> Void
        ) {
            self.show = show
            self.report = report
            self.ready = ready
            self.refused = refused
        }

        func perform(_ order: ChatOrder) async {
            switch order {
            case .publish: break
            case .show(let line): await show(line)
            case .tell(let level, let text): report(level, text)
            case .ready: ready()
            case .refused: refused()
            }
        }
    }

    /// Who wants to take part in which chat.
    public struct Request: Sendable {
        fileprivate let configuration: ChatParticipantConfiguration
        fileprivate let topic: String?

        /// - Parameter topic: Where everything happens, in a chat without a server; `nil` for the managed chat.
        public init(_ configuration: ChatParticipantConfiguration, topic: String? = nil) {
            self.configuration = configuration
            self.topic = topic
        }

        /// What the Client's configuration has as its will, so that the others see that the participant was killed.
        public var will: Will? {
            guard let topic else {
                return ChatParticipantMachine(configuration).farewell(timestamp: Moment.current.timestamp).map {
                    Will($0)
                }
            }
            return TopicChatMachine(topic: topic, configuration).farewell.map { Will($0) }
        }
    }

    private enum Driver {
        case managed(ApplicationDriver<ChatParticipantMachine>)
        case topic(ApplicationDriver<TopicChatMachine>)
    }

    private let client: MQTTClient
    private let driver: Driver
    private let topicFilters: [String]
    private let qos: QoS

    /// - Parameter client: Made with the will of `request`.
    public init(_ request: Request, client: MQTTClient, handlers: Handlers) {
        self.client = client
        qos = request.configuration.qos
        if let topic = request.topic {
            topicFilters = [topic]
            let machine = TopicChatMachine(topic: topic, request.configuration)
            driver = .topic(ApplicationDriver(machine, client: client) { await handlers.perform($0) })
            return
        }
        topicFilters =
            [
                ChatTopics.messages, ChatTopics.presence, ChatTopics.system, ChatTopics.users,
                ChatTopics.presenceRequest,
            ] + (request.configuration.user.map { [ChatTopics.private($0)] } ?? [])
        let machine = ChatParticipantMachine(request.configuration)
        driver = .managed(ApplicationDriver(machine, client: client) { await handlers.perform($0) })
    }

    /// Subscribes and takes part, until the client is disconnected on purpose.
    ///
    /// - Throws: why the client could not subscribe, or has lost the broker for good.
    public func run() async throws(MQTTClientError) {
        try await client.subscribeAll(topicFilters, maximumQoS: qos)
        switch driver {
        case .managed(let driver): try await driver.run()
        case .topic(let driver): try await driver.run()
        }
    }

    /// Has to be told of every event of the client.
    public func handle(_ event: ClientEvent) async {
        switch driver {
        case .managed(let driver): await driver.handle(event)
        case .topic(let driver): await driver.handle(event)
        }
    }

    /// Why something that a user wants cannot be done.
    public enum Problem: Error, Sendable {
        /// The text has more bytes than a message may have.
        case tooLong
        /// There is no such thing in a chat on one topic.
        case needsManagedChat
        case client(MQTTClientError)
    }

    /// Says something to all.
    public func say(_ text: String) async throws(Problem) {
        guard text.utf8.count <= ChatMessage.maximumByteCount else { throw .tooLong }
        do throws(MQTTClientError) {
            switch driver {
            case .managed(let driver): try await driver.update { $0.say(text, now: $1, into: &$2) }
            case .topic(let driver): try await driver.update { machine, _, orders in machine.say(text, into: &orders) }
            }
        } catch {
            throw .client(error)
        }
    }

    /// Says something to one user.
    public func tell(_ recipient: ParticipantName, _ text: String) async throws(Problem) {
        guard text.utf8.count <= ChatMessage.maximumByteCount else { throw .tooLong }
        try await managed { $0.tell(recipient, text, now: $1, into: &$2) }
    }

    /// Asks who is there; the answer is shown.
    public func askForUsers() async throws(Problem) {
        try await managed { $0.askForUsers(now: $1, into: &$2) }
    }

    /// Asks for the latest messages; they are shown.
    public func askForHistory() async throws(Problem) {
        try await managed { $0.askForHistory(now: $1, into: &$2) }
    }

    private func managed(
        _ body: sending (inout ChatParticipantMachine, Moment, inout [ChatOrder]) -> Void
    ) async throws(Problem) {
        guard case .managed(let driver) = driver else { throw .needsManagedChat }
        do throws(MQTTClientError) {
            try await driver.update(body)
        } catch {
            throw .client(error)
        }
    }

    /// Says farewell; the broker has it when the client has been disconnected after a `flush`.
    public func leave() async throws(MQTTClientError) {
        switch driver {
        case .managed(let driver): try await driver.update { $0.leave(now: $1, into: &$2) }
        case .topic(let driver): try await driver.update { machine, _, orders in machine.leave(into: &orders) }
        }
    }

    /// Who is there, for all that is known; nobody in a chat on one topic.
    public var users: [ParticipantName] {
        get async {
            guard case .managed(let driver) = driver else { return [] }
            return await driver.read(\.roster.users)
        }
    }

    /// How many messages were not understood, or came too fast, and were not shown.
    public var droppedCount: Int {
        get async {
            switch driver {
            case .managed(let driver): await driver.read(\.droppedCount)
            case .topic(let driver): await driver.read(\.droppedCount)
            }
        }
    }
}
