import DequeModule
import NIOCore

/// How a session moves to the broker that its Client connects to, with every message once and in order.
///
/// The directory tells B, to which the Client connects, that its session is at A. C stands for all other brokers.
///
/// ```
///   B ── moveAsked ──▶ A   ends the Client's connection, if there is one
///   A ── leaving ────▶ B   has the session from now on, without a connection and with all subscriptions
///   B ── redirect ───▶ all behind B's interest in the session's filters
///   C ── redirected ─▶ A   takes nothing more from C for the session
///   C ── redirected ─▶ B   takes from now on what C sends, and queues it
///   A ── moved ──────▶ B   when all have redirected: what A has queued goes before what B has, and CONNECT is accepted
/// ```
///
/// A message of C is sent either before its `redirected` or behind it, and so it is for A or for B. Messages that A or B
/// passes on themselves change sides when they send or get `redirect`. Messages for one member of a group are given to
/// one broker and need none of this.
///
/// Of one Client's CONNECTs, one is worked on at a time: later ones at the same broker wait in its `Arrival`, and of one at
/// another broker the request is the `next` of it.
extension Broker {
    // MARK: CONNECT

    /// Asks whose the Client's session is, before a CONNECT is accepted.
    mutating func claim(
        _ connect: Connect,
        _ connack: Connack,
        for connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        lastTicket &+= 1
        connections[connection.value].phase = .claiming
        connections[connection.value].pendingConnect = PendingConnect(connect, ticket: lastTicket, connack: connack)
        effects.directory.append(
            .claim(
                Claim(
                    broker: number,
                    connection: connection,
                    ticket: lastTicket,
                    clientIdentifier: connect.clientIdentifier,
                    cleanStart: connect.cleanStart,
                    mostClients: limits.sessions
                )
            )
        )
    }

    /// Has a directory do what the broker asks for, and goes on with the answers.
    mutating func consult(
        now: NIODeadline,
        into effects: inout Effects,
        _ directory: (DirectoryRequest) -> ClaimAnswer?
    ) {
        // An answer may end sessions, which are to be released; it makes no further claims.
        while !effects.directory.isEmpty {
            let requests = effects.directory
            effects.directory.removeAll()
            for request in requests {
                guard let answer = directory(request), case .claim(let claim) = request else { continue }
                claimed(claim, answer, now: now, into: &effects)
            }
        }
    }

    /// A claim has been answered. The session comes here also where the connection has ended meanwhile: the directory
    /// says that it is here.
    private mutating func claimed(
        _ claim: Claim,
        _ answer: ClaimAnswer,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let clientIdentifier = claim.clientIdentifier
        guard case .granted(let tenure, let former) = answer else {
            return refusePending(claim.connection, ticket: claim.ticket, .serverBusy, into: &effects)
        }
        if let former, former.broker != number {
            let name = MoveName(clientIdentifier: clientIdentifier, tenure: tenure)
            var arrival = Arrival(name: name, other: former.broker, tenure: tenure)
            arrival.connects.append((claim.connection, claim.ticket))
            arrivals[clientIdentifier] = (arrivals[clientIdentifier] ?? []) + [arrival]
            let request = MoveRequest(
                name: name,
                broker: number,
                formerTenure: former.number,
                cleanStart: claim.cleanStart
            )
            return effects.mail.post(.moveAsked(request), to: former.broker)
        }
        if let former,
            let place = arrivals[clientIdentifier]?.firstIndex(where: { $0.tenure == former.number })
        {
            arrivals[clientIdentifier]?[place].tenure = tenure
            guard arrivals[clientIdentifier]?[place].connects.count ?? 0 < Arrival.mostConnects else {
                return refusePending(claim.connection, ticket: claim.ticket, .serverBusy, into: &effects)
            }
            arrivals[clientIdentifier]?[place].connects.append((claim.connection, claim.ticket))
            return
        }
        if let session = sessionsByClient[clientIdentifier] { sessions[session].tenure = tenure }
        enterPending(claim.connection, ticket: claim.ticket, tenure: tenure, now: now, into: &effects)
        if sessionsByClient[clientIdentifier] == nil {
            effects.directory.append(.release(clientIdentifier, number: tenure))
        }
    }

