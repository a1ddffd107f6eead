import NIOCore

@testable import MQTT

/// One broker, or several that are one, and many clients in virtual time, with links that delay, split and cut, from a
/// seed.
///
/// Nothing happens by itself: each step is one event, drawn by the seed, and after each the promises of the protocol are
/// checked. The same seed gives the same world.
///
/// ```
///   clients ── bytes ──▶ links ── bytes ──▶ broker ── effects ──▶ links ── bytes ──▶ clients
///                                    │                                                 │
///                                    └──────▶ ledger: who is owed what ◀── deliveries ─┘
/// ```
final class SimulatedWorld {
    let seed: UInt64
    let fault: SimulatedFault?
    let plan: SimulatedPlan
    var random: SeededGenerator
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    /// The brokers. Only where there is one can it be durable.
    let nodes: [SimulatedNode]
    var directory = ClientDirectory()
    var clients: [SimulatedClient]
    var links: [SimulatedLink] = []
    var ledger: SimulatedLedger
    /// What survives the broker; `nil` where nothing does.
    var store: SimulatedStore?
    private(set) var stepCount = 0
    /// A number that depends on everything that happened.
    var trace: UInt64 = 0
    /// What happened, a line for each packet that arrived; kept where `keepsHistory` is set.
    private(set) var history: [String] = []
    var keepsHistory = false

    var nextLinkNumber = 0
    var pending: [ConnectionIndex] = []
    /// How the faults of the network and of clients came out, to see that worlds are as rough as they should be.
    var cutCount = 0
    var crashCount = 0
    var takeoverCount = 0
    /// How many sessions have moved from one broker to another.
    var moveCount = 0

    init(seed: UInt64, fault: SimulatedFault? = nil, brokerCount: Int = 1) {
        var random = SeededGenerator(seed: seed)
        let plan = SimulatedPlan(seed: seed, fault: fault, random: &random)
        self.seed = seed
        self.fault = fault
        self.plan = plan
        self.random = random
        let now = self.now
        nodes = (0..<brokerCount).map {
            SimulatedNode(Broker(configuration: plan.broker, number: $0, of: brokerCount))
        }
        clients = plan.clients.map { SimulatedClient($0, broker: plan.broker, now: now) }
        ledger = SimulatedLedger(plan.broker, brokerCount: brokerCount)
        guard plan.isDurable, brokerCount == 1 else { return }
        store = SimulatedStore(ledger: ledger)
        broker.isDurable = true
    }

    /// The one broker of a world whose broker is durable.
    var broker: Broker {
        get { nodes[0].broker }
        _modify { yield &nodes[0].broker }
    }
    var effects: Effects {
        get { nodes[0].effects }
        _modify { yield &nodes[0].effects }
    }

    /// Where the world is, for a report.
    var place: String { "seed \(seed), \(nodes.count) brokers, step \(stepCount)" }

    /// Runs the world from its beginning to its end.
    func run() throws(SimulatedViolation) {
        while stepCount < plan.stepCount {
            try step()
        }
        try heal()
        try ledger.checkDebts()
        try checkRetained()
        try end()
    }

    // MARK: Steps

    private func step() throws(SimulatedViolation) {
        stepCount += 1
        try advance(by: .nanoseconds(Int64(random.number(in: 1...2_000_000))))
        if store?.unwritten != nil, random.chance(plan.commitPercent) { try commit() }
        let choice = random.number(in: 0...99)
        note(choice)
        if nodes.count > 1, random.chance(30) { try letSomeMailArrive() }
        if plan.isDurable, random.number(in: 0...999) < plan.crashPermille { try crash() }
        switch choice {
        case 0..<plan.cutPercent:
            try cutSomeLink()
        case 97...98:
            try advance(by: .milliseconds(Int64(random.number(in: 10...20_000))))
        case 60..<97:
            try letSomeClientAct()
        default:
            try letSomeBytesArrive()
        }
        try checkAccounts()
    }

    /// Lets something that is known to differ between worlds count for the trace.
    func note(_ value: Int) {
        trace = (trace ^ UInt64(truncatingIfNeeded: value)) &* 0x0000_0100_0000_01B3
    }

    func record(_ line: @autoclosure () -> String) {
        if keepsHistory { history.append("step \(stepCount): \(line())") }
    }

    private func cutSomeLink() throws(SimulatedViolation) {
        guard !links.isEmpty else { return }
        let index = random.number(in: 0...links.count - 1)
        guard !links[index].isCut else { return }
        cutCount += 1
        links[index].cut(&random)
        record("link \(links[index].number) is cut")
    }

