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
    /// What waits until a batch of changes is stored.
    private struct Held {
        let batch: UInt64
        var buffer = ByteBuffer()
    }

    private var buffers: [ByteBuffer] = []
    /// What is held behind each buffer, by ascending batches, of which at most two are not stored.
    private var held: [[Held]] = []
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
        return held[index].reduce(buffers[index].readableBytes) { $0 + $1.buffer.readableBytes }
    }

    // MARK: Holding

    /// Has what is appended for a connection from now on wait until a batch is stored.
    mutating func hold(_ connection: ConnectionIndex, until batch: UInt64) {
        let index = Int(connection.value)
        makeRoom(for: index)
        guard held[index].last?.batch != batch else { return }
        held[index].append(Held(batch: batch))
        holders.append((batch, connection))
    }

    /// Whether something waits for changes to be stored.
    func isHeld(_ connection: ConnectionIndex) -> Bool {
        let index = Int(connection.value)
        return index < held.count && !held[index].isEmpty
    }

    /// All batches up to this one are stored: what waited for them may go.
    mutating func release(through batch: UInt64) {
        while let first = holders.first, first.batch <= batch {
            holders.removeFirst()
            let index = Int(first.connection.value)
            // A connection that was closed meanwhile holds nothing, and its number may be another's.
            while let segment = held[index].first, segment.batch <= batch {
                held[index].removeFirst()
                guard segment.buffer.readableBytes > 0 else { continue }
                if buffers[index].readableBytes == 0 {
                    pending.append(first.connection)
                    buffers[index] = segment.buffer
                } else {
                    buffers[index].writeImmutableBuffer(segment.buffer)
                }
            }
        }
    }

    // MARK: Appending

    /// The buffer that a connection's next packet is appended to.
    private subscript(last index: Int) -> ByteBuffer {
        get { held[index].last?.buffer ?? buffers[index] }
        _modify {
            let count = held[index].count
            if count == 0 { yield &buffers[index] } else { yield &held[index][count - 1].buffer }
        }
    }

    private mutating func makeRoom(for index: Int) {
        while buffers.count <= index {
            buffers.append(ByteBuffer())
            packetCounts.append(0)
            held.append([])
        }
    }

    /// Appends to the buffer of a connection what `write` writes.
    @discardableResult
    mutating func append<Result>(
        to connection: ConnectionIndex,
        _ write: (inout ByteBuffer) -> Result
    ) -> Result {
        let index = prepare(connection)
        let before = self[last: index].readableBytes
        let result = write(&self[last: index])
        byteCount += self[last: index].readableBytes - before
        return result
    }

    /// The place of a connection's buffer, which something is about to be appended to.
    private mutating func prepare(_ connection: ConnectionIndex) -> Int {
        let index = Int(connection.value)
        makeRoom(for: index)
        packetCounts[index] += 1
        packetCount += 1
        guard held[index].isEmpty else { return index }
        if buffers[index].readableBytes == 0 {
            pending.append(connection)
            if buffers[index].capacity == 0, let spare = spares.popLast() { buffers[index] = spare }
        }
        return index
    }

    /// Appends a message that is being passed on to the buffer of a connection.
    mutating func write(_ header: Publish.Header, _ publish: Publish, to connection: ConnectionIndex) {
        let index = prepare(connection)
        let before = self[last: index].readableBytes
        publish.encode(header, into: &self[last: index])
        byteCount += self[last: index].readableBytes - before
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
        let before = self[last: index].readableBytes
        Publish.encode(header, topic: topic, properties: properties, payload: payload, into: &self[last: index])
        byteCount += self[last: index].readableBytes - before
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
        byteCount -= buffers[index].readableBytes
        if held[index].isEmpty {
            packetCount -= Int(packetCounts[index])
            packetCounts[index] = 0
        }
        // Exchanged and not copied, so that the buffer has one owner and can be used again.
        var buffer = ByteBuffer()
        swap(&buffer, &buffers[index])
        return buffer
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
        if index < held.count {
            byteCount -= held[index].reduce(0) { $0 + $1.buffer.readableBytes }
            held[index].removeAll()
        }
        _ = take(connection)
        pending.removeAll { $0 == connection }
    }
}
