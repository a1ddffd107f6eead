import NIOCore

/// What stands behind an `MQTTClient`: it carries out what the state machine wants, connects and connects again, and knows
/// who waits for what. It belongs to one event loop, and everything of it is called there.
///
/// ```
///            connect                CONNACK
///   idle ───────────▶ connecting ───────────▶ connected ──┐ connection lost
///     ▲                 │    ▲                            │ and worth another attempt
///     └─ first attempt ─┤    └──── waiting ◀──────────────┤
///        failed         │             ▲                   │ otherwise, or disconnect asked for
///                       └─────────────┘                   ▼
///                                                       ended
/// ```
final class ClientCore {
    /// What the Client is doing.
    enum State {
        case idle
        /// A network connection is being opened, or CONNACK is awaited.
        case connecting
        case connected
        /// Another attempt is made at the deadline.
        case waiting(until: NIODeadline)
        case ended(MQTTClientError)
    }

    typealias Waiter<Value> = CheckedContinuation<Result<Value, MQTTClientError>, Never>

    let eventLoop: any EventLoop
    let configuration: MQTTClientConfiguration
    let connector: ClientConnector
    let inbox: MessageBuffer
    let outbox: MessageOutbox
    let events: AsyncStream<ClientEvent>.Continuation

    var state = State.idle
    var connection: ClientConnection
    var effects = ClientEffects()
    var handler: ClientChannelHandler<ClientCore>?
    let tracer: PacketTracer?

    /// Counts attempts to connect, so that the outcome of one that was given up is not taken for that of another.
    var attempt = 0
    var failuresInARow = 0
    var hasBeenConnected = false
    var isDisconnecting = false
    /// By when the Server has to have accepted the connection.
    var connectDeadline = NIODeadline.distantFuture

    var connectWaiter: Waiter<ConnectResult>?
    var disconnectWaiters: [Waiter<Void>] = []
    var publishWaiters: [RequestIdentifier: MessageOutbox.Published] = [:]
    var pingWaiters: [RequestIdentifier: Waiter<Void>] = [:]
    var answerWaiters: [RequestIdentifier: AnswerWaiter] = [:]
    var flushWaiters: [RequestIdentifier: Waiter<SendReport>] = [:]
    var sendReport = SendReport()
    var responses = ResponseTable()

    private var scheduledCallback: (deadline: NIODeadline, callback: NIOScheduledCallback)?

    /// One who waits for SUBACK or UNSUBACK.
    struct AnswerWaiter {
        var topicFilters: [String]
        var resume: (Result<SubscribeResult, MQTTClientError>) -> Void
    }

    init(
        configuration: MQTTClientConfiguration,
        connect: Connect,
        connector: ClientConnector,
        eventLoop: any EventLoop,
        inbox: MessageBuffer,
        outbox: MessageOutbox,
        events: AsyncStream<ClientEvent>.Continuation
    ) {
        self.configuration = configuration
        self.connector = connector
        self.eventLoop = eventLoop
        self.inbox = inbox
        self.outbox = outbox
        self.events = events
        connection = ClientConnection(connect: connect, limits: configuration.limits)
        tracer = PacketTracer(configuration)
    }

    // MARK: Carrying out

    /// How often sending goes on in one turn before other work of the event loop gets its turn.
    private static let maximumRounds = 16

    /// Sends what can be sent and does everything else that the state machine wants. To be called after every fact.
    func perform(now: NIODeadline = .now()) {
        eventLoop.preconditionInEventLoop()
        var round = 0
        var mayContinue = true
        while mayContinue {
            outbox.drain({ take($0) }, whileRoom: { connection.hasRoom })
            connection.writabilityChanged(handler?.isWritable ?? false)
            connection.advance(now: now, into: &effects)
            mayContinue = effects.output.readableBytes > 0 && effects.close == nil
            carryOut(now: now)
            round += 1
            if mayContinue, round == Self.maximumRounds {
                performLater()
                mayContinue = false
            }
        }
        resumeFlushWaiters()
        schedule(now: now)
    }

    /// The application has put something into the outbox.
    func wokeUp() {
        outbox.wokeUp()
        perform()
    }

