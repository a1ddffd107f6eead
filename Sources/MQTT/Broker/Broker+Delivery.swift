import NIOCore

/// How messages go out: the sending side of QoS 0, 1 and 2, and the queues of sessions (sections 4.3 to 4.6).
extension Broker {
    /// Sends a message to a session, or queues it, or drops it where neither can be.
    mutating func deliver(
        _ message: inout RoutedMessage,
        to session: SessionIndex,
        maximumQoS: QoS,
        retainAsPublished: Bool,
        subscriptionIdentifiers: [UInt32],
        isOnly: Bool,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let qos = min(message.publish.qos, maximumQoS)  // [MQTT-3.8.4-8]
        let retain = retainAsPublished && message.publish.retain  // [MQTT-3.3.1-12], [MQTT-3.3.1-13]
        if let connection = sessions[session].connection {
            if qos == .atMostOnce, sessions[session].mayPassQueue {
                guard effects.outbox.byteCount(for: connection) < limits.outgoingBytes else {
                    connections[connection.value].awaitsDrain = true
                    return noteDropped(session, .receiverTooSlow, into: &effects)
                }
                return send(
                    &message,
                    qos: qos,
                    retain: retain,
                    subscriptionIdentifiers: subscriptionIdentifiers,
                    to: connection,
                    isOnly: isOnly,
                    into: &effects
                )
            }
            if qos != .atMostOnce, sessions[session].queue.isEmpty, sessions[session].outgoing.canBegin,
                effects.outbox.byteCount(for: connection) < limits.outgoingBytesBeforeQueueing
            {
                return send(
                    &message,
                    qos: qos,
                    retain: retain,
                    subscriptionIdentifiers: subscriptionIdentifiers,
                    to: connection,
                    isOnly: isOnly,
                    into: &effects
                )
            }
        } else if qos == .atMostOnce, !configuration.queuesQoS0Messages {
            return
        }
        let delivery = ServerSession.Delivery(
            message: message.stored,
            qos: qos,
            retain: retain,
            isReplay: false,
            subscriptionIdentifiers: subscriptionIdentifiers
        )
        enqueue(delivery, for: session, now: now, into: &effects)
    }

    private mutating func enqueue(
        _ delivery: ServerSession.Delivery,
        for session: SessionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        if !hasRoom(session, for: delivery) { dropExpired(session, now: now) }
        guard hasRoom(session, for: delivery) else { return noteDropped(session, .queueFull, into: &effects) }
        queuedByteCount += delivery.size
        sessions[session].enqueue(delivery)
        if let connection = sessions[session].connection,
            effects.outbox.byteCount(for: connection) >= limits.outgoingBytesBeforeQueueing
        {
            connections[connection.value].awaitsDrain = true
        }
    }

    private func hasRoom(_ session: SessionIndex, for delivery: ServerSession.Delivery) -> Bool {
        sessions[session].queuedMessageCount < limits.queuedMessages
            && sessions[session].queuedByteCount + delivery.size <= limits.queuedBytes
    }

    /// Takes what has expired from the front of a session's queue [MQTT-3.3.2-5].
    private mutating func dropExpired(_ session: SessionIndex, now: NIODeadline) {
        while let message = sessions[session].queue.first?.message, message.isExpired(now: now) {
            guard let delivery = sessions[session].dequeue() else { return }
            if !delivery.isReplay { queuedByteCount -= delivery.size }
        }
    }

    mutating func noteDropped(_ session: SessionIndex, _ reason: DropReason, into effects: inout Effects) {
        statistics.publishDroppedCount += 1
        guard !sessions[session].isDropping else { return }
        sessions[session].isDropping = true
        effects.events.append(
            .droppingMessages(clientIdentifier: sessions[session].clientIdentifier, reason)
        )
    }

    // MARK: Sending

