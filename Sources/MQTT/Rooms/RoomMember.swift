/// A member of one or more rooms, on a Client of its own.
public struct RoomMember: Sendable {
    /// What a member tells whoever runs it.
    public struct Handlers: Sendable {
        /// A message has come.
        public var show: @Sendable (RoomMessage) async -> Void
        /// Something has happened, in words.
        public var report: Report
        /// The room server refuses the member; it is to disconnect.
        public var end: @Sendable (RoomRefusal) -> Void

        /// All of them.
        public init(
            show: @escaping @Sendable (RoomMessage) async -> Void,
            report: @escaping Report,
            end: @escaping @Sendable (RoomRefusal) -> Void
        ) {
            self.show = show
            self.report = report
            self.end = end
        }
    }

    /// Who wants to be in which rooms.
    public struct Request: Sendable {
        fileprivate let machine: RoomMemberMachine

        /// What the Client's configuration has as its will, so that the member leaves when it is killed.
        public var will: Will { Will(machine.will) }

        /// - Parameters:
        ///   - client: The name under which the client is a member.
        ///   - rooms: The rooms, at least one; each counts once.
        public init(client: ParticipantName, rooms: [ParticipantName], topics: RoomTopics) {
            precondition(!rooms.isEmpty, "a member is in at least one room")
            var seen: Set<ParticipantName> = []
            machine = RoomMemberMachine(
                client: client,
                rooms: rooms.filter { seen.insert($0).inserted },
                identifier: ParticipantName.makeIdentifier(),
                topics: topics
            )
        }
    }

    private let client: MQTTClient
    private let topicFilters: [String]
    private let driver: ApplicationDriver<RoomMemberMachine>

    /// - Parameter client: Made with the will of `request`.
    public init(_ request: Request, client: MQTTClient, handlers: Handlers) {
        self.client = client
        topicFilters = request.machine.topicFilters
        driver = ApplicationDriver(request.machine, client: client) { order in
            switch order {
            case .publish: break
            case .show(let message): await handlers.show(message)
            case .tell(let level, let text): handlers.report(level, text)
            case .end(let refusal): handlers.end(refusal)
            }
        }
    }

    /// Subscribes and joins, until the client is disconnected on purpose.
    ///
    /// - Parameter qos: The highest QoS at which messages arrive.
    /// - Throws: why the client could not subscribe, or has lost the broker for good.
    public func run(qos: QoS) async throws(MQTTClientError) {
        try await client.subscribeAll(topicFilters, maximumQoS: qos)
        try await driver.run()
    }

    /// Has to be told of every event of the client.
    public func handle(_ event: ClientEvent) async {
        await driver.handle(event)
    }

    /// Leaves all rooms; the broker has it when the client has been disconnected after a `flush`.
    public func leave() async throws(MQTTClientError) {
        try await driver.update { machine, _, orders in machine.leave(into: &orders) }
    }
}