    /// A CONNECT that has waited, and does so no longer; `nil` where its connection has ended.
    private mutating func takePending(_ connection: ConnectionIndex, ticket: UInt32) -> PendingConnect? {
        guard connections.contains(connection.value), connections[connection.value].phase == .claiming,
            let pending = connections[connection.value].pendingConnect, pending.ticket == ticket
        else { return nil }
        connections[connection.value].pendingConnect = nil
        return pending
    }

    /// Refuses a CONNECT that has waited, unless its connection has ended.
    mutating func refusePending(
        _ connection: ConnectionIndex,
        ticket: UInt32,
        _ reasonCode: ReasonCode,
        into effects: inout Effects
    ) {
        guard let pending = takePending(connection, ticket: ticket) else { return }
        refuse(connection, pending.connect, reasonCode, into: &effects)
    }

    /// Accepts a CONNECT that has waited, unless its connection has ended.
    private mutating func enterPending(
        _ connection: ConnectionIndex,
        ticket: UInt32,
        tenure: UInt64,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard let pending = takePending(connection, ticket: ticket), let connack = pending.connack else { return }
        enteringTenure = tenure
        enter(pending.connect, connack, from: connection, now: now, into: &effects)
        enteringTenure = 0
        effects.continuing.append(connection)
    }

    // MARK: Where a session leaves

    /// A peer's Client is one whose session is here, or is about to be.
    mutating func moveAsked(_ request: MoveRequest, now: NIODeadline, into effects: inout Effects) {
        let clientIdentifier = request.name.clientIdentifier
        if let place = arrivals[clientIdentifier]?.firstIndex(where: { $0.tenure == request.formerTenure }) {
            arrivals[clientIdentifier]?[place].next = request
            return
        }
        guard let session = sessionsByClient[clientIdentifier], sessions[session].tenure == request.formerTenure,
            moves[session] == nil
        else { return effects.mail.post(.moved(request.name, nil), to: request.broker) }
        if let connection = sessions[session].connection {
            sendDisconnect(.sessionTakenOver, to: connection, into: &effects)  // [MQTT-3.1.4-3]
            endConnection(
                connection,
                reason: .endedByServer(.sessionTakenOver),
                publishesWill: true,
                now: now,
                into: &effects
            )
        }
        // It may have ended with that connection, or be about to end [MQTT-3.1.2-4].
        if sessionsByClient[clientIdentifier] != nil,
            request.cleanStart || sessions[session].expiry.map({ $0 <= now }) ?? false
        {
            endSession(session, now: now, into: &effects)
        }
        guard sessionsByClient[clientIdentifier] != nil else {
            return effects.mail.post(.moved(request.name, nil), to: request.broker)
        }
        moves[session] = SessionMove(name: request.name, other: request.broker, ignored: BrokerSet())
        departures[request.name] = session
        let subscriptions = subscriptions.filters(of: session).compactMap { text, subscriber in
            TopicFilter(text).map { (filter: $0, subscriber: subscriber) }
        }
        let leaving = LeavingSession(
            name: request.name,
            userName: sessions[session].userName,
            listener: sessions[session].listener,
            mountPoint: sessions[session].mountPoint,
            subscriptions: subscriptions
        )
        effects.mail.post(.leaving(leaving), to: request.broker)
    }

    /// Sends the rest of a session where it leaves to, once all messages go there.
    private mutating func finishLeaving(_ session: SessionIndex, into effects: inout Effects) {
        guard let move = moves[session], move.ignored == BrokerSet(allOf: brokerCount) else { return }
        let moved = MovedSession(sessions[session])
        moves[session] = nil
        departures[move.name] = nil
        subscriptions.removeAll(of: session)
        tellInterest(into: &effects)
        queuedByteCount -= sessions[session].queuedByteCount
        queuedMessageCount -= sessions[session].queuedMessageCount
        sessionsByClient[move.name.clientIdentifier] = nil
        sessions.remove(session)
        effects.mail.post(.moved(move.name, moved), to: move.other)
    }

    // MARK: Where a session arrives

