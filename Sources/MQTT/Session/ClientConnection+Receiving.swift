import DequeModule
import NIOCore

/// The receiving side of a Client: what to make of each packet.
extension ClientConnection {
    /// A packet was received.
    mutating func received(_ packet: ControlPacket, now: NIODeadline, into effects: inout ClientEffects) {
        switch phase {
        case .awaitingConnack:
            packetReceived(now: now)
            guard case .connack(let connack) = packet else {
                protocolError(.protocolError("packet before CONNACK"), into: &effects)  // [MQTT-3.2.0-1]
                return
            }
            connackReceived(connack, now: now, into: &effects)
        case .connected:
            packetReceived(now: now)
            do {
                try receivedWhileConnected(packet, into: &effects)
            } catch {
                protocolError(error, into: &effects)
            }
        case .closing, .closed:
            break  // whatever comes after the last packet is ignored
        }
    }

    private mutating func receivedWhileConnected(
        _ packet: ControlPacket,
        into effects: inout ClientEffects
    ) throws(MalformedPacket) {
        switch packet {
        case .publish(let publish): try publishReceived(publish, into: &effects)
        case .puback(let answer): pubackReceived(answer, into: &effects)
        case .pubrec(let answer): pubrecReceived(answer, into: &effects)
        case .pubrel(let release):
            inbox.pubrelReceived(release.packetIdentifier, version: version, into: &effects.output)
        case .pubcomp(let answer): pubcompReceived(answer, into: &effects)
        case .suback(let answer), .unsuback(let answer): try answerReceived(answer, packet.type, into: &effects)
        case .pingresp:
            // One that was not asked for says that the Server is there, which any packet does.
            if let request = pings.popFirst(), request != .none { effects.completions.append(.pinged(request)) }
        case .disconnect(let disconnect):
            guard version.hasProperties else { throw .protocolError("DISCONNECT by a server of version 3") }
            close(
                .byServer(.disconnectedByServer, disconnect.reasonCode, disconnect.properties),
                into: &effects
            )
        case .connack:
            throw .protocolError("second CONNACK")  // [MQTT-3.2.0-2]
        case .auth:
            throw .protocolError("AUTH without an authentication method")  // [MQTT-4.12.0-1]: this side began none
        case .connect, .subscribe, .unsubscribe, .pingreq:
            throw .protocolError("packet that only a client sends")
        }
    }

    // MARK: Messages of the Server

    private mutating func publishReceived(
        _ packet: Publish,
        into effects: inout ClientEffects
    ) throws(MalformedPacket) {
        var publish = packet
        let responseTopic = responseTopic
        func isResponse(_ publish: borrowing Publish) -> Bool {
            guard let responseTopic else { return false }
            return publish.topic.hasSameBytes(as: responseTopic.bytes.span)
        }
        switch try inbox.received(&publish, isConsumed: isResponse) {
        case .deliver:
            if isResponse(publish) {
                effects.responses.append(publish)
                inbox.settle(version: version, into: &effects.output)
            } else {
                effects.messages.append(publish)
            }
        case .acknowledge:
            inbox.acknowledge(
                publish.packetIdentifier,
                qos: publish.qos,
                version: version,
                into: &effects.output
            )
        case .wait:
            break  // its acknowledgement follows when the application has consumed it
        }
    }

    /// The application has consumed the oldest `count` messages of QoS 1 and 2 among those it was given.
    mutating func messagesConsumed(_ count: Int, into effects: inout ClientEffects) {
        if phase == .connected {
            inbox.consumed(count, version: version, into: &effects.output)
        } else {
            // Nothing can be sent; what the Server repeats on the next connection is acknowledged there.
            var unsent = ByteBuffer()
            inbox.consumed(count, version: version, into: &unsent)
        }
    }

    // MARK: Answers to what this side published

    private mutating func pubackReceived(_ answer: Acknowledgement, into effects: inout ClientEffects) {
        finished(flow.pubackReceived(answer.packetIdentifier), answer, into: &effects)
    }

    private mutating func pubrecReceived(_ answer: Acknowledgement, into effects: inout ClientEffects) {
        let outcome = flow.pubrecReceived(
            answer.packetIdentifier,
            isFailure: answer.reasonCode.isFailure
        ) { exchange in
            guard case .publish(var message) = exchange else { return }
            message.isOwnedByServer = true
            message.payload = ByteBuffer()
            exchange = .publish(message)
        }
        switch outcome {
        case .finished:
            finished(outcome, answer, into: &effects)
        case .sendPubrel:
            // [MQTT-4.3.3-4]
            Acknowledgement.encode(
                .pubrel,
                packetIdentifier: answer.packetIdentifier,
                into: &effects.output,
                version: version
            )
        case .unexpected:
            // The Server believes in an exchange that this side does not know; PUBREL lets it forget.
            Acknowledgement.encode(
                .pubrel,
                packetIdentifier: answer.packetIdentifier,
                reasonCode: .packetIdentifierNotFound,
                into: &effects.output,
                version: version
            )
        }
    }

    private mutating func pubcompReceived(_ answer: Acknowledgement, into effects: inout ClientEffects) {
        var answer = answer
        // The Server has taken the message with PUBREC; that it has forgotten the exchange since is no failure.
        if answer.reasonCode == .packetIdentifierNotFound { answer.reasonCode = .success }
        finished(flow.pubcompReceived(answer.packetIdentifier), answer, into: &effects)
    }

    private func finished(
        _ outcome: OutgoingFlow<ClientExchange>.Answer,
        _ answer: Acknowledgement,
        into effects: inout ClientEffects
    ) {
        guard case .finished(.publish(let message)) = outcome else { return }
        // A message that nobody waits for is told of only when it failed.
        guard message.request != .none || answer.reasonCode.isFailure else { return }
        effects.completions.append(
            .published(message.request, topic: message.topic, answer.reasonCode, answer.properties)
        )
    }

    private mutating func answerReceived(
        _ answer: SubscriptionAcknowledgement,
        _ type: ControlPacketType,
        into effects: inout ClientEffects
    ) throws(MalformedPacket) {
        guard case .finished(let exchange) = flow.responseReceived(answer.packetIdentifier) else {
            throw .protocolError("answer to a request that was not made")
        }
        switch (exchange, type) {
        case (.subscribe(let request), .suback):
            guard answer.reasonCodes.count == request.subscriptions.count else {
                throw .protocolError("SUBACK with a wrong number of reason codes")  // [MQTT-3.8.4-6]
            }
            subscriptions.subscribed(request, answer.reasonCodes)
            if request.request == .none { reportLost(request, answer.reasonCodes, into: &effects) }
        case (.unsubscribe(let request), .unsuback):
            guard !version.hasProperties || answer.reasonCodes.count == request.topicFilters.count else {
                throw .protocolError("UNSUBACK with a wrong number of reason codes")
            }
        case (.subscribe, _), (.unsubscribe, _), (.publish, _):
            throw .protocolError("answer of another kind than the request")
        }
        effects.completions.append(.answered(exchange.request, answer.reasonCodes, answer.properties))
    }

    /// Tells of subscriptions that were made again and that the Server does not take any more.
    private mutating func reportLost(
        _ request: SubscribeRequest,
        _ reasonCodes: [ReasonCode],
        into effects: inout ClientEffects
    ) {
        for (subscription, reasonCode) in zip(request.subscriptions, reasonCodes) where reasonCode.isFailure {
            subscriptions.unsubscribed([subscription.topicFilter])
            effects.lostSubscriptions.append((subscription.topicFilter, reasonCode))
        }
    }
}
