import NIOCore

/// What the broker has stored, so that it survives a restart: sessions that last, what they are owed, and retained
/// messages.
///
/// Every change goes into the batch of the effects. An answer that promises something is held until the batch is stored,
/// by `holdUntilStored`. What a broker without a store pays for this is a look at a flag.
extension Broker {
    // MARK: Sessions

    /// Gives a new session a place in the store, where it lasts.
    mutating func beginStoring(_ session: SessionIndex) {
        guard isDurable, sessions[session].expiryInterval > 0 else { return }
        lastSessionNumber += 1
        sessions[session].storage.number = lastSessionNumber
    }

    /// Stores a session as it is now, without its messages and subscriptions.
    mutating func keep(_ session: SessionIndex, into effects: inout Effects) {
        guard sessions[session].storage.isStored else { return }
        var stored = StoredSession(
            number: sessions[session].storage.number,
            clientIdentifier: sessions[session].clientIdentifier
        )
        stored.userName = sessions[session].userName
        stored.listener = sessions[session].listener
        stored.mountPoint = sessions[session].mountPoint
        stored.expiryInterval = sessions[session].expiryInterval
        stored.expiry = sessions[session].expiry
        if let connection = sessions[session].connection {
            stored.isConnected = true
            stored.will = connections[connection.value].will
        } else {
            stored.will = sessions[session].delayedWill?.will
            stored.willDeadline = sessions[session].delayedWill?.deadline
            // Nothing more is sent before the Client returns: no more than this was.
            sessions[session].storage.sentThrough = sessions[session].storage.lastSent
        }
        stored.sentThrough = sessions[session].storage.sentThrough
        effects.batch.keep(stored)
    }

    /// Stores a subscription of a session, or that it has ended.
    func storeSubscription(
        _ subscription: StoredSubscription?,
        to filter: TopicFilter,
        of session: SessionIndex,
        into effects: inout Effects
    ) {
        guard sessions[session].storage.isStored else { return }
        effects.batch.subscribe(sessions[session].storage.number, to: filter, subscription)
    }

    /// Stores that a message of QoS 2 was received from a session's Client, or was released by it.
    mutating func storeUnreleased(
        _ packetIdentifier: UInt16,
        _ isUnreleased: Bool,
        of session: SessionIndex,
        into effects: inout Effects
    ) {
        guard sessions[session].storage.isStored else { return }
        notePromise(session, in: effects)
        effects.batch.setUnreleased(packetIdentifier, of: sessions[session].storage.number, isUnreleased)
    }

    // MARK: Messages

    /// Stores that a session is to get a message.
    ///
    /// - Parameters:
    ///   - slot: The place of the message in the batch, once it has one.
    ///   - isSent: Whether it is sent at once.
    mutating func store(
        _ delivery: inout ServerSession.Delivery,
        slot: inout UInt32?,
        for session: SessionIndex,
        isSent: Bool,
        into effects: inout Effects
    ) {
        guard let message = delivery.message else { return }
        let place = slot ?? effects.batch.add(message)
        slot = place
        sessions[session].storage.lastPosition += 1
        delivery.place = effects.batch.deliver(
            place,
            to: sessions[session].storage.number,
            at: sessions[session].storage.lastPosition,
            qos: delivery.qos,
            retain: delivery.retain,
            isSent: isSent,
            subscriptionIdentifiers: delivery.subscriptionIdentifiers
        )
    }

    /// Stores what a topic keeps from now on, or that it keeps nothing.
    func storeRetained(
        _ message: StoredMessage,
        _ source: RetainedSource?,
        expiry: NIODeadline?,
        into effects: inout Effects
    ) {
        guard !message.payload.isEmpty else {
            return effects.batch.removeRetained(UTF8String(unchecked: [UInt8](copying: message.topic)))
        }
        effects.batch.retain(
            StoredRetainedMessage(
                message: message,
                expiry: expiry,
                sourceClientIdentifier: source?.clientIdentifier,
                sourceUserName: source?.userName,
                sourceListener: source?.listener ?? 0
            )
        )
    }

    /// Stores that messages are retained no longer, because they have expired.
    func storeRemoval(of messages: [StoredMessage], into effects: inout Effects) {
        guard isDurable else { return }
        for message in messages {
            effects.batch.removeRetained(UTF8String(unchecked: [UInt8](copying: message.topic)))
        }
    }

    /// Stores that a session is owed a message no longer.
    @inline(__always)  // a call would be given a copy of the broker
    func endStoring(_ delivery: ServerSession.Delivery, of session: SessionIndex, into effects: inout Effects) {
        guard delivery.place.position > 0 else { return }
        effects.batch.end(delivery.place, of: sessions[session].storage.number)
    }

    /// Stores how far the messages of a session may have been sent, before one beyond that is sent: a message that may
    /// have been sent carries DUP after a restart [MQTT-3.3.1-1].
    mutating func noteSending(
        _ delivery: ServerSession.Delivery,
        of session: SessionIndex,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        // A restarted broker would not know a message of QoS 2 that was never stored, and give its identifier again.
        if isStoreFull, delivery.qos == .exactlyOnce { effects.holdUntilStored(connection) }
        guard delivery.place.position > sessions[session].storage.sentThrough else { return }
        sessions[session].storage.sentThrough = min(
            delivery.place.position + SessionStorage.sentReserve - 1,
            sessions[session].storage.lastPosition
        )
        keep(session, into: &effects)
        // Where the store is full this has to wait, and the messages do not: they may lack DUP after a crash.
        if !isStoreFull { effects.holdUntilStored(connection) }
    }