    /// A session that was asked for is about to come: it takes in messages from now on.
    mutating func leaving(_ leaving: LeavingSession, into effects: inout Effects) {
        let name = leaving.name
        guard let arrival = arrivals[name.clientIdentifier]?.first(where: { $0.name == name }),
            sessionsByClient[name.clientIdentifier] == nil
        else { return }
        var session = ServerSession(clientIdentifier: name.clientIdentifier, receiveMaximum: limits.inFlightMessages)
        session.userName = leaving.userName
        session.listener = leaving.listener
        session.mountPoint = leaving.mountPoint
        session.access = configuration.listeners[leaving.listener].access.accessControlList?.profile(
            userName: leaving.userName,
            clientIdentifier: name.clientIdentifier
        )
        session.tenure = arrival.tenure
        let index = sessions.insert(session)
        sessionsByClient[name.clientIdentifier] = index
        var ignored = BrokerSet(allOf: brokerCount)
        ignored.remove(number)
        moves[index] = SessionMove(name: name, other: arrival.other, ignored: ignored)
        for (filter, subscriber) in leaving.subscriptions {
            var subscriber = subscriber
            subscriber.session = index
            _ = subscriptions.subscribe(subscriber, to: filter)
        }
        tellInterest(into: &effects)
        postToAll(.redirect(name, from: arrival.other), into: &effects)
    }

    /// A peer has the session from now on: what this broker passes on is for there.
    mutating func redirect(_ name: MoveName, from former: Int, to arriving: Int, into effects: inout Effects) {
        effects.mail.post(.redirected(name), to: arriving)
        guard former == number else { return effects.mail.post(.redirected(name), to: former) }
        guard let session = departures[name] else { return }
        moves[session]?.ignored.insert(number)
        moves[session]?.ignored.insert(arriving)
        finishLeaving(session, into: &effects)
    }

    /// What a peer sends from now on is for where the session arrives.
    mutating func redirected(_ name: MoveName, by peer: Int, now: NIODeadline, into effects: inout Effects) {
        if let session = departures[name] {
            moves[session]?.ignored.insert(peer)
            finishLeaving(session, into: &effects)
        } else if let session = sessionsByClient[name.clientIdentifier], moves[session]?.name == name {
            moves[session]?.ignored.remove(peer)
            finishArriving(name, now: now, into: &effects)
        }
    }

    /// The rest of a session has come, or it turned out that there is none.
    mutating func moved(_ name: MoveName, _ moved: MovedSession?, now: NIODeadline, into effects: inout Effects) {
        if let moved, let session = sessionsByClient[name.clientIdentifier], moves[session]?.name == name {
            let byteCount = sessions[session].queuedByteCount
            let messageCount = sessions[session].queuedMessageCount
            sessions[session].adopt(moved)
            queuedByteCount += sessions[session].queuedByteCount - byteCount
            queuedMessageCount += sessions[session].queuedMessageCount - messageCount
            moves[session]?.isMoved = true
        }
        finishArriving(name, now: now, into: &effects)
    }

    /// Accepts the CONNECTs that have waited for a session, once all of it is here.
    private mutating func finishArriving(_ name: MoveName, now: NIODeadline, into effects: inout Effects) {
        let clientIdentifier = name.clientIdentifier
        guard let place = arrivals[clientIdentifier]?.firstIndex(where: { $0.name == name }) else { return }
        if let session = sessionsByClient[clientIdentifier], let move = moves[session], move.name == name {
            guard move.isMoved, move.ignored.isEmpty else { return }
            moves[session] = nil
            sessions[session].tenure = arrivals[clientIdentifier]?[place].tenure ?? name.tenure
        }
        guard let arrival = arrivals[clientIdentifier]?.remove(at: place) else { return }
        if arrivals[clientIdentifier]?.isEmpty == true { arrivals[clientIdentifier] = nil }
        for (connection, ticket) in arrival.connects {
            enterPending(connection, ticket: ticket, tenure: arrival.tenure, now: now, into: &effects)
        }
        if let session = sessionsByClient[clientIdentifier], sessions[session].tenure == arrival.tenure {
            // Where nobody waits any more, it goes on as one whose Client is away.
            if sessions[session].connection == nil { scheduleDeadline(of: session) }
        } else {
            effects.directory.append(.release(clientIdentifier, number: arrival.tenure))
        }
        if let next = arrival.next { moveAsked(next, now: now, into: &effects) }
    }
}
