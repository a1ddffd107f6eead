import NIOCore

/// Who gets a message (section 3.3.4).
extension Broker {
    /// Retains a message where it asks for that, and delivers it to every session that subscribes to its topic.
    ///
    /// - Parameter publisher: The session that published it, or whose Will it is; `nil` where that has ended.
    /// - Returns: Whether a subscription matched.
    mutating func route(
        _ publish: consuming Publish,
        from publisher: SessionIndex?,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        let expiry = publish.messageExpiryInterval.map { now + .seconds(Int64($0)) }
        var message = RoutedMessage(consume publish, expiry: expiry)
        var peersHaveIt = false
        if message.publish.retain, configuration.retainAvailable {
            peersHaveIt = retain(message.stored, from: publisher, now: now, into: &effects)
        }
        var matches = subscriptions.matches(of: message.publish.topic)
        if let publisher,
            matches.deliveries.contains(where: { $0.isPartlyNoLocal && $0.session == publisher })
        {
            matches = subscriptions.matches(of: message.publish.topic, publishedBy: publisher)
        }
        guard !matches.isEmpty else { return false }
        shapes.begin()
        for delivery in matches.deliveries {
            if delivery.session < peerCount {
                if !peersHaveIt { effects.mail.post(.message(message.stored), to: Int(delivery.session)) }
                continue
            }
            if delivery.noLocal, delivery.session == publisher { continue }  // [MQTT-3.8.3-3]
            if isIgnored(delivery.session, from: number) { continue }
            let terms = message.terms(
                of: delivery,
                isUpgraded: configuration.upgradesOutgoingQoS,
                subscriptionIdentifiers: matches.subscriptionIdentifiers(of: delivery)
            )
            let isOnly = matches.deliveries.count == 1
            deliver(&message, to: delivery.session, terms, isOnly: isOnly, now: now, into: &effects)
        }
        for group in matches.groups {
            if peerCount > 0, passTurnToPeer(&message, in: group, into: &effects) { continue }
            let isDelivered = deliver(&message, toOneOf: group, now: now, into: &effects)
            if !isDelivered, peerCount > 0, let filter = subscriptions.filter(of: group) {
                passOn(SharedMail(message: message.stored, filter: filter), into: &effects)
            }
        }
        return true
    }

    /// Gives a message to one member of a group that is here: the next whose Client is there, or else the next
    /// [MQTT-4.8.2-4].
    ///
    /// - Returns: Whether there is one who may have it.
    mutating func deliver(
        _ message: inout RoutedMessage,
        toOneOf group: SubscriptionMatches.GroupPlace,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        let memberCount = subscriptions.memberCount(of: group)
        var chosen: Int?
        for distance in 0..<memberCount {
            guard let member = subscriptions.member(of: group, at: distance) else { continue }
            // One who may not have it does not take it from those who may.
            if let access = sessions[member.session].access, !access.mayReceive(message.publish.topic) { continue }
            if sessions[member.session].connection != nil {
                chosen = distance
                break
            }
            if chosen == nil { chosen = distance }
        }
        guard let chosen, let member = subscriptions.member(of: group, at: chosen) else {
            return false
        }
        subscriptions.passTurn(in: group, by: chosen)
        let terms = message.terms(
            maximumQoS: member.options.maximumQoS,
            isUpgraded: configuration.upgradesOutgoingQoS,
            retainAsPublished: member.options.retainAsPublished,
            subscriptionIdentifiers: member.identifier == 0 ? [] : [member.identifier]
        )
        deliver(&message, to: member.session, terms, isOnly: true, now: now, into: &effects)
        return true
    }
}
