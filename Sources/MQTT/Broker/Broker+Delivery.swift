import NIOCore

/// How messages go out: the sending side of QoS 0, 1 and 2, and the queues of sessions (sections 4.3 to 4.6).
extension Broker {
    /// Sends a message to a session, or queues it, or drops it where neither can be.
    mutating func deliver(
        _ message: inout RoutedMessage,
        to session: SessionIndex,
        _ terms: DeliveryTerms,
        isOnly: Bool,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        if let access = sessions[session].access, !access.mayReceive(message.publish.topic) { return }
        var terms = terms
        // What was not refused must not need the store either.
        if isStoreFull, sessions[session].storage.isStored, message.publish.qos == .atMostOnce {
            terms.qos = .atMostOnce
        }
        if let connection = sessions[session].connection {
            let waitingByteCount = effects.outbox.byteCount(for: connection)
            let goesNow: Bool
            if terms.qos == .atMostOnce {
                goesNow = sessions[session].mayPassQueue
                guard !goesNow || waitingByteCount < limits.outgoingBytes else {
                    connections[connection.value].awaitsDrain = true
                    return noteDropped(session, .receiverTooSlow, into: &effects)
                }
            } else {
                goesNow =
                    sessions[session].isQueueEmpty
                    && sessions[session].mayBegin(size: message.size, limit: limits.inFlightBytes)
                    && waitingByteCount < limits.outgoingBytesBeforeQueueing
            }
            if goesNow { return send(&message, terms, to: connection, isOnly: isOnly, into: &effects) }
        } else if terms.qos == .atMostOnce, !configuration.queuesQoS0Messages {
            return
        }
        let delivery = message.delivery(terms)
        if !hasRoom(session, forByteCount: delivery.size) { dropExpired(session, now: now, into: &effects) }
        guard hasRoom(session, forByteCount: delivery.size) else {
            return noteDropped(session, .queueFull, into: &effects)
        }
        queue(delivery, slot: &message.slot, for: session, into: &effects)
        if let connection = sessions[session].connection,
            effects.outbox.byteCount(for: connection) >= limits.outgoingBytesBeforeQueueing
        {
            connections[connection.value].awaitsDrain = true
        }
    }

    /// Queues a message for a session: in memory, in the store, or in both.
    mutating func queue(
        _ delivery: ServerSession.Delivery,
        slot: inout UInt32?,
        for session: SessionIndex,
        into effects: inout Effects
    ) {
        var delivery = delivery
        if sessions[session].storage.isStored {
            // Retained messages are in memory anyway, and count against no limit there.
            let goesBeyond = delivery.isReplay ? sessions[session].storage.hasMore : isMemoryFull(for: session)
            if isStoreFull, delivery.qos == .atMostOnce, goesBeyond {
                return noteDropped(session, .queueFull, into: &effects)
            }
            if delivery.qos != .atMostOnce || goesBeyond {
                store(&delivery, slot: &slot, for: session, isSent: false, into: &effects)
            }
            if goesBeyond { return queueBeyondMemory(delivery, for: session, into: &effects) }
        }
        if !delivery.isReplay {
            queuedByteCount += delivery.size
            queuedMessageCount += 1
        }
        sessions[session].enqueue(delivery)
    }

    @inline(__always)  // a call would be given a copy of the broker
    func hasRoom(_ session: SessionIndex, forByteCount byteCount: Int) -> Bool {
        sessions[session].waitingMessageCount < limits.queuedMessages
            && sessions[session].waitingByteCount + byteCount <= limits.queuedBytes
    }

    /// Takes what has expired from the front of a session's queue [MQTT-3.3.2-5].
    private mutating func dropExpired(_ session: SessionIndex, now: NIODeadline, into effects: inout Effects) {
        while let message = sessions[session].queue.first?.message, message.isExpired(now: now) {
            guard let delivery = sessions[session].dequeue() else { return }
            noteDequeued(delivery)
            endStoring(delivery, of: session, into: &effects)
        }
    }

    private mutating func noteDequeued(_ delivery: ServerSession.Delivery) {
        guard !delivery.isReplay else { return }
        queuedByteCount -= delivery.size
        queuedMessageCount -= 1
    }

