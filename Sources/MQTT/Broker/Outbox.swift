import DequeModule
import NIOCore

/// What is to be sent: for each connection a buffer, to which packets are appended until its owner takes it.
///
/// Whoever carries out the effects takes the buffers at the end of a turn of the event loop, so that everything a
/// connection got in that turn leaves in one write. A connection that cannot be written to keeps its buffers here.
///
/// A buffer that is full is followed by another: all are of a size that is used again, and none moves while it grows.
///
/// What promises that something is stored is held until it is, and all that comes after it for the same connection waits
/// with it, so that the order stays.
struct Outbox {
    /// What was appended before the buffer that a connection has now.
    private struct Chunk {
        /// The batch that it waits for; 0 for none.
        var batch: UInt64
        var buffer: ByteBuffer
    }

    /// What waits for one connection.
    private struct Line {
        /// What is to leave before `buffer`, by ascending batches.
        var chunks: [Chunk] = []
        var buffer = ByteBuffer()
        /// The batch that `buffer` waits for; 0 for none.
        var heldBy: UInt64 = 0
        /// The bytes in all of its buffers.
        var byteCount = 0
        /// The packets in all of its buffers.
        var packetCount = 0

        /// Ends the buffer: what is appended from now on gets another one.
        mutating func endBuffer() {
            guard buffer.readableBytes > 0 else { return }
            var chunk = Chunk(batch: heldBy, buffer: ByteBuffer())
            swap(&chunk.buffer, &buffer)
            chunks.append(chunk)
        }

        /// A packet is about to be appended.
        ///
        /// - Returns: Whether the connection had nothing that it could be given.
        mutating func prepare(expecting expectedCount: Int, _ spares: inout [ByteBuffer]) -> Bool {
            packetCount += 1
            if buffer.readableBytes + expectedCount > Outbox.maximumSpareCapacity { endBuffer() }
            if buffer.capacity == 0 {
                if expectedCount > Outbox.maximumSpareCapacity {
                    buffer.reserveCapacity(expectedCount)
                } else if let spare = spares.popLast() {
                    buffer = spare
                }
            }
            return byteCount == 0 && heldBy == 0
        }

        /// Moves what may leave to the end of `parts`.
        ///
        /// - Returns: How many bytes that are.
        mutating func take(into parts: inout [ByteBuffer]) -> Int {
            var count = 0
            if !chunks.isEmpty {
                let free = chunks.prefix { $0.batch == 0 }.count
                for index in 0..<free {
                    count += chunks[index].buffer.readableBytes
                    parts.append(chunks[index].buffer)
                }
                chunks.removeFirst(free)
            }
            if heldBy == 0, buffer.readableBytes > 0 {
                count += buffer.readableBytes
                // Exchanged and not copied, so that the buffer has one owner and can be used again.
                parts.append(ByteBuffer())
                swap(&parts[parts.count - 1], &buffer)
            }
            byteCount -= count
            return count
        }
    }

    private var lines: [Line] = []
    /// The connections that hold something, with the batches that they wait for, ascending.
    private var holders = Deque<(batch: UInt64, connection: ConnectionIndex)>()
    /// The connections whose buffer got something since it was last empty.
    private var pending: [ConnectionIndex] = []
    /// The bytes in all buffers.
    private(set) var byteCount = 0
    /// The packets in all buffers.
    private(set) var packetCount = 0
    /// Emptied buffers to be used again.
    private var spares: [ByteBuffer] = []

    /// How many emptied buffers are kept, and how large one may be: together the bound on what is held back.
    private static let maximumSpareCount = 128
    private static let maximumSpareCapacity = 65_536

    /// Whether there is anything to send that `takePending` has not returned.
    var hasPending: Bool { !pending.isEmpty }

    /// The bytes that wait for a connection.
    func byteCount(for connection: ConnectionIndex) -> Int {
        let index = Int(connection.value)
        return index < lines.count ? lines[index].byteCount : 0
    }

    // MARK: Holding

    /// Has what is appended for a connection from now on wait until a batch is stored.
    mutating func hold(_ connection: ConnectionIndex, until batch: UInt64) {
        let index = Int(connection.value)
        makeRoom(for: index)
        guard lines[index].heldBy < batch else { return }
        lines[index].endBuffer()
        lines[index].heldBy = batch
        holders.append((batch, connection))
    }

    /// Whether something waits for changes to be stored.
    func isHeld(_ connection: ConnectionIndex) -> Bool {
        let index = Int(connection.value)
        return index < lines.count && lines[index].heldBy != 0
    }

    /// All batches up to this one are stored: what waited for them may go.
    mutating func release(through batch: UInt64) {
        while let first = holders.first, first.batch <= batch {
            holders.removeFirst()
            // A connection that was closed meanwhile holds nothing, and its number may be another's.
            let index = Int(first.connection.value)
            guard lines[index].heldBy != 0 else { continue }
            for chunk in lines[index].chunks.indices where lines[index].chunks[chunk].batch <= batch {
                lines[index].chunks[chunk].batch = 0
            }
            if lines[index].heldBy <= batch { lines[index].heldBy = 0 }
            pending.append(first.connection)
        }
    }

    // MARK: Appending

    private mutating func makeRoom(for index: Int) {
        while lines.count <= index {
            lines.append(Line())
        }
    }

