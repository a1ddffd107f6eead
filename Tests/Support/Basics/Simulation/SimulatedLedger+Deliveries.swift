import NIOCore

@testable import MQTT

/// Who is to get a message, and whether what a client gets is what it is to get.
extension SimulatedLedger {
    /// The broker passes a message on: notes who is to get it.
    mutating func route(_ number: Int, from publisher: Int?) throws(SimulatedViolation) {
        messages[number].routedCount += 1
        let message = messages[number]
        guard message.routedCount == 1 || message.qos != .exactlyOnce else {
            throw SimulatedViolation(.exactlyOnce, "the broker took message \(number) for two messages")
        }
        if message.retain { retained[message.topic] = number }
        var shared = sharedDebts[number] ?? SharedDebt()
        var groups: Set<TopicFilter> = []
        for (client, session) in currentSession {
            var isMatched = false
            var maximumQoS = QoS.atMostOnce
            var identifiers: [UInt32] = []
            for subscription in sessions[session].subscriptions.values
            where topicMatches(name: message.topic.bytes.span, filter: subscription.filter.filter.bytes.span) {
                if subscription.filter.shareName != nil {
                    groups.insert(subscription.filter)
                    let identifiers = subscription.identifier == 0 ? [] : [subscription.identifier]
                    let debt = debt(message, session, subscription.options.maximumQoS, identifiers)
                    shared.candidates[session, default: []].append(debt)
                    if debt.mayBeLost { shared.mayBeLost = true }
                } else if !(subscription.options.noLocal && client == publisher) {
                    isMatched = true
                    maximumQoS = max(maximumQoS, subscription.options.maximumQoS)
                    if subscription.identifier != 0 { identifiers.append(subscription.identifier) }
                }
            }
            guard isMatched else { continue }
            let debt = debt(message, session, maximumQoS, identifiers.sorted())
            // At another broker it may arrive when the client is there, or has gone.
            let mayBeThere = sessions[session].link != nil || brokerCount > 1
            guard debt.qos != .atMostOnce || mayBeThere || queuesQoS0Messages else { continue }
            sessions[session].debts[number, default: []].append(debt)
        }
        guard !groups.isEmpty else { return }
        if message.routedCount == 1 { shared.groupCount = groups.count }
        sharedDebts[number] = shared
    }

    private func debt(
        _ message: SimulatedMessage,
        _ session: Int,
        _ maximumQoS: QoS,
        _ identifiers: [UInt32]
    ) -> Debt {
        let qos = min(message.qos, maximumQoS)
        return Debt(
            qos: qos,
            subscriptionIdentifiers: sessions[session].version.hasProperties ? identifiers : [],
            isReplay: false,
            isFirstRouting: message.routedCount == 1,
            mayBeLost: qos == .atMostOnce || message.expiryInterval != nil
                || brokerCount > 1 && message.isWill
        )
    }

    // MARK: What reaches a client

    /// A client takes a message that arrived on a link.
    mutating func delivered(_ publish: Publish, on link: Int) throws(SimulatedViolation) {
        checkedCount += 1
        guard let session = sessionOfLink[link] else {
            throw SimulatedViolation(.invitation, "a message on link \(link), which has no session")
        }
        if publish.payload.isEmpty { return }
        let number = try checkContent(of: publish)
        let message = messages[number]
        guard let index = try debtIndex(publish, number, session) else {
            return try deliveredByGroup(publish, number, session)
        }
        let isFirst = sessions[session].debts[number]?.allSatisfy { $0.deliveredCount == 0 } ?? true
        let isFirstRouting = sessions[session].debts[number]?[index].isFirstRouting ?? true
        sessions[session].debts[number]?[index].deliveredCount += 1
        guard !publish.retain else { return }
        // A repetition may be all that is left of a message that was lost at QoS 0, or expired.
        let canBeLost = publish.qos == .atMostOnce || message.expiryInterval != nil
        let isOrdered = isFirstRouting && (!canBeLost || message.routedCount == 1)
        try checkOrder(publish.qos, message, session, isFirst: isFirst, isOrdered: isOrdered)
    }

    private func checkContent(of publish: Publish) throws(SimulatedViolation) -> Int {
        guard let number = SimulatedMessage.number(in: publish.payload), number < messages.count else {
            throw SimulatedViolation(.content, "a delivery that is no message of anybody")
        }
        let message = messages[number]
        guard message.topic.bytes.span.hasSameBytes(as: publish.topic),
            message.payload.span.hasSameBytes(as: publish.payload)
        else { throw SimulatedViolation(.content, "message \(number) was delivered with another topic or payload") }
        guard message.routedCount > 0 else {
            throw SimulatedViolation(.content, "message \(number) was delivered before it was published")
        }
        if let interval = publish.messageExpiryInterval {
            guard let published = message.expiryInterval, 1...published ~= interval else {
                throw SimulatedViolation(.content, "message \(number) expires in \(interval) s")
            }
        }
        return number
    }

