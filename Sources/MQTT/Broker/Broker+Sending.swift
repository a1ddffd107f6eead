import NIOCore

/// How a PUBLISH is written for its receiver (section 3.3).
extension Broker {
    /// The payload, in bytes, from which on it is not copied to each receiver.
    private static let smallestSharedPayload = 8_192

    /// Sends a message now; beyond QoS 0 its exchange begins, for which the caller has seen that there is room.
    mutating func send(
        _ message: inout RoutedMessage,
        _ terms: DeliveryTerms,
        to connection: ConnectionIndex,
        isOnly: Bool,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let version = connections[connection.value].version
        let hiddenCount = hiddenTopicCount(message.publish.topic, session)
        let payloadCount = message.publish.sizes.payload
        guard fits(message.publish, terms, hiddenCount, connection) else { return }
        let identifier =
            terms.qos == .atMostOnce ? 0 : begin(&message, terms, of: session, on: connection, into: &effects)
        statistics.noteSentPublish(byteCount: payloadCount)
        let hasAliases = connections[connection.value].outgoingAliases.isUsed
        let isShared = payloadCount >= Self.smallestSharedPayload && message.publish.fillsItsMemory
        if isOnly || isShared || hasAliases || hiddenCount > 0 || configuration.tracesPackets
            || version.hasProperties && !terms.subscriptionIdentifiers.isEmpty
        {
            var header = Self.header(of: message.publish, terms, version)
            header.packetIdentifier = identifier
            if configuration.tracesPackets {
                trace(header, message.publish.topic, payloadCount, connection, into: &effects)
            }
            // Bytes that only this receiver gets are written straight to where they go.
            if hasAliases || hiddenCount > 0 {
                write(
                    header,
                    topic: message.publish.topic.extracting(hiddenCount...),
                    properties: message.publish.forwardedProperties,
                    payload: message.publish.payload,
                    to: connection,
                    into: &effects
                )
            } else if isShared {
                effects.outbox.writeSharing(header, message.publish, to: connection)
            } else {
                effects.outbox.write(header, message.publish, to: connection)
            }
            return
        }
        shapes.write(
            message.publish,
            EncodedShapes.shape(version: version, qos: terms.qos, retain: terms.retain),
            header: Self.header(of: message.publish, terms, version),
            packetIdentifier: identifier,
            to: connection,
            in: &effects.outbox
        )
    }

    /// Begins the exchange of a message that is sent now, and returns its Packet Identifier.
    @inline(__always)  // a call would hand the delivery over as a copy
    private mutating func begin(
        _ message: inout RoutedMessage,
        _ terms: DeliveryTerms,
        of session: SessionIndex,
        on connection: ConnectionIndex,
        into effects: inout Effects
    ) -> UInt16 {
        guard sessions[session].storage.isStored else { return sessions[session].begin(message.delivery(terms)) }
        var delivery = message.delivery(terms)
        store(&delivery, slot: &message.slot, for: session, isSent: true, into: &effects)
        // A restarted broker would not know the identifier, and deliver the message once more under another.
        if terms.qos == .exactlyOnce {
            notePromise(session, in: effects)
            effects.holdUntilStored(connection)
        }
        return sessions[session].begin(delivery)
    }

    private static func header(
        of publish: borrowing Publish,
        _ terms: DeliveryTerms,
        _ version: ProtocolVersion
    ) -> Publish.Header {
        var header = Publish.Header(version: version, qos: terms.qos, retain: terms.retain)
        if version.hasProperties {
            header.messageExpiryInterval = publish.messageExpiryInterval  // [MQTT-3.3.2-6]
            header.subscriptionIdentifiers = terms.subscriptionIdentifiers
        }
        return header
    }

    /// How many bytes at the beginning of a topic the Client does not get to see: its mount point.
    @inline(__always)  // a call would be given a copy of the broker
    func hiddenTopicCount(_ topic: Span<UInt8>, _ session: SessionIndex) -> Int {
        guard !sessions[session].mountPoint.isEmpty else { return 0 }
        // What was queued while the Client came by another listener lies elsewhere.
        let mountPoint = sessions[session].mountPoint
        return topic.starts(with: mountPoint.span) ? mountPoint.count : 0
    }

    /// Whether the packet is one that the Client accepts; if not it is treated as sent [MQTT-3.1.2-25].
    @inline(__always)  // a call would be given a copy of the broker
    private func fits(
        _ publish: borrowing Publish,
        _ terms: DeliveryTerms,
        _ hiddenCount: Int,
        _ connection: ConnectionIndex
    ) -> Bool {
        let maximum = connections[connection.value].maximumPacketSize
        guard maximum < .max else { return true }
        let sizes = publish.sizes
        return Self.header(of: publish, terms, connections[connection.value].version).packetSize(
            topicCount: sizes.topic - hiddenCount,
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

    /// Sends a message that was queued, unless it has expired [MQTT-3.3.2-5] or is larger than the Client accepts.
    ///
    /// - Returns: Whether it was sent.
    mutating func sendFirst(
        _ delivery: ServerSession.Delivery,
        to connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        guard let message = delivery.message, !message.isExpired(now: now), fits(delivery, connection, now: now)
        else { return false }
        let session = connections[connection.value].session
        let identifier =
            delivery.qos == .atMostOnce ? 0 : sessions[session].begin(delivery)
        send(delivery, identifier: identifier, duplicate: false, to: connection, now: now, into: &effects)
        return true
    }

    /// Whether the packet of a message that was kept is one that the Client accepts.
    @inline(__always)  // a call would be given a copy of the broker
    func fits(_ delivery: ServerSession.Delivery, _ connection: ConnectionIndex, now: NIODeadline) -> Bool {
        guard let message = delivery.message, connections[connection.value].maximumPacketSize < .max else {
            return true
        }
        let size = header(of: delivery, message, to: connection, now: now).packetSize(
            topicCount: message.topic.count
                - hiddenTopicCount(message.topic, connections[connection.value].session),
            propertiesCount: message.forwardedProperties.count,
            payloadCount: message.payload.count
        )
        return size <= connections[connection.value].maximumPacketSize
    }

    @inline(__always)  // a call would be given a copy of the broker
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

    mutating func send(
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
        statistics.noteSentPublish(byteCount: message.payload.count)
        if configuration.tracesPackets {
            trace(header, message.topic, message.payload.count, connection, into: &effects)
        }
        write(
            header,
            topic: message.topic.extracting(
                hiddenTopicCount(message.topic, connections[connection.value].session)...
            ),
            properties: message.forwardedProperties,
            payload: message.payload,
            to: connection,
            into: &effects
        )
    }
}
