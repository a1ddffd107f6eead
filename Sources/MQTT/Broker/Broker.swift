import NIOCore

/// An MQTT Server as a value: packets and the time go in, what is to be done comes out as `Effects`.
///
/// It performs no input or output and asks no clock, so that every rule can be tested without a socket and whole worlds
/// of Clients run in virtual time. One event loop owns it together with its connections.
///
/// Several brokers, each on a loop of its own, can be one to their Clients. They are peers that send each other `Mail`;
/// one that is alone has nothing to do with all that, and what it pays for it is a look at an empty list.
///
/// The parts: `Broker+Connect` opens connections, `Broker+Many` takes packets that come in great numbers out of a read,
/// `Broker+Publish` takes messages in, `Broker+Routing` finds who gets them, `Broker+Delivery` queues them,
/// `Broker+Sending` writes them, `Broker+Subscribe` changes who gets what, `Broker+End` ends connections and sessions,
/// `Broker+Time` does what is due, `Broker+Peers` and `Broker+Moves` are what it has to do with other brokers.
struct Broker {
    typealias SessionIndex = SubscriptionIndex.Session

    /// Its number among the brokers that are one to their Clients, and how many they are.
    let number: Int
    let brokerCount: Int

    var configuration: BrokerConfiguration

    var connections = Slab(placeholder: ServerConnection(opened: .uptimeNanoseconds(0)))
    var sessions = Slab(
        placeholder: ServerSession(clientIdentifier: UTF8String(unchecked: []), receiveMaximum: 1)
    )
    var sessionsByClient: [UTF8String: SessionIndex] = [:]
    var subscriptions = SubscriptionIndex()
    var retained = RetainedMessages()
    var deadlines = DeadlineQueue()
    var shapes = EncodedShapes()
    var statistics = BrokerStatistics()
    /// The messages in all queues of sessions, and their bytes.
    var queuedMessageCount = 0
    var queuedByteCount = 0
    /// The messages that are only in the store, and their bytes.
    var beyondMessageCount = 0
    var beyondByteCount = 0
    /// Whether what lasts is stored: every change of it goes into the batch of the effects.
    var isDurable = false {
        // A store knows the sessions of one broker.
        didSet { precondition(!isDurable || peerCount == 0, "a broker with a store has no peers") }
    }
    /// Whether the store takes nothing at the moment: what it would have to take in is refused.
    var isStoreFull = false
    /// The number that was given to a stored session last.
    var lastSessionNumber: UInt64 = 0
    /// The sessions that wait for messages from the store, by their numbers there.
    var loading: [UInt64: SessionIndex] = [:]
    /// How many connections have a session.
    var connectedCount = 0
    var systemTopics = SystemTopics()

    /// - Parameters:
    ///   - number: Its number, from 0 on, among `brokerCount` brokers that are one to their Clients.
    ///   - brokerCount: At most ``BrokerSet/mostBrokers``; with 1 it is alone.
    init(configuration: BrokerConfiguration = BrokerConfiguration(), number: Int = 0, of brokerCount: Int = 1) {
        precondition(!configuration.listeners.isEmpty, "a broker needs the rules of at least one listener")
        precondition((1...BrokerSet.mostBrokers).contains(brokerCount), "there may be \(BrokerSet.mostBrokers) brokers")
        precondition((0..<brokerCount).contains(number), "there is no broker \(number) of \(brokerCount)")
        self.configuration = configuration
        self.number = number
        self.brokerCount = brokerCount
        peerCount = brokerCount == 1 ? 0 : SessionIndex(brokerCount)
        retainedOrder = RetainedOrder(broker: number, brokerCount: brokerCount)
        subscriptions = SubscriptionIndex(peerCount: peerCount)
        sessions.reserve(Int(peerCount))
        connectionCounts = Array(repeating: 0, count: configuration.listeners.count)
        subscriptions.mergesSubscriptions = !configuration.sendsForEachSubscription
    }

