import NIOCore

@testable import MQTT

/// A `Broker` in virtual time, with peers that do what a test tells them: no sockets, no threads, no waiting.
///
/// It carries out the effects as a loop over channels does: after every input what the broker wrote is handed to the
/// peers that read, and connections that the broker wants closed are closed.
final class InMemoryBroker {
    private(set) var broker: Broker
    private(set) var effects = Effects()
    private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    /// All that a log would have told.
    private(set) var events: [BrokerEvent] = []
    private var peers: [ConnectionIndex: ScriptedPeer] = [:]
    private var pending: [ConnectionIndex] = []

    /// Answers questions about passwords; where it returns `nil`, the question stays open.
    var checksPassword: (AuthenticationRequest) -> AuthenticationResult? = { _ in .badUserNameOrPassword }
    /// The questions that are open.
    private(set) var openRequests: [AuthenticationRequest] = []

    /// What the broker has stored; only where it is durable.
    var store = ModelStore()
    /// The batch that is being written: nothing is before a test says so.
    private(set) var unwritten: StoreBatch?
    private var closingWhenStored: [ConnectionIndex] = []

    init(isDurable: Bool = false, _ change: (inout BrokerConfiguration) -> Void = { _ in }) {
        var configuration = BrokerConfiguration()
        change(&configuration)
        broker = Broker(configuration: configuration)
        broker.isDurable = isDurable
    }

    // MARK: Connections

    /// A connection over which nothing has been sent; `nil` where the broker takes no more.
    func open(version: ProtocolVersion = .v5_0, by listener: Int = 0) -> ScriptedPeer? {
        guard let connection = broker.opened(by: listener, now: now) else { return nil }
        let peer = ScriptedPeer(self, connection, decoder: broker.makeDecoder(), version: version)
        peers[connection] = peer
        carryOut()
        return peer
    }

