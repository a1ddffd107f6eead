import NIOCore

/// How messages come in: the receiving side of QoS 0, 1 and 2 (section 4.3).
extension Broker {
    mutating func publishReceived(
        _ publish: consuming Publish,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) throws(MalformedPacket) {
        statistics.publishReceivedByteCount += publish.sizes.payload
        if publish.topicAlias != 0 {
            try connections[connection.value].incomingAliases.resolve(&publish)
        }
        try check(publish, maximumQoS: connections[connection.value].maximumQoS)
        let session = connections[connection.value].session
        if limits.hasPublishRate { measure(publish, from: connection, now: now) }
        if !sessions[session].mountPoint.isEmpty { try mount(&publish, below: sessions[session].mountPoint) }
        if publish.qos == .exactlyOnce, sessions[session].incoming.isUnreleased(publish.packetIdentifier) {
            // Before anything that might refuse it now: the message was taken in, and its identifier is not free.
            return acknowledge(.pubrec, publish, .success, to: connection, into: &effects)  // [MQTT-4.3.3-8]
        }
        if let refusal = reasonToRefuse(publish, from: connection, into: &effects) {
            return acknowledgeRefused(publish, refusal, to: connection, into: &effects)
        }
        if isStoreFull, publish.qos != .atMostOnce, needsStore(publish, from: session) {
            return try refuseToStore(publish, to: connection, into: &effects)
        }
        let before = effects.batch.changeCount
        let identifier = publish.packetIdentifier
        switch publish.qos {
        case .atMostOnce:
            _ = passOn(consume publish, from: session, now: now, into: &effects)
        case .atLeastOnce:
            let isMatched = passOn(consume publish, from: session, now: now, into: &effects)
            if effects.batch.changeCount != before { effects.holdUntilStored(connection) }
            // [MQTT-4.3.2-4]
            acknowledge(.puback, identifier, Self.accepted(isMatched), to: connection, into: &effects)
        case .exactlyOnce:
            switch sessions[session].incoming.publishAcknowledgedAtOnce(identifier) {
            case .new:
                // Passed on now and not at PUBREL: the identifier is what is kept, not the message [MQTT-4.3.3-10].
                let isMatched = passOn(consume publish, from: session, now: now, into: &effects)
                storeUnreleased(identifier, true, of: session, into: &effects)
                if effects.batch.changeCount != before { effects.holdUntilStored(connection) }
                acknowledge(.pubrec, identifier, Self.accepted(isMatched), to: connection, into: &effects)
            case .alreadyReceived, .unacknowledged:
                acknowledge(.pubrec, identifier, .success, to: connection, into: &effects)  // [MQTT-4.3.3-8]
            case .receiveMaximumExceeded:
                throw MalformedPacket(
                    "more messages of QoS 2 in flight than the receive maximum",
                    reasonCode: .receiveMaximumExceeded  // [MQTT-3.3.4-7]
                )
            }
        }
    }

    /// Routes a message, or puts it by where it asks the broker itself something.
    private mutating func passOn(
        _ publish: consuming Publish,
        from session: SessionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        guard configuration.answersControl, ControlRequest.isTopic(publish.topic) else {
            return route(consume publish, from: session, now: now, into: &effects)
        }
        effects.controlRequests.append(
            ControlRequest(
                clientIdentifier: sessions[session].clientIdentifier,
                userName: sessions[session].userName,
                payload: [UInt8](copying: publish.payload)
            )
        )
        return true
    }

    /// Puts a Client's messages where its listener has them in the broker.
    private func mount(_ publish: inout Publish, below mountPoint: [UInt8]) throws(MalformedPacket) {
        let topic = mountPoint + [UInt8](copying: publish.topic)
        guard topic.count <= UTF8String.maximumLength else {
            throw MalformedPacket("topic name is too long for its mount point", reasonCode: .topicNameInvalid)
        }
        publish = publish.replacingTopic(with: topic.span)
    }

