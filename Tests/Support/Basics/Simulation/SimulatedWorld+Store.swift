import NIOCore

@testable import MQTT

/// The store of a world whose broker is durable, and the crashes of that broker.
///
/// A batch is written some steps after it was handed over. Together with it goes what the ledger knew at that moment:
/// after a crash, that is what the broker has to know, and all that it acknowledged beside.
struct SimulatedStore {
    var model = ModelStore()
    /// The batch that is being written, with what the ledger knew when it was handed over.
    var unwritten: (batch: StoreBatch, ledger: SimulatedLedger)?
    /// What the ledger knew of what is written.
    var ledger: SimulatedLedger
    /// The connections that are closed when what they are told is written.
    var closing: [ConnectionIndex] = []

    init(ledger: SimulatedLedger) {
        self.ledger = ledger
    }
}

extension SimulatedWorld {
    /// Whether everything that happened is stored.
    var isAllStored: Bool { store == nil || store?.unwritten == nil && effects.batch.isEmpty }

    /// Hands over what has changed, where nothing is being written.
    func writeChanges() {
        guard store != nil, store?.unwritten == nil else { return }
        guard !effects.batch.isEmpty else {
            store?.ledger = ledger
            return
        }
        let batch = effects.takeBatch()
        store?.unwritten = (batch, ledger)
        if fault == .promisesTooEarly { effects.outbox.release(through: batch.number) }
    }

    /// What is being written has been written.
    func commit() throws(SimulatedViolation) {
        guard let (batch, snapshot) = store?.unwritten, let answers = store?.model.write(batch) else { return }
        record("batch \(batch.number) is written")
        store?.unwritten = nil
        store?.ledger = snapshot
        effects.stored(through: batch.number)
        effects.closing += store?.closing ?? []
        store?.closing = []
        for answer in answers {
            broker.loaded(answer, now: now, into: &effects)
        }
        try takeEvents(nodes[0])
        try endTurn(nodes[0])
    }

    /// The broker is killed, and started again with what it had stored.
    func crash() throws(SimulatedViolation) {
        guard var stored = store else { return }
        crashCount += 1
        if random.chance(50), let (batch, snapshot) = stored.unwritten {
            // Written, and nobody has heard of it.
            _ = stored.model.write(batch)
            stored.ledger = snapshot
        }
        stored.unwritten = nil
        stored.closing = []
        record("the broker is killed; \(stored.model.sessions.count) sessions are stored")
        for index in links.indices {
            links[index].brokerIsOpen = false
            links[index].toClient.clear()
            links[index].loseAll()
            links[index].endsAtClient = true
        }
        let recovered = stored.model.recovered
        let clients = Set(recovered.map(\.session.clientIdentifier))
        try ledger.brokerCrashed(knowing: stored.ledger, now: now) {
            clients.contains(plan.clients[$0].clientIdentifier)
        }
        store = stored
        store?.ledger = ledger
        broker = Broker(configuration: plan.broker)
        broker.isDurable = true
        effects = Effects()
        pending = []
        for session in recovered {
            broker.recover(session, now: now, into: &effects)
        }
        for message in stored.model.recoveredRetained {
            broker.recover(message, now: now)
        }
        try ledger.timeAdvanced(to: now)
        broker.timeAdvanced(to: now, into: &effects)
        try takeEvents(nodes[0])
        try endTurn(nodes[0])
        // Nobody is served before what was found is settled.
        try commit()
    }
}

extension SimulatedLedger {
    /// The broker was killed: what it knew is what was stored, together with whatever it has acknowledged.
    ///
    /// - Parameter hasStored: Whether the session of a client is stored.
    mutating func brokerCrashed(
        knowing stored: SimulatedLedger,
        now: NIODeadline,
        hasStored: (_ client: Int) -> Bool
    ) throws(SimulatedViolation) {
        let later = self
        for (topic, number) in later.retained where stored.retained[topic] != number && messages[number].isAcknowledged
        {
            throw SimulatedViolation(.acknowledged, "message \(number) was to be retained and is not stored")
        }
        retained = stored.retained
        for number in messages.indices where !messages[number].isAcknowledged {
            messages[number].routedCount =
                number < stored.messages.count ? stored.messages[number].routedCount : 0
            sharedDebts[number] = stored.sharedDebts[number].map { debt in
                var debt = debt
                debt.receivers.formUnion(later.sharedDebts[number]?.receivers ?? [])
                return debt
            }
        }
        currentSession = [:]
        for (client, session) in stored.currentSession {
            sessions[session] = stored.sessions[session]
            currentSession[client] = session
            for (number, debts) in later.sessions[session].debts {
                try mergeDebts(debts, of: number, to: session)
            }
        }
        for (client, session) in stored.currentSession.sorted(by: { $0.key < $1.key }) {
            guard hasStored(client) else {
                sessions[session].delayedWill = nil
                try endSession(of: client)
                continue
            }
            if let link = sessions[session].link { try connectionEnded(link, publishesWill: true, now: now) }
        }
    }

    /// Takes over what was delivered after the broker had stored what it knows, and what it acknowledged.
    private mutating func mergeDebts(_ later: [Debt], of number: Int, to session: Int) throws(SimulatedViolation) {
        for (index, debt) in later.enumerated() {
            if let count = sessions[session].debts[number]?.count, index < count {
                sessions[session].debts[number]?[index].deliveredCount = debt.deliveredCount
                continue
            }
            guard debt.qos != .exactlyOnce || debt.deliveredCount == 0 || sessions[session].expiryInterval == 0 else {
                throw SimulatedViolation(.exactlyOnce, "message \(number) was sent before it was stored")
            }
            if messages[number].isAcknowledged, !debt.isReplay, debt.qos != .atMostOnce {
                sessions[session].debts[number, default: []].append(debt)
            }
        }
    }
}
