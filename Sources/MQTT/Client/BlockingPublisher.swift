import NIOCore

/// Publishes one message on a connection of its own and waits on the calling thread: for programs that do nothing else,
/// and would spend most of their time on the threads of an event loop.
///
/// It speaks MQTT through the same `ClientConnection` as every Client.
struct BlockingPublisher: ~Copyable {
    private static let request = RequestIdentifier(rawValue: 1)
    /// How long the Server may take to close the connection after DISCONNECT.
    private static let farewellTimeout = TimeAmount.seconds(2)

    private let socket: BlockingSocket
    private var connection: ClientConnection
    private var decoder: PacketDecoder
    private var effects = ClientEffects()
    /// What the network has not taken yet.
    private var unsent = ByteBuffer()
    private var outcome: Result<PublishResult, MQTTClientError>?
    /// Whether the Server has accepted the connection.
    private var isAccepted = false
    /// Of QoS 2: PUBREC has come, so that the Server owns the message and it is never sent again [MQTT-4.3.3-6].
    private var isOwnedByServer = false

    private init(socket: consuming BlockingSocket, configuration: MQTTClientConfiguration, connect: Connect) {
        self.socket = socket
        connection = ClientConnection(connect: connect, limits: configuration.limits)
        decoder = PacketDecoder(version: configuration.version, maximumPacketSize: configuration.maximumPacketSize)
    }

    /// See ``MQTTClient/publishBlocking(_:configuration:)``.
    static func publish(
        _ message: Message,
        configuration: MQTTClientConfiguration
    ) throws(MQTTClientError) -> PublishResult? {
        guard configuration.transport.isPlain else { return nil }
        let connect = try configuration.connectPacket()
        var outgoing = try message.outgoing(
            topic: try UTF8String(topicName: message.topic),
            version: configuration.version
        )
        outgoing.request = request
        let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout)
        let socket: BlockingSocket
        do throws(ClientConnector.Failure) {
            guard let opened = try BlockingSocket.connect(to: configuration.address, deadline: deadline) else {
                return nil
            }
            socket = opened
        } catch {
            throw MQTTClientError(error)
        }
        var publisher = BlockingPublisher(socket: socket, configuration: configuration, connect: connect)
        return try publisher.run(outgoing, connackDeadline: deadline)
    }

    private mutating func run(
        _ message: OutgoingMessage,
        connackDeadline: NIODeadline
    ) throws(MQTTClientError) -> PublishResult? {
        connection.connectionOpened(now: .now(), connackDeadline: connackDeadline, into: &effects)
        connection.publish(message)
        do throws(MQTTClientError) {
            while true {
                connection.advance(now: .now(), into: &effects)
                try send()
                takeEffects()
                if let failure = effects.close.take() { throw MQTTClientError(failure) }
                if let outcome, unsent.readableBytes == 0 {
                    try? sayFarewell()
                    return try outcome.get()
                }
                try receive(until: connection.nextDeadline)
            }
        } catch {
            // A Client sends again what was not acknowledged; at QoS 0 nothing more can be known.
            guard outcome == nil, isAccepted, message.qos != .atMostOnce, error.isWorthRetrying else { throw error }
            // Nor does a Client take the loss of the session for a failure after that.
            return isOwnedByServer ? PublishResult(.success, Properties()) : nil
        }
    }

    /// Sends what the network takes of what there is to send.
    private mutating func send() throws(MQTTClientError) {
        unsent.writeBuffer(&effects.output)
        effects.output.clear()
        do throws(ClientConnector.Failure) {
            try socket.write(&unsent)
        } catch {
            throw MQTTClientError(.connectionLost, text: error.text)
        }
    }

    private mutating func takeEffects() {
        if effects.connected.take() != nil { isAccepted = true }
        for completion in effects.completions {
            switch completion {
            case .published(_, _, let reasonCode, let properties):
                outcome = .success(PublishResult(reasonCode, properties))
            case .notPublished(_, _, let failure): outcome = .failure(MQTTClientError(failure))
            case .answered, .failed, .pinged: break  // nothing was asked for
            }
        }
        effects.completions.removeAll()
        // Nobody listens for messages here.
        effects.messages.removeAll()
    }

    /// Waits until something has come, the network takes more, or the time is up, and takes in what it is.
    private mutating func receive(until deadline: NIODeadline?) throws(MQTTClientError) {
        let received: ByteBuffer?
        do throws(ClientConnector.Failure) {
            let readiness = try socket.wait(forWriting: unsent.readableBytes > 0, until: deadline)
            received = readiness.isReadable ? try socket.read() : nil
        } catch {
            throw MQTTClientError(.connectionLost, text: error.text)
        }
        let now = NIODeadline.now()
        guard let received else {
            return connection.timeAdvanced(to: now, unsentBytes: unsent.readableBytes, into: &effects)
        }
        guard received.readableBytes > 0 else { throw MQTTClientError(connection.connectionClosed()) }
        decoder.append(received)
        do throws(MalformedPacket) {
            while let packet = try decoder.next() {
                if case .pubrec(let answer) = packet, !answer.reasonCode.isFailure { isOwnedByServer = true }
                connection.received(packet, now: now, into: &effects)
            }
        } catch {
            connection.protocolError(error, into: &effects)
        }
    }

    /// Sends DISCONNECT and waits until the Server closes: to close before it has read everything could make the operating
    /// system throw away the rest.
    private mutating func sayFarewell() throws(MQTTClientError) {
        connection.disconnect(Disconnect(), into: &effects)
        let deadline = NIODeadline.now() + Self.farewellTimeout
        try send()
        do throws(ClientConnector.Failure) {
            while unsent.readableBytes > 0, NIODeadline.now() < deadline {
                _ = try socket.wait(forWriting: true, until: deadline)
                try socket.write(&unsent)
            }
            socket.finishWriting()
            while NIODeadline.now() < deadline {
                _ = try socket.wait(forWriting: false, until: deadline)
                if let rest = try socket.read(), rest.readableBytes == 0 { return }
            }
        } catch {
            // The Server has closed the connection its own way.
        }
    }
}

extension MQTTClient {
    /// Publishes one message on a connection of its own, says farewell, and returns what the Server said; the calling
    /// thread waits. For programs that do nothing else: it needs no other thread, and takes a fraction of the time that a
    /// Client needs to start.
    ///
    /// - Returns: The Server's answer; `nil` where it takes a Client to do it: for anything but plain TCP, when the host's
    ///   name has to be asked for, and when the connection was lost before the message was acknowledged, which a Client
    ///   sends again.
    /// - Throws: as `connect` and `publish` do.
    public static func publishBlocking(
        _ message: Message,
        configuration: MQTTClientConfiguration
    ) throws(MQTTClientError) -> PublishResult? {
        try BlockingPublisher.publish(message, configuration: configuration)
    }
}