    /// How many of the lowest numbers of sessions stand for peers: one for each broker, itself among them; none where it
    /// is alone.
    let peerCount: SessionIndex
    /// Which change of what a topic keeps is the later one; only where there are peers.
    var retainedOrder: RetainedOrder
    /// How many topics below `$SYS` a peer publishes.
    var foreignSystemTopicCount = 0
    /// The sessions that leave or arrive, and what waits for those that arrive.
    var moves: [SessionIndex: SessionMove] = [:]
    var departures: [MoveName: SessionIndex] = [:]
    var arrivals: [UTF8String: [Arrival]] = [:]
    /// The tenure of the Client whose CONNECT is being accepted: what it leaves does not give its name free.
    var enteringTenure: UInt64 = 0

    /// The last ticket that was given to an `AuthenticationRequest` or a `Claim`.
    var lastTicket: UInt32 = 0
    /// How fast all Clients together publish.
    var publishMeter = RateMeter()
    /// Counts the changes of access control lists.
    var accessGeneration: UInt32 = 0
    /// When retained messages are swept up next, and from which of their topics on.
    var nextSweep: NIODeadline?
    var sweepPosition: UInt32 = 0
    /// Whether the log has been told that no more messages are retained.
    var isRetainedFullNoted = false
    /// How many connections each listener has.
    var connectionCounts: [Int]
    /// An empty list for acknowledgements that came together; kept to use its memory again.
    var spareIdentifiers: [UInt16] = []

    var limits: BrokerConfiguration.Limits { configuration.limits }

    /// What holds for the listener that a connection came by.
    func rules(of connection: ConnectionIndex) -> ListenerRules {
        configuration.listeners[connections[connection.value].listener]
    }

    /// A connection was accepted: its CONNECT is awaited. `nil` where there are as many as there may be.
    ///
    /// - Parameter listener: The place of its listener in the configuration.
    mutating func opened(by listener: Int = 0, now: NIODeadline) -> ConnectionIndex? {
        guard connections.count < limits.connections,
            connectionCounts[listener] < configuration.listeners[listener].maximumConnections ?? .max
        else { return nil }
        connectionCounts[listener] += 1
        statistics.connectionsOpenedCount += 1
        let opened = ServerConnection(opened: now, listener: listener)
        let connection = ConnectionIndex(value: connections.insert(opened))
        scheduleDeadline(of: connection)
        return connection
    }

    /// Bytes were received: works on all packets that are complete, and keeps the rest for later in `decoder`.
    ///
    /// - Returns: Whether there was something among them that its Client may be kept waiting for: PUBLISH, and what peers
    ///   have to know of.
    mutating func received(
        _ decoder: inout PacketDecoder,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        var makesWork = false
        do {
            while connections[connection.value].phase.takesPackets {
                if connections[connection.value].phase == .connected, !configuration.tracesPackets,
                    try receivedMany(&decoder, from: connection, now: now, into: &effects)
                {
                    makesWork = true
                }
                guard connections[connection.value].phase.takesPackets, let packet = try decoder.next() else { break }
                statistics.noteReceived(packet.type)
                if configuration.tracesPackets { trace(packet, .received, connection, into: &effects) }
                let type = packet.type
                received(packet, from: connection, now: now, into: &effects)
                switch type {
                case .publish: makesWork = true
                case .subscribe, .unsubscribe: if peerCount > 0 { makesWork = true }
                case .connect: (decoder.version, decoder.maximumPacketSize) = decoding(of: connection)
                default: break  // no other packet matters to the caller or to how the next ones are decoded
                }
            }
        } catch {
            failed(error, on: connection, now: now, into: &effects)
        }
        decoder.settle()
        return makesWork
    }

    /// A packet was received. What a connection sends after the broker decided to close it is ignored.
    mutating func received(
        _ packet: consuming ControlPacket,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        switch connections[connection.value].phase {
        case .ended, .authenticating, .claiming:
            return
        case .awaitingConnect:
            guard case .connect(let connect) = packet else {
                // [MQTT-3.1.0-1]
                return failed(
                    .protocolError("the first packet is not CONNECT"),
                    on: connection,
                    now: now,
                    into: &effects
                )
            }
            connectReceived(connect, from: connection, now: now, into: &effects)
        case .connected:
            connections[connection.value].lastReceived = now
            do {
                try receivedWhileConnected(packet, from: connection, now: now, into: &effects)
            } catch {
                failed(error, on: connection, now: now, into: &effects)
            }
        }
    }

