import DequeModule
import NIOCore

/// The sending side of a Client: its queue, its flow, its requests.
extension ClientConnection {
    // MARK: What the application asks for

    /// Whether one more message may be handed over.
    var hasRoom: Bool {
        queue.count < limits.maximumQueuedMessages && queuedByteCount < limits.maximumQueuedBytes
    }

    /// Takes a message that is to be published; it is sent by `advance` when its turn comes.
    mutating func publish(_ message: OutgoingMessage) {
        queuedByteCount += message.byteCount
        queue.append(message)
    }

    mutating func subscribe(_ request: SubscribeRequest) {
        requests.append(.subscribe(request))
    }

    mutating func unsubscribe(_ request: UnsubscribeRequest) {
        requests.append(.unsubscribe(request))
    }

    /// Nobody waits for this request any more; a message that was not sent yet never is.
    mutating func cancel(_ request: RequestIdentifier) {
        guard let index = queue.firstIndex(where: { $0.request == request }) else { return }
        queuedByteCount -= queue.remove(at: index).byteCount
    }

    /// Whether every message is settled: none waits, none is unacknowledged.
    var isSettled: Bool { queue.isEmpty && flow.isEmpty }

    mutating func writabilityChanged(_ isWritable: Bool) {
        self.isWritable = isWritable
    }

    // MARK: What is sent

    /// Sends what can be sent now. To be called after every fact, and again while `canAdvance` holds.
    mutating func advance(now: NIODeadline, into effects: inout ClientEffects) {
        let start = effects.output.readableBytes
        while phase == .connected, isWritable, effects.output.readableBytes < ClientLimits.outputBatchSize {
            guard sendNext(into: &effects) else { break }
        }
        if effects.output.readableBytes > start { packetSent(now: now) }
    }

    /// Sends one packet; `false` where none can be sent.
    private mutating func sendNext(into effects: inout ClientEffects) -> Bool {
        if let (identifier, stage, exchange) = flow.nextToResend() {
            resend(exchange, identifier: identifier, stage: stage, into: &effects.output)
            return true
        }
        if let exchange = requests.first, let identifier = beginRequest(exchange) {
            requests.removeFirst()
            sendRequest(exchange, identifier: identifier, into: &effects)
            return true
        }
        guard let message = queue.first else { return false }
        guard message.qos == .atMostOnce || flow.canBegin else { return false }
        queue.removeFirst()
        queuedByteCount -= message.byteCount
        send(message, into: &effects)
        return true
    }

    private mutating func resend(
        _ exchange: ClientExchange,
        identifier: UInt16,
        stage: OutgoingFlow<ClientExchange>.Stage,
        into output: inout ByteBuffer
    ) {
        guard case .publish(let message) = exchange else {
            preconditionFailure("a request lay among the messages to send again")
        }
        if stage == .awaitingPubcomp {
            Acknowledgement.encode(.pubrel, packetIdentifier: identifier, into: &output, version: version)
        } else {
            var header = message.header(version: version)
            header.packetIdentifier = identifier
            header.duplicate = true  // [MQTT-3.3.1-1]
            header.topicAlias = 0  // the Server of this connection may know fewer
            message.encode(header, into: &output)
        }
    }

    private mutating func send(_ message: OutgoingMessage, into effects: inout ClientEffects) {
        if let failure = refusal(of: message) {
            effects.completions.append(.notPublished(message.request, topic: message.topic, failure))
            return
        }
        var header = message.header(version: version)
        if message.qos != .atMostOnce {
            header.packetIdentifier = flow.begin(.publish(message), qos: message.qos)
        } else if message.request != .none {
            effects.completions.append(.published(message.request, topic: message.topic, .success, Properties()))
        }
        message.encode(header, into: &effects.output)
    }

    /// Why this Server does not take the message, if it has said so.
    private func refusal(of message: OutgoingMessage) -> ClientFailure? {
        guard message.qos <= server.maximumQoS else { return .notSupported(.qosNotSupported) }  // [MQTT-3.2.2-11]
        guard !message.retain || server.isRetainAvailable else {
            return .notSupported(.retainNotSupported)  // [MQTT-3.2.2-14]
        }
        guard message.packetSize(version: version) <= server.maximumPacketSize else {
            return .notSupported(.packetTooLarge)  // [MQTT-3.2.2-15]
        }
        guard message.topicAlias <= server.topicAliasMaximum else {
            return .notSupported(.topicAliasInvalid)  // [MQTT-3.2.2-17]
        }
        return nil
    }