    /// A connection whose CONNECT has been sent; its answer is in `connack`, where one came.
    func connect(
        _ clientIdentifier: String,
        version: ProtocolVersion = .v5_0,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 0,
        will: Connect.Will? = nil,
        userName: String? = nil,
        password: String? = nil,
        by listener: Int = 0,
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> ScriptedPeer {
        guard let peer = open(version: version, by: listener) else {
            preconditionFailure("the broker takes no more connections")
        }
        peer.send(
            .connect(
                Connect(
                    version: version,
                    cleanStart: cleanStart,
                    keepAlive: keepAlive,
                    properties: Properties(properties),
                    clientIdentifier: .text(clientIdentifier),
                    will: will,
                    userName: userName.map { .text($0) },
                    password: password.map { Array($0.utf8) }
                )
            )
        )
        if case .connack(let connack)? = peer.next { peer.accept(connack) }
        return peer
    }

    // MARK: Input

    /// Lets time pass, doing what is due at each deadline on the way.
    func advance(by time: TimeAmount) {
        let end = now + time
        while let deadline = broker.nextDeadline, deadline <= end {
            now = max(now, deadline)
            broker.timeAdvanced(to: now, into: &effects)
            carryOut()
        }
        now = end
    }

    /// The broker stops.
    func shutDown() {
        broker.shutDown(now: now, into: &effects)
        carryOut()
    }

    func received(_ decoder: inout PacketDecoder, from connection: ConnectionIndex) {
        _ = broker.received(&decoder, from: connection, now: now, into: &effects)
        carryOut()
    }

    func closed(_ connection: ConnectionIndex) {
        peers[connection] = nil
        broker.closed(connection, now: now, into: &effects)
        carryOut()
    }

    func becameWritable(_ connection: ConnectionIndex) {
        deliver(to: connection)
        carryOut()
    }

    /// Answers a question that was left open.
    func answer(_ request: AuthenticationRequest, _ result: AuthenticationResult) {
        broker.authenticated(request.connection, ticket: request.ticket, result, now: now, into: &effects)
        peers[request.connection]?.continueSending()
        carryOut()
    }

    /// Has the broker do something beside what its peers want.
    func operate<Result>(_ body: (inout Broker, inout Effects) -> Result) -> Result {
        defer { carryOut() }
        return body(&broker, &effects)
    }

    // MARK: The store

    /// Writes all that has changed, again and again until nothing changes any more.
    func commit() {
        while let batch = unwritten {
            unwritten = nil
            let answers = store.write(batch)
            effects.stored(through: batch.number)
            broker.isStoreFull = false
            effects.closing += closingWhenStored
            closingWhenStored = []
            for answer in answers {
                broker.loaded(answer, now: now, into: &effects)
            }
            carryOut()
        }
    }

    /// The store takes nothing until `commit`.
    func fillStore() {
        broker.isStoreFull = true
    }

    /// The broker is killed, and started again with what is stored, some time later.
    func restart(after time: TimeAmount = .zero) {
        for peer in peers.values { peer.isClosed = true }
        peers = [:]
        unwritten = nil
        closingWhenStored = []
        now = now + time
        effects = Effects()
        broker = Broker(configuration: broker.configuration)
        broker.isDurable = true
        for session in store.recovered {
            broker.recover(session, now: now, into: &effects)
        }
        for message in store.recoveredRetained {
            broker.recover(message, now: now)
        }
        broker.timeAdvanced(to: now, into: &effects)
        carryOut()
        commit()
    }

    // MARK: Effects

    private func carryOut() {
        repeat {
            effects.outbox.takePending(into: &pending)
            for connection in pending {
                deliver(to: connection)
            }
            pending.removeAll(keepingCapacity: true)
            let closing = effects.closing
            effects.closing.removeAll(keepingCapacity: true)
            for connection in closing {
                guard !effects.outbox.isHeld(connection) else {
                    closingWhenStored.append(connection)
                    continue
                }
                guard let peer = peers.removeValue(forKey: connection) else { continue }
                peer.isClosed = true
                peer.take(effects.outbox.take(connection))
                broker.closed(connection, now: now, into: &effects)
            }
        } while effects.outbox.hasPending || !effects.closing.isEmpty
        events += effects.events
        effects.events.removeAll()
        if unwritten == nil, !effects.batch.isEmpty { unwritten = effects.takeBatch() }
    }

    /// Answers the questions about passwords that have come up.
    func answerQuestions() {
        let requests = effects.authentications
        effects.authentications.removeAll()
        for request in requests {
            if let result = checksPassword(request) { answer(request, result) } else { openRequests.append(request) }
        }
    }

    private func deliver(to connection: ConnectionIndex) {
        guard let peer = peers[connection], peer.isReading else { return }
        let buffer = effects.outbox.take(connection)
        peer.take(buffer)
        effects.outbox.recycle(buffer)
        if broker.awaitsDrain(connection) { broker.drained(connection, now: now, into: &effects) }
    }
}

// MARK: - What is left

extension InMemoryBroker {
    /// What the broker keeps, counted: all zero when every session has ended.
    struct Remains: Equatable {
        var connections = 0
        var sessions = 0
        var sessionsByClient = 0
        var subscriptions = 0
        var queuedBytes = 0
        var outboxBytes = 0
        var deadlines = 0
    }

    var remains: Remains {
        Remains(
            connections: broker.connections.count,
            sessions: broker.sessions.count,
            sessionsByClient: broker.sessionsByClient.count,
            subscriptions: broker.subscriptions.count,
            queuedBytes: broker.queuedByteCount,
            outboxBytes: effects.outbox.byteCount,
            deadlines: broker.deadlines.next == nil ? 0 : 1
        )
    }

    /// The session of a Client, where it has one.
    func session(_ clientIdentifier: String) -> ServerSession? {
        broker.sessionsByClient[.text(clientIdentifier)].map { broker.sessions[$0] }
    }

    /// The bytes that wait for a peer.
    func waitingByteCount(for peer: ScriptedPeer) -> Int {
        effects.outbox.byteCount(for: peer.connection)
    }
}