    private mutating func receivedWhileConnected(
        _ packet: consuming ControlPacket,
        from connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) throws(MalformedPacket) {
        switch packet {
        case .publish(let publish):
            try publishReceived(publish, from: connection, now: now, into: &effects)
        case .puback(let puback):
            pubackReceived(puback, from: connection, now: now, into: &effects)
        case .pubrec(let pubrec):
            pubrecReceived(pubrec, from: connection, now: now, into: &effects)
        case .pubrel(let pubrel):
            pubrelReceived(pubrel.packetIdentifier, from: connection, into: &effects)
        case .pubcomp(let pubcomp):
            pubcompReceived(pubcomp, from: connection, now: now, into: &effects)
        case .subscribe(let subscribe):
            subscribeReceived(subscribe, from: connection, now: now, into: &effects)
        case .unsubscribe(let unsubscribe):
            unsubscribeReceived(unsubscribe, from: connection, into: &effects)
        case .pingreq:
            send(.pingresp, to: connection, into: &effects)  // [MQTT-3.12.4-1]
        case .disconnect(let disconnect):
            try disconnectReceived(disconnect, from: connection, now: now, into: &effects)
        case .connect:
            throw .protocolError("a second CONNECT")  // [MQTT-3.1.0-2]
        case .auth:
            throw .protocolError("AUTH without an authentication method in CONNECT")  // [MQTT-4.12.0-1]
        case .connack, .suback, .unsuback, .pingresp:
            throw .protocolError("a packet that only a server sends")
        }
    }

    /// What a connection sent could not be decoded, or was not allowed [MQTT-4.13.1-1].
    mutating func failed(
        _ error: MalformedPacket,
        on connection: ConnectionIndex,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        switch connections[connection.value].phase {
        case .ended:
            return
        case .awaitingConnect, .authenticating, .claiming:
            statistics.malformedPacketCount += 1
            if error.reasonCode == .unsupportedProtocolVersion {
                // In the form of version 3.1.1, which says 1: a Client of another version is more likely to know it.
                let refusal = Connack(sessionPresent: false, reasonCode: .unsupportedProtocolVersion)
                send(.connack(refusal), to: connection, into: &effects)  // [MQTT-3.1.2-2]
            }
            effects.events.append(.connectionRefused(connection, error))
            connections[connection.value].phase = .ended
            effects.closing.append(connection)  // [MQTT-3.1.4-1]
        case .connected:
            statistics.malformedPacketCount += 1
            sendDisconnect(error.reasonCode, explanation: error.problem, to: connection, into: &effects)
            endConnection(
                connection,
                reason: .malformedPacket(error),
                publishesWill: true,
                now: now,
                into: &effects
            )
        }
    }

    /// The connection is closed: nothing can be sent to it any more, and its number is free again.
    mutating func closed(_ connection: ConnectionIndex, now: NIODeadline, into effects: inout Effects) {
        if connections[connection.value].phase == .connected {
            // [MQTT-3.1.2-8]: the connection was closed without a DISCONNECT.
            endConnection(connection, reason: .connectionLost, publishesWill: true, now: now, into: &effects)
        }
        effects.closing.removeAll { $0 == connection }
        effects.outbox.discard(connection)
        connectionCounts[connections[connection.value].listener] -= 1
        connections.remove(connection.value)
    }

    /// What waited for the connection is on its way: there is room for more.
    mutating func drained(_ connection: ConnectionIndex, now: NIODeadline, into effects: inout Effects) {
        connections[connection.value].awaitsDrain = false
        guard connections[connection.value].phase == .connected else { return }
        sendQueued(connections[connection.value].session, now: now, into: &effects)
    }

    /// Whether more is queued for the connection than was written for it.
    func awaitsDrain(_ connection: ConnectionIndex) -> Bool {
        connections[connection.value].awaitsDrain
    }

