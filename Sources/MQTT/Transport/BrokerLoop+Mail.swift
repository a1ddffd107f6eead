import NIOCore

/// How a loop is one with the others of its broker: it gives its `Broker` what they have posted, and posts what that has
/// for them, at the moments that `Mail` promises. A loop that is alone has no post office and does nothing of it.
extension BrokerLoop {
    /// Gives the broker what others have posted, which comes before anything else that it gets.
    func readMail() {
        guard let flag, flag.isRaised else { return }
        fetchMail(isCall: false)
    }

    /// Mail has come while nothing else was going on here; it makes a turn of its own.
    func called() {
        fetchMail(isCall: true)
        // In a turn that has begun, all that came with it has been read: its end is all that is left to do.
        if !isTurnScheduled { endTurn() }
    }

    /// What has a loop come for its mail.
    static func call(_ loop: NIOLoopBound<BrokerLoop>) -> @Sendable () -> Void {
        { loop.eventLoop.execute { loop.value.called() } }
    }

    private func fetchMail(isCall: Bool) {
        // Taken away, as the broker's work may come back here.
        var deliveries: [PostOffice.Delivery] = []
        swap(&deliveries, &spareDeliveries)
        postOffice?.fetch(broker.number, into: &deliveries, isCall: isCall)
        let now = NIODeadline.now()
        for (sender, mail) in deliveries {
            broker.receive(mail, from: sender, now: now, into: &effects)
        }
        deliveries.removeAll(keepingCapacity: deliveries.count <= Self.mostSpareDeliveries)
        swap(&deliveries, &spareDeliveries)
    }

    /// Has what happened so far take its effect at the other loops: nothing of it may be sent before.
    func postMail() {
        guard let postOffice else { return }
        readMail()
        // Each time around, a CONNECT has been accepted or refused, or what a connection has sent behind it worked on.
        while !effects.directory.isEmpty || !effects.continuing.isEmpty {
            broker.consult(now: .now(), into: &effects, postOffice.answer)
            let continuing = effects.continuing
            effects.continuing.removeAll()
            for connection in continuing {
                continueReceiving(from: connection)
            }
        }
        broker.finishTurn(into: &effects)
        postOffice.post(effects.mail.take(), from: broker.number)
    }

    /// Whether something is to be done at the end of a turn that has come up in it.
    var hasMoreToPost: Bool {
        !effects.mail.isEmpty || !effects.directory.isEmpty || !effects.continuing.isEmpty
    }

    // MARK: Back-pressure

    /// The bytes that wait for sessions and connections of the other loops.
    var waitingElsewhere: Int { postOffice.map { $0.waitingByteCount - toldWaitingByteCount } ?? 0 }

    /// By how much it changes before the others are told: all of them look at what they are told.
    private static let waitingStep = 64 << 10

    /// Tells the other loops how much waits for the sessions and connections of this one, where that has changed much.
    func tellWaiting() {
        guard let postOffice else { return }
        let change = broker.waitingByteCount(effects) - toldWaitingByteCount
        guard abs(change) >= Self.waitingStep else { return }
        toldWaitingByteCount += change
        postOffice.tellWaiting(change: change, limit: broker.limits.waitingBytesInAll)
    }

    // MARK: Connections

    /// Opens a connection, unless there are as many as there may be at all loops.
    func admit(by listener: Int) -> ConnectionIndex? {
        guard let postOffice else { return broker.opened(by: listener, now: .now()) }
        let isAdmitted = postOffice.admit(
            by: listener,
            limit: broker.limits.connections,
            listenerLimit: broker.configuration.listeners[listener].maximumConnections ?? .max
        )
        guard isAdmitted else { return nil }
        // This broker has some of those that are counted, so there is room here as well.
        guard let connection = broker.opened(by: listener, now: .now()) else {
            postOffice.dismiss(by: listener)
            return nil
        }
        return connection
    }
}