    /// Answers a message that is not passed on. Only version 5.0 can tell why; to older ones it looks as if it were.
    private mutating func acknowledgeRefused(
        _ publish: Publish,
        _ refusal: ReasonCode,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let mayTell = connections[connection.value].version.hasProperties
        let reasonCode = mayTell ? refusal : .success
        switch publish.qos {
        case .atMostOnce: return
        case .atLeastOnce: acknowledge(.puback, publish, reasonCode, to: connection, into: &effects)
        case .exactlyOnce:
            // The exchange ends with a PUBREC that refuses; with any other it goes on.
            if !mayTell { _ = sessions[session].incoming.publishAcknowledgedAtOnce(publish.packetIdentifier) }
            acknowledge(.pubrec, publish, reasonCode, to: connection, into: &effects)
        }
    }

    /// Answers a message that the store, which is full, would have to take in. Version 5.0 can be told; with older ones
    /// only the end of the connection keeps the Client from taking the message for delivered.
    private mutating func refuseToStore(
        _ publish: Publish,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) throws(MalformedPacket) {
        guard connections[connection.value].version.hasProperties else {
            throw MalformedPacket("the store takes no messages at the moment", reasonCode: .quotaExceeded)
        }
        acknowledgeRefused(publish, .quotaExceeded, to: connection, into: &effects)
    }

    /// What the Server announced that it does not do. Put where it is used: a call would be given a copy of the broker.
    @inline(__always)
    private func check(_ publish: Publish, maximumQoS: QoS) throws(MalformedPacket) {
        guard publish.subscriptionIdentifiers.isEmpty else {
            throw .protocolError("a subscription identifier from a client")  // [MQTT-3.3.4-6]
        }
        guard publish.qos <= maximumQoS else {
            throw MalformedPacket("QoS above the maximum QoS", reasonCode: .qosNotSupported)  // [MQTT-3.2.2-11]
        }
        guard !publish.retain || configuration.retainAvailable else {
            throw MalformedPacket("retain is not available", reasonCode: .retainNotSupported)  // [MQTT-3.2.2-14]
        }
        guard publish.sizes.topic < limits.topicLevels || publish.topic.topicLevelCount <= limits.topicLevels else {
            throw MalformedPacket("topic name has too many levels", reasonCode: .topicNameInvalid)
        }
    }

    private static func accepted(_ isMatched: Bool) -> ReasonCode {
        isMatched ? .success : .noMatchingSubscribers
    }

    private mutating func acknowledge(
        _ type: ControlPacketType,
        _ publish: Publish,
        _ reasonCode: ReasonCode,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        acknowledge(type, publish.packetIdentifier, reasonCode, to: connection, into: &effects)
    }

    /// Writes a PUBACK, PUBREC, PUBREL or PUBCOMP.
    mutating func acknowledge(
        _ type: ControlPacketType,
        _ packetIdentifier: UInt16,
        _ reasonCode: ReasonCode,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let version = connections[connection.value].version
        statistics.noteSent(type)
        if configuration.tracesPackets { trace(type, packetIdentifier, reasonCode, connection, into: &effects) }
        if reasonCode == .success || !version.hasProperties {
            return effects.outbox.write(type, packetIdentifier: packetIdentifier, to: connection)
        }
        effects.outbox.append(to: connection) { buffer in
            Acknowledgement.encode(
                type,
                packetIdentifier: packetIdentifier,
                reasonCode: reasonCode,
                into: &buffer,
                version: version
            )
        }
    }

    mutating func pubrelReceived(
        _ packetIdentifier: UInt16,
        from connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let isKnown = sessions[session].incoming.pubrelReceived(packetIdentifier)
        let reasonCode = isKnown ? ReasonCode.success : .packetIdentifierNotFound
        if isKnown, sessions[session].storage.isStored {
            // A restarted broker would take the next message under this identifier for one that it has received.
            storeUnreleased(packetIdentifier, false, of: session, into: &effects)
            effects.holdUntilStored(connection)
        }
        acknowledge(.pubcomp, packetIdentifier, reasonCode, to: connection, into: &effects)  // [MQTT-4.3.3-11]
    }
}
