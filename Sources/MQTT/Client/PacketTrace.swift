import NIOCore

/// A packet that a Client has sent or received, told in one line for people.
public struct PacketTrace: Sendable, Hashable {
    /// Which way the packet went.
    public let direction: PacketDirection
    /// The packet in one line, for example `PUBLISH 12 QoS 1 a/b (5 bytes)`.
    public let summary: String

    init(_ direction: PacketDirection, _ packet: ControlPacket) {
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
