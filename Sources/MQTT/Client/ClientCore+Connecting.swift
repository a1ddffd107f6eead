import NIOCore

/// Connecting, connecting again, and the end.
extension ClientCore {
    // MARK: The application's wishes

    func connect(_ waiter: Waiter<ConnectResult>) {
        switch state {
        case .idle:
            connectWaiter = waiter
            failuresInARow = 0
            startAttempt(now: .now())
        case .ended(let error):
            waiter.resume(returning: .failure(error))
        case .connecting, .connected, .waiting:
            waiter.resume(returning: .failure(.invalidArgument("connect was called twice")))
        }
    }

    /// The task that called `connect` was cancelled.
    func cancelConnect() {
        guard let waiter = connectWaiter.take() else { return }
        waiter.resume(returning: .failure(MQTTClientError(.cancelled)))
        giveUpAttempt()
        state = .idle
        perform()
    }

    func disconnect(_ packet: Disconnect, _ waiter: Waiter<Void>) {
        if case .ended = state { return waiter.resume(returning: .success(())) }
        disconnectWaiters.append(waiter)
        disconnect(packet)
    }

    /// The Client has gone without a farewell of the application's.
    func abandon() {
        disconnect(Disconnect())
    }

    private func disconnect(_ packet: Disconnect) {
        switch state {
        case .ended: break  // there is nothing to end
        case .connected:
            isDisconnecting = true
            connection.disconnect(packet, into: &effects)
            perform()
        case .idle, .connecting, .waiting:
            giveUpAttempt()
            end(MQTTClientError(.closed))
        }
    }

    private func giveUpAttempt() {
        attempt += 1
        guard let handler = handler.take() else { return }
        _ = connection.connectionClosed()
        handler.abort()
    }

    // MARK: An attempt

    func startAttempt(now: NIODeadline) {
        attempt += 1
        state = .connecting
        let timeout = TimeAmount(configuration.connectTimeout)
        connectDeadline = now + timeout
        let attempt = attempt
        let future =
            configuration.openChannel?(eventLoop) ?? connector.connect(timeout: timeout, on: eventLoop)
        future.assumeIsolated().whenComplete { result in
            self.networkConnected(result, attempt: attempt)
        }
    }

    private func networkConnected(_ result: Result<any Channel, any Error>, attempt: Int) {
        switch result {
        case .success(let channel):
            guard attempt == self.attempt else {
                channel.close(promise: nil)
                return
            }
            let handler = ClientChannelHandler(
                owner: self,
                version: configuration.version,
                maximumPacketSize: configuration.maximumPacketSize
            )
            do {
                try channel.pipeline.syncOperations.addHandler(handler)
            } catch {
                channel.close(promise: nil)
                attemptFailed(MQTTClientError(.connectionLost))
                return
            }
            self.handler = handler
            connection.connectionOpened(now: .now(), connackDeadline: connectDeadline, into: &effects)
            perform()
        case .failure(let error):
            guard attempt == self.attempt else { return }
            attemptFailed(MQTTClientError(ClientConnector.failure(error)))
        }
    }

    /// CONNACK has accepted the connection.
    func accepted(_ connected: ClientEffects.Connected) {
        state = .connected
        hasBeenConnected = true
        failuresInARow = 0
        let result = ConnectResult(connected)
        events.yield(.connected(result))
        responses.connected(result)
        connectWaiter.take()?.resume(returning: .success(result))
    }

    private func attemptFailed(_ error: MQTTClientError) {
        events.yield(.disconnected(error))
        failuresInARow += 1
        var generator = SystemRandomNumberGenerator()
        let delay = configuration.reconnect.delay(
            attempt: failuresInARow,
            hasBeenConnected: hasBeenConnected,
            using: &generator
        )
        guard let delay, error.isWorthRetrying else {
            if hasBeenConnected {
                end(error)
            } else {
                // The application may try again itself; what it has handed over waits for that.
                state = .idle
                connectWaiter.take()?.resume(returning: .failure(error))
            }
            return
        }
        events.yield(.reconnecting(after: delay))
        state = .waiting(until: .now() + TimeAmount(delay))
        perform()
    }

    // MARK: The end

    /// Nothing follows: everybody who waits learns why.
    func end(_ error: MQTTClientError) {
        state = .ended(error)
        let failure = ClientFailure(error)
        for message in outbox.finish(error) {
            sendReport.append(SendReport.Failure(topic: message.topic.description, error: error))
        }
        connection.end(failure, into: &effects)
        perform()
        inbox.finish(isDisconnecting || error.code == .closed ? .success(()) : .failure(error))
        connectWaiter.take()?.resume(returning: .failure(error))
        for waiter in flushWaiters.values {
            waiter.resume(returning: .failure(error))
        }
        flushWaiters.removeAll()
        failPings(error)
        responses.end(error)
        for waiter in disconnectWaiters {
            waiter.resume(returning: .success(()))
        }
        disconnectWaiters.removeAll()
        events.finish()
    }
}

// MARK: - What the channel tells

extension ClientCore: ClientChannelOwner {
    func received(_ packet: ControlPacket, now: NIODeadline) {
        tracer?.received(packet)
        connection.received(packet, now: now, into: &effects)
    }

    func received(_ error: MalformedPacket) {
        connection.protocolError(error, into: &effects)
    }

    func readCompleted(now: NIODeadline) {
        perform(now: now)
    }

    func writabilityChanged(now: NIODeadline) {
        perform(now: now)
    }

    func channelClosed(_ error: (any Error)?) {
        // A channel that was given up before tells nothing.
        guard handler.take() != nil else { return }
        var failure = MQTTClientError(connection.connectionClosed())
        if failure == MQTTClientError(.connectionLost), let error {
            let cause = ClientConnector.failure(error)
            failure = cause.reason == .tls ? MQTTClientError(cause) : MQTTClientError(.connectionLost, text: cause.text)
        }
        failPings(failure)
        // What was received before the end is still delivered.
        perform()
        if isDisconnecting {
            end(MQTTClientError(.closed))
        } else {
            attemptFailed(failure)
        }
    }
}

extension ClientFailure {
    /// What the requests that fail with the Client are told.
    fileprivate init(_ error: MQTTClientError) {
        let kind: Kind =
            switch error.code {
            case .refusedByServer: .connectionRefused
            case .timedOut: .timedOut
            case .disconnectedByServer: .disconnectedByServer
            case .protocolError: .protocolError
            case .closed: .disconnected
            default: .connectionLost  // the network's failures in all their kinds
            }
        self.init(
            kind: kind,
            reasonCode: error.reasonCode,
            text: error.text,
            serverReference: error.serverReference
        )
    }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        // A duration beyond a century stands for ever.
        let bounded = min(max(seconds, 0), 3_000_000_000)
        self = .nanoseconds(bounded * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
