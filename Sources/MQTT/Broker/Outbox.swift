import NIOCore

/// What is to be sent: for each connection one buffer, to which packets are appended until its owner takes it.
///
/// Whoever carries out the effects takes the buffers at the end of a turn of the event loop, so that everything a
/// connection got in that turn leaves in one write. A connection that cannot be written to keeps its buffer here.
struct Outbox {
    private var buffers: [ByteBuffer] = []
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
        return index < buffers.count ? buffers[index].readableBytes : 0
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
        while buffers.count <= index {
            buffers.append(ByteBuffer())
            packetCounts.append(0)
        }
        packetCounts[index] += 1
        packetCount += 1
        if buffers[index].readableBytes == 0 {
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

    /// Takes all that waits for a connection.
    mutating func take(_ connection: ConnectionIndex) -> ByteBuffer {
        let index = Int(connection.value)
        guard index < buffers.count else { return ByteBuffer() }
        byteCount -= buffers[index].readableBytes
        packetCount -= Int(packetCounts[index])
        packetCounts[index] = 0
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
        _ = take(connection)
        pending.removeAll { $0 == connection }
    }
}