    /// Whether what a session gets next goes only to the store: memory holds so much for it already.
    @inline(__always)  // a call would be given a copy of the broker
    func isMemoryFull(for session: SessionIndex) -> Bool {
        sessions[session].storage.hasMore
            || sessions[session].queue.count >= limits.queuedMessagesInMemory
            || sessions[session].queuedByteCount >= limits.queuedBytesInMemory
            || queuedByteCount >= limits.queuedBytesInMemoryInAll
    }

    // MARK: Messages that only the store has

    /// How many bytes of messages are asked for at least.
    private static let leastLoad = 4_096

    /// Takes note of a message that was stored and is not in memory.
    mutating func queueBeyondMemory(
        _ delivery: ServerSession.Delivery,
        for session: SessionIndex,
        into effects: inout Effects
    ) {
        sessions[session].storage.noteBeyond(delivery.place.position, size: delivery.size, qos: delivery.qos)
        beyondMessageCount += 1
        beyondByteCount += delivery.size
        if sessions[session].connection != nil { loadMore(session, into: &effects) }
    }

    /// Asks for the messages that come next, where those in memory are about to end.
    mutating func loadMore(_ session: SessionIndex, into effects: inout Effects) {
        let storage = sessions[session].storage
        guard storage.beyond.messageCount > 0, !storage.isLoading, !storage.isUnreadable,
            sessions[session].queue.count < limits.queuedMessagesInMemory / 2
        else { return }
        sessions[session].storage.isLoading = true
        loading[sessions[session].storage.number] = session
        effects.batch.request(
            StoredDeliveryRequest(
                session: sessions[session].storage.number,
                after: sessions[session].storage.loadedThrough,
                messageLimit: limits.queuedMessagesInMemory,
                // Many may come back at once, as after a restart.
                byteLimit: min(
                    limits.queuedBytesInMemory,
                    max(Self.leastLoad, (limits.queuedBytesInMemoryInAll - queuedByteCount) / loading.count)
                )
            )
        )
    }

    /// Messages came from the store: those that an earlier run of the broker may have sent are sent again, the others
    /// are queued.
    mutating func loaded(_ answer: StoredDeliveries, now: NIODeadline, into effects: inout Effects) {
        guard let session = loading.removeValue(forKey: answer.session), sessions.contains(session),
            sessions[session].storage.number == answer.session
        else { return }
        beyondMessageCount -= sessions[session].storage.beyond.messageCount
        beyondByteCount -= sessions[session].storage.beyond.byteCount
        sessions[session].storage.noteLoaded(answer)
        if let problem = answer.problem {
            effects.events.append(
                .queueUnreadable(clientIdentifier: sessions[session].clientIdentifier, problem)
            )
        }
        beyondMessageCount += sessions[session].storage.beyond.messageCount
        beyondByteCount += sessions[session].storage.beyond.byteCount
        for stored in answer.deliveries {
            let delivery = ServerSession.Delivery(
                message: stored.message,
                qos: stored.qos,
                retain: stored.retain,
                isReplay: false,
                subscriptionIdentifiers: stored.subscriptionIdentifiers,
                place: StoreBatch.Place(position: stored.position)
            )
            if sessions[session].storage.isOver(stored) {
                endStoring(delivery, of: session, into: &effects)
            } else if sessions[session].storage.wasSent(stored), sessions[session].mayRestore(stored) {
                sessions[session].restore(delivery, isReleased: stored.stage == .released)
            } else {
                queuedMessageCount += 1
                queuedByteCount += delivery.size
                sessions[session].enqueue(delivery)
            }
        }
        sendQueued(session, now: now, into: &effects)
    }

    // MARK: A full store

    /// Takes note that the Client is promised the changes so far.
    mutating func notePromise(_ session: SessionIndex, in effects: borrowing Effects) {
        guard sessions[session].storage.isStored else { return }
        sessions[session].storage.promisedBy = effects.batch.number
    }

    /// Whether a Client that comes back while the store is full may be served at once: the store has all that its session
    /// was promised, and does not let the session end while it cannot be told of the connection.
    ///
    /// - Parameter hasNoEnd: Whether the store has no end of the session.
    func mayBeServedUnstored(_ session: SessionIndex, hasNoEnd: Bool, _ effects: borrowing Effects) -> Bool {
        isStoreFull && hasNoEnd && sessions[session].storage.promisedBy <= effects.storedThrough
    }

    /// Whether the store, which takes no more at the moment, would have to take a message in.
    mutating func needsStore(_ publish: Publish, from session: SessionIndex) -> Bool {
        if publish.retain || publish.qos == .exactlyOnce && sessions[session].storage.isStored { return true }
        let matches = subscriptions.matches(of: publish.topic)
        if matches.deliveries.contains(where: { sessions[$0.session].storage.isStored }) { return true }
        return matches.groups.contains { group in
            (0..<subscriptions.memberCount(of: group)).contains { distance in
                subscriptions.member(of: group, at: distance).map { sessions[$0.session].storage.isStored } ?? false
            }
        }
    }
}
