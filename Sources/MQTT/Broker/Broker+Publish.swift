import NIOCore

/// How messages come in: the receiving side of QoS 0, 1 and 2 (section 4.3).
extension Broker {
    mutating func publishReceived(
        _ received: Publish,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) throws(MalformedPacket) {
        statistics.publishReceivedCount += 1
        var publish = received
        if publish.topicAlias != 0 {
            try connections[connection.value].incomingAliases.resolve(&publish)
        }
        try check(publish, maximumQoS: connections[connection.value].maximumQoS)
        let session = connections[connection.value].session
        switch publish.qos {
        case .atMostOnce:
            _ = route(publish, from: session, now: now, into: &effects)
        case .atLeastOnce:
            let isMatched = route(publish, from: session, now: now, into: &effects)
            acknowledge(.puback, publish, isMatched: isMatched, to: connection, into: &effects)  // [MQTT-4.3.2-4]
        case .exactlyOnce:
            switch sessions[session].incoming.publishAcknowledgedAtOnce(publish.packetIdentifier) {
            case .new:
                // Passed on now and not at PUBREL: the identifier is what is kept, not the message [MQTT-4.3.3-10].
                let isMatched = route(publish, from: session, now: now, into: &effects)
                acknowledge(.pubrec, publish, isMatched: isMatched, to: connection, into: &effects)
            case .alreadyReceived, .unacknowledged:
                acknowledge(.pubrec, publish, isMatched: true, to: connection, into: &effects)  // [MQTT-4.3.3-8]
            case .receiveMaximumExceeded:
                throw MalformedPacket(
                    "more messages of QoS 2 in flight than the receive maximum",
                    reasonCode: .receiveMaximumExceeded  // [MQTT-3.3.4-7]
                )
            }
        }
    }

    /// What the Server announced that it does not do.
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

    private mutating func acknowledge(
        _ type: ControlPacketType,
        _ publish: Publish,
        isMatched: Bool,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let version = connections[connection.value].version
        let identifier = publish.packetIdentifier
        effects.outbox.append(to: connection) { buffer in
            Acknowledgement.encode(
                type,
                packetIdentifier: identifier,
                reasonCode: isMatched ? .success : .noMatchingSubscribers,
                into: &buffer,
                version: version
            )
        }
    }

    mutating func pubrelReceived(
        _ pubrel: Acknowledgement,
        from connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let isKnown = sessions[session].incoming.pubrelReceived(pubrel.packetIdentifier)
        let version = connections[connection.value].version
        effects.outbox.append(to: connection) { buffer in
            Acknowledgement.encode(
                .pubcomp,  // [MQTT-4.3.3-11]
                packetIdentifier: pubrel.packetIdentifier,
                reasonCode: isKnown ? .success : .packetIdentifierNotFound,
                into: &buffer,
                version: version
            )
        }
    }
}
