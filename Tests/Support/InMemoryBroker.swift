import NIOCore

@testable import MQTT

/// A `Broker` in virtual time, with peers that do what a test tells them: no sockets, no threads, no waiting.
///
/// It carries out the effects as a loop over channels does: after every input what the broker wrote is handed to the
/// peers that read, and connections that the broker wants closed are closed.
///
/// It can be several brokers that are one to their Clients, of which each new connection gets the next one. Then it also
/// carries their mail. Where it `delaysMail`, turns stay open and mail waits until `endSomeTurn` or `settle`, as far as
/// the promise to brokers allows that (see `Mail`): before a broker gets anything else it gets its mail.
final class InMemoryBroker {
    /// One of the brokers with what belongs to its event loop.
    typealias Node = SimulatedNode

    /// A connection of one of the brokers.
    struct Place: Hashable {
        let node: Int
        let connection: ConnectionIndex
    }

    let nodes: [Node]
    private(set) var directory = ClientDirectory()
    private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    /// All that a log would have told.
    private(set) var events: [BrokerEvent] = []
    private var peers: [Place: ScriptedPeer] = [:]
    private var pending: [ConnectionIndex] = []
    private var nextNode = 0
    /// The connections that read on when what they have sent so far has been worked on.
    private var continuing: [Place] = []
    /// Whether turns stay open.
    var delaysMail = false

    /// The first broker, which is the only one where nobody says otherwise.
    var broker: Broker {
        get { nodes[0].broker }
        _modify { yield &nodes[0].broker }
    }
    var effects: Effects { nodes[0].effects }
    /// All brokers.
    var brokers: [Broker] { nodes.map(\.broker) }

    /// Answers questions about passwords; where it returns `nil`, the question stays open.
    var checksPassword: (AuthenticationRequest) -> AuthenticationResult? = { _ in .badUserNameOrPassword }
    /// The questions that are open.
    private(set) var openRequests: [AuthenticationRequest] = []

    /// What the broker has stored; only where it is durable.
    var store = ModelStore()
    /// The batch that is being written: nothing is before a test says so.
    private(set) var unwritten: StoreBatch?
    private var closingWhenStored: [ConnectionIndex] = []

    /// How many brokers there are where nobody says it.
    @TaskLocal static var standardCount = 1

    /// - Parameters:
    ///   - isDurable: Whether it has a store, which several brokers cannot have.
    ///   - count: How many brokers there are.
    init(
        isDurable: Bool = false,
        count: Int = InMemoryBroker.standardCount,
        _ change: (inout BrokerConfiguration) -> Void = { _ in }
    ) {
        var configuration = BrokerConfiguration()
        change(&configuration)
        let count = isDurable ? 1 : count
        nodes = (0..<count).map { Node(Broker(configuration: configuration, number: $0, of: count)) }
        broker.isDurable = isDurable
    }

    // MARK: Connections

