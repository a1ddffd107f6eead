/// A chat server on a Client of its own.
public struct ChatServer: Sendable {
    private let driver: ApplicationDriver<ChatServerMachine>
    private let client: MQTTClient
    private let qos: QoS
    private let file: ChatHistoryFile?

    /// A server that does nothing yet.
    ///
    /// - Parameters:
    ///   - client: Is connected already, or will be when `run` is called.
    ///   - file: Where the history is kept; without one it ends with the server.
    ///   - report: Is told in words of what happens.
    public init(
        client: MQTTClient,
        configuration: ChatServerConfiguration = ChatServerConfiguration(),
        file: ChatHistoryFile? = nil,
        report: @escaping Report = { _, _ in }
    ) async throws(ChatHistoryFile.Failure) {
        self.client = client
        self.file = file
        qos = configuration.qos
        let messages = try await file?.messages(limit: configuration.historyCount) ?? []
        let machine = ChatServerMachine(configuration, messages: messages, now: .current)
        driver = ApplicationDriver(machine, client: client) { order in
            switch order {
            case .publish: break
            case .tell(let level, let text): report(level, text)
            case .keep(let message):
                do throws(ChatHistoryFile.Failure) {
                    try await file?.append(message, limit: configuration.historyCount)
                } catch {
                    report(.error, "a message is missing in the history: \(error)")
                }
            }
        }
    }

    /// Subscribes and serves, until the client is disconnected on purpose.
    ///
    /// - Throws: why the client could not subscribe, or has lost the broker for good.
    public func run() async throws(MQTTClientError) {
        let filters = [
            ChatTopics.messages, ChatTopics.presence, ChatTopics.users, ChatTopics.usersRequest,
            ChatTopics.historyRequest,
        ]
        try await client.subscribeAll(filters, maximumQoS: qos)
        try await driver.run()
    }

    /// Has to be told of every event of the client.
    public func handle(_ event: ClientEvent) async {
        await driver.handle(event)
    }

    /// What the server has counted since its start, in words.
    public var summary: String {
        get async {
            let counts = await driver.read(\.counts)
            return "\(counts.messages) messages; not understood: \(counts.malformed), too fast: \(counts.rateLimited), "
                + "refused: \(counts.refused), timed out: \(counts.timedOut)"
        }
    }
}