    mutating func noteDropped(_ session: SessionIndex, _ reason: DropReason, into effects: inout Effects) {
        statistics.publishDroppedCount += 1
        guard !sessions[session].isDropping else { return }
        sessions[session].isDropping = true
        effects.events.append(
            .droppingMessages(clientIdentifier: sessions[session].clientIdentifier, reason)
        )
    }

    /// Sends what a session still owes its Client, as far as there is room: first what was sent on an earlier connection
    /// and not acknowledged [MQTT-4.4.0-1], then what is queued.
    mutating func sendQueued(_ session: SessionIndex, now: NIODeadline, into effects: inout Effects) {
        guard let connection = sessions[session].connection else { return }
        while hasRoom(connection, effects),
            let (identifier, stage, delivery) = sessions[session].outgoing.nextToResend()
        {
            if stage == .awaitingPubcomp {
                send(.pubrel(Acknowledgement(packetIdentifier: identifier)), to: connection, into: &effects)
            } else if !fits(delivery, connection, now: now) {
                // This connection takes less than the one on which it was sent first [MQTT-3.1.2-25].
                sessions[session].letGo(of: delivery)
                sessions[session].outgoing.discard(identifier)
                endStoring(delivery, of: session, into: &effects)
            } else {
                send(delivery, identifier: identifier, duplicate: true, to: connection, now: now, into: &effects)
            }
        }
        guard hasRoom(connection, effects) else {
            connections[connection.value].awaitsDrain = true
            return
        }
        defer { loadMore(session, into: &effects) }
        while let next = sessions[session].queue.first {
            if let message = next.message, !message.isExpired(now: now) {
                guard hasRoom(connection, effects) else {
                    connections[connection.value].awaitsDrain = true
                    return
                }
                guard
                    next.qos == .atMostOnce
                        || sessions[session].mayBegin(
                            size: next.size,
                            limit: limits.inFlightBytes,
                            position: next.place.position
                        )
                else { return }
            }
            guard let delivery = sessions[session].dequeue() else { return }
            noteDequeued(delivery)
            noteSending(delivery, of: session, to: connection, into: &effects)
            let isSent = sendFirst(delivery, to: connection, now: now, into: &effects)
            if !isSent || delivery.qos == .atMostOnce { endStoring(delivery, of: session, into: &effects) }
        }
        if !sessions[session].storage.hasMore { sessions[session].isDropping = false }
    }

    private func hasRoom(_ connection: ConnectionIndex, _ effects: borrowing Effects) -> Bool {
        effects.outbox.byteCount(for: connection) < limits.outgoingBytesBeforeQueueing
    }

    // MARK: Acknowledgements

    mutating func pubackReceived(
        _ puback: Acknowledgement,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        sessions[session].pubacksReceived([puback.packetIdentifier], into: &effects.batch)
        sendQueued(session, now: now, into: &effects)
    }

    mutating func pubrecReceived(
        _ pubrec: Acknowledgement,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard pubrec.reasonCode.isFailure else {
            return pubrecReceived(pubrec.packetIdentifier, from: connection, into: &effects)
        }
        let session = connections[connection.value].session
        let answer = sessions[session].outgoing.pubrecReceived(pubrec.packetIdentifier, isFailure: true)
        guard case .finished(let delivery) = answer else { return }
        sessions[session].letGo(of: delivery)
        endStoring(delivery, of: session, into: &effects)
        sendQueued(session, now: now, into: &effects)
    }

    /// A PUBREC that tells of no failure was received.
    mutating func pubrecReceived(
        _ packetIdentifier: UInt16,
        from connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let (isKnown, released) = sessions[session].pubrecReceived(packetIdentifier)
        if let released, sessions[session].storage.isStored {
            // A PUBREL that a restarted broker knows nothing of would let the message be delivered again.
            effects.batch.release(released, of: sessions[session].storage.number)
            notePromise(session, in: effects)
            effects.holdUntilStored(connection)
        }
        let reasonCode = isKnown ? ReasonCode.success : .packetIdentifierNotFound
        acknowledge(.pubrel, packetIdentifier, reasonCode, to: connection, into: &effects)  // [MQTT-4.3.3-4]
    }

    mutating func pubcompReceived(
        _ pubcomp: Acknowledgement,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        sessions[session].pubcompsReceived([pubcomp.packetIdentifier], into: &effects.batch)
        sendQueued(session, now: now, into: &effects)
    }
}