    /// Appends to the buffer of a connection what `write` writes.
    ///
    /// - Parameter byteCount: About how many bytes that will be.
    @discardableResult
    mutating func append<Result>(
        to connection: ConnectionIndex,
        expecting byteCount: Int = 256,
        _ write: (inout ByteBuffer) -> Result
    ) -> Result {
        let index = prepare(connection, expecting: byteCount)
        let before = lines[index].buffer.readableBytes
        let result = write(&lines[index].buffer)
        note(lines[index].buffer.readableBytes - before, at: index)
        return result
    }

    /// The place of a connection, to whose buffer a packet is about to be appended.
    private mutating func prepare(_ connection: ConnectionIndex, expecting byteCount: Int) -> Int {
        let index = Int(connection.value)
        makeRoom(for: index)
        packetCount += 1
        if lines[index].prepare(expecting: byteCount, &spares) { pending.append(connection) }
        return index
    }

    private mutating func note(_ count: Int, at index: Int) {
        lines[index].byteCount += count
        byteCount += count
    }

    /// Appends a message that is being passed on to the buffer of a connection.
    mutating func write(_ header: Publish.Header, _ publish: Publish, to connection: ConnectionIndex) {
        let index = prepare(connection, expecting: publish.bytes.readableBytes)
        let before = lines[index].buffer.readableBytes
        publish.encode(header, into: &lines[index].buffer)
        note(lines[index].buffer.readableBytes - before, at: index)
    }

    /// Appends a packet that others get too, with a Packet Identifier of its own where it has one.
    ///
    /// - Parameter identifierOffset: Where in the packet the identifier lies; 0 where there is none.
    mutating func write(
        _ packet: borrowing ByteBuffer,
        packetIdentifier: UInt16,
        at identifierOffset: Int,
        to connection: ConnectionIndex
    ) {
        let bytes = packet.readableBytesUInt8Span
        let index = prepare(connection, expecting: bytes.count)
        lines[index].buffer.writePacket(bytes.count) { writer in
            writer.writeBytes(bytes)
            if identifierOffset > 0 { writer.setTwoByteInteger(packetIdentifier, at: identifierOffset) }
        }
        note(bytes.count, at: index)
    }

    /// Appends an acknowledgement in its short form.
    mutating func write(_ type: ControlPacketType, packetIdentifier: UInt16, to connection: ConnectionIndex) {
        let index = prepare(connection, expecting: Acknowledgement.shortSize)
        lines[index].buffer.writePacket(Acknowledgement.shortSize) { writer in
            writer.writeFourByteInteger(UInt32(type.firstByte) << 24 | 2 << 16 | UInt32(packetIdentifier))
        }
        note(Acknowledgement.shortSize, at: index)
    }

    /// Appends a message that is being passed on without copying its payload: for one that fills the memory that it was
    /// received in, and is so large that copying it costs more than another buffer to write.
    mutating func writeSharing(_ header: Publish.Header, _ publish: Publish, to connection: ConnectionIndex) {
        let payload = publish.payloadBuffer
        let index = prepare(connection, expecting: publish.bytes.readableBytes - payload.readableBytes)
        let before = lines[index].buffer.readableBytes
        publish.encodeBeginning(header, into: &lines[index].buffer)
        note(lines[index].buffer.readableBytes - before + payload.readableBytes, at: index)
        lines[index].endBuffer()
        lines[index].buffer = payload
        lines[index].endBuffer()
    }

    /// Appends a PUBLISH to the buffer of a connection.
    mutating func write(
        _ header: Publish.Header,
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        to connection: ConnectionIndex
    ) {
        let index = prepare(connection, expecting: topic.count + properties.count + payload.count)
        let before = lines[index].buffer.readableBytes
        Publish.encode(header, topic: topic, properties: properties, payload: payload, into: &lines[index].buffer)
        note(lines[index].buffer.readableBytes - before, at: index)
    }

    // MARK: Taking

    /// The connections that got something, each once; they are not returned again until they get something anew.
    mutating func takePending(into connections: inout [ConnectionIndex]) {
        swap(&connections, &pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Takes all that waits for a connection, but for what is held, and appends it to `parts`.
    ///
    /// - Returns: How many bytes that are.
    @discardableResult
    mutating func take(_ connection: ConnectionIndex, into parts: inout [ByteBuffer]) -> Int {
        let index = Int(connection.value)
        guard index < lines.count else { return 0 }
        let count = lines[index].byteCount == 0 ? 0 : lines[index].take(into: &parts)
        byteCount -= count
        if lines[index].byteCount == 0 {
            packetCount -= lines[index].packetCount
            lines[index].packetCount = 0
        }
        return count
    }

    /// The same as one buffer.
    mutating func take(_ connection: ConnectionIndex) -> ByteBuffer {
        var parts: [ByteBuffer] = []
        take(connection, into: &parts)
        guard var whole = parts.first else { return ByteBuffer() }
        for part in parts.dropFirst() {
            whole.writeImmutableBuffer(part)
        }
        return whole
    }

    /// Takes back a buffer that has been sent, to use its memory again where nobody else does.
    mutating func recycle(_ buffer: consuming ByteBuffer) {
        guard spares.count < Self.maximumSpareCount, buffer.storageCapacity <= Self.maximumSpareCapacity else { return }
        guard buffer.modifyIfUniquelyOwned({ $0.clear() }) != nil else { return }
        spares.append(buffer)
    }

    /// Forgets what waits for a connection that is closed.
    mutating func discard(_ connection: ConnectionIndex) {
        let index = Int(connection.value)
        guard index < lines.count else { return }
        byteCount -= lines[index].byteCount
        packetCount -= lines[index].packetCount
        lines[index] = Line()
        pending.removeAll { $0 == connection }
    }
}
