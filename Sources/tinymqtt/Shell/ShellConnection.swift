import MQTT
import Synchronization

/// A connection of the shell to a broker, by its name: receives, tells what happens, and knows its subscriptions.
final class ShellConnection: Sendable {
    /// How it stands.
    enum Phase: Sendable, Equatable {
        case connecting
        case connected
        /// The connection is lost, and made again in the background.
        case lost
        case over
    }

    private struct State: Sendable {
        var phase = Phase.connecting
        var subscriptions: [(filter: String, qos: QoS)] = []
        var routes: [MessageRoute] = []
        /// What is shown elsewhere for the moment.
        var hidden: TopicMatcher?
        var result: ConnectResult?
        var messageCount = 0
        var tasks: [Task<Void, Never>] = []
        var lossTime: ContinuousClock.Instant?
    }

    let name: String
    let configuration: MQTTClientConfiguration
    let client: MQTTClient
    private let session: Weak
    private let state = Mutex(State())

    /// The session owns its connections.
    private struct Weak: Sendable {
        weak let session: ShellSession?
    }

    init(name: String, configuration: MQTTClientConfiguration, session: ShellSession) throws(MQTTClientError) {
        self.name = name
        self.configuration = configuration
        self.session = Weak(session: session)
        client = try MQTTClient(configuration: configuration)
    }

    var address: ServerAddress { configuration.address }
    var phase: Phase { state.withLock(\.phase) }
    var subscriptions: [(filter: String, qos: QoS)] { state.withLock(\.subscriptions) }
    var result: ConnectResult? { state.withLock(\.result) }
    var messageCount: Int { state.withLock(\.messageCount) }

    // MARK: Coming and going

    /// Connects, and begins to receive.
    func connect() async throws(MQTTClientError) -> ConnectResult {
        let result = try await client.connect()
        state.withLock { state in
            // Before the tasks see anything: an end that one of them finds would be overwritten.
            state.phase = .connected
            state.result = result
            state.tasks = [
                Task { await self.followEvents() },
                Task { await self.receive() },
            ]
        }
        return result
    }

    /// Says farewell to the broker, and closes what messages were led to.
    func disconnect() async throws(MQTTClientError) {
        end()
        try await client.disconnect()
    }

    /// Nothing more is received.
    private func end() {
        let (routes, tasks) = state.withLock { state in
            defer { (state.routes, state.tasks) = ([], []) }
            state.phase = .over
            return (state.routes, state.tasks)
        }
        for route in routes { route.close() }
        // The first follows events, which end only when nobody holds the client any more.
        tasks.first?.cancel()
    }

    private func followEvents() async {
        var lastError: MQTTClientError?
        for await event in client.events {
            guard phase != .over else { return }
            switch event {
            case .connected(let result): connectedAgain(result)
            case .disconnected(let error): lastError = error
            case .reconnecting: lost(lastError)
            case .subscriptionLost(let filter, let reason):
                state.withLock { $0.subscriptions.removeAll { $0.filter == filter } }
                session.session?.screen.tell("\(name): lost the subscription to \(filter.harmless): \(reason)")
            }
        }
    }

    /// Says so once; what goes on in the background is told when it has succeeded.
    private func lost(_ error: MQTTClientError?) {
        let isNew = state.withLock { state in
            guard state.phase == .connected else { return false }
            state.phase = .lost
            state.lossTime = .now
            return true
        }
        guard isNew else { return }
        let cause = error.map { ClientFailureText($0, address: address).cause } ?? "connection to \(address) lost"
        session.session?.screen.tell("\(cause.harmless); connecting again in the background")
        session.session?.showState()
    }

    private func connectedAgain(_ result: ConnectResult) {
        let (since, count) = state.withLock { state in
            state.result = result
            guard state.phase == .lost else { return (ContinuousClock.Instant?.none, 0) }
            state.phase = .connected
            return (state.lossTime, state.subscriptions.count)
        }
        guard let since else { return }
        let restored = count == 1 ? "1 subscription restored" : "\(count) subscriptions restored"
        let time = (ContinuousClock.now - since).inMilliseconds
        session.session?.screen.tell("connected to \(address) again after \(time), \(restored)")
        session.session?.showState()
    }

    private func receive() async {
        do throws(MQTTClientError) {
            while let batch = try await client.messages.next(atMost: 500) {
                guard let session = session.session else { return }
                state.withLock { $0.messageCount += batch.count }
                let entries = session.desk.receive(batch, connection: name)
                let (routes, hidden) = state.withLock { ($0.routes, $0.hidden) }
                var working: [MessageRoute] = []
                for route in routes {
                    let place = route.place.harmless
                    switch route.write(entries.filter(route.takes)) {
                    case .taken, .leftOut(isFirst: false): working.append(route)
                    case .leftOut(isFirst: true):
                        working.append(route)
                        session.screen.tell("\(place) is too slow: messages are left out until it has caught up")
                    case .refused:
                        guard drop(route) else { continue }
                        session.screen.tell("\(place) takes no more messages; they are shown here again")
                    }
                }
                let shown = zip(batch, entries).filter { _, entry in
                    hidden?.matches(entry.topic) != true && !working.contains { $0.takes(entry) }
                }
                await session.show(shown.map { (message: $0, entry: $1) })
            }
        } catch {
            guard phase != .over else { return }
            end()
            session.session?.screen.tell("\(name): \(ClientFailureText(error, address: address).cause.harmless)")
            session.session?.showState()
        }
    }

    // MARK: Subscriptions

    /// Whether messages of a topic come.
    func subscribes(to topic: String) -> Bool {
        subscriptions.contains { (try? TopicMatcher($0.filter))?.matches(topic) == true }
    }

    /// A subscription was made.
    func add(_ filter: String, _ qos: QoS) {
        state.withLock { state in
            state.subscriptions.removeAll { $0.filter == filter }
            state.subscriptions.append((filter, qos))
        }
    }

    /// A subscription has ended, and with the last of its filters what it was led to.
    func remove(_ filter: String) {
        let closed = state.withLock { state in
            state.subscriptions.removeAll { $0.filter == filter }
            let remaining = Set(state.subscriptions.map(\.filter))
            let closed = state.routes.filter { remaining.isDisjoint(with: $0.filters) }
            state.routes.removeAll { route in closed.contains { $0 === route } }
            return closed
        }
        for route in closed { route.close() }
    }

    /// Leads messages elsewhere; before the subscription, so that the first is not missed.
    func lead(_ route: MessageRoute) {
        state.withLock { $0.routes.append(route) }
    }

    /// Leads messages elsewhere no longer, as what took them has gone; `false` where that was done before.
    @discardableResult
    func drop(_ route: MessageRoute) -> Bool {
        let wasThere = state.withLock { state in
            let count = state.routes.count
            state.routes.removeAll { $0 === route }
            return state.routes.count < count
        }
        // Who has taken it away before has closed it.
        if wasThere { route.close() }
        return wasThere
    }

    /// Shows no messages of these topics until ``showAgain()``: they are shown in another way.
    func hide(_ matcher: TopicMatcher) { state.withLock { $0.hidden = matcher } }

    func showAgain() { state.withLock { $0.hidden = nil } }
}
