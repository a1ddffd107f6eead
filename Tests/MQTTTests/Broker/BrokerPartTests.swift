import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("The queue of deadlines")
struct DeadlineQueueTests {
    private let start = NIODeadline.uptimeNanoseconds(0)

    @Test("entries come up in their order, and not before")
    func order() {
        var queue = DeadlineQueue()
        for second: Int64 in [3, 1, 2] {
            var scheduled: NIODeadline?
            queue.schedule(.session(UInt32(second)), at: start + .seconds(second), scheduled: &scheduled)
            #expect(scheduled == start + .seconds(second))
        }
        #expect(queue.next == start + .seconds(1))
        #expect(queue.popDue(by: start + .milliseconds(999)) == nil)
        #expect(queue.popDue(by: start + .seconds(2))?.owner == .session(1))
        #expect(queue.popDue(by: start + .seconds(2))?.owner == .session(2))
        #expect(queue.popDue(by: start + .seconds(2)) == nil)
        #expect(queue.count == 1)
        #expect(queue.popDue(by: .distantFuture)?.deadline == start + .seconds(3))
        #expect(queue.next == nil)
    }

    @Test("a deadline that moves away makes no entry, one that comes nearer does")
    func moving() {
        var queue = DeadlineQueue()
        var scheduled: NIODeadline?
        queue.schedule(.session(1), at: nil, scheduled: &scheduled)
        #expect(queue.count == 0 && scheduled == nil)
        queue.schedule(.session(1), at: start + .seconds(5), scheduled: &scheduled)
        queue.schedule(.session(1), at: start + .seconds(9), scheduled: &scheduled)
        #expect(queue.count == 1 && scheduled == start + .seconds(5))
        queue.schedule(.session(1), at: start + .seconds(2), scheduled: &scheduled)
        #expect(queue.count == 2 && scheduled == start + .seconds(2))
    }

    @Test("cleaning up keeps one entry of each owner that is valid")
    func cleaningUp() {
        var queue = DeadlineQueue()
        for session: UInt32 in [1, 2, 1, 3, 1] {
            var scheduled: NIODeadline?
            queue.schedule(.session(session), at: start + .seconds(Int64(session)), scheduled: &scheduled)
        }
        queue.removeAll { owner, _ in owner != .session(2) }
        #expect(queue.count == 2)
        #expect(queue.popDue(by: .distantFuture)?.owner == .session(1))
        #expect(queue.popDue(by: .distantFuture)?.owner == .session(3))
    }
}

@Suite("Slab")
struct SlabTests {
    @Test("numbers are used again, and only those of elements that are gone", arguments: 0..<3)
    func againstDictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var slab = Slab(placeholder: "none")
        var elements: [UInt32: String] = [:]
        var mostAtOnce = 0
        for step in 0..<2_000 {
            if !random.oneIn(step < 1_000 ? 2 : 3), let index = elements.keys.sorted().randomElement(using: &random) {
                slab.remove(index)
                elements[index] = nil
                #expect(!slab.contains(index))
            } else {
                let index = slab.insert("\(step)")
                #expect(elements[index] == nil)
                elements[index] = "\(step)"
                mostAtOnce = max(mostAtOnce, elements.count)
                #expect(Int(index) < mostAtOnce, "no more places than were ever needed at once")
            }
            #expect(slab.count == elements.count)
        }
        #expect(slab.indices == elements.keys.sorted())
        for (index, element) in elements {
            #expect(slab[index] == element)
            slab[index] += "!"
            #expect(slab[index] == element + "!")
        }
        #expect(!slab.contains(1_000_000))
    }
}

@Suite("Outbox")
struct OutboxTests {
    private let first = ConnectionIndex(value: 0)
    private let second = ConnectionIndex(value: 7)

    @Test("what is appended is kept for each connection apart, and each is pending once")
    func append() {
        var outbox = Outbox()
        for (connection, text) in [(first, "a"), (second, "bb"), (first, "ccc")] {
            outbox.append(to: connection) { $0.writeString(text) }
        }
        #expect(outbox.byteCount == 6)
        #expect(outbox.byteCount(for: first) == 4)
        #expect(outbox.byteCount(for: ConnectionIndex(value: 99)) == 0)
        var pending: [ConnectionIndex] = []
        outbox.takePending(into: &pending)
        #expect(pending == [first, second])
        #expect(!outbox.hasPending)
        #expect(String(buffer: outbox.take(first)) == "accc")
        #expect(outbox.byteCount == 2)
        outbox.append(to: second) { $0.writeString("!") }
        outbox.takePending(into: &pending)
        #expect(pending.isEmpty, "it is known that the second has something")
        #expect(String(buffer: outbox.take(second)) == "bb!")
        #expect(outbox.byteCount == 0)
        outbox.append(to: second) { $0.writeString("?") }
        #expect(outbox.hasPending)
    }

