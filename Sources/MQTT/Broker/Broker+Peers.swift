import NIOCore

/// How a broker is one with its peers to their Clients: it sends them what their sessions subscribe to, and gets from
/// them what its own do. `Mail` says what whoever carries mail around promises.
extension Broker {
    /// Works on what a peer has posted, in its order.
    mutating func receive(_ mail: [Mail], from peer: Int, now: NIODeadline, into effects: inout Effects) {
        for letter in mail {
            switch letter {
            case .message(let message):
                deliver(message, from: peer, now: now, into: &effects)
            case .retained(let change):
                retain(change, now: now, into: &effects)
                deliver(change.message, from: peer, now: now, into: &effects)
            case .shared(let shared):
                deliver(shared, now: now, into: &effects)
            case .interest(let interest):
                subscriptions.setInterest(interest, of: SessionIndex(peer))
            case .clock(let time, let isQuestion):
                retainedOrder.hear(time, of: peer)
                if isQuestion { effects.mail.post(.clock(retainedOrder.clock, isQuestion: false), to: peer) }
            case .moveAsked(let request):
                moveAsked(request, now: now, into: &effects)
            case .leaving(let session):
                leaving(session, into: &effects)
            case .redirect(let name, let former):
                redirect(name, from: former, to: peer, into: &effects)
            case .redirected(let name):
                redirected(name, by: peer, now: now, into: &effects)
            case .moved(let name, let session):
                moved(name, session, now: now, into: &effects)
            }
        }
    }

    /// To be called at the end of a turn, before its mail is taken.
    mutating func finishTurn(into effects: inout Effects) {
        guard peerCount > 0 else { return }
        if retainedOrder.isToAsk() { postToAll(.clock(retainedOrder.clock, isQuestion: true), into: &effects) }
    }

    func postToAll(_ mail: Mail, into effects: inout Effects) {
        for peer in 0..<Int(peerCount) where peer != number {
            effects.mail.post(mail, to: peer)
        }
    }

    // MARK: Interest

    /// Tells the peers what has changed in what this broker's sessions want.
    mutating func tellInterest(into effects: inout Effects) {
        guard peerCount > 0 else { return }
        for interest in subscriptions.takeInterestChanges() {
            postToAll(.interest(interest), into: &effects)
        }
    }

    /// Tells the peers of the groups of a session that its Client has come or gone.
    mutating func tellPresence(_ isPresent: Bool, of session: SessionIndex, into effects: inout Effects) {
        guard peerCount > 0 else { return }
        subscriptions.setPresent(isPresent, session)
        tellInterest(into: &effects)
    }

    // MARK: Messages

    /// Passes a message on that a peer has passed on: to sessions of this broker, and to nobody else.
    private mutating func deliver(
        _ stored: StoredMessage,
        from peer: Int,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard !stored.isExpired(now: now) else { return }
        let matches = subscriptions.matches(of: stored.topic)
        guard matches.deliveries.contains(where: { $0.session >= peerCount }) else { return }
        var message = RoutedMessage(stored, now: now)
        shapes.begin()
        for delivery in matches.deliveries where delivery.session >= peerCount {
            if isIgnored(delivery.session, from: peer) { continue }
            let terms = message.terms(
                of: delivery,
                isUpgraded: configuration.upgradesOutgoingQoS,
                subscriptionIdentifiers: matches.subscriptionIdentifiers(of: delivery)
            )
            deliver(&message, to: delivery.session, terms, isOnly: false, now: now, into: &effects)
        }
    }

    /// Whether a broker's messages for a session are for the broker at the other end of its move.
    func isIgnored(_ session: SessionIndex, from broker: Int) -> Bool {
        guard !moves.isEmpty, let move = moves[session] else { return false }
        return move.ignored.contains(broker)
    }

    /// Takes over what a topic keeps at a peer, unless this broker knows of a later change.
    private mutating func retain(_ change: RetainedChange, now: NIODeadline, into effects: inout Effects) {
        let topic = UTF8String(unchecked: [UInt8](copying: change.message.topic))
        guard retainedOrder.isLater(change.stamp, topic) else { return }
        let source = change.source.map {
            RetainedSource(clientIdentifier: $0.clientIdentifier, userName: $0.userName, listener: $0.listener)
        }
        keepRetained(change.message, source: source, now: now, into: &effects)
    }

    // MARK: Groups

    /// Gives a message to a peer for one of its members of a group, where it is their turn.
    ///
    /// - Returns: Whether it was.
    mutating func passTurnToPeer(
        _ message: inout RoutedMessage,
        in group: SubscriptionMatches.GroupPlace,
        into effects: inout Effects
    ) -> Bool {
        guard let peer = subscriptions.passTurnToPeer(in: group), let filter = subscriptions.filter(of: group) else {
            return false
        }
        effects.mail.post(.shared(SharedMail(message: message.stored, filter: filter)), to: Int(peer))
        return true
    }

    /// Passes a message on of which nobody here may or can have it.
    mutating func passOn(_ shared: SharedMail, into effects: inout Effects) {
        guard shared.hopCount < SharedMail.mostHops, let group = subscriptions.group(of: shared.filter) else { return }
        var shared = shared
        shared.hopCount += 1
        if subscriptions.memberCount(of: group) > 0 { shared.refused.insert(number) }
        let others = subscriptions.membersElsewhere(of: group).filter { !shared.refused.contains(Int($0.peer)) }
        guard let next = others.first(where: { $0.presentCount > 0 }) ?? others.first else { return }
        effects.mail.post(.shared(shared), to: Int(next.peer))
    }

    /// Gives a message to a member of a group that is here, or passes it on where there is none any more.
    private mutating func deliver(_ shared: SharedMail, now: NIODeadline, into effects: inout Effects) {
        guard !shared.message.isExpired(now: now) else { return }
        var message = RoutedMessage(shared.message, now: now)
        shapes.begin()
        guard let group = subscriptions.group(of: shared.filter),
            deliver(&message, toOneOf: group, now: now, into: &effects)
        else { return passOn(shared, into: &effects) }
    }
}
