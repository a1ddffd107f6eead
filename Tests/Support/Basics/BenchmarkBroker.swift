import NIOCore

@testable import MQTT

/// A broker in memory that is driven as the transport drives it and does nothing besides, so that what is measured is
/// the broker: bytes go in, and what it sends is taken from its outbox.
struct BenchmarkBroker {
    private(set) var broker: Broker
    private var effects = Effects()
    private var decoders: [PacketDecoder] = []
    private var pending: [ConnectionIndex] = []
    private var parts: [ByteBuffer] = []
    /// How many bytes were sent to all connections.
    private(set) var sentByteCount = 0
    /// What was sent to one connection, for tests that look at it.
    private(set) var watched = ByteBuffer()
    private var watchedConnection: ConnectionIndex?
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    init(_ configuration: BrokerConfiguration = BrokerConfiguration()) {
        broker = Broker(configuration: configuration)
    }

    /// Keeps what is sent to a connection from now on.
    mutating func watch(_ connection: ConnectionIndex) {
        watchedConnection = connection
        watched = ByteBuffer()
    }

    /// A client connects.
    mutating func connect(
        _ clientIdentifier: String,
        version: ProtocolVersion = .v3_1_1,
        cleanStart: Bool = true
    ) -> ConnectionIndex {
        let connection = open()
        let bytes = Self.connect(clientIdentifier, version: version, cleanStart: cleanStart)
        receive(bytes, from: connection)
        return connection
    }

    mutating func open() -> ConnectionIndex {
        guard let connection = broker.opened(now: now) else {
            preconditionFailure("a benchmark has more connections than the broker takes")
        }
        let decoder = broker.makeDecoder()
        let index = Int(connection.value)
        if index < decoders.count { decoders[index] = decoder } else { decoders.append(decoder) }
        return connection
    }

    /// What one read returned: decodes it, and carries out what the broker wants done.
    mutating func receive(_ bytes: ByteBuffer, from connection: ConnectionIndex) {
        let index = Int(connection.value)
        decoders[index].append(bytes)
        _ = broker.received(&decoders[index], from: connection, now: now, into: &effects)
        endTurn()
    }

    mutating func close(_ connection: ConnectionIndex) {
        broker.closed(connection, now: now, into: &effects)
        endTurn()
    }

    private mutating func endTurn() {
        effects.outbox.takePending(into: &pending)
        for connection in pending {
            sentByteCount += effects.outbox.take(connection, into: &parts)
            if connection == watchedConnection {
                for part in parts {
                    watched.writeImmutableBuffer(part)
                }
            }
            while !parts.isEmpty {
                effects.outbox.recycle(parts.removeLast())
            }
            if broker.awaitsDrain(connection) { broker.drained(connection, now: now, into: &effects) }
        }
        pending.removeAll(keepingCapacity: true)
        effects.closing.removeAll(keepingCapacity: true)
        effects.events.removeAll(keepingCapacity: true)
        if effects.outbox.hasPending { endTurn() }
    }

    // MARK: Packets

    static func bytes(_ packet: ControlPacket, version: ProtocolVersion = .v3_1_1) -> ByteBuffer {
        var buffer = ByteBuffer()
        packet.encode(into: &buffer, version: version)
        return buffer
    }

    static func text(_ text: String) -> UTF8String {
        UTF8String(unchecked: Array(text.utf8))
    }

    static func connect(
        _ clientIdentifier: String,
        version: ProtocolVersion = .v3_1_1,
        cleanStart: Bool = true
    ) -> ByteBuffer {
        bytes(
            .connect(
                Connect(
                    version: version,
                    cleanStart: cleanStart,
                    keepAlive: 60,
                    clientIdentifier: text(clientIdentifier)
                )
            ),
            version: version
        )
    }

    static func publish(
        _ topic: String,
        payloadLength: Int = 64,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        packetIdentifier: UInt16 = 0,
        version: ProtocolVersion = .v3_1_1
    ) -> ByteBuffer {
        let noProperties: [UInt8] = []
        let payload = Array(repeating: UInt8(ascii: "x"), count: payloadLength)
        let publish = Publish(
            topic: text(topic).bytes.span,
            properties: noProperties.span,
            payload: payload.span,
            qos: qos,
            retain: retain,
            packetIdentifier: packetIdentifier
        )
        return bytes(.publish(publish), version: version)
    }

    static func subscribe(
        _ filter: String,
        qos: QoS = .atMostOnce,
        packetIdentifier: UInt16 = 1,
        version: ProtocolVersion = .v3_1_1
    ) -> ByteBuffer {
        let subscription = Subscribe.Subscription(
            topicFilter: text(filter),
            options: SubscriptionOptions(maximumQoS: qos)
        )
        return bytes(
            .subscribe(Subscribe(packetIdentifier: packetIdentifier, subscriptions: [subscription])),
            version: version
        )
    }

    static func unsubscribe(_ filter: String, packetIdentifier: UInt16 = 1) -> ByteBuffer {
        bytes(.unsubscribe(Unsubscribe(packetIdentifier: packetIdentifier, topicFilters: [text(filter)])))
    }

    static func puback(_ packetIdentifier: UInt16) -> ByteBuffer {
        bytes(.puback(Acknowledgement(packetIdentifier: packetIdentifier)))
    }
}
