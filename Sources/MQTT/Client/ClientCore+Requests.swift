import NIOCore

/// Subscriptions, and questions with answers.
extension ClientCore {
    func subscribe(_ request: SubscribeRequest, _ waiter: AnswerWaiter) {
        if case .ended(let error) = state { return waiter.resume(.failure(error)) }
        answerWaiters[request.request] = waiter
        connection.subscribe(request)
        perform()
    }

    func unsubscribe(_ request: UnsubscribeRequest, _ waiter: AnswerWaiter) {
        if case .ended(let error) = state { return waiter.resume(.failure(error)) }
        answerWaiters[request.request] = waiter
        connection.unsubscribe(request)
        perform()
    }

    /// The task that waited for SUBACK, UNSUBACK or the outcome of a message was cancelled.
    func cancel(_ identifier: RequestIdentifier) {
        let error = MQTTClientError(.cancelled)
        connection.cancel(identifier)
        publishWaiters.removeValue(forKey: identifier)?.resume(returning: .failure(error))
        answerWaiters.removeValue(forKey: identifier)?.resume(.failure(error))
        flushWaiters.removeValue(forKey: identifier)?.resume(returning: .failure(error))
        pingWaiters.removeValue(forKey: identifier)?.resume(returning: .failure(error))
        perform()
    }

    /// How many PINGREQs may be without an answer.
    private static let maximumPings = 100

    func ping(_ identifier: RequestIdentifier, _ waiter: Waiter<Void>) {
        if case .ended(let error) = state { return waiter.resume(returning: .failure(error)) }
        guard case .connected = state else { return waiter.resume(returning: .failure(MQTTClientError(.notConnected))) }
        guard pingWaiters.count < Self.maximumPings else {
            return waiter.resume(returning: .failure(.invalidArgument("\(Self.maximumPings) pings wait for an answer")))
        }
        pingWaiters[identifier] = waiter
        // On a connection that is being closed nothing is sent; it fails with all else that waits for an answer there.
        guard connection.phase == .connected else { return }
        connection.ping(identifier, now: .now(), into: &effects)
        perform()
    }

    /// The connection on which they were to be answered is gone.
    func failPings(_ error: MQTTClientError) {
        let waiters = pingWaiters
        pingWaiters.removeAll()
        for waiter in waiters.values {
            waiter.resume(returning: .failure(error))
        }
    }

    func flush(_ identifier: RequestIdentifier, _ waiter: Waiter<SendReport>) {
        if case .ended(let error) = state {
            // What was sent before the end has its outcome by now.
            guard sendReport.failureCount > 0 || error.code == .closed else {
                return waiter.resume(returning: .failure(error))
            }
            waiter.resume(returning: .success(sendReport))
            sendReport = SendReport()
            return
        }
        flushWaiters[identifier] = waiter
        perform()
    }

    // MARK: Requests with a response

    /// Publishes `message` as a question and resumes the waiter with the answer.
    func request(
        _ message: OutgoingMessage,
        properties: MessageProperties,
        correlationData: [UInt8],
        subscribeIdentifier: RequestIdentifier,
        _ waiter: ResponseTable.Waiter
    ) {
        if case .ended(let error) = state { return waiter.resume(returning: .failure(error)) }
        responses.await(correlationData, waiter)
        withResponseTopic(subscribeIdentifier) { [self] topic in
            var properties = properties
            properties.responseTopic = topic.description
            properties.correlationData = ByteBuffer(bytes: correlationData)
            var message = message
            do throws(MQTTClientError) {
                message.properties = try properties.encoded()
            } catch {
                return responses.fail(correlationData, error)
            }
            connection.publish(message)
            perform()
        } onFailure: { [self] error in
            responses.fail(correlationData, error)
        }
    }

    /// Gives up the wait for an answer when it takes too long.
    func failRequest(_ correlationData: [UInt8], after timeout: TimeAmount) {
        _ = eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            self?.responses.fail(correlationData, MQTTClientError(.timedOut, text: "no answer came"))
        }
    }

    /// Subscribes to the response topic, if that is still to be done.
    private func withResponseTopic(
        _ identifier: RequestIdentifier,
        _ body: @escaping (UTF8String) -> Void,
        onFailure: @escaping (MQTTClientError) -> Void
    ) {
        let next = { [self] in
            if case .subscribed(let topic) = responses.topic { return body(topic) }
            onFailure(MQTTClientError(.notSupportedByServer, text: "the response topic was refused"))
        }
        switch responses.topic {
        case .subscribed(let topic): body(topic)
        case .subscribing(let topic, let waiting): responses.topic = .subscribing(topic, waiting + [next])
        case .none:
            let topic = responses.makeTopic(clientIdentifier: connection.connect.clientIdentifier)
            responses.topic = .subscribing(topic, [next])
            connection.responseTopic = topic
            // QoS 0: an answer has a deadline, so that it need not survive the connection.
            let options = SubscriptionOptions(maximumQoS: .atMostOnce)
            let request = SubscribeRequest(
                request: identifier,
                subscriptions: [Subscribe.Subscription(topicFilter: topic, options: options)]
            )
            subscribe(
                request,
                AnswerWaiter(topicFilters: [topic.description]) { [self] result in
                    responseTopicAnswered(topic, result)
                }
            )
        }
    }

    private func responseTopicAnswered(_ topic: UTF8String, _ result: Result<SubscribeResult, MQTTClientError>) {
        guard case .subscribing(_, let waiting) = responses.topic else { return }
        if case .success(let answer) = result, !answer.isFailure {
            responses.topic = .subscribed(topic)
        } else {
            responses.topic = .none
            connection.responseTopic = nil
        }
        for next in waiting {
            next()
        }
    }
}