    private func performLater() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.execute { bound.value.perform() }
    }

    private func take(_ entry: MessageOutbox.Entry) {
        if let published = entry.published { publishWaiters[entry.identifier] = published }
        connection.publish(entry.message)
    }

    private func carryOut(now: NIODeadline) {
        if effects.output.readableBytes > 0 {
            tracer?.sent(effects.output)
            handler?.send(effects.output)
            effects.output.clear()
        }
        if let connected = effects.connected.take() { accepted(connected) }
        deliver(now: now)
        for completion in effects.completions {
            complete(completion)
        }
        effects.completions.removeAll(keepingCapacity: true)
        for (topicFilter, reasonCode) in effects.lostSubscriptions {
            events.yield(.subscriptionLost(topicFilter: topicFilter.description, reasonCode))
        }
        effects.lostSubscriptions.removeAll()
        if effects.close.take() != nil { handler?.end() }
    }

    private func deliver(now: NIODeadline) {
        if !effects.messages.isEmpty {
            let mayRead = inbox.append(effects.messages)
            effects.messages.removeAll(keepingCapacity: true)
            if !mayRead {
                handler?.pauseReading()
                connection.readingChanged(false, now: now)
            }
        }
        for response in effects.responses {
            responses.received(response)
        }
        effects.responses.removeAll()
    }

    /// The application has consumed messages.
    func consumed() {
        let now = NIODeadline.now()
        let (acknowledgements, mayRead) = inbox.takeConsumption()
        if acknowledgements > 0 { connection.messagesConsumed(acknowledgements, into: &effects) }
        if mayRead, let handler, handler.isReadingPaused {
            connection.readingChanged(true, now: now)
            handler.resumeReading()
        }
        if acknowledgements > 0 { connection.packetSent(now: now) }
        perform(now: now)
    }

    // MARK: Outcomes

    private func complete(_ completion: ClientEffects.Completion) {
        switch completion {
        case .published(let request, let topic, let reasonCode, let properties):
            if let waiter = publishWaiters.removeValue(forKey: request) {
                waiter.resume(returning: .success(PublishResult(reasonCode, properties)))
            } else if request == .none, reasonCode.isFailure {
                let text = properties[string: .reasonString]?.description ?? ""
                let error = MQTTClientError(.refusedByServer, reasonCode: reasonCode, text: text)
                sendReport.append(SendReport.Failure(topic: topic.description, error: error))
            }
        case .notPublished(let request, let topic, let failure):
            if let waiter = publishWaiters.removeValue(forKey: request) {
                waiter.resume(returning: .failure(MQTTClientError(failure)))
            } else if request == .none {
                sendReport.append(SendReport.Failure(topic: topic.description, error: MQTTClientError(failure)))
            }
        case .answered(let request, let reasonCodes, let properties):
            guard let waiter = answerWaiters.removeValue(forKey: request) else { return }
            waiter.resume(.success(SubscribeResult(waiter.topicFilters, reasonCodes, properties)))
        case .pinged(let request):
            pingWaiters.removeValue(forKey: request)?.resume(returning: .success(()))
        case .failed(let request, let failure):
            answerWaiters.removeValue(forKey: request)?.resume(.failure(MQTTClientError(failure)))
        }
    }

    /// Resumes those who wait until nothing is unsettled, when the network has taken also what is not acknowledged.
    private func resumeFlushWaiters() {
        guard !flushWaiters.isEmpty, connection.isSettled, outbox.isEmpty else { return }
        let waiters = flushWaiters
        flushWaiters.removeAll()
        let finish = { [self] in
            for waiter in waiters.values {
                waiter.resume(returning: .success(sendReport))
                sendReport = SendReport()
            }
        }
        if let handler { handler.afterSending(finish) } else { finish() }
    }

    // MARK: Time

    private func schedule(now: NIODeadline) {
        var deadline: NIODeadline?
        if case .waiting(let until) = state { deadline = until }
        if let next = connection.nextDeadline { deadline = min(deadline ?? next, next) }
        // The keep-alive moves on with every packet; to be called too early once is cheaper than to reschedule always.
        if let scheduledCallback, let deadline, scheduledCallback.deadline <= deadline { return }
        scheduledCallback?.callback.cancel()
        scheduledCallback = nil
        guard let deadline else { return }
        let loop = eventLoop.assumeIsolated()
        // It fails only where the loop shuts down; then nothing is waited for any more.
        guard let callback = try? loop.scheduleCallback(at: deadline, handler: self) else { return }
        scheduledCallback = (deadline, callback)
    }
}

extension ClientCore: NIOScheduledCallbackHandler {
    func handleScheduledCallback(eventLoop: some EventLoop) {
        scheduledCallback = nil
        let now = NIODeadline.now()
        if case .waiting(let until) = state, now >= until { startAttempt(now: now) }
        connection.timeAdvanced(to: now, unsentBytes: handler?.unsentByteCount ?? 0, into: &effects)
        perform(now: now)
    }
}
