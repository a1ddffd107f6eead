/// A room server on a Client of its own.
///
/// ```swift
/// let server = RoomServer(client: client) { level, text in print(text) }
/// try await server.run()
/// ```
public struct RoomServer: Sendable {
    private let driver: ApplicationDriver<RoomServerMachine>
    private let client: MQTTClient
    private let topics: RoomTopics

    /// A server that does nothing yet.
    ///
    /// - Parameters:
    ///   - client: Is connected already, or will be when `run` is called.
    ///   - report: Is told in words of what happens.
    public init(
        client: MQTTClient,
        configuration: RoomServerConfiguration = RoomServerConfiguration(),
        report: @escaping Report = { _, _ in }
    ) {
        self.client = client
        topics = configuration.topics
        driver = ApplicationDriver(RoomServerMachine(configuration, now: .current), client: client) { order in
            if case .tell(let level, let text) = order { report(level, text) }
        }
    }

    /// Subscribes and serves, until the client is disconnected on purpose.
    ///
    /// - Throws: why the client could not subscribe, or has lost the broker for good.
    public func run() async throws(MQTTClientError) {
        let filters = [topics.commands, topics.joins, topics.leaves, topics.announcements]
        try await client.subscribeAll(filters, maximumQoS: .exactlyOnce)
        try await driver.run()
    }

    /// Has to be told of every event of the client.
    public func handle(_ event: ClientEvent) async {
        await driver.handle(event)
    }

    /// The rooms, their members and what was counted.
    public var status: RoomStatus {
        get async { await driver.read(\.status) }
    }
}
