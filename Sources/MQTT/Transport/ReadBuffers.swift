import NIOCore

/// The memory that the reads of one event loop fill: one connection after the other uses the same.
///
/// A connection that kept a buffer of its own would keep it while it is idle, as large as its busiest moment made it.
/// Its `PacketDecoder` copies the beginning of an unfinished packet, so that a buffer is empty again after each read.
///
/// It belongs to one event loop.
final class ReadBuffers {
    /// What a read takes in at most, in bytes.
    static let size = 65_536
    /// How many empty buffers are kept.
    private static let maximumSpareCount = 4

    private var spares: [ByteBuffer] = []

    /// An empty buffer of `size`.
    func take(_ allocator: ByteBufferAllocator) -> ByteBuffer {
        spares.popLast() ?? allocator.buffer(capacity: Self.size)
    }

    /// Takes a buffer back, where nobody has kept a part of it.
    func giveBack(_ buffer: consuming ByteBuffer) {
        guard spares.count < Self.maximumSpareCount, buffer.storageCapacity == Self.size,
            buffer.modifyIfUniquelyOwned({ $0.clear() }) != nil
        else { return }
        spares.append(buffer)
    }
}

/// Has a channel's reads fill the `ReadBuffers` of its event loop.
struct ReadAllocator: RecvByteBufferAllocator {
    private let loop: NIOLoopBound<BrokerLoop>
    private var hasRead = false

    /// NIO keeps the first buffer for as long as the connection lasts: it is just large enough for what anybody says
    /// first, were it another protocol.
    private static let firstSize = 1_024

    init(_ loop: NIOLoopBound<BrokerLoop>) {
        self.loop = loop
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        hasRead ? loop.value.readBuffers.take(allocator) : allocator.buffer(capacity: Self.firstSize)
    }

    /// Without a size NIO does not use the first buffer again.
    func nextBufferSize() -> Int? { nil }

    mutating func record(actualReadBytes: Int) -> Bool {
        hasRead = true
        // The next buffer is another one than the last.
        return true
    }
}