    @Test("what waits for a closed connection is forgotten")
    func discard() {
        var outbox = Outbox()
        outbox.append(to: first) { $0.writeString("a") }
        outbox.append(to: second) { $0.writeString("b") }
        outbox.discard(first)
        outbox.discard(ConnectionIndex(value: 50))
        #expect(outbox.byteCount == 1)
        var pending: [ConnectionIndex] = []
        outbox.takePending(into: &pending)
        #expect(pending == [second])
    }

    @Test("the memory of a buffer that was sent is used again, unless somebody still has it or it is large")
    func recycle() {
        var outbox = Outbox()
        func fill(_ count: Int) -> ByteBuffer {
            outbox.append(to: first) { $0.writeRepeatingByte(1, count: count) }
            return outbox.take(first)
        }
        let shared = fill(100)
        outbox.recycle(shared)
        outbox.append(to: first) { $0.writeRepeatingByte(2, count: 10) }
        #expect(shared == ByteBuffer(repeating: 1, count: 100), "not written over")
        #expect(outbox.take(first) == ByteBuffer(repeating: 2, count: 10))

        var large = fill(1 << 20)
        outbox.recycle(large)
        large = ByteBuffer()
        outbox.append(to: first) { $0.writeInteger(UInt8(1)) }
        #expect(outbox.take(first).capacity < 1 << 16)
    }

    @Test("a packet that was written and taken back leaves nothing")
    func takenBack() {
        var outbox = Outbox()
        outbox.append(to: first) { buffer in
            let start = buffer.writerIndex
            buffer.writeString("too large")
            buffer.moveWriterIndex(to: start)
        }
        #expect(outbox.byteCount == 0)
        #expect(outbox.take(first).readableBytes == 0)
    }

    @Test("a full buffer is followed by another, all leave in order, and what is held keeps back what follows it")
    func chunks() {
        var outbox = Outbox()
        let pieces = (0..<10).map { ByteBuffer(repeating: UInt8($0), count: 30_000) }
        func append(_ piece: ByteBuffer) {
            outbox.append(to: first, expecting: 30_000) { $0.writeImmutableBuffer(piece) }
        }
        pieces[..<5].forEach(append)
        outbox.hold(first, until: 3)
        pieces[5...].forEach(append)
        #expect(outbox.byteCount(for: first) == 300_000)
        var parts: [ByteBuffer] = []
        #expect(outbox.take(first, into: &parts) == 150_000)
        #expect(parts.count == 3 && parts.allSatisfy { $0.readableBytes <= 65_536 })
        #expect(outbox.take(first, into: &parts) == 0)
        outbox.release(through: 2)
        #expect(outbox.take(first, into: &parts) == 0)
        var pending: [ConnectionIndex] = []
        outbox.takePending(into: &pending)
        outbox.release(through: 3)
        #expect(outbox.hasPending)
        #expect(outbox.take(first, into: &parts) == 150_000)
        #expect(outbox.byteCount == 0 && outbox.packetCount == 0)
        #expect(parts.flatMap { Array($0.readableBytesView) } == pieces.flatMap { Array($0.readableBytesView) })
    }

    @Test("a large payload is sent from where it lies, between what comes before and after it")
    func sharing() throws {
        var outbox = Outbox()
        let publish = Publish("a/b", String(repeating: "x", count: 100_000), qos: .atLeastOnce)
        #expect(publish.fillsItsMemory)
        var header = Publish.Header(version: .v5_0, qos: .atLeastOnce, retain: false)
        header.packetIdentifier = 7
        outbox.append(to: first) { $0.writeString("before") }
        outbox.writeSharing(header, publish, to: first)
        outbox.append(to: first) { $0.writeString("after") }
        var expected = ByteBuffer(string: "before")
        publish.encode(header, into: &expected)
        expected.writeString("after")
        #expect(outbox.byteCount == expected.readableBytes)
        var parts: [ByteBuffer] = []
        outbox.take(first, into: &parts)
        #expect(parts.count == 3)
        #expect(parts.dropFirst().first == publish.payloadBuffer)
        #expect(parts.flatMap { Array($0.readableBytesView) } == Array(expected.readableBytesView))
        #expect(outbox.byteCount == 0)
    }

    @Test("the memory of a read is filled again, unless somebody has kept a part of it")
    func readBuffers() {
        let buffers = ReadBuffers()
        var read = buffers.take(ByteBufferAllocator())
        read.writeString("first")
        let kept = read.getSlice(at: 0, length: 5)
        buffers.giveBack(read)
        read = buffers.take(ByteBufferAllocator())
        read.writeString("other")
        #expect(kept == ByteBuffer(string: "first"))
        buffers.giveBack(consume read)
        var next = buffers.take(ByteBufferAllocator())
        #expect(next.readableBytes == 0)
        next.moveWriterIndex(to: 5)
        #expect(next == ByteBuffer(string: "other"), "what was read before is still there")
    }
}
