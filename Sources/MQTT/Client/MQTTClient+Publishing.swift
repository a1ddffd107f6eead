public import NIOCore

extension MQTTClient {
    // MARK: One message

    /// Publishes a message and returns what the Server said to it; at QoS 0, which the Server does not answer, as soon as
    /// the network takes it.
    ///
    /// - Returns: The reason code of the Server, which may be a refusal: see `isFailure`.
    @discardableResult
    public func publish(_ message: Message) async throws(MQTTClientError) -> PublishResult {
        let outgoing = try outbox.check(message)
        let identifier = outbox.makeIdentifier()
        return try await wait { continuation in
            outbox.publish(outgoing, identifier: identifier, continuation)
        } onCancel: {
            cancel(identifier)
        }
    }

    /// Publishes a payload of bytes; see `publish(_:)`.
    @discardableResult
    public func publish(
        _ topic: String,
        _ payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: MessageProperties = MessageProperties()
    ) async throws(MQTTClientError) -> PublishResult {
        try await publish(
            Message(topic: topic, payload: payload, qos: qos, retain: retain, properties: properties)
        )
    }

    /// Publishes a payload of text; see `publish(_:)`.
    @discardableResult
    public func publish(
        _ topic: String,
        _ payload: String,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        properties: MessageProperties = MessageProperties()
    ) async throws(MQTTClientError) -> PublishResult {
        try await publish(
            Message(topic: topic, payload: payload, qos: qos, retain: retain, properties: properties)
        )
    }

    private func cancel(_ identifier: RequestIdentifier) {
        if !outbox.cancel(identifier) { withCore { $0.cancel(identifier) } }
    }

    // MARK: Many messages

    /// Hands over a message to be published, and returns without waiting for its acknowledgement. It suspends only while
    /// as many messages wait as the configuration allows, so that nothing runs ahead of the network.
    ///
    /// ```swift
    /// for line in lines {
    ///     try await client.send(Message(topic: "log", payload: line, qos: .atLeastOnce))
    /// }
    /// let report = try await client.flush()
    /// print(report.failureCount, "lines were refused")
    /// ```
    ///
    /// Messages leave in the order in which they were handed over. What the Server refuses, `flush` tells.
    public func send(_ message: Message) async throws(MQTTClientError) {
        let outgoing = try outbox.check(message)
        if try outbox.offer(outgoing) { return }
        let identifier = outbox.makeIdentifier()
        try await wait { continuation in
            outbox.send(outgoing, identifier: identifier, continuation)
        } onCancel: {
            cancel(identifier)
        }
    }

    /// Waits until no message is left that was handed over and is not settled: acknowledged, or at QoS 0 taken by the
    /// network. It waits through losses of the connection.
    ///
    /// - Returns: Which messages failed since it was called the last time.
    @discardableResult
    public func flush() async throws(MQTTClientError) -> SendReport {
        let identifier = outbox.makeIdentifier()
        return try await wait { continuation in
            withCore { $0.flush(identifier, continuation) }
        } onCancel: {
            cancel(identifier)
        }
    }
}

// MARK: - Whether the Server is there

extension MQTTClient {
    /// Sends PINGREQ and returns how long PINGRESP took.
    ///
    /// - Throws: `notConnected` while there is no connection; why it was lost, if it is meanwhile.
    public func ping() async throws(MQTTClientError) -> Duration {
        let identifier = outbox.makeIdentifier()
        let clock = ContinuousClock()
        let start = clock.now
        try await wait { continuation in
            withCore { $0.ping(identifier, continuation) }
        } onCancel: {
            cancel(identifier)
        }
        return clock.now - start
    }
}

// MARK: - Subscriptions

extension MQTTClient {
    /// Subscribes, and returns what the Server said to each Topic Filter.
    ///
    /// - Parameters:
    ///   - subscriptions: One or more; the Server takes them all at once.
    ///   - identifier: A number that messages of these subscriptions carry, from 1 to 268,435,455; version 5.0 only.
    ///   - userProperties: Names and values for the Server; version 5.0 only.
    @discardableResult
    public func subscribe(
        _ subscriptions: [Subscription],
        identifier: UInt32? = nil,
        userProperties: [UserProperty] = []
    ) async throws(MQTTClientError) -> SubscribeResult {
        guard !subscriptions.isEmpty else { throw .invalidArgument("no topic filter to subscribe to") }
        var request = SubscribeRequest(request: outbox.makeIdentifier(), subscriptions: [])
        for subscription in subscriptions {
            request.subscriptions.append(try subscription.wireSubscription(version: configuration.version))
        }
        request.properties = try requestProperties(userProperties)
        if let identifier {
            guard configuration.version.hasProperties, 1...UInt32(VariableByteInteger.maximum) ~= identifier else {
                throw .invalidArgument("subscription identifier \(identifier) is out of range or not of MQTT 5.0")
            }
            request.properties.append(.subscriptionIdentifier, .integer(identifier))
        }
        let filters = subscriptions.map(\.topicFilter)
        return try await wait { [request] continuation in
            withCore { core in
                core.subscribe(
                    request,
                    ClientCore.AnswerWaiter(topicFilters: filters) { continuation.resume(returning: $0) }
                )
            }
        } onCancel: {
            [request] in
            withCore { $0.cancel(request.request) }
        }
    }