    /// A decoder for what a new connection sends.
    func makeDecoder() -> PacketDecoder {
        PacketDecoder(
            version: .v3_1_1,
            maximumPacketSize: min(limits.packetSizeBeforeConnect, limits.packetSize)
        )
    }

    /// The version that packets of a connection are decoded for, and the largest packet it may send.
    private func decoding(of connection: ConnectionIndex) -> (version: ProtocolVersion, maximumPacketSize: Int) {
        // A CONNECT that waits is followed by nothing that is looked at before it is accepted.
        let isOpen =
            switch connections[connection.value].phase {
            case .connected, .authenticating, .claiming: true
            case .awaitingConnect, .ended: false
            }
        return (
            connections[connection.value].version,
            isOpen ? limits.packetSize : min(limits.packetSizeBeforeConnect, limits.packetSize)
        )
    }

    /// The bytes that wait for sessions and connections.
    func waitingByteCount(_ effects: borrowing Effects) -> Int { queuedByteCount + effects.outbox.byteCount }

    /// Whether so much waits for receivers that publishers are to be kept waiting.
    ///
    /// - Parameter waitingElsewhere: The bytes that wait for receivers of its peers.
    func isOverloaded(_ effects: borrowing Effects, waitingElsewhere: Int = 0) -> Bool {
        waitingByteCount(effects) + waitingElsewhere > limits.waitingBytesInAll
            // Where the store takes nothing, what would have to wait for it is refused.
            || !isStoreFull && effects.unwrittenByteCount + effects.batch.byteCount > limits.unwrittenBytes
    }

    /// Whether so much waits for a connection that it is not to be read from: the answers to what it sends are never
    /// dropped, unlike messages, which alone do not bring it here.
    func isBlocked(_ connection: ConnectionIndex, _ effects: borrowing Effects) -> Bool {
        effects.outbox.byteCount(for: connection)
            >= 2 * max(limits.outgoingBytes, limits.outgoingBytesBeforeQueueing)
    }

    // MARK: Sending

    /// Writes a packet other than PUBLISH. One that is larger than the Client accepts is left out [MQTT-3.1.2-24].
    mutating func send(_ packet: ControlPacket, to connection: ConnectionIndex, into effects: inout Effects) {
        let version = connections[connection.value].version
        let maximumPacketSize = connections[connection.value].maximumPacketSize
        statistics.noteSent(packet.type)
        if configuration.tracesPackets { trace(packet, .sent, connection, into: &effects) }
        effects.outbox.append(to: connection) { buffer in
            let start = buffer.writerIndex
            packet.encode(into: &buffer, version: version)
            if buffer.writerIndex - start > maximumPacketSize { buffer.moveWriterIndex(to: start) }
        }
    }

    /// Tells a Client of version 5.0 why the Server is about to close the connection; older ones have no such packet.
    mutating func sendDisconnect(
        _ reasonCode: ReasonCode,
        explanation: StaticString? = nil,
        to connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        guard connections[connection.value].version.hasProperties else { return }
        statistics.noteSent(.disconnect)
        // Not every reason for which a packet is malformed may stand in DISCONNECT.
        let code = reasonCode.packetTypes.contains(.disconnect) ? reasonCode : .protocolError
        var disconnect = Disconnect(reasonCode: code)
        if let explanation, connections[connection.value].wantsProblemInformation {
            disconnect.properties[string: .reasonString] = UTF8String(explanation.description)
        }
        let withExplanation = disconnect
        let maximumPacketSize = connections[connection.value].maximumPacketSize
        effects.outbox.append(to: connection) { buffer in
            let start = buffer.writerIndex
            withExplanation.encode(into: &buffer, version: .v5_0)
            guard buffer.writerIndex - start > maximumPacketSize else { return }
            // Better without the explanation than not at all [MQTT-3.14.2-3].
            buffer.moveWriterIndex(to: start)
            Disconnect(reasonCode: code).encode(into: &buffer, version: .v5_0)
        }
    }
}
