import NIOCore

@testable import MQTT

/// The other side of a connection of an `InMemoryBroker`: sends what a test says, and keeps what it receives.
final class ScriptedPeer {
    let place: InMemoryBroker.Place
    var connection: ConnectionIndex { place.connection }
    let version: ProtocolVersion
    /// The answer to the CONNECT that `connect` sent.
    private(set) var connack: Connack?
    /// Whether the broker has closed the connection.
    var isClosed = false
    /// Whether the peer takes what is sent to it; while it does not, the connection is as one whose buffers are full.
    var isReading = true {
        didSet { if isReading, !oldValue, !isClosed { broker.becameWritable(place) } }
    }
    /// Everything that the peer took.
    private(set) var receivedByteCount = 0
    /// The same as bytes, where they are kept.
    private(set) var receivedBytes: [UInt8] = []
    var keepsBytes = false
    /// Bytes of the broker that were no packets of MQTT.
    private(set) var decodingError: MalformedPacket?

    private unowned let broker: InMemoryBroker
    private var serverDecoder: PacketDecoder
    private var decoder: PacketDecoder
    private var packets: [ControlPacket] = []
    private var nextIdentifier: UInt16 = 0

    init(
        _ broker: InMemoryBroker,
        _ place: InMemoryBroker.Place,
        decoder: PacketDecoder,
        version: ProtocolVersion
    ) {
        self.broker = broker
        self.place = place
        self.version = version
        serverDecoder = decoder
        self.decoder = PacketDecoder(version: version, maximumPacketSize: DecodedStream.noMaximum)
    }

    // MARK: Sending

    func send(_ packet: ControlPacket) {
        send(bytes: packet.encoded(for: version))
    }

    /// Sends bytes in the notation of the tables.
    func send(hex notation: String) {
        send(bytes: HexNotation.bytes(notation))
    }

    func send(bytes: [UInt8]) {
        guard !isClosed else { return }
        serverDecoder.append(ByteBuffer(bytes: bytes))
        continueSending()
        // Not before: an answer has the broker read on.
        broker.answerQuestions()
    }

    /// Has the broker work on what it did not want to look at when it came.
    func continueSending() {
        readOn()
        broker.carryOut()
    }

    /// The same, with what the broker wants done left open.
    func readOn() {
        broker.received(&serverDecoder, from: place)
    }

    /// Closes the connection without a DISCONNECT.
    func drop() {
        guard !isClosed else { return }
        isClosed = true
        broker.closed(place)
    }

    // MARK: Receiving

    /// The next packet, which stays where it is.
    var next: ControlPacket? { packets.first }

    /// The next packet; `nil` where the broker has sent no more.
    func receive() -> ControlPacket? {
        packets.isEmpty ? nil : packets.removeFirst()
    }

    /// All packets that have arrived.
    func receiveAll() -> [ControlPacket] {
        defer { packets = [] }
        return packets
    }

    func take(_ buffer: ByteBuffer) {
        receivedByteCount += buffer.readableBytes
        if keepsBytes { receivedBytes += Array(buffer.readableBytesView) }
        decoder.append(buffer)
        do throws(MalformedPacket) {
            while let packet = try decoder.next() {
                packets.append(packet)
            }
        } catch {
            decodingError = error
        }
        decoder.settle()
    }

    func accept(_ connack: Connack) {
        packets.removeFirst()
        self.connack = connack
    }

    func makeIdentifier() -> UInt16 {
        nextIdentifier += 1
        return nextIdentifier
    }
}

// MARK: - What Clients do all the time

extension ScriptedPeer {
    /// Subscribes and returns the SUBACK's reason codes; empty where something else came.
    @discardableResult
    func subscribe(
        _ topicFilters: String...,
        qos: QoS = .exactlyOnce,
        options change: (inout SubscriptionOptions) -> Void = { _ in },
        identifier: UInt32? = nil
    ) -> [ReasonCode] {
        var options = SubscriptionOptions(maximumQoS: qos)
        change(&options)
        var properties = Properties()
        properties[integer: .subscriptionIdentifier] = identifier
        let packetIdentifier = makeIdentifier()
        send(
            .subscribe(
                Subscribe(
                    packetIdentifier: packetIdentifier,
                    properties: properties,
                    subscriptions: topicFilters.map { .init(topicFilter: .text($0), options: options) }
                )
            )
        )
        guard case .suback(let suback)? = next, suback.packetIdentifier == packetIdentifier else { return [] }
        _ = receive()
        return suback.reasonCodes
    }