    /// Whatever is due until then happens at its moment.
    func advance(by duration: TimeAmount) throws(SimulatedViolation) {
        let target = now + duration
        try letMailArrive(before: target)
        while fault != .stopsTheClock, let deadline = nodes.compactMap(\.broker.nextDeadline).min(), deadline <= target
        {
            now = max(now, deadline)
            record("deadline")
            try ledger.timeAdvanced(to: now)
            for node in nodes where node.broker.nextDeadline.map({ $0 <= now }) ?? false {
                node.broker.timeAdvanced(to: now, into: &node.effects)
                try takeEvents(node)
                if let next = node.broker.nextDeadline, next <= now {
                    throw SimulatedViolation(.accounts, "a deadline is still due after it was seen to")
                }
                try endTurn(node)
            }
            try letMailArrive(before: target)
        }
        now = target
        try ledger.timeAdvanced(to: now)
        try ledger.checkKeepAlive(now: now)
        try expect(ledger.currentSession.count, presentClients.count, "sessions")
    }

    // MARK: What holds after every step

    private func checkAccounts() throws(SimulatedViolation) {
        for node in nodes {
            try checkAccounts(of: node)
        }
        try expect(ledger.currentSession.count, presentClients.count, "clients with a session")
        if !isMoving {
            let subscriptionCount = nodes.reduce(0) { $0 + $1.broker.subscriptions.count }
            try expect(ledger.subscriptionCount, subscriptionCount, "subscriptions")
        }
        if nodes.count == 1 || !hasMail && nodes.allSatisfy({ !$0.isTurnOpen }) {
            for node in nodes {
                try expect(ledger.retained.count, node.broker.retained.count, "retained messages")
            }
        }
        for client in clients where client.traits.fault != .ignoresReceiveMaximum {
            guard client.outgoing.inFlightCount <= Int(client.outgoing.receiveMaximum) else {
                throw SimulatedViolation(.receiveMaximum, "client \(client.traits.number) sent too many")
            }
        }
    }

    private func checkAccounts(of node: SimulatedNode) throws(SimulatedViolation) {
        let broker = node.broker
        var queuedByteCount = 0
        for session in broker.sessions.indices {
            queuedByteCount += broker.sessions[session].queuedByteCount
            let flow = broker.sessions[session].outgoing
            guard flow.inFlightCount <= Int(flow.receiveMaximum) else {
                throw SimulatedViolation(.receiveMaximum, "session \(session) has \(flow.inFlightCount) in flight")
            }
            let incomingCount = broker.sessions[session].incoming.count
            guard incomingCount <= Int(broker.limits.receiveMaximum) else {
                throw SimulatedViolation(.receiveMaximum, "session \(session) has taken \(incomingCount)")
            }
        }
        try expect(queuedByteCount, broker.queuedByteCount, "queued bytes")
        let beyondCount = broker.sessions.indices.reduce(0) {
            $0 + broker.sessions[$1].storage.beyond.messageCount
        }
        try expect(beyondCount, broker.beyondMessageCount, "messages that are only stored")
        try expect(broker.sessions.count, broker.sessionsByClient.count, "clients of a broker")
        var openCount = 0
        var waitingByteCount = 0
        for link in links where link.brokerIsOpen && link.node == node.number {
            openCount += 1
            waitingByteCount += node.effects.outbox.byteCount(for: link.connection)
        }
        try expect(openCount, broker.connections.count, "connections")
        try expect(waitingByteCount, node.effects.outbox.byteCount, "bytes in the outbox")
    }

    private func expect(_ wanted: Int, _ found: Int, _ what: String) throws(SimulatedViolation) {
        guard wanted == found else {
            throw SimulatedViolation(
                what == "sessions" ? .session : .accounts,
                "\(what): \(found), and there should be \(wanted)"
            )
        }
    }

    // MARK: The end

    /// No more faults: everybody whose session lasts comes back, and everything that is on its way arrives.
    private func heal() throws(SimulatedViolation) {
        for index in links.indices where links[index].isCut {
            // The ends have yet to notice.
            links[index].endsAtBroker = true
        }
        try settle()
    }

    func settle() throws(SimulatedViolation) {
        let limit = stepCount + 20_000
        while !isAtRest {
            stepCount += 1
            guard stepCount < limit else {
                throw SimulatedViolation(.rest, "something is still on its way: \(unrest)")
            }
            try advance(by: .nanoseconds(1_000))
            try commit()
            try letClientsFinish()
            try letSomeMailArrive()
            try letSomeBytesArrive()
            try checkAccounts()
        }
    }

