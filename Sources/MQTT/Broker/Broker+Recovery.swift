import NIOCore

/// How a broker that starts takes over what an earlier run of it has stored.
extension Broker {
    /// Takes over a session. Its messages stay in the store until its Client returns.
    mutating func recover(_ recovered: RecoveredSession, now: NIODeadline, into effects: inout Effects) {
        let stored = recovered.session
        var session = ServerSession(clientIdentifier: stored.clientIdentifier, receiveMaximum: limits.inFlightMessages)
        session.userName = stored.userName
        // The configuration may have fewer listeners than it had.
        session.listener = configuration.listeners.indices.contains(stored.listener) ? stored.listener : 0
        session.mountPoint = stored.mountPoint
        session.access = configuration.listeners[session.listener].access.accessControlList?.profile(
            userName: stored.userName,
            clientIdentifier: stored.clientIdentifier
        )
        session.expiryInterval = stored.expiryInterval
        session.expiry = stored.expiry
        session.storage.recover(stored, recovered.queue)
        session.incoming.resume(receiveMaximum: limits.receiveMaximum)
        session.incoming.restore(unreleased: recovered.unreleasedIdentifiers)
        var willDeadline = stored.willDeadline
        if stored.isConnected {
            // Its connection ended with the broker, at a moment that nobody knows.
            if stored.expiryInterval != ServerSession.neverExpires {
                session.expiry = now + .seconds(Int64(stored.expiryInterval))
            }
            let delay = stored.will?.properties[integer: .willDelayInterval] ?? 0
            willDeadline = now + .seconds(Int64(delay))
        }
        if let will = stored.will, let willDeadline {
            session.delayedWill = ServerSession.DelayedWill(will: will, deadline: willDeadline)
        }
        lastSessionNumber = max(lastSessionNumber, stored.number)
        beyondMessageCount += recovered.queue.messageCount
        beyondByteCount += recovered.queue.byteCount
        let index = sessions.insert(session)
        sessionsByClient[stored.clientIdentifier] = index
        for subscription in recovered.subscriptions {
            let subscriber = SubscriptionIndex.Subscriber(
                session: index,
                identifier: subscription.identifier,
                options: subscription.options
            )
            _ = subscriptions.subscribe(subscriber, to: subscription.filter)
        }
        // After another crash it is not to last, or its will to wait, anew.
        if stored.isConnected { keep(index, into: &effects) }
        // What is due already is done when the broker is first told the time, with everything recovered.
        scheduleDeadline(of: index)
    }

    /// Takes over what a topic keeps.
    mutating func recover(_ stored: StoredRetainedMessage, now: NIODeadline) {
        let source = stored.sourceClientIdentifier.map {
            RetainedSource(
                clientIdentifier: $0,
                userName: stored.sourceUserName,
                listener: stored.sourceListener
            )
        }
        retained.store(stored.message, source: source, expiry: stored.expiry)
        if retained.expiringCount > 0, nextSweep == nil { scheduleSweep(at: now + Self.sweepInterval) }
    }
}