    /// Which of the debts to a session a delivery pays; `nil` where only a group can have sent it.
    private func debtIndex(_ publish: Publish, _ number: Int, _ session: Int) throws(SimulatedViolation) -> Int? {
        guard let debts = sessions[session].debts[number] else { return nil }
        let identifiers = publish.subscriptionIdentifiers.sorted()
        let possible = debts.indices.filter { index in
            debts[index].isReplay == publish.retain && debts[index].qos == publish.qos
                && (debts[index].subscriptionIdentifiers == identifiers || !sessions[session].version.hasProperties)
        }
        if let unpaid = possible.first(where: { debts[$0].deliveredCount == 0 }) { return unpaid }
        guard let paid = possible.first else { return nil }
        switch publish.qos {
        case .atMostOnce:
            throw SimulatedViolation(.atMostOnce, "\(name(session)) got message \(number) again")
        case .atLeastOnce:
            guard publish.duplicate || debts.count > 1 else {
                throw SimulatedViolation(.duplicate, "\(name(session)) got message \(number) again without DUP")
            }
            return paid
        case .exactlyOnce:
            throw SimulatedViolation(.exactlyOnce, "\(name(session)) got message \(number) again")
        }
    }

    private mutating func deliveredByGroup(
        _ publish: Publish,
        _ number: Int,
        _ session: Int
    ) throws(SimulatedViolation) {
        let identifiers = publish.subscriptionIdentifiers.sorted()
        guard var shared = sharedDebts[number],
            let candidates = shared.candidates[session],
            candidates.contains(where: { $0.qos == publish.qos && $0.subscriptionIdentifiers == identifiers }),
            !publish.retain
        else {
            throw SimulatedViolation(
                .invitation,
                "\(name(session)) got message \(number) on \(messages[number].topic) at QoS \(publish.qos.rawValue), "
                    + "retain \(publish.retain), identifiers \(identifiers); owed "
                    + "\(sessions[session].debts[number] ?? [])"
            )
        }
        let message = messages[number]
        let isFirst = shared.receivers.insert(session).inserted
        sharedDebts[number] = shared
        if message.routedCount == 1 {
            guard shared.receivers.count <= shared.groupCount else {
                throw SimulatedViolation(.exactlyOnce, "message \(number) went to two members of one group")
            }
            guard isFirst || (publish.qos == .atLeastOnce && publish.duplicate) else {
                throw SimulatedViolation(.exactlyOnce, "\(name(session)) got message \(number) again")
            }
        }
        guard brokerCount == 1 else { return }
        try checkOrder(publish.qos, message, session, isFirst: isFirst, isOrdered: message.routedCount == 1)
    }

    private mutating func checkOrder(
        _ qos: QoS,
        _ message: SimulatedMessage,
        _ session: Int,
        isFirst: Bool,
        isOrdered: Bool
    ) throws(SimulatedViolation) {
        let sequence = Sequence(
            publisher: message.publisher,
            topic: message.topic,
            publishedQoS: message.qos,
            deliveredQoS: qos
        )
        let last = sessions[session].lastDelivered[sequence] ?? -1
        if message.number > last {
            sessions[session].lastDelivered[sequence] = message.number
        } else if isFirst, isOrdered {
            throw SimulatedViolation(
                .order,
                "\(name(session)) got message \(message.number) on \(message.topic), published at QoS "
                    + "\(message.qos.rawValue), after message \(last) at QoS \(qos.rawValue)"
            )
        }
    }

    // MARK: The end

    /// Everything that had to arrive has arrived; asked when nothing is on its way any more.
    func checkDebts() throws(SimulatedViolation) {
        for message in messages where message.isAcknowledged && message.routedCount == 0 {
            throw SimulatedViolation(.acknowledged, "message \(message.number) never reached the broker")
        }
        for session in currentSession.values {
            for (number, debts) in sessions[session].debts {
                for debt in debts where !debt.mayBeLost && debt.deliveredCount == 0 {
                    throw SimulatedViolation(
                        debt.qos == .exactlyOnce ? .exactlyOnce : .atLeastOnce,
                        "\(name(session)) never got message \(number) on \(messages[number].topic), "
                            + "replay \(debt.isReplay)"
                    )
                }
            }
        }
        for (number, shared) in sharedDebts
        where !shared.mayBeLost && shared.receivers.count < shared.groupCount {
            throw SimulatedViolation(
                messages[number].qos == .exactlyOnce ? .exactlyOnce : .atLeastOnce,
                "message \(number) on \(messages[number].topic) reached \(shared.receivers.count) of "
                    + "\(shared.groupCount) groups"
            )
        }
    }

    /// A client that has just subscribed to everything has got the retained message of each topic, and none of these is
    /// older than the last one that was acknowledged.
    func checkRetained(of client: Int) throws(SimulatedViolation) {
        guard let session = currentSession[client] else {
            throw SimulatedViolation(.session, "the session of client \(client) is over too early")
        }
        for (topic, number) in retained where topic.bytes.first != TopicCharacter.dollar {
            guard sessions[session].debts[number]?.contains(where: { $0.isReplay && $0.deliveredCount == 1 }) == true
            else { throw SimulatedViolation(.retained, "message \(number) on \(topic) did not come") }
        }
        for message in messages
        where message.retain && message.isAcknowledged && !clearedTopics.contains(message.topic) {
            guard let last = retained[message.topic].map({ messages[$0] }),
                last.publisher != message.publisher || last.qos != message.qos || last.number >= message.number
            else { throw SimulatedViolation(.retained, "message \(message.number) is newer than what is retained") }
        }
    }

    private func name(_ session: Int) -> String {
        "session \(session) of client \(sessions[session].client)"
    }
}
