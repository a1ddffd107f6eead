import DequeModule
import NIOCore

/// What is to be sent: for each connection one buffer, to which packets are appended until its owner takes it.
///
/// Whoever carries out the effects takes the buffers at the end of a turn of the event loop, so that everything a
/// connection got in that turn leaves in one write. A connection that cannot be written to keeps its buffer here.
///
/// What promises that something is stored is held until it is, and all that comes after it for the same connection waits
/// with it, so that the order stays.
struct Outbox {
    /// What was appended before the buffer that a connection has now.
    private struct Segment {
        /// The batch that it waits for; 0 for none.
        let batch: UInt64
        var buffer: ByteBuffer
    }

    private var buffers: [ByteBuffer] = []
    /// The batch that each buffer waits for; 0 for none.
    private var heldBy: [UInt64] = []
    /// What is to leave before each buffer, by ascending batches; only where the buffer itself waits.
    private var segments: [[Segment]] = []
    /// The connections that hold something, with the batches that they wait for, ascending.
    private var holders = Deque<(batch: UInt64, connection: ConnectionIndex)>()
    /// How many packets are in each buffer.
    private var packetCounts: [Int32] = []
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
        guard index < buffers.count else { return 0 }
        guard heldBy[index] != 0 else { return buffers[index].readableBytes }
        return segments[index].reduce(buffers[index].readableBytes) { $0 + $1.buffer.readableBytes }
    }

    // MARK: Holding

    /// Has what is appended for a connection from now on wait until a batch is stored.
    mutating func hold(_ connection: ConnectionIndex, until batch: UInt64) {
        let index = Int(connection.value)
        makeRoom(for: index)
        guard heldBy[index] < batch else { return }
        if buffers[index].readableBytes > 0 {
            var segment = Segment(batch: heldBy[index], buffer: ByteBuffer())
            swap(&segment.buffer, &buffers[index])
            segments[index].append(segment)
        }
        heldBy[index] = batch
        holders.append((batch, connection))
    }

    /// Whether something waits for changes to be stored.
    func isHeld(_ connection: ConnectionIndex) -> Bool {
        let index = Int(connection.value)
        return index < heldBy.count && heldBy[index] != 0
    }

    /// All batches up to this one are stored: what waited for them may go.
    mutating func release(through batch: UInt64) {
        while let first = holders.first, first.batch <= batch {
            holders.removeFirst()
            // A connection that was closed meanwhile holds nothing, and its number may be another's.
            let index = Int(first.connection.value)
            guard heldBy[index] != 0 else { continue }
            var free = ByteBuffer()
            while let segment = segments[index].first, segment.batch <= batch {
                segments[index].removeFirst()
                Self.move(segment.buffer, behind: &free)
            }
            if heldBy[index] <= batch {
                heldBy[index] = 0
                Self.move(buffers[index], behind: &free)
                buffers[index] = free
            } else if free.readableBytes > 0 {
                segments[index].insert(Segment(batch: 0, buffer: free), at: 0)
            }
            if free.readableBytes > 0 { pending.append(first.connection) }
        }
    }

    private static func move(_ bytes: ByteBuffer, behind buffer: inout ByteBuffer) {
        guard bytes.readableBytes > 0 else { return }
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeImmutableBuffer(bytes) }
    }

    // MARK: Appending

    private mutating func makeRoom(for index: Int) {
        while buffers.count <= index {
            buffers.append(ByteBuffer())
            packetCounts.append(0)
            heldBy.append(0)
            segments.append([])
        }
    }

    /// Appends to the buffer of a connection what `write` writes.
    @discardableResult
    mutating func append<Result>(
        to connection: ConnectionIndex,
        _ write: (inout ByteBuffer) -> Result
    ) -> Result {
        let index = prepare(connection)
        let before = buffers[index].readableBytes
        let result = write(&buffers[index])
        byteCount += buffers[index].readableBytes - before
        return result
    }

    /// The place of a connection's buffer, which something is about to be appended to.
    private mutating func prepare(_ connection: ConnectionIndex) -> Int {
        let index = Int(connection.value)
        makeRoom(for: index)
        packetCounts[index] += 1
        packetCount += 1
        if buffers[index].readableBytes == 0, heldBy[index] == 0 {
            pending.append(connection)
            if buffers[index].capacity == 0, let spare = spares.popLast() { buffers[index] = spare }
        }
        return index
    }

    /// Appends a message that is being passed on to the buffer of a connection.
    mutating func write(_ header: Publish.Header, _ publish: Publish, to connection: ConnectionIndex) {
        let index = prepare(connection)
        let before = buffers[index].readableBytes
        publish.encode(header, into: &buffers[index])
        byteCount += buffers[index].readableBytes - before
    }

    /// Appends a PUBLISH to the buffer of a connection.
    mutating func write(
        _ header: Publish.Header,
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        to connection: ConnectionIndex
    ) {
        let index = prepare(connection)
        let before = buffers[index].readableBytes
        Publish.encode(header, topic: topic, properties: properties, payload: payload, into: &buffers[index])
        byteCount += buffers[index].readableBytes - before
    }

    /// The connections that got something, each once; they are not returned again until they get something anew.
    mutating func takePending(into connections: inout [ConnectionIndex]) {
        swap(&connections, &pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Takes all that waits for a connection, but for what is held.
    mutating func take(_ connection: ConnectionIndex) -> ByteBuffer {
        let index = Int(connection.value)
        guard index < buffers.count else { return ByteBuffer() }
        guard heldBy[index] == 0 else { return takeFree(index) }
        byteCount -= buffers[index].readableBytes
        packetCount -= Int(packetCounts[index])
        packetCounts[index] = 0
        // Exchanged and not copied, so that the buffer has one owner and can be used again.
        var buffer = ByteBuffer()
        swap(&buffer, &buffers[index])
        return buffer
    }

    /// Takes what may leave before something that is held.
    private mutating func takeFree(_ index: Int) -> ByteBuffer {
        guard let first = segments[index].first, first.batch == 0 else { return ByteBuffer() }
        segments[index].removeFirst()
        byteCount -= first.buffer.readableBytes
        return first.buffer
    }

    /// Takes back a buffer that has been sent, to use its memory again where nobody else does.
    mutating func recycle(_ buffer: consuming ByteBuffer) {
        guard spares.count < Self.maximumSpareCount, buffer.capacity <= Self.maximumSpareCapacity else { return }
        guard buffer.modifyIfUniquelyOwned({ $0.clear() }) != nil else { return }
        spares.append(buffer)
    }

    /// Forgets what waits for a connection that is closed.
    mutating func discard(_ connection: ConnectionIndex) {
        let index = Int(connection.value)
        if isHeld(connection) {
            byteCount -= segments[index].reduce(0) { $0 + $1.buffer.readableBytes }
            segments[index].removeAll()
            heldBy[index] = 0
        }
        _ = take(connection)
        pending.removeAll { $0 == connection }
    }
}
