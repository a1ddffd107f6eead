import NIOCore

/// Cuts what a connection receives into packets and decodes them, whatever way the bytes were split.
///
/// Owned by one connection, on its event loop. Packets are decoded where the bytes lie; only the beginning of a packet
/// whose end is still to come is kept, in memory of its own: so that an idle connection does not hold on to the large
/// buffer that a read filled, and that buffer can be filled anew.
struct PacketDecoder: Sendable {
    /// The version that packets are decoded for; CONNECT decides it.
    var version: ProtocolVersion
    /// The largest packet to accept, in bytes with its fixed header. It is checked as soon as the fixed header is
    /// there, so that a larger one is never buffered.
    var maximumPacketSize: Int

    /// What was received last and has not been looked at.
    private var received = ByteBuffer()
    /// What was received before it: mostly the beginning of one packet, to which its rest is copied.
    private var unfinished = ByteBuffer()

    /// How much more memory than bytes there may be for a packet that is still to come, so that its rest need not move
    /// what is there; what a packet says of its own size is not believed before.
    private static let largestRoom = 2

    init(version: ProtocolVersion, maximumPacketSize: Int) {
        self.version = version
        self.maximumPacketSize = maximumPacketSize
    }

    /// The bytes that wait for the rest of their packet.
    var bufferedByteCount: Int { unfinished.readableBytes + received.readableBytes }

    /// The memory that those bytes hold on to.
    var bufferedCapacity: Int { unfinished.storageCapacity + received.storageCapacity }

    /// Takes what was received. `next` is to be called until it returns `nil`, and `settle` then.
    mutating func append(_ bytes: consuming ByteBuffer) {
        // There is something left only where the last bytes were not settled.
        if received.readableBytes > 0 { settle() }
        received = bytes
    }

    /// Decodes the next packet; `nil` where its end has not been received. After an error there is no next one.
    mutating func next() throws(MalformedPacket) -> ControlPacket? {
        guard unfinished.readableBytes == 0 else { return try nextUnfinished() }
        // To look at the buffer costs more than to see that it is empty.
        guard received.readableBytes > 0, let header = try Self.header(in: received, version, maximumPacketSize),
            received.readableBytes >= header.packetSize
        else { return nil }
        return try Self.decode(header, from: &received, version)
    }

    /// The same where the beginning of the packet was received earlier.
    private mutating func nextUnfinished() throws(MalformedPacket) -> ControlPacket? {
        while true {
            guard let header = try Self.header(in: unfinished, version, maximumPacketSize) else {
                guard take(1, packetSize: FixedHeader.maximumLength) else { return nil }
                continue
            }
            let missingCount = header.packetSize - unfinished.readableBytes
            guard missingCount <= 0 || take(missingCount, packetSize: header.packetSize) else { return nil }
            defer { if unfinished.readableBytes == 0 { unfinished = ByteBuffer() } }
            return try Self.decode(header, from: &unfinished, version)
        }
    }

    // MARK: Packets that come in great numbers

    /// The most acknowledgements that are decoded together.
    static let mostAcknowledgements = 1_024

    /// Decodes the acknowledgements that come next, as far as they are of one type, complete, and in the short form that
    /// says nothing but a Packet Identifier: all of them are before version 5.0, and nearly all are in it.
    ///
    /// - Parameter identifiers: Replaced by their Packet Identifiers.
    /// - Returns: Their type; `nil` where `next` is to say what comes next.
    mutating func nextAcknowledgements(into identifiers: inout [UInt16]) -> ControlPacketType? {
        identifiers.removeAll(keepingCapacity: true)
        guard unfinished.readableBytes == 0, received.readableBytes >= Acknowledgement.shortSize,
            maximumPacketSize >= Acknowledgement.shortSize
        else { return nil }
        let type = Self.acknowledgements(in: received, into: &identifiers)
        received.moveReaderIndex(forwardBy: identifiers.count * Acknowledgement.shortSize)
        return type
    }

