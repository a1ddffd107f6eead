import NIOCore

/// How connections and sessions end (sections 3.14 and 4.1).
extension Broker {
    mutating func disconnectReceived(
        _ disconnect: Disconnect,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) throws(MalformedPacket) {
        let session = connections[connection.value].session
        if disconnect.properties[string: .serverReference] != nil {
            throw .protocolError("a server reference from a client")
        }
        if let interval = disconnect.properties[integer: .sessionExpiryInterval] {
            guard interval == 0 || connections[connection.value].asksForLastingSession else {
                throw .protocolError("a session expiry interval at the end that was 0 at the start")
            }
            sessions[session].expiryInterval = allowedExpiryInterval(interval)
        }
        endConnection(
            connection,
            reason: .disconnected(disconnect.reasonCode),
            // [MQTT-3.14.4-3]: a normal disconnection discards the will.
            publishesWill: disconnect.reasonCode != .success,
            now: now,
            into: &effects
        )
    }

    /// Ends a connection that is connected: lets go of its session, sees to its will, and closes it.
    mutating func endConnection(
        _ connection: ConnectionIndex,
        reason: DisconnectionReason,
        publishesWill: Bool,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let session = connections[connection.value].session
        let will = connections[connection.value].will
        connections[connection.value].phase = .ended
        connections[connection.value].will = nil
        connections[connection.value].awaitsDrain = false
        connectedCount -= 1
        effects.closing.append(connection)
        effects.events.append(
            .clientDisconnected(
                connection,
                clientIdentifier: sessions[session].clientIdentifier,
                reason: reason
            )
        )

        sessions[session].connection = nil
        tellPresence(false, of: session, into: &effects)
        let expiryInterval = sessions[session].expiryInterval
        if let will, publishesWill {
            let delay = will.properties[integer: .willDelayInterval] ?? 0
            if delay > 0, expiryInterval > 0 {
                sessions[session].delayedWill = ServerSession.DelayedWill(
                    will: will,
                    deadline: now + .seconds(Int64(delay))
                )
            } else {
                publish(will, from: session, now: now, into: &effects)
            }
        }
        guard expiryInterval > 0 else { return endSession(session, now: now, into: &effects) }  // [MQTT-4.1.0-2]
        if expiryInterval != ServerSession.neverExpires {
            sessions[session].expiry = now + .seconds(Int64(expiryInterval))
        }
        keep(session, into: &effects)
        scheduleDeadline(of: session)
    }

    /// Ends a session that has no connection: all that belongs to it is discarded.
    mutating func endSession(_ session: SessionIndex, now: NIODeadline, into effects: inout Effects) {
        // A will that waits is published when the session ends, if not before [MQTT-3.1.3-9].
        subscriptions.removeAll(of: session)
        tellInterest(into: &effects)
        if let delayedWill = sessions[session].delayedWill {
            publish(delayedWill.will, from: session, now: now, into: &effects)
        }
        queuedByteCount -= sessions[session].queuedByteCount
        queuedMessageCount -= sessions[session].queuedMessageCount
        beyondByteCount -= sessions[session].storage.beyond.byteCount
        beyondMessageCount -= sessions[session].storage.beyond.messageCount
        if sessions[session].storage.isStored { effects.batch.endSession(sessions[session].storage.number) }
        if peerCount > 0, sessions[session].tenure != enteringTenure {
            effects.directory.append(
                .release(sessions[session].clientIdentifier, number: sessions[session].tenure)
            )
        }
        sessionsByClient[sessions[session].clientIdentifier] = nil
        sessions.remove(session)
    }

    /// - Parameter session: The session of the Client whose Will it is.
    mutating func publish(
        _ will: Connect.Will,
        from session: SessionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        if let rule = ruleAgainstPublishing(to: will.topic.bytes.span, by: sessions[session].access) {
            return noteDenied(.publishWill, will.topic.bytes.span, rule, session: session, into: &effects)
        }
        _ = route(Publish(will), from: session, now: now, into: &effects)  // [MQTT-3.1.2-14], [MQTT-3.1.2-15]
    }

    /// The Server shuts down: every Client is told and let go of, with its will published as the loss of the connection
    /// would have it.
    mutating func shutDown(now: NIODeadline, into effects: inout Effects) {
        for index in connections.indices {
            let connection = ConnectionIndex(value: index)
            switch connections[index].phase {
            case .ended: continue
            case .awaitingConnect, .authenticating, .claiming:
                connections[index].phase = .ended
                effects.closing.append(connection)
            case .connected:
                sendDisconnect(.serverShuttingDown, to: connection, into: &effects)
                endConnection(
                    connection,
                    reason: .endedByServer(.serverShuttingDown),
                    publishesWill: true,
                    now: now,
                    into: &effects
                )
            }
        }
    }
}

extension Publish {
    /// The PUBLISH that a Will Message becomes.
    init(_ will: Connect.Will) {
        var forwarded = will.properties
        forwarded.removeAll(.willDelayInterval)
        forwarded.removeAll(.messageExpiryInterval)
        self.init(
            topic: will.topic.bytes.span,
            properties: forwarded.encodedContent.span,
            payload: will.payload.span,
            qos: will.qos,
            retain: will.retain
        )
        messageExpiryInterval = will.properties[integer: .messageExpiryInterval]
    }
}
