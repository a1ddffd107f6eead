import NIOCore
import Testing

@testable import MQTT

/// A `ClientConnection` in virtual time, with what it wants sent decoded into packets.
struct ClientHarness {
    var connection: ClientConnection
    var effects = ClientEffects()
    var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private var decoder: PacketDecoder
    /// What the connection wanted closed, kept until it is asked for.
    private(set) var closes: [ClientFailure] = []

    init(
        version: ProtocolVersion = .v5_0,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 60,
        sessionExpiryInterval: UInt32 = 0,
        limits: ClientLimits = ClientLimits()
    ) {
        var connect = Connect(
            version: version,
            cleanStart: cleanStart,
            keepAlive: keepAlive,
            clientIdentifier: "c"
        )
        if version.hasProperties, sessionExpiryInterval > 0 {
            connect.properties[integer: .sessionExpiryInterval] = sessionExpiryInterval
        }
        connection = ClientConnection(connect: connect, limits: limits)
        decoder = PacketDecoder(version: version, maximumPacketSize: .max)
    }

    /// The packets that were sent since it was asked for the last time.
    mutating func sent() -> [ControlPacket] {
        connection.advance(now: now, into: &effects)
        decoder.append(effects.output)
        effects.output.clear()
        var packets: [ControlPacket] = []
        do {
            while let packet = try decoder.next() {
                packets.append(packet)
            }
        } catch {
            Issue.record("the client has sent what is no packet: \(error)")
        }
        decoder.settle()
        if let close = effects.close.take() { closes.append(close) }
        return packets
    }

    /// Opens a network connection.
    mutating func open() {
        connection.connectionOpened(now: now, connackDeadline: now + .seconds(10), into: &effects)
    }

    mutating func receive(_ packet: ControlPacket) {
        connection.received(packet, now: now, into: &effects)
    }

    /// Opens a network connection and has it accepted; returns the CONNECT.
    @discardableResult
    mutating func connect(
        sessionPresent: Bool = false,
        _ properties: Properties = Properties()
    ) -> Connect? {
        open()
        let first = sent().first
        receive(.connack(Connack(sessionPresent: sessionPresent, reasonCode: .success, properties: properties)))
        guard case .connect(let connect) = first else {
            Issue.record("the first packet is no CONNECT")
            return nil
        }
        return connect
    }

    /// The network connection breaks.
    @discardableResult
    mutating func lose() -> ClientFailure {
        effects.output.clear()
        decoder = PacketDecoder(version: connection.version, maximumPacketSize: .max)
        return connection.connectionClosed()
    }

    mutating func publish(
        _ payload: String,
        qos: QoS,
        topic: UTF8String = "t",
        retain: Bool = false,
        request: UInt64 = 0
    ) {
        connection.publish(
            OutgoingMessage(
                request: RequestIdentifier(rawValue: request),
                topic: topic,
                payload: ByteBuffer(string: payload),
                qos: qos,
                retain: retain
            )
        )
    }

    mutating func subscribe(_ filters: UTF8String..., request: UInt64 = 7, properties: Properties = Properties()) {
        connection.subscribe(
            SubscribeRequest(
                request: RequestIdentifier(rawValue: request),
                subscriptions: filters.map {
                    Subscribe.Subscription(topicFilter: $0, options: SubscriptionOptions(maximumQoS: .exactlyOnce))
                },
                properties: properties
            )
        )
    }

    /// A message of the Server arrives.
    mutating func receivePublish(
        _ payload: String,
        qos: QoS,
        identifier: UInt16 = 0,
        duplicate: Bool = false,
        topic: String = "t",
        topicAlias: UInt16 = 0
    ) {
        var publish = Publish(
            topic: Array(topic.utf8).span,
            properties: [UInt8]().span,
            payload: Array(payload.utf8).span,
            qos: qos,
            duplicate: duplicate,
            packetIdentifier: identifier
        )
        publish.topicAlias = topicAlias
        receive(.publish(publish))
    }

    /// The payloads that were handed to the application since it was asked for the last time.
    mutating func delivered() -> [String] {
        defer { effects.messages.removeAll() }
        return effects.messages.map { String(buffer: $0.payloadBuffer) }
    }

    mutating func consume(_ count: Int) {
        connection.messagesConsumed(count, into: &effects)
    }

    /// Lets time pass and tells the connection if it had asked for that.
    mutating func advance(by amount: TimeAmount, unsentBytes: Int = 0) {
        now = now + amount
        guard let deadline = connection.nextDeadline, deadline <= now else { return }
        connection.timeAdvanced(to: now, unsentBytes: unsentBytes, into: &effects)
    }

    /// The outcomes of requests since it was asked for the last time, in words.
    mutating func completions() -> [String] {
        defer { effects.completions.removeAll() }
        return effects.completions.map { completion in
            switch completion {
            case .published(let request, _, let code, _): "\(request.rawValue) published: \(code.text)"
            case .notPublished(let request, _, let failure): "\(request.rawValue) not published: \(failure.words)"
            case .answered(let request, let codes, _):
                "\(request.rawValue) answered: \(codes.map { "\($0.text)" }.joined(separator: ", "))"
            case .pinged(let request): "\(request.rawValue) pinged"
            case .failed(let request, let failure): "\(request.rawValue) failed: \(failure.words)"
            }
        }
    }
}

extension ClientFailure {
    fileprivate var words: String { reasonCode.map { "\(kind) \($0.text)" } ?? "\(kind)" }
}

extension UTF8String: ExpressibleByStringLiteral {
    /// A string that the test knows to be well formed.
    public init(stringLiteral text: String) {
        self.init(unchecked: Array(text.utf8))
    }
}

extension ControlPacket {
    /// The packet in a few words, so that what was sent can be compared at a glance.
    var words: String {
        switch self {
        case .publish(let packet):
            "PUBLISH\(packet.qos == .atMostOnce ? "" : " \(packet.packetIdentifier)")\(packet.duplicate ? " DUP" : "") "
                + String(buffer: packet.payloadBuffer)
        case .puback(let packet): "PUBACK \(packet.packetIdentifier)"
        case .pubrec(let packet): "PUBREC \(packet.packetIdentifier)"
        case .pubrel(let packet): "PUBREL \(packet.packetIdentifier)\(packet.failure)"
        case .pubcomp(let packet): "PUBCOMP \(packet.packetIdentifier)\(packet.failure)"
        case .subscribe(let packet):
            "SUBSCRIBE \(packet.packetIdentifier) "
                + packet.subscriptions.map(\.topicFilter.description).joined(separator: " ")
        case .unsubscribe(let packet):
            "UNSUBSCRIBE \(packet.packetIdentifier) \(packet.topicFilters.map(\.description).joined(separator: " "))"
        case .disconnect(let packet): "DISCONNECT \(packet.reasonCode.text)"
        case .connect, .connack, .suback, .unsuback, .pingreq, .pingresp, .auth:
            "\(type)".uppercased()
        }
    }
}

extension Acknowledgement {
    fileprivate var failure: String { reasonCode.isFailure ? " \(reasonCode.text)" : "" }
}

extension Sequence<ControlPacket> {
    var words: [String] { map(\.words) }
}
