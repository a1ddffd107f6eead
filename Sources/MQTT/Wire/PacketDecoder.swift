import NIOCore

/// Cuts what a connection receives into packets and decodes them, whatever way the bytes were split.
///
/// Owned by one connection, on its event loop. Packets are decoded where the bytes lie; only the beginning of a packet
/// whose end is still to come is kept, in memory of its own, so that an idle connection does not hold on to the large
/// buffer that a read filled.
struct PacketDecoder: Sendable {
    /// The version that packets are decoded for; CONNECT decides it.
    var version: ProtocolVersion
    /// The largest packet to accept, in bytes with its fixed header. It is checked as soon as the fixed header is
    /// there, so that a larger one is never buffered.
    var maximumPacketSize: Int

    private var buffer = ByteBuffer()

    init(version: ProtocolVersion, maximumPacketSize: Int) {
        self.version = version
        self.maximumPacketSize = maximumPacketSize
    }

    /// The bytes that wait for the rest of their packet.
    var bufferedByteCount: Int { buffer.readableBytes }

    /// The memory that those bytes hold on to.
    var bufferedCapacity: Int { buffer.storageCapacity }

    /// Takes what was received. `next` is to be called until it returns `nil`, and `settle` then.
    mutating func append(_ received: consuming ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = received
        } else {
            buffer.writeBuffer(&received)
        }
    }

    /// Decodes the next packet; `nil` where its end has not been received. After an error there is no next one.
    mutating func next() throws(MalformedPacket) -> ControlPacket? {
        guard
            let header = try FixedHeader.parse(buffer.readableBytesUInt8Span, at: 0, version: version)
        else { return nil }
        guard header.packetSize <= maximumPacketSize else {
            throw MalformedPacket("packet is larger than the maximum packet size", reasonCode: .packetTooLarge)
        }
        guard buffer.readableBytes >= header.packetSize else { return nil }
        buffer.moveReaderIndex(forwardBy: header.length)
        guard let content = buffer.readSlice(length: header.remainingLength) else {
            preconditionFailure("a packet of \(header.packetSize) bytes was there a moment ago")
        }
        return try ControlPacket(header, content: content, version: version)
    }

    /// Moves the beginning of an unfinished packet into memory of its own; to be called when `next` returned `nil`.
    mutating func settle() {
        let count = buffer.readableBytes
        if count == 0 {
            buffer = ByteBuffer()
        } else if buffer.storageCapacity > 4 * count {
            var copy = ByteBuffer()
            copy.reserveCapacity(count)
            copy.writeImmutableBuffer(buffer)
            buffer = copy
        } else {
            buffer.discardReadBytes()
        }
    }
}
