import NIOCore

/// A packet that a Client has sent or received, told in one line for people.
public struct PacketTrace: Sendable, Hashable {
    /// Which way a packet goes.
    public enum Direction: Sendable, Hashable {
        /// To the Server.
        case sent
        /// From the Server.
        case received
    }

    /// Which way the packet went.
    public let direction: Direction
    /// The packet in one line, for example `PUBLISH 12 QoS 1 a/b (5 bytes)`.
    public let summary: String

    init(_ direction: Direction, _ packet: ControlPacket) {
        self.direction = direction
        summary = packet.summary
    }
}

/// Reads packets out of what is about to be sent, so that the sending path knows nothing of tracing.
struct PacketTracer {
    private let version: ProtocolVersion
    private let trace: @Sendable (PacketTrace) -> Void

    init?(_ configuration: MQTTClientConfiguration) {
        guard let trace = configuration.trace else { return nil }
        self.trace = trace
        version = configuration.version
    }

    func received(_ packet: ControlPacket) {
        trace(PacketTrace(.received, packet))
    }

    func sent(_ output: ByteBuffer) {
        var decoder = PacketDecoder(version: version, maximumPacketSize: .max)
        decoder.append(output)
        // What this side has encoded itself can be decoded; if not, the trace misses it, and nothing else does.
        while case .some(let packet) = try? decoder.next() {
            trace(PacketTrace(.sent, packet))
        }
    }
}

extension ControlPacket {
    /// The packet in one line.
    fileprivate var summary: String {
        switch self {
        case .connect(let packet):
            "CONNECT \(packet.clientIdentifier) MQTT \(packet.version), clean start \(packet.cleanStart), "
                + "keep alive \(packet.keepAlive) s" + (packet.will.map { ", will \($0.topic)" } ?? "")
        case .connack(let packet):
            "CONNACK \(packet.reasonCode)" + (packet.sessionPresent ? ", session present" : "")
        case .publish(let packet): "PUBLISH \(packet.summary)"
        case .puback(let packet): "PUBACK \(packet.summary)"
        case .pubrec(let packet): "PUBREC \(packet.summary)"
        case .pubrel(let packet): "PUBREL \(packet.summary)"
        case .pubcomp(let packet): "PUBCOMP \(packet.summary)"
        case .subscribe(let packet):
            "SUBSCRIBE \(packet.packetIdentifier) "
                + packet.subscriptions.map { "\($0.topicFilter) QoS \($0.options.maximumQoS.rawValue)" }
                .joined(separator: ", ")
        case .suback(let packet): "SUBACK \(packet.summary)"
        case .unsubscribe(let packet):
            "UNSUBSCRIBE \(packet.packetIdentifier) " + packet.topicFilters.map(\.description).joined(separator: ", ")
        case .unsuback(let packet): "UNSUBACK \(packet.summary)"
        case .pingreq: "PINGREQ"
        case .pingresp: "PINGRESP"
        case .disconnect(let packet): "DISCONNECT \(packet.reasonCode)"
        case .auth(let packet): "AUTH \(packet.reasonCode)"
        }
    }
}

extension Publish {
    fileprivate var summary: String {
        var words: [String] = []
        if qos != .atMostOnce { words.append("\(packetIdentifier)") }
        words.append("QoS \(qos.rawValue)")
        if retain { words.append("retain") }
        if duplicate { words.append("duplicate") }
        words.append(String(buffer: topicBuffer))
        words.append("(\(payload.count) bytes)")
        return words.joined(separator: " ")
    }
}

extension Acknowledgement {
    fileprivate var summary: String {
        "\(packetIdentifier)" + (reasonCode == .success ? "" : " \(reasonCode)")
    }
}

extension SubscriptionAcknowledgement {
    fileprivate var summary: String {
        "\(packetIdentifier)" + reasonCodes.map { " \($0)" }.joined(separator: ",")
    }
}
