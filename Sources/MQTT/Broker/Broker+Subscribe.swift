import NIOCore

/// How Clients subscribe and unsubscribe (sections 3.8 and 3.10).
extension Broker {
    mutating func subscribeReceived(
        _ subscribe: Subscribe,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let before = effects.batch.changeCount
        let identifier = subscribe.properties[integer: .subscriptionIdentifier] ?? 0
        var reasonCodes: [ReasonCode] = []
        var replays: [(filter: TopicFilter, options: SubscriptionOptions)] = []
        for subscription in subscribe.subscriptions {  // [MQTT-3.8.4-5]
            var options = subscription.options
            options.maximumQoS = min(options.maximumQoS, connections[connection.value].maximumQoS)
            guard let filter = TopicFilter(subscription.topicFilter, below: sessions[session].mountPoint),
                filter.filter.bytes.span.topicLevelCount <= limits.topicLevels
            else {
                reasonCodes.append(.topicFilterInvalid)
                continue
            }
            guard hasRoom(session, for: filter) else {
                reasonCodes.append(.quotaExceeded)
                continue
            }
            if let access = sessions[session].access,
                !access.mayReceiveSomething(matching: filter.filter.bytes.span)
            {
                reasonCodes.append(.notAuthorized)
                let rule = "no rule of the access control file allows a topic that it matches"
                noteDenied(.subscribe, subscription.topicFilter.bytes.span, rule, session: session, into: &effects)
                continue
            }
            let subscriber = SubscriptionIndex.Subscriber(session: session, identifier: identifier, options: options)
            let isNew = subscriptions.subscribe(subscriber, to: filter)
            storeSubscription(StoredSubscription(subscriber, filter), to: filter, of: session, into: &effects)
            reasonCodes.append(Self.granted(options.maximumQoS))  // [MQTT-3.8.4-8], [MQTT-3.9.3-1]
            effects.events.append(
                .subscribed(
                    clientIdentifier: sessions[session].clientIdentifier,
                    topicFilter: subscription.topicFilter,
                    qos: options.maximumQoS
                )
            )
            if fetchesRetained(options, isNew: isNew), filter.shareName == nil { replays.append((filter, options)) }
        }
        tellInterest(into: &effects)
        // [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.8.4-6]
        let suback = SubscriptionAcknowledgement(
            packetIdentifier: subscribe.packetIdentifier,
            reasonCodes: reasonCodes
        )
        if effects.batch.changeCount != before { effects.holdUntilStored(connection) }
        send(.suback(suback), to: connection, into: &effects)
        for (filter, options) in replays {
            replayRetained(filter, options, identifier: identifier, to: session, now: now, into: &effects)
        }
        if !replays.isEmpty { sendQueued(session, now: now, into: &effects) }
    }

    /// Whether a session may have a further subscription.
    private func hasRoom(_ session: SessionIndex, for filter: TopicFilter) -> Bool {
        guard !isStoreFull || !sessions[session].storage.isStored else { return false }
        return subscriptions.count(of: session) < limits.subscriptionsPerSession
            || subscriptions.contains(filter, of: session)
    }

    private static func granted(_ qos: QoS) -> ReasonCode {
        switch qos {
        case .atMostOnce: .success
        case .atLeastOnce: .grantedQoS1
        case .exactlyOnce: .grantedQoS2
        }
    }

    private func fetchesRetained(_ options: SubscriptionOptions, isNew: Bool) -> Bool {
        switch options.retainHandling {
        case .always: true  // [MQTT-3.3.1-9]
        case .onlyIfNew: isNew  // [MQTT-3.3.1-10]
        case .never: false  // [MQTT-3.3.1-11]
        }
    }

    /// Queues the retained messages that match; they are sent as fast as the Client takes them, and count against no
    /// limit, since they are what is stored in any case. Only a Client that subscribes again before it has taken those
    /// of its former subscriptions goes without: it could make its queue grow for ever.
    private mutating func replayRetained(
        _ filter: TopicFilter,
        _ options: SubscriptionOptions,
        identifier: UInt32,
        to session: SessionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let isBehind = sessions[session].queuedReplayCount >= limits.queuedMessages
        let access = sessions[session].access
        var expired: [StoredMessage] = []
        let entries = retained.messages(matching: filter.filter.bytes.span, now: now) { expired.append($0) }
        storeRemoval(of: expired, into: &effects)
        for entry in entries where mayStillPublish(entry) {
            let message = entry.message
            if let access, !access.mayReceive(message.topic) { continue }
            guard !isBehind, mayReplay(message, to: session) else {
                noteDropped(session, .queueFull, into: &effects)
                continue
            }
            let delivery = ServerSession.Delivery(
                message: message,
                qos: configuration.upgradesOutgoingQoS
                    ? options.maximumQoS : min(message.qos, options.maximumQoS),
                retain: true,  // [MQTT-3.3.1-8]
                isReplay: true,
                subscriptionIdentifiers: identifier == 0 ? [] : [identifier]
            )
            var slot: UInt32?
            queue(delivery, slot: &slot, for: session, into: &effects)
        }
    }

    /// Whether a retained message has room: where it has to go behind messages that only the store has, it counts as one
    /// of them.
    private func mayReplay(_ message: StoredMessage, to session: SessionIndex) -> Bool {
        guard sessions[session].storage.hasMore else { return true }
        return hasRoom(session, forByteCount: message.size)
    }

    mutating func unsubscribeReceived(
        _ unsubscribe: Unsubscribe,
        from connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let before = effects.batch.changeCount
        var reasonCodes: [ReasonCode] = []
        for text in unsubscribe.topicFilters {  // [MQTT-3.10.4-6]
            // What is already on its way to the Client is delivered all the same [MQTT-3.10.4-3].
            guard let filter = TopicFilter(text, below: sessions[session].mountPoint),
                subscriptions.unsubscribe(session, from: filter)
            else {
                reasonCodes.append(.noSubscriptionExisted)
                continue
            }
            storeSubscription(nil, to: filter, of: session, into: &effects)
            reasonCodes.append(.success)  // [MQTT-3.10.4-1], [MQTT-3.10.4-2]
            effects.events.append(
                .unsubscribed(
                    clientIdentifier: sessions[session].clientIdentifier,
                    topicFilter: text
                )
            )
        }
        tellInterest(into: &effects)
        // [MQTT-3.10.4-4], [MQTT-3.10.4-5]
        let unsuback = SubscriptionAcknowledgement(
            packetIdentifier: unsubscribe.packetIdentifier,
            reasonCodes: reasonCodes
        )
        if effects.batch.changeCount != before { effects.holdUntilStored(connection) }
        send(.unsuback(unsuback), to: connection, into: &effects)
    }
}