    // MARK: SUBSCRIBE and UNSUBSCRIBE

    private mutating func beginRequest(_ exchange: ClientExchange) -> UInt16? {
        flow.beginRequest(exchange)
    }

    private mutating func sendRequest(
        _ exchange: ClientExchange,
        identifier: UInt16,
        into effects: inout ClientEffects
    ) {
        let start = effects.output.writerIndex
        var failure: ClientFailure?
        switch exchange {
        case .subscribe(let request):
            failure = refusal(of: request)
            Subscribe(
                packetIdentifier: identifier,
                properties: request.properties,
                subscriptions: request.subscriptions
            ).encode(into: &effects.output, version: version)
        case .unsubscribe(let request):
            subscriptions.unsubscribed(request.topicFilters)
            Unsubscribe(
                packetIdentifier: identifier,
                properties: request.properties,
                topicFilters: request.topicFilters
            ).encode(into: &effects.output, version: version)
        case .publish:
            preconditionFailure("a message lay among the requests")
        }
        if effects.output.writerIndex - start > server.maximumPacketSize {
            failure = .notSupported(.packetTooLarge)
        }
        guard let failure else { return }
        effects.output.moveWriterIndex(to: start)
        _ = flow.responseReceived(identifier)
        effects.completions.append(.failed(exchange.request, failure))
    }

    /// Why this Server does not take the subscriptions, if it has said so.
    private func refusal(of request: SubscribeRequest) -> ClientFailure? {
        if !server.areSubscriptionIdentifiersAvailable, request.properties[integer: .subscriptionIdentifier] != nil {
            return .notSupported(.subscriptionIdentifiersNotSupported)
        }
        for subscription in request.subscriptions {
            let filter = subscription.topicFilter.bytes
            if !server.areSharedSubscriptionsAvailable, filter.starts(with: SharedSubscription.prefix) {
                return .notSupported(.sharedSubscriptionsNotSupported)
            }
            if !server.areWildcardSubscriptionsAvailable,
                filter.contains(TopicCharacter.plus) || filter.contains(TopicCharacter.hash)
            {
                return .notSupported(.wildcardSubscriptionsNotSupported)
            }
        }
        return nil
    }

    // MARK: From one connection to the next

    /// Goes on with what earlier connections left, on a connection that was just accepted.
    mutating func takeUpSession(isPresent: Bool, into effects: inout ClientEffects) {
        let receiveMaximum = min(server.receiveMaximum, limits.maximumInFlight)
        // Requests are not repeated with DUP; they are made anew, before those that came later.
        for exchange in flow.resume(receiveMaximum: receiveMaximum).reversed() {
            requests.prepend(exchange)
        }
        guard !isPresent else { return }
        inbox.sessionLost()
        for exchange in flow.removeAll().reversed() {
            guard case .publish(let message) = exchange else { continue }
            if message.isOwnedByServer {
                effects.completions.append(.published(message.request, topic: message.topic, .success, Properties()))
            } else {
                queuedByteCount += message.byteCount
                queue.prepend(message)
            }
        }
    }

    /// Makes all subscriptions again.
    mutating func subscribeAgain() {
        for request in subscriptions.requests(filtersInSubscribe: ClientLimits.filtersInSubscribe).reversed() {
            requests.prepend(.subscribe(request))
        }
    }

    /// There will be no further connection: everything that waits has failed.
    mutating func end(_ failure: ClientFailure, into effects: inout ClientEffects) {
        for exchange in flow.removeAll() + requests {
            if case .publish(let message) = exchange {
                effects.completions.append(.notPublished(message.request, topic: message.topic, failure))
            } else {
                effects.completions.append(.failed(exchange.request, failure))
            }
        }
        for message in queue {
            effects.completions.append(.notPublished(message.request, topic: message.topic, failure))
        }
        requests.removeAll()
        queue.removeAll()
        queuedByteCount = 0
    }
}
