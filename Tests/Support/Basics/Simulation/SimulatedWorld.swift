import NIOCore

@testable import MQTT

/// One broker and many clients in virtual time, with links that delay, split and cut, from a seed.
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
    var broker: Broker
    var effects = Effects()
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
    /// Whether inputs have been worked on whose effects are still to be carried out.
    var isTurnOpen = false
    var pending: [ConnectionIndex] = []
    /// How the faults of the network and of clients came out, to see that worlds are as rough as they should be.
    var cutCount = 0
    var crashCount = 0
    var takeoverCount = 0

    init(seed: UInt64, fault: SimulatedFault? = nil) {
        var random = SeededGenerator(seed: seed)
        let plan = SimulatedPlan(seed: seed, fault: fault, random: &random)
        self.seed = seed
        self.fault = fault
        self.plan = plan
        self.random = random
        let now = self.now
        broker = Broker(configuration: plan.broker)
        clients = plan.clients.map { SimulatedClient($0, broker: plan.broker, now: now) }
        ledger = SimulatedLedger(plan.broker)
        guard plan.isDurable else { return }
        store = SimulatedStore(ledger: ledger)
        broker.isDurable = true
    }

    /// Where the world is, for a report.
    var place: String { "seed \(seed), step \(stepCount)" }

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
        while fault != .stopsTheClock, let deadline = broker.nextDeadline, deadline <= target {
            now = max(now, deadline)
            record("deadline")
            try ledger.timeAdvanced(to: now)
            broker.timeAdvanced(to: now, into: &effects)
            try takeEvents()
            if let next = broker.nextDeadline, next <= now {
                throw SimulatedViolation(.accounts, "a deadline is still due after it was seen to")
            }
            try endTurn()
        }
        now = target
        try ledger.timeAdvanced(to: now)
        try ledger.checkKeepAlive(now: now)
        try expect(ledger.currentSession.count, broker.sessions.count, "sessions")
    }

    // MARK: What holds after every step

    private func checkAccounts() throws(SimulatedViolation) {
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
        try expect(ledger.currentSession.count, broker.sessions.count, "sessions")
        try expect(ledger.currentSession.count, broker.sessionsByClient.count, "clients with a session")
        try expect(ledger.subscriptionCount, broker.subscriptions.count, "subscriptions")
        try expect(ledger.retained.count, broker.retained.count, "retained messages")
        var openCount = 0
        var waitingByteCount = 0
        for link in links where link.brokerIsOpen {
            openCount += 1
            waitingByteCount += effects.outbox.byteCount(for: link.connection)
        }
        try expect(openCount, broker.connections.count, "connections")
        try expect(waitingByteCount, effects.outbox.byteCount, "bytes in the outbox")
        for client in clients where client.traits.fault != .ignoresReceiveMaximum {
            guard client.outgoing.inFlightCount <= Int(client.outgoing.receiveMaximum) else {
                throw SimulatedViolation(.receiveMaximum, "client \(client.traits.number) sent too many")
            }
        }
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
            try letSomeBytesArrive()
            try checkAccounts()
        }
    }

    private var isAtRest: Bool {
        guard links.allSatisfy({ !$0.hasWorkAtBroker && !$0.hasWorkAtClient }), !isTurnOpen else { return false }
        for client in clients {
            let isExpected = client.phase == .online || ledger.currentSession[client.traits.number] != nil
            guard !isExpected || (client.phase == .online && client.isSettled) else { return false }
        }
        return broker.sessions.indices.allSatisfy {
            broker.sessions[$0].isQueueEmpty && broker.sessions[$0].outgoing.isEmpty
        } && isAllStored
    }

    private var unrest: String {
        let waiting = clients.filter { !$0.isSettled }.map { "client \($0.traits.number)" }
        let owing = broker.sessions.indices.filter {
            !broker.sessions[$0].isQueueEmpty || !broker.sessions[$0].outgoing.isEmpty
        }
        let bytes = links.map { "\($0.toBroker.readableBytes)/\($0.toClient.readableBytes)" }
        return "\(waiting), sessions \(owing.map { broker.sessions[$0].clientIdentifier }), links \(bytes)"
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
        try expect(retained, broker.retained.count, "retained messages at the end")
        let left = [
            ("connections", broker.connections.count), ("sessions", broker.sessions.count),
            ("clients", broker.sessionsByClient.count), ("subscriptions", broker.subscriptions.count),
            ("shared subscriptions", broker.subscriptions.sharedCount), ("queued bytes", broker.queuedByteCount),
            ("bytes in the outbox", effects.outbox.byteCount), ("deadlines", broker.nextDeadline == nil ? 0 : 1),
            ("retained bytes", retained == 0 ? broker.retained.byteCount : 0),
        ]
        for (what, count) in left where count != 0 {
            throw SimulatedViolation(.nothingLeft, "\(what): \(count)")
        }
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

    private func settleLinks() throws(SimulatedViolation) {
        let limit = stepCount + 20_000
        while !links.isEmpty {
            stepCount += 1
            guard stepCount < limit else { throw SimulatedViolation(.rest, "\(links.count) links do not end") }
            try advance(by: .nanoseconds(1_000))
            try commit()
            try letSomeBytesArrive()
        }
    }
}