    /// A connection over which nothing has been sent; `nil` where the broker takes no more.
    ///
    /// - Parameter node: The number of the broker; where it is not named, the next one.
    func open(version: ProtocolVersion = .v5_0, by listener: Int = 0, at node: Int? = nil) -> ScriptedPeer? {
        let number = node ?? nextNode
        if node == nil { nextNode = (nextNode + 1) % nodes.count }
        guard let connection = input(number, { broker, _ in broker.opened(by: listener, now: now) }) else { return nil }
        let place = Place(node: number, connection: connection)
        let peer = ScriptedPeer(self, place, decoder: nodes[number].broker.makeDecoder(), version: version)
        peers[place] = peer
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
        at node: Int? = nil,
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> ScriptedPeer {
        guard let peer = open(version: version, by: listener, at: node) else {
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

    /// Gives a broker something, after its mail.
    private func input<Result>(_ number: Int, _ body: (inout Broker, inout Effects) -> Result) -> Result {
        let node = nodes[number]
        readMail(node)
        node.isTurnOpen = true
        return body(&node.broker, &node.effects)
    }

    /// Lets time pass, doing what is due at each deadline on the way.
    func advance(by time: TimeAmount) {
        let end = now + time
        while let deadline = nodes.compactMap(\.broker.nextDeadline).min(), deadline <= end {
            now = max(now, deadline)
            for node in nodes where node.broker.nextDeadline.map({ $0 <= now }) ?? false {
                input(node.number) { broker, effects in broker.timeAdvanced(to: now, into: &effects) }
            }
            carryOut()
        }
        now = end
    }

    /// The broker stops.
    func shutDown() {
        for node in nodes {
            input(node.number) { broker, effects in broker.shutDown(now: now, into: &effects) }
        }
        carryOut()
    }

    /// Bytes have come; `carryOut` is to follow.
    func received(_ decoder: inout PacketDecoder, from place: Place) {
        input(place.node) { broker, effects in
            _ = broker.received(&decoder, from: place.connection, now: now, into: &effects)
        }
    }

    func closed(_ place: Place) {
        peers[place] = nil
        input(place.node) { broker, effects in broker.closed(place.connection, now: now, into: &effects) }
        carryOut()
    }

    func becameWritable(_ place: Place) {
        nodes[place.node].isTurnOpen = true
        deliver(to: place.connection, of: nodes[place.node])
        carryOut()
    }

    /// Answers a question that was left open.
    func answer(_ request: AuthenticationRequest, _ result: AuthenticationResult) {
        let asker = nodes.first { node in
            let pending =
                node.broker.connections.contains(request.connection.value)
                ? node.broker.connections[request.connection.value].pendingConnect : nil
            return pending?.ticket == request.ticket
                && pending?.connect.clientIdentifier == request.clientIdentifier
        }
        let place = Place(node: asker?.number ?? 0, connection: request.connection)
        input(place.node) { broker, effects in
            broker.authenticated(request.connection, ticket: request.ticket, result, now: now, into: &effects)
        }
        peers[place]?.continueSending()
        carryOut()
    }

    /// Has the broker do something beside what its peers want.
    func operate<Result>(at node: Int = 0, _ body: (inout Broker, inout Effects) -> Result) -> Result {
        defer { carryOut() }
        return input(node, body)
    }

    // MARK: The store

    /// Writes all that has changed, again and again until nothing changes any more.
    func commit() {
        while let batch = unwritten {
            unwritten = nil
            let answers = store.write(batch)
            nodes[0].effects.stored(through: batch.number)
            broker.isStoreFull = false
            nodes[0].effects.closing += closingWhenStored
            closingWhenStored = []
            input(0) { broker, effects in
                for answer in answers {
                    broker.loaded(answer, now: now, into: &effects)
                }
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
        nodes[0].effects = Effects()
        broker = Broker(configuration: broker.configuration)
        broker.isDurable = true
        input(0) { broker, effects in
            for session in store.recovered {
                broker.recover(session, now: now, into: &effects)
            }
            for message in store.recoveredRetained {
                broker.recover(message, now: now)
            }
            broker.timeAdvanced(to: now, into: &effects)
        }
        carryOut()
        commit()
    }

    // MARK: Turns

    /// Carries out what the brokers want done, unless turns are to stay open.
    func carryOut() {
        if !delaysMail { settle() }
    }

    /// Carries out all that any broker wants done, until nothing is on its way any more.
    func settle() {
        while true {
            if let node = nodes.first(where: { $0.isTurnOpen || !$0.mailbox.isEmpty }) {
                readMail(node)
                endTurn(node)
            } else if !continuing.isEmpty {
                peers[continuing.removeFirst()]?.readOn()
            } else {
                return
            }
        }
    }

    /// Ends an open turn, or begins one with mail, at a broker that chance chooses.
    ///
    /// - Returns: Whether there was anything to do.
    func endSomeTurn(_ random: inout SeededGenerator) -> Bool {
        let busy = nodes.filter { $0.isTurnOpen || !$0.mailbox.isEmpty }
        guard !busy.isEmpty else {
            guard !continuing.isEmpty else { return false }
            peers[continuing.removeFirst()]?.readOn()
            return true
        }
        let node = random.element(of: busy)
        if node.isTurnOpen, random.chance(50) { endTurn(node) } else { readMail(node) }
        return true
    }

    private func readMail(_ node: Node) {
        let mailbox = node.mailbox
        guard !mailbox.isEmpty else { return }
        node.mailbox = []
        node.isTurnOpen = true
        for (sender, mail) in mailbox {
            node.broker.receive(mail, from: sender, now: now, into: &node.effects)
        }
    }

    private func endTurn(_ node: Node) {
        node.isTurnOpen = false
        repeat {
            post(node)
            node.effects.outbox.takePending(into: &pending)
            for connection in pending {
                deliver(to: connection, of: node)
            }
            pending.removeAll(keepingCapacity: true)
            let closing = node.effects.closing
            node.effects.closing.removeAll(keepingCapacity: true)
            for connection in closing {
                guard !node.effects.outbox.isHeld(connection) else {
                    closingWhenStored.append(connection)
                    continue
                }
                let place = Place(node: node.number, connection: connection)
                guard let peer = peers.removeValue(forKey: place) else { continue }
                peer.isClosed = true
                peer.take(node.effects.outbox.take(connection))
                node.broker.closed(connection, now: now, into: &node.effects)
            }
        } while node.effects.outbox.hasPending || !node.effects.closing.isEmpty
        post(node)
        events += node.effects.events
        node.effects.events.removeAll()
        if unwritten == nil, !node.effects.batch.isEmpty { unwritten = node.effects.takeBatch() }
    }

    /// Before anything is sent: asks the directory, and posts the mail.
    private func post(_ node: Node) {
        node.broker.consult(now: now, into: &node.effects) { directory.answer($0) }
        continuing += node.effects.continuing.map { Place(node: node.number, connection: $0) }
        node.effects.continuing = []
        node.broker.finishTurn(into: &node.effects)
        for (receiver, mail) in node.effects.mail.take() {
            nodes[receiver].mailbox.append((node.number, mail))
        }
    }

    /// Answers the questions about passwords that have come up.
    func answerQuestions() {
        for node in nodes {
            let requests = node.effects.authentications
            node.effects.authentications.removeAll()
            for request in requests {
                if let result = checksPassword(request) {
                    answer(request, result)
                } else {
                    openRequests.append(request)
                }
            }
        }
    }

    private func deliver(to connection: ConnectionIndex, of node: Node) {
        guard let peer = peers[Place(node: node.number, connection: connection)], peer.isReading else { return }
        let buffer = node.effects.outbox.take(connection)
        peer.take(buffer)
        node.effects.outbox.recycle(buffer)
        if node.broker.awaitsDrain(connection) { node.broker.drained(connection, now: now, into: &node.effects) }
    }
}
