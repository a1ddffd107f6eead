import NIOCore

/// What is due at some moment: the end of silent connections, of sessions, and wills with a delay.
extension Broker {
    /// When `timeAdvanced` is to be called next; it may turn out that nothing is due then.
    var nextDeadline: NIODeadline? { deadlines.next }

    /// Does what is due by `now`.
    mutating func timeAdvanced(to now: NIODeadline, into effects: inout Effects) {
        while let (owner, entered) = deadlines.popDue(by: now) {
            switch owner {
            case .connection(let connection):
                guard isValid(owner, entered) else { continue }
                connections[connection.value].scheduledDeadline = nil
                connectionDeadline(connection, now: now, into: &effects)
            case .retainedMessages:
                if isValid(owner, entered) { sweepRetained(now: now, into: &effects) }
            case .session(let session):
                guard isValid(owner, entered) else { continue }
                sessions[session].scheduledDeadline = nil
                sessionDeadline(session, now: now, into: &effects)
            }
        }
    }

    private mutating func connectionDeadline(
        _ connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard let deadline = connections[connection.value].deadline(connectTimeout: connectTimeout) else { return }
        guard deadline <= now else { return scheduleDeadline(of: connection) }
        switch connections[connection.value].phase {
        case .ended, .authenticating, .claiming:
            return
        case .awaitingConnect:
            failed(.protocolError("no CONNECT in time"), on: connection, now: now, into: &effects)
        case .connected:
            sendDisconnect(.keepAliveTimeout, to: connection, into: &effects)
            endConnection(
                connection,
                reason: .endedByServer(.keepAliveTimeout),  // [MQTT-3.1.2-22]
                publishesWill: true,
                now: now,
                into: &effects
            )
        }
    }

    private mutating func sessionDeadline(_ session: SessionIndex, now: NIODeadline, into effects: inout Effects) {
        // One that is moving is about to be entered again, where it arrives.
        guard moves[session] == nil else { return }
        if let expiry = sessions[session].expiry, expiry <= now {
            statistics.sessionsExpiredCount += 1
            return endSession(session, now: now, into: &effects)  // [MQTT-3.1.2-23]
        }
        if let delayed = sessions[session].delayedWill, delayed.deadline <= now {
            sessions[session].delayedWill = nil
            publish(delayed.will, from: session, now: now, into: &effects)
            keep(session, into: &effects)
        }
        scheduleDeadline(of: session)
    }

    private var connectTimeout: TimeAmount { .seconds(Int64(configuration.connectTimeout)) }

    mutating func scheduleDeadline(of connection: ConnectionIndex) {
        let deadline = connections[connection.value].deadline(connectTimeout: connectTimeout)
        deadlines.schedule(
            .connection(connection),
            at: deadline,
            scheduled: &connections[connection.value].scheduledDeadline
        )
        forgetDeadlines()
    }

    mutating func scheduleDeadline(of session: SessionIndex) {
        let deadline = sessions[session].deadline
        deadlines.schedule(.session(session), at: deadline, scheduled: &sessions[session].scheduledDeadline)
        forgetDeadlines()
    }

    /// Whether an entry in the queue of deadlines is the one that its owner waits for.
    private func isValid(_ owner: DeadlineQueue.Owner, _ entered: NIODeadline) -> Bool {
        switch owner {
        case .connection(let connection):
            connections.contains(connection.value) && connections[connection.value].scheduledDeadline == entered
        case .retainedMessages:
            nextSweep == entered
        case .session(let session):
            sessions.contains(session) && sessions[session].scheduledDeadline == entered
        }
    }

    /// Cleans up the queue where most of its entries are not valid any more: what Clients that come and go leave there
    /// would stay until it comes up, which may be in years.
    private mutating func forgetDeadlines() {
        guard deadlines.count > 1_024 + 4 * (connections.count + sessions.count) else { return }
        var queue = deadlines
        queue.removeAll(unless: isValid)
        deadlines = queue
    }
}
