import DequeModule
import NIOCore

/// The Client's end of MQTT: what it sends, and when, and what to make of what arrives.
///
/// A pure value: it is told what happened and at what time, and says into `ClientEffects` what is to be done. It outlives
/// the network connection, because the session does: messages that were not acknowledged, Packet Identifiers and
/// subscriptions pass from one connection to the next.
///
/// ```
///              connectionOpened             CONNACK, accepted
///   closed ──────────────────▶ awaitingConnack ──────────▶ connected
///     ▲                              │                         │
///     │                              │ refusal, time is up,    │ disconnect asked for, DISCONNECT received,
///     │                              │ protocol error          │ no PINGRESP, protocol error
///     │      connectionClosed        ▼                         │
///     └──────────────────────────closing◀──────────────────────┘
/// ```
///
/// `connectionClosed` may come in every phase and leads to `closed`. In `closing` whatever arrives is ignored: either
/// DISCONNECT was sent, after which nothing may follow [MQTT-3.14.4-1], or the Server is not to be trusted any more.
///
/// What is to be published waits in a queue of its own until it can be sent; an application that is faster than the
/// network is held back by `hasRoom`. A message stays in the sending flow until it is acknowledged. On the next
/// connection it is sent again with DUP if the Server still has the session [MQTT-4.4.0-1]. If not, it is sent as a new
/// message, and the subscriptions are made again, so that the loss of a session on the Server loses nothing that was
/// handed to this one.
struct ClientConnection {
    /// What the Client is doing.
    enum Phase: Sendable, Equatable {
        case closed
        case awaitingConnack
        case connected
        case closing
    }

    let limits: ClientLimits
    /// What CONNECT says the first time; it takes on the Client Identifier that the Server assigns.
    private(set) var connect: Connect
    private(set) var phase = Phase.closed
    private(set) var server: ServerLimits
    /// Messages to this topic are answers to requests and go another way.
    var responseTopic: UTF8String?

    /// Whether a CONNACK has accepted a connection before this one.
    private var hasBeenConnected = false
    private var connackDeadline: NIODeadline?
    private var keepAlive: ClientKeepAlive
    /// Why the connection is closing.
    private var closeReason: ClientFailure?

    // The sending side; see ClientConnection+Sending.swift.
    var isWritable = true
    var flow: OutgoingFlow<ClientExchange>
    var queue = Deque<OutgoingMessage>()
    var queuedByteCount = 0
    var requests = Deque<ClientExchange>()
    var subscriptions = ClientSubscriptions()

    /// Who waits for which PINGRESP, in the order of the PINGREQs; `none` where the keep-alive sent it.
    var pings = Deque<RequestIdentifier>()

    // The receiving side; see ClientConnection+Receiving.swift.
    var inbox: ClientInbox

    var version: ProtocolVersion { connect.version }

    init(connect: Connect, limits: ClientLimits) {
        var connect = connect
        if connect.version.hasProperties {
            connect.properties.announce(limits)
        }
        self.connect = connect
        self.limits = limits
        server = ServerLimits(Properties(), connect: connect)
        keepAlive = ClientKeepAlive(responseTimeout: .nanoseconds(limits.pingResponseTimeoutNanoseconds))
        flow = OutgoingFlow(receiveMaximum: limits.maximumInFlight)
        inbox = ClientInbox(
            receiveMaximum: connect.version.hasProperties ? limits.receiveMaximum : .max,
            topicAliasMaximum: connect.version.hasProperties ? limits.topicAliasMaximum : 0
        )
    }

    // MARK: Beginning

    /// The network connection is there: CONNECT is the first packet [MQTT-3.1.0-1].
    mutating func connectionOpened(now: NIODeadline, connackDeadline: NIODeadline, into effects: inout ClientEffects) {
        precondition(phase == .closed, "a connection was opened in phase \(phase)")
        phase = .awaitingConnack
        isWritable = true
        closeReason = nil
        self.connackDeadline = connackDeadline
        var packet = connect
        if hasBeenConnected { packet.cleanStart = !isSessionKept }
        packet.encode(into: &effects.output)
    }

    /// Whether the session outlives the network connection on the Server's side.
    private var isSessionKept: Bool {
        // Clean Session of version 3 says when the session begins and also when it ends.
        version.hasProperties ? server.sessionExpiryInterval > 0 : !connect.cleanStart
    }

    mutating func connackReceived(_ packet: Connack, now: NIODeadline, into effects: inout ClientEffects) {
        guard !packet.reasonCode.isFailure else {
            close(.byServer(.connectionRefused, packet.reasonCode, packet.properties), into: &effects)
            return
        }
        // A Client that begins clean has no session [MQTT-3.2.2-4]. One that does not begin clean takes up what the
        // Server kept, though this process may be new to it: such a session is the very reason not to begin clean.
        guard !packet.sessionPresent || !connect.cleanStart || hasBeenConnected else {
            protocolError(.protocolError("session present after a clean start"), into: &effects)
            return
        }
        if let identifier = packet.properties[string: .assignedClientIdentifier] {
            connect.clientIdentifier = identifier
        }
        server = ServerLimits(packet.properties, connect: connect)
        connackDeadline = nil
        phase = .connected
        hasBeenConnected = true
        keepAlive.start(seconds: server.keepAlive, now: now)
        effects.connected = ClientEffects.Connected(
            sessionPresent: packet.sessionPresent,
            limits: server,
            properties: packet.properties,
            clientIdentifier: connect.clientIdentifier
        )
        // CONNACK of version 3.1 cannot tell whether there was a session. If the Server kept it, what is repeated with
        // DUP is right; if not, it does no harm; subscriptions are made again in any case.
        let mayHaveSession = version == .v3_1 && !connect.cleanStart
        takeUpSession(isPresent: packet.sessionPresent || mayHaveSession, into: &effects)
        if !packet.sessionPresent { subscribeAgain() }
    }