    /// Sends a message now; beyond QoS 0 its exchange begins, for which the caller has seen that there is room.
    private mutating func send(
        _ message: inout RoutedMessage,
        qos: QoS,
        retain: Bool,
        subscriptionIdentifiers: [UInt32],
        to connection: ConnectionIndex,
        isOnly: Bool,
        into effects: inout Effects
    ) {
        let version = connections[connection.value].version
        var header = Publish.Header(version: version, qos: qos, retain: retain)
        if version.hasProperties {
            header.messageExpiryInterval = message.publish.messageExpiryInterval  // [MQTT-3.3.2-6]
            header.subscriptionIdentifiers = subscriptionIdentifiers
        }
        guard fits(header, message.publish, connection) else { return }
        if qos != .atMostOnce {
            let delivery = ServerSession.Delivery(
                message: message.stored,
                qos: qos,
                retain: retain,
                isReplay: false,
                subscriptionIdentifiers: subscriptionIdentifiers
            )
            header.packetIdentifier =
                sessions[connections[connection.value].session].outgoing.begin(delivery, qos: qos)
        }
        statistics.publishSentCount += 1
        let publish = message.publish
        // Bytes that only this receiver gets are written straight to where they go.
        if connections[connection.value].outgoingAliases.isUsed {
            return write(
                header,
                topic: publish.topic,
                properties: publish.forwardedProperties,
                payload: publish.payload,
                to: connection,
                into: &effects
            )
        }
        if isOnly || !header.subscriptionIdentifiers.isEmpty {
            return effects.outbox.write(header, publish, to: connection)
        }
        let shape = EncodedShapes.shape(version: version, qos: qos, retain: retain)
        let (packet, identifierOffset) = shapes.encoded(shape, header, publish)
        effects.outbox.append(to: connection) { buffer in
            let start = buffer.writerIndex
            buffer.writeImmutableBuffer(packet)
            if identifierOffset > 0 {
                buffer.setInteger(header.packetIdentifier, at: start + identifierOffset)
            }
        }
    }

    /// Whether the packet is one that the Client accepts; if not it is treated as sent [MQTT-3.1.2-25].
    private func fits(_ header: Publish.Header, _ publish: Publish, _ connection: ConnectionIndex) -> Bool {
        let maximum = connections[connection.value].maximumPacketSize
        guard maximum < .max else { return true }
        let sizes = publish.sizes
        return header.packetSize(
            topicCount: sizes.topic,
            propertiesCount: sizes.properties,
            payloadCount: sizes.payload
        ) <= maximum
    }