    /// Unsubscribes and returns the UNSUBACK's reason codes.
    @discardableResult
    func unsubscribe(_ topicFilters: String...) -> [ReasonCode] {
        let packetIdentifier = makeIdentifier()
        send(
            .unsubscribe(
                Unsubscribe(packetIdentifier: packetIdentifier, topicFilters: topicFilters.map { .text($0) })
            )
        )
        guard case .unsuback(let unsuback)? = next, unsuback.packetIdentifier == packetIdentifier else { return [] }
        _ = receive()
        return unsuback.reasonCodes
    }

    /// Publishes a message; at QoS 2 up to the end of the exchange. Returns the reason code of PUBACK or PUBREC.
    @discardableResult
    func publish(
        _ topic: String,
        _ payload: String = "",
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        expiry: UInt32? = nil,
        forwardedProperties: String = ""
    ) -> ReasonCode? {
        let packetIdentifier = qos == .atMostOnce ? 0 : makeIdentifier()
        let publish = Publish(
            topic,
            payload,
            qos: qos,
            retain: retain,
            packetIdentifier: packetIdentifier,
            forwardedProperties: forwardedProperties
        )
        send(.publish(publish.with(expiry: expiry)))
        switch qos {
        case .atMostOnce: return nil
        case .atLeastOnce: return takePuback(packetIdentifier)
        case .exactlyOnce:
            guard case .pubrec(let pubrec)? = packets.last, pubrec.packetIdentifier == packetIdentifier else {
                return nil
            }
            packets.removeLast()
            guard !pubrec.reasonCode.isFailure else { return pubrec.reasonCode }
            send(.pubrel(Acknowledgement(packetIdentifier: packetIdentifier)))
            guard packets.last == .pubcomp(Acknowledgement(packetIdentifier: packetIdentifier)) else { return nil }
            packets.removeLast()
            return pubrec.reasonCode
        }
    }

    private func takePuback(_ packetIdentifier: UInt16) -> ReasonCode? {
        guard case .puback(let puback)? = packets.last, puback.packetIdentifier == packetIdentifier else { return nil }
        packets.removeLast()
        return puback.reasonCode
    }

    /// The messages that have arrived; each is acknowledged as its QoS demands, which may bring more. What else arrived
    /// stays.
    func receiveMessages() -> [Publish] {
        var messages: [Publish] = []
        while let index = packets.firstIndex(where: \.isPartOfDelivery) {
            switch packets.remove(at: index) {
            case .publish(let publish):
                messages.append(publish)
                let answer = Acknowledgement(packetIdentifier: publish.packetIdentifier)
                if publish.qos == .atLeastOnce { send(.puback(answer)) }
                if publish.qos == .exactlyOnce { send(.pubrec(answer)) }
            case .pubrel(let pubrel):
                send(.pubcomp(Acknowledgement(packetIdentifier: pubrel.packetIdentifier)))
            default: break  // nothing else is part of a delivery
            }
        }
        return messages
    }

    /// The payloads of the messages that have arrived, as text.
    func receivePayloads() -> [String] {
        receiveMessages().map(\.payloadText)
    }

    /// Sends DISCONNECT.
    func disconnect(
        _ reasonCode: ReasonCode = .success,
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) {
        send(.disconnect(Disconnect(reasonCode: reasonCode, properties: Properties(properties))))
    }

    /// The reason code of the DISCONNECT that is the last packet on a connection that the broker has closed.
    func disconnectReason() -> ReasonCode? {
        guard isClosed, case .disconnect(let disconnect)? = packets.last else { return nil }
        return disconnect.reasonCode
    }
}

extension ControlPacket {
    fileprivate var isPartOfDelivery: Bool {
        switch self {
        case .publish, .pubrel: true
        default: false  // answers and all else
        }
    }
}

extension Publish {
    /// The payload as text.
    var payloadText: String { String(decoding: [UInt8](copying: payload), as: UTF8.self) }
    /// The Topic Name as text.
    var topicText: String { String(decoding: [UInt8](copying: topic), as: UTF8.self) }
}
