import NIOCore

@testable import MQTT

/// One of the brokers of a simulated world, with what its event loop has.
final class SimulatedNode {
    let number: Int
    var broker: Broker
    var effects = Effects()
    var mailbox: [(sender: Int, mail: [Mail])] = []
    /// Whether inputs have been worked on whose effects are still to be carried out.
    var isTurnOpen = false

    init(_ broker: Broker) {
        self.broker = broker
        number = broker.number
    }

    /// The sessions that still have something to send or to wait for.
    var owingSessions: [SubscriptionIndex.Session] {
        broker.sessions.indices.filter {
            !broker.sessions[$0].isQueueEmpty || !broker.sessions[$0].outgoing.isEmpty
        }
    }
}

/// What brokers that are one have to do with each other. With one broker nothing of this happens.
///
/// The ledger knows one broker. What a client does takes effect there when a broker reads it, and everywhere else when
/// that broker's turn ends; so turns of the others are ended before a broker reads anything. CONNECT takes effect when it
/// is accepted, and the end of the former connection when its broker ends that: mail takes its time between the two.
extension SimulatedWorld {
    /// The clients that have a session at some broker; at two of them while it moves.
    var presentClients: Set<UTF8String> {
        Set(nodes.flatMap { $0.broker.sessionsByClient.keys })
    }

    /// Whether some session is on its way.
    var isMoving: Bool { nodes.contains { !$0.broker.moves.isEmpty || !$0.broker.arrivals.isEmpty } }

    var hasMail: Bool { nodes.contains { !$0.mailbox.isEmpty } }

    /// Does what is promised to a broker before it gets anything but mail.
    func prepareInput(_ node: SimulatedNode) throws(SimulatedViolation) {
        guard nodes.count > 1 else { return }
        for other in nodes where other.number != node.number && other.isTurnOpen {
            try endTurn(other)
        }
        try readMail(node)
    }

    func endTurns() throws(SimulatedViolation) {
        for node in nodes where nodes.count == 1 || node.isTurnOpen {
            try endTurn(node)
        }
    }

    /// Some broker looks into its mailbox.
    func letSomeMailArrive() throws(SimulatedViolation) {
        let receivers = nodes.filter { !$0.mailbox.isEmpty }
        guard !receivers.isEmpty else { return }
        let node = random.element(of: receivers)
        note(node.number)
        try prepareInput(node)
        if random.chance(70) { try endTurn(node) }
    }

    /// All mail arrives, where something is due by then: mail takes far less time than anything that is.
    func letMailArrive(before target: NIODeadline) throws(SimulatedViolation) {
        guard nodes.count > 1 else { return }
        let deadlines = nodes.compactMap(\.broker.nextDeadline) + [ledger.nextDeadline].compactMap { $0 }
        guard deadlines.contains(where: { $0 <= target }) || target == .distantFuture else { return }
        var roundCount = 0
        while hasMail || nodes.contains(where: \.isTurnOpen) {
            roundCount += 1
            guard roundCount < 1_000 else { throw SimulatedViolation(.rest, "brokers do not stop sending mail") }
            for node in nodes where node.isTurnOpen || !node.mailbox.isEmpty {
                try prepareInput(node)
                try endTurn(node)
            }
        }
    }

    /// Letter by letter, so that the ledger hears of what each brings about before the next.
    private func readMail(_ node: SimulatedNode) throws(SimulatedViolation) {
        let mailbox = node.mailbox
        node.mailbox = []
        for (sender, mail) in mailbox {
            for letter in mail {
                record("broker \(sender) ─▶ broker \(node.number): \(letter.summary)")
                if case .moved(_, .some) = letter { moveCount += 1 }
                node.isTurnOpen = true
                node.broker.receive([letter], from: sender, now: now, into: &node.effects)
                try takeEvents(node)
                try consultDirectory(node)
                try noteEndedSessions()
            }
        }
    }

    /// A broker that was asked for a session to end it has done so; no event tells of that.
    private func noteEndedSessions() throws(SimulatedViolation) {
        let present = presentClients
        for client in ledger.currentSession.keys.sorted()
        where !present.contains(clients[client].traits.clientIdentifier) {
            try ledger.endSession(of: client)
        }
    }

    func consultDirectory(_ node: SimulatedNode) throws(SimulatedViolation) {
        guard !node.effects.directory.isEmpty || !node.effects.continuing.isEmpty else { return }
        node.broker.consult(now: now, into: &node.effects) { directory.answer($0) }
        // Clients wait for CONNACK: there is nothing behind a CONNECT.
        node.effects.continuing = []
        try takeEvents(node)
    }

    func postMail(_ node: SimulatedNode) {
        node.broker.finishTurn(into: &node.effects)
        for (receiver, mail) in node.effects.mail.take() {
            let place = fault == .reversesMail ? 0 : nodes[receiver].mailbox.count
            nodes[receiver].mailbox.insert((node.number, mail), at: place)
        }
    }

    /// A CONNECT has been accepted. Where there is one broker, the ledger knows that already.
    func clientConnected(_ connection: ConnectionIndex, at node: SimulatedNode) throws(SimulatedViolation) {
        guard nodes.count > 1, let index = index(of: connection, at: node), let connect = links[index].connect else {
            return
        }
        links[index].connect = nil
        try ledger.brokerReceived(
            .connect(connect),
            client: links[index].client,
            link: links[index].number,
            now: now
        )
    }
}

extension Mail {
    /// What it is, for the history of a world.
    fileprivate var summary: String {
        switch self {
        case .message(let message): return "message of \(message.size) bytes"
        case .retained(let change): return "retained message of \(change.message.size) bytes"
        case .shared(let shared): return "message for a group, passed on \(shared.hopCount) times"
        case .interest(let interest): return "interest \(interest)"
        case .moveAsked(let request): return "asks for \(request.name.clientIdentifier), tenure \(request.name.tenure)"
        case .leaving(let session): return "\(session.name.clientIdentifier) leaves"
        case .redirect(let name, _): return "\(name.clientIdentifier) is to be redirected"
        case .redirected(let name): return "\(name.clientIdentifier) is redirected"
        case .moved(let name, let session): return "\(name.clientIdentifier) has moved, \(session?.queue.count ?? -1)"
        case .clock: return "\(self)"
        }
    }
}
