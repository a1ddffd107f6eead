import NIOCore

@testable import MQTT

/// What a `PacketDecoder` makes of a stream of bytes that arrives in pieces.
struct DecodedStream: Equatable {
    /// The largest packet there can be: nothing is refused for its size.
    static let noMaximum = 268_435_460

    private(set) var packets: [ControlPacket] = []
    private(set) var error: MalformedPacket?
    /// How many pieces had been given when the last packet or the error came.
    private(set) var piecesNeeded = 0
    /// Whether the decoder never kept more memory than a few times the bytes that wait for the rest of their packet.
    private(set) var keptLittle = true

    init(
        _ pieces: some Sequence<some Sequence<UInt8>>,
        version: ProtocolVersion,
        maximumPacketSize: Int = noMaximum
    ) {
        var decoder = PacketDecoder(version: version, maximumPacketSize: maximumPacketSize)
        var given = 0
        for piece in pieces {
            given += 1
            decoder.append(ByteBuffer(bytes: piece))
            do throws(MalformedPacket) {
                while let packet = try decoder.next() {
                    packets.append(packet)
                    piecesNeeded = given
                }
            } catch {
                self.error = error
                piecesNeeded = given
                return
            }
            decoder.settle()
            if decoder.bufferedCapacity > 4 * decoder.bufferedByteCount { keptLittle = false }
        }
    }

    /// Whether both streams gave the same, in whatever pieces they came.
    func isSame(as other: DecodedStream) -> Bool {
        packets == other.packets && error == other.error
    }
}

extension ControlPacket {
    /// The bytes of the packet.
    func encoded(for version: ProtocolVersion) -> [UInt8] {
        var buffer = ByteBuffer()
        encode(into: &buffer, version: version)
        return Array(buffer.readableBytesView)
    }
}