    /// Writes a PUBLISH, with a Topic Alias where the Client takes them.
    private mutating func write(
        _ header: Publish.Header,
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        var header = header
        var writtenTopic = topic
        if connections[connection.value].outgoingAliases.isUsed {
            header.topicAlias = 1
            let size = header.packetSize(
                topicCount: topic.count,
                propertiesCount: properties.count,
                payloadCount: payload.count
            )
            header.topicAlias = 0
            let mayBegin = size <= connections[connection.value].maximumPacketSize  // [MQTT-3.1.2-24]
            switch connections[connection.value].outgoingAliases.form(of: topic, mayBegin: mayBegin) {
            case .topic: break
            case .topicAndAlias(let alias): header.topicAlias = alias
            case .alias(let alias):
                header.topicAlias = alias
                writtenTopic = topic.extracting(0..<0)
            }
        }
        effects.outbox.write(header, topic: writtenTopic, properties: properties, payload: payload, to: connection)
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
            } else {
                send(delivery, identifier: identifier, duplicate: true, to: connection, now: now, into: &effects)
            }
        }
        guard hasRoom(connection, effects) else {
            connections[connection.value].awaitsDrain = true
            return
        }
        while let next = sessions[session].queue.first {
            if let message = next.message, !message.isExpired(now: now) {
                guard hasRoom(connection, effects) else {
                    connections[connection.value].awaitsDrain = true
                    return
                }
                guard next.qos == .atMostOnce || sessions[session].outgoing.canBegin else { return }
            }
            guard let delivery = sessions[session].dequeue() else { return }
            if !delivery.isReplay { queuedByteCount -= delivery.size }
            sendFirst(delivery, to: connection, now: now, into: &effects)
        }
        sessions[session].isDropping = false
    }

    private func hasRoom(_ connection: ConnectionIndex, _ effects: borrowing Effects) -> Bool {
        effects.outbox.byteCount(for: connection) < limits.outgoingBytesBeforeQueueing
    }

    /// Sends a message that was queued, unless it has expired [MQTT-3.3.2-5] or is larger than the Client accepts.
    private mutating func sendFirst(
        _ delivery: ServerSession.Delivery,
        to connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard let message = delivery.message, !message.isExpired(now: now) else { return }
        let header = self.header(of: delivery, message, to: connection, now: now)
        let size = header.packetSize(
            topicCount: message.topic.count,
            propertiesCount: message.forwardedProperties.count,
            payloadCount: message.payload.count
        )
        guard size <= connections[connection.value].maximumPacketSize else { return }
        let session = connections[connection.value].session
        let identifier =
            delivery.qos == .atMostOnce ? 0 : sessions[session].outgoing.begin(delivery, qos: delivery.qos)
        send(delivery, identifier: identifier, duplicate: false, to: connection, now: now, into: &effects)
    }

    private func header(
        of delivery: ServerSession.Delivery,
        _ message: StoredMessage,
        to connection: ConnectionIndex,
        now: NIODeadline
    ) -> Publish.Header {
        let version = connections[connection.value].version
        var header = Publish.Header(version: version, qos: delivery.qos, retain: delivery.retain)
        if version.hasProperties {
            header.messageExpiryInterval = message.remainingExpiryInterval(now: now)
            header.subscriptionIdentifiers = delivery.subscriptionIdentifiers
        }
        return header
    }

    private mutating func send(
        _ delivery: ServerSession.Delivery,
        identifier: UInt16,
        duplicate: Bool,
        to connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        guard let message = delivery.message else { return }
        var header = self.header(of: delivery, message, to: connection, now: now)
        header.packetIdentifier = identifier
        header.duplicate = duplicate  // [MQTT-3.3.1-1]
        statistics.publishSentCount += 1
        write(
            header,
            topic: message.topic,
            properties: message.forwardedProperties,
            payload: message.payload,
            to: connection,
            into: &effects
        )
    }

    // MARK: Acknowledgements

    mutating func pubackReceived(
        _ puback: Acknowledgement,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        guard case .finished = sessions[session].outgoing.pubackReceived(puback.packetIdentifier) else { return }
        sendQueued(session, now: now, into: &effects)
    }

    mutating func pubrecReceived(
        _ pubrec: Acknowledgement,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let answer = sessions[session].outgoing.pubrecReceived(
            pubrec.packetIdentifier,
            isFailure: pubrec.reasonCode.isFailure
        ) { $0.message = nil }
        switch answer {
        case .sendPubrel, .unexpected:
            guard !pubrec.reasonCode.isFailure else { return }
            let version = connections[connection.value].version
            let isKnown = if case .sendPubrel = answer { true } else { false }
            effects.outbox.append(to: connection) { buffer in
                Acknowledgement.encode(
                    .pubrel,  // [MQTT-4.3.3-4]
                    packetIdentifier: pubrec.packetIdentifier,
                    reasonCode: isKnown ? .success : .packetIdentifierNotFound,
                    into: &buffer,
                    version: version
                )
            }
        case .finished:
            sendQueued(session, now: now, into: &effects)
        }
    }

    mutating func pubcompReceived(
        _ pubcomp: Acknowledgement,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        guard case .finished = sessions[session].outgoing.pubcompReceived(pubcomp.packetIdentifier) else { return }
        sendQueued(session, now: now, into: &effects)
    }
}