    /// Subscribes to one Topic Filter; see `subscribe(_:identifier:userProperties:)`.
    @discardableResult
    public func subscribe(
        _ topicFilter: String,
        maximumQoS: QoS = .atMostOnce
    ) async throws(MQTTClientError) -> SubscribeResult {
        try await subscribe([Subscription(topicFilter, maximumQoS: maximumQoS)])
    }

    /// Ends subscriptions, and returns what the Server said to each Topic Filter.
    @discardableResult
    public func unsubscribe(
        _ topicFilters: [String],
        userProperties: [UserProperty] = []
    ) async throws(MQTTClientError) -> SubscribeResult {
        guard !topicFilters.isEmpty else { throw .invalidArgument("no topic filter to unsubscribe from") }
        var request = UnsubscribeRequest(request: outbox.makeIdentifier(), topicFilters: [])
        for filter in topicFilters {
            request.topicFilters.append(try UTF8String(topicFilter: filter))
        }
        request.properties = try requestProperties(userProperties)
        return try await wait { [request] continuation in
            withCore { core in
                core.unsubscribe(
                    request,
                    ClientCore.AnswerWaiter(topicFilters: topicFilters) { continuation.resume(returning: $0) }
                )
            }
        } onCancel: {
            [request] in
            withCore { $0.cancel(request.request) }
        }
    }

    private func requestProperties(_ userProperties: [UserProperty]) throws(MQTTClientError) -> Properties {
        guard configuration.version.hasProperties || userProperties.isEmpty else {
            throw .invalidArgument("user properties need MQTT 5.0")
        }
        var properties = Properties()
        try properties.append(userProperties)
        return properties
    }
}

// MARK: - Questions and answers

extension MQTTClient {
    /// Publishes a question and returns the answer to it; version 5.0 only.
    ///
    /// The question carries a Response Topic of this Client and Correlation Data of its own; an answer counts only if it
    /// carries the same. So neither a retained message nor the answer to another question is taken for it.
    ///
    /// ```swift
    /// let answer = try await client.request("clock/query", "time?", timeout: .seconds(2))
    /// print(answer.text)
    /// ```
    ///
    /// - Parameters:
    ///   - topic: Where those who answer listen.
    ///   - payload: The question.
    ///   - qos: How surely the question arrives. The answer arrives at QoS 0.
    ///   - properties: More to say with it; Response Topic and Correlation Data are replaced.
    ///   - timeout: How long the answer may take, from the call.
    public func request(
        _ topic: String,
        _ payload: ByteBuffer,
        qos: QoS = .atMostOnce,
        properties: MessageProperties = MessageProperties(),
        timeout: Duration
    ) async throws(MQTTClientError) -> ReceivedMessage {
        guard configuration.version.hasProperties else {
            throw .invalidArgument("questions with answers need MQTT 5.0")
        }
        let message = Message(topic: topic, payload: payload, qos: qos, properties: properties)
        let outgoing = try outbox.check(message)
        let subscribeIdentifier = outbox.makeIdentifier()
        let correlationData = ResponseTable.makeCorrelationData(number: outbox.makeIdentifier())
        return try await wait { continuation in
            withCore { core in
                core.request(
                    outgoing,
                    properties: properties,
                    correlationData: correlationData,
                    subscribeIdentifier: subscribeIdentifier,
                    continuation
                )
                core.failRequest(correlationData, after: TimeAmount(timeout))
            }
        } onCancel: {
            withCore { $0.responses.fail(correlationData, MQTTClientError(.cancelled)) }
        }
    }

    /// Publishes a question of text; see `request(_:_:qos:properties:timeout:)`.
    public func request(
        _ topic: String,
        _ payload: String,
        qos: QoS = .atMostOnce,
        properties: MessageProperties = MessageProperties(),
        timeout: Duration
    ) async throws(MQTTClientError) -> ReceivedMessage {
        try await request(
            topic,
            ByteBuffer(string: payload),
            qos: qos,
            properties: properties,
            timeout: timeout
        )
    }
}
