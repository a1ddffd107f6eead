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

    /// - Parameter inRuns: Whether the decoder is asked for what comes in great numbers as a broker asks it: for PUBLISH, and
    ///   for short acknowledgements of one type together. The packets are the same.
    init(
        _ pieces: some Sequence<some Sequence<UInt8>>,
        version: ProtocolVersion,
        maximumPacketSize: Int = noMaximum,
        inRuns: Bool = false
    ) {
        var decoder = PacketDecoder(version: version, maximumPacketSize: maximumPacketSize)
        var given = 0
        for piece in pieces {
            given += 1
            decoder.append(ByteBuffer(bytes: piece))
            do throws(MalformedPacket) {
                while true {
                    if inRuns, try appendRuns(from: &decoder) { piecesNeeded = given }
                    guard let packet = try decoder.next() else { break }
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

    /// Appends what can be decoded without `next`, and returns whether there was something.
    private mutating func appendRuns(from decoder: inout PacketDecoder) throws(MalformedPacket) -> Bool {
        let before = packets.count
        var identifiers: [UInt16] = []
        while let publish = try decoder.nextPublish() {
            packets.append(.publish(publish))
        }
        while let type = decoder.nextAcknowledgements(into: &identifiers) {
            for identifier in identifiers {
                let acknowledgement = Acknowledgement(packetIdentifier: identifier)
                switch type {
                case .puback: packets.append(.puback(acknowledgement))
                case .pubrec: packets.append(.pubrec(acknowledgement))
                case .pubrel: packets.append(.pubrel(acknowledgement))
                default: packets.append(.pubcomp(acknowledgement))
                }
            }
        }
        return packets.count > before
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