    // MARK: Ending

    /// The application wants the connection to end: DISCONNECT is the last packet [MQTT-3.14.4-1].
    mutating func disconnect(_ packet: Disconnect, into effects: inout ClientEffects) {
        switch phase {
        case .connected, .awaitingConnack:
            if phase == .connected { packet.encode(into: &effects.output, version: version) }
            close(.disconnected, into: &effects)
        case .closed, .closing:
            break  // nothing to tell the Server any more
        }
    }

    /// The Server has broken the protocol: it is told how, and the connection ends [MQTT-4.13.2-1].
    mutating func protocolError(_ error: MalformedPacket, into effects: inout ClientEffects) {
        guard phase == .connected || phase == .awaitingConnack else { return }
        if version.hasProperties {
            let isAllowed = error.reasonCode.packetTypes.contains(.disconnect)
            Disconnect(reasonCode: isAllowed ? error.reasonCode : .protocolError)
                .encode(into: &effects.output, version: version)
        }
        let text = error.problem.description
        close(ClientFailure(kind: .protocolError, reasonCode: error.reasonCode, text: text), into: &effects)
    }

    mutating func close(_ failure: ClientFailure, into effects: inout ClientEffects) {
        phase = .closing
        closeReason = failure
        effects.close = failure
        // What the application consumes from now on cannot be acknowledged on this connection.
        inbox.connectionClosed()
    }

    /// The network connection is gone, for whatever reason. Returns why.
    mutating func connectionClosed() -> ClientFailure {
        phase = .closed
        connackDeadline = nil
        pings.removeAll()
        inbox.connectionClosed()
        return closeReason.take() ?? .connectionLost
    }

    // MARK: Time

    /// When `timeAdvanced` is to be called at the latest.
    var nextDeadline: NIODeadline? {
        switch phase {
        case .awaitingConnack: connackDeadline
        case .connected: keepAlive.deadline
        case .closed, .closing: nil
        }
    }

    /// - Parameter unsentBytes: How many bytes wait because the network does not take them.
    mutating func timeAdvanced(to now: NIODeadline, unsentBytes: Int, into effects: inout ClientEffects) {
        switch phase {
        case .awaitingConnack:
            guard let connackDeadline, now >= connackDeadline else { return }
            close(.timedOut("the server did not answer CONNECT"), into: &effects)
        case .connected:
            switch keepAlive.timeAdvanced(to: now, unsentBytes: unsentBytes) {
            case .none: break
            case .sendPingreq:
                sendPingreq(.none, now: now, into: &effects)
            case .giveUp:
                if version.hasProperties {
                    Disconnect(reasonCode: .unspecifiedError).encode(into: &effects.output, version: version)
                }
                close(.timedOut("the server did not answer PINGREQ"), into: &effects)
            }
        case .closed, .closing:
            break  // nothing is waited for
        }
    }

    /// Asks whether the Server is there; its answer is told as a completion of `request`. Only while connected.
    mutating func ping(_ request: RequestIdentifier, now: NIODeadline, into effects: inout ClientEffects) {
        precondition(phase == .connected, "a Server was asked in phase \(phase)")
        sendPingreq(request, now: now, into: &effects)
    }

    private mutating func sendPingreq(_ request: RequestIdentifier, now: NIODeadline, into effects: inout ClientEffects)
    {
        ControlPacket.pingreq.encode(into: &effects.output, version: version)
        keepAlive.packetSent(now: now)
        pings.append(request)
    }

    /// Something was sent on the connection.
    mutating func packetSent(now: NIODeadline) {
        keepAlive.packetSent(now: now)
    }

    /// Something was received on the connection.
    mutating func packetReceived(now: NIODeadline) {
        keepAlive.packetReceived(now: now)
    }

    /// This side has stopped to read from the network, or begun again.
    mutating func readingChanged(_ isReading: Bool, now: NIODeadline) {
        keepAlive.readingChanged(isReading, now: now)
    }
}

extension Properties {
    /// Tells the Server the Client's limits in CONNECT, where they differ from what it would assume.
    fileprivate mutating func announce(_ limits: ClientLimits) {
        if limits.receiveMaximum != .max {
            self[integer: .receiveMaximum] = UInt32(limits.receiveMaximum)
        }
        if limits.topicAliasMaximum != 0 {
            self[integer: .topicAliasMaximum] = UInt32(limits.topicAliasMaximum)
        }
        if limits.maximumPacketSize < VariableByteInteger.maximum {
            self[integer: .maximumPacketSize] = UInt32(limits.maximumPacketSize)
        }
    }
}