    private var isAtRest: Bool {
        guard links.allSatisfy({ !$0.hasWorkAtBroker && !$0.hasWorkAtClient }), !hasMail, !isMoving,
            nodes.allSatisfy({ !$0.isTurnOpen })
        else { return false }
        for client in clients {
            let isExpected = client.phase == .online || ledger.currentSession[client.traits.number] != nil
            guard !isExpected || (client.phase == .online && client.isSettled) else { return false }
        }
        return nodes.allSatisfy { $0.owingSessions.isEmpty } && isAllStored
    }

    private var unrest: String {
        let waiting = clients.filter { !$0.isSettled }.map { "client \($0.traits.number)" }
        let owing = nodes.flatMap { node in node.owingSessions.map { node.broker.sessions[$0].clientIdentifier } }
        let bytes = links.map { "\($0.toBroker.readableBytes)/\($0.toClient.readableBytes)" }
        return "\(waiting), sessions \(owing), links \(bytes), moving \(isMoving), mail \(hasMail)"
    }

    private func checkRetained() throws(SimulatedViolation) {
        let traits = plan.lateClient()
        clients.append(SimulatedClient(traits, broker: plan.broker, now: now))
        try connect(traits.number, cleanStart: true)
        try settle()
        let everything = UTF8String(unchecked: [TopicCharacter.hash])
        clients[traits.number].subscribe(
            [Subscribe.Subscription(topicFilter: everything, options: SubscriptionOptions(maximumQoS: .exactlyOnce))],
            identifier: 0,
            now: now
        )
        flush(traits.number)
        try settle()
        try ledger.checkRetained(of: traits.number)
    }

    /// Everybody goes, and time passes until no session is left.
    private func end() throws(SimulatedViolation) {
        for topic in ledger.retained.keys.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            clients[clients.count - 1].clearRetained(topic, now: now)
        }
        flush(clients.count - 1)
        try settle()
        for client in clients.indices where clients[client].link != nil {
            abandon(client)
        }
        try settleLinks()
        try advance(by: .hours(48))
        // Wills with a delay may have been published meanwhile, and retained.
        let retained = ledger.retained.count
        try letMailArrive(before: .distantFuture)
        for node in nodes {
            try checkNothingIsLeft(node, retainedCount: retained)
        }
        try expect(0, directory.count, "names in the directory")
        while !isAllStored {
            try commit()
            writeChanges()
        }
        guard let stored = store?.model else { return }
        try expect(retained, stored.retained.count, "retained messages in the store")
        guard stored.sessions.isEmpty else {
            throw SimulatedViolation(.nothingLeft, "sessions in the store: \(stored.sessions.count)")
        }
    }

    private func checkNothingIsLeft(_ node: SimulatedNode, retainedCount: Int) throws(SimulatedViolation) {
        let broker = node.broker
        try expect(retainedCount, broker.retained.count, "retained messages at the end")
        let foreignCount = (0..<broker.peerCount).reduce(0) { $0 + broker.subscriptions.count(of: $1) }
        let left = [
            ("connections", broker.connections.count), ("sessions", broker.sessions.count),
            ("clients", broker.sessionsByClient.count), ("subscriptions", broker.subscriptions.count),
            ("shared subscriptions", broker.subscriptions.sharedCount), ("queued bytes", broker.queuedByteCount),
            ("nodes of filters", broker.subscriptions.nodeCount), ("filters of peers", foreignCount),
            ("sessions on their way", broker.moves.count + broker.arrivals.count + broker.departures.count),
            ("bytes in the outbox", node.effects.outbox.byteCount),
            ("deadlines", broker.nextDeadline == nil ? 0 : 1),
            ("retained bytes", retainedCount == 0 ? broker.retained.byteCount : 0),
        ]
        for (what, count) in left where count != 0 {
            throw SimulatedViolation(.nothingLeft, "\(what): \(count)")
        }
    }

    private func settleLinks() throws(SimulatedViolation) {
        let limit = stepCount + 20_000
        while !links.isEmpty {
            stepCount += 1
            guard stepCount < limit else { throw SimulatedViolation(.rest, "\(links.count) links do not end") }
            try advance(by: .nanoseconds(1_000))
            try commit()
            try letSomeMailArrive()
            try letSomeBytesArrive()
        }
    }
}