    /// Decodes the next packet where it is a PUBLISH and complete; otherwise `nil`, and `next` is to say what comes next.
    mutating func nextPublish() throws(MalformedPacket) -> Publish? {
        guard unfinished.readableBytes == 0, received.readableBytes > 0,
            let header = try Self.header(in: received, version, maximumPacketSize), header.type == .publish,
            received.readableBytes >= header.packetSize
        else { return nil }
        return try Self.decodePublish(header, from: &received, version)
    }

    // These know nothing of the decoder: one that works on a buffer of the decoder's would be given a copy of the
    // whole, and with it of everybody's claim on the memory.

    private static func header(
        in buffer: borrowing ByteBuffer,
        _ version: ProtocolVersion,
        _ maximumPacketSize: Int
    ) throws(MalformedPacket) -> FixedHeader? {
        guard let header = try FixedHeader.parse(buffer.readableBytesUInt8Span, at: 0, version: version)
        else { return nil }
        guard header.packetSize <= maximumPacketSize else {
            throw MalformedPacket("packet is larger than the maximum packet size", reasonCode: .packetTooLarge)
        }
        return header
    }

    /// Decodes the packet at the beginning of `buffer`, which has all of it.
    private static func decode(
        _ header: FixedHeader,
        from buffer: inout ByteBuffer,
        _ version: ProtocolVersion
    ) throws(MalformedPacket) -> ControlPacket {
        guard header.type == .publish else {
            let packet = try ControlPacket(
                header,
                content: buffer.readableBytesUInt8Span.extracting(header.length..<header.packetSize),
                version: version
            )
            buffer.moveReaderIndex(forwardBy: header.packetSize)
            return packet
        }
        return .publish(try decodePublish(header, from: &buffer, version))
    }

    private static func decodePublish(
        _ header: FixedHeader,
        from buffer: inout ByteBuffer,
        _ version: ProtocolVersion
    ) throws(MalformedPacket) -> Publish {
        buffer.moveReaderIndex(forwardBy: header.length)
        guard let content = buffer.readSlice(length: header.remainingLength) else {
            preconditionFailure("a packet of \(header.packetSize) bytes was there a moment ago")
        }
        return try Publish(flags: header.flags, content: content, version: version)
    }

    /// The type and the Packet Identifiers of the short acknowledgements at the beginning of `buffer`.
    private static func acknowledgements(
        in buffer: borrowing ByteBuffer,
        into identifiers: inout [UInt16]
    ) -> ControlPacketType? {
        let bytes = buffer.readableBytesUInt8Span
        guard bytes.count >= Acknowledgement.shortSize, let type = ControlPacketType(rawValue: bytes[0] >> 4),
            type.isAcknowledgement
        else { return nil }
        let end = min(bytes.count, mostAcknowledgements * Acknowledgement.shortSize)
        var start = 0
        while start + Acknowledgement.shortSize <= end, bytes[start] == type.firstByte, bytes[start + 1] == 2 {
            let identifier = UInt16(bytes[start + 2]) << 8 | UInt16(bytes[start + 3])
            // There is none of 0: `next` finds the error.
            guard identifier != 0 else { break }
            identifiers.append(identifier)
            start += Acknowledgement.shortSize
        }
        return identifiers.isEmpty ? nil : type
    }

    /// Moves bytes from what was received last behind those before; `false` where these are not all that were asked for.
    private mutating func take(_ count: Int, packetSize: Int) -> Bool {
        let available = min(count, received.readableBytes)
        guard available > 0, let slice = received.readSlice(length: available) else { return false }
        let byteCount = unfinished.readableBytes + available
        if unfinished.writableBytes < available {
            // Only of what is still to be read.
            unfinished.discardReadBytes()
            unfinished.reserveCapacity(max(byteCount, min(packetSize, Self.largestRoom * byteCount)))
        }
        unfinished.writeImmutableBuffer(slice)
        return available == count
    }

    /// Moves the beginning of an unfinished packet into memory of its own; to be called when `next` returned `nil`.
    mutating func settle() {
        let count = received.readableBytes
        if count > 0 {
            // What is wrong with the header is found by whoever asks for the packet.
            let packetSize =
                unfinished.readableBytes == 0
                ? (try? Self.header(in: received, version, maximumPacketSize))?.packetSize : nil
            _ = take(count, packetSize: packetSize ?? count)
        }
        received = ByteBuffer()
    }
}
