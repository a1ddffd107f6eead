import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import MQTT
@testable import Support

@Suite("The broker's channel handler")
struct BrokerChannelHandlerTests {
    private let eventLoop = EmbeddedEventLoop()
    private let loop: BrokerLoop

    init() {
        var configuration = BrokerConfiguration()
        configuration.limits.outgoingBytes = 1_000
        configuration.limits.outgoingBytesBeforeQueueing = 1_000
        configuration.limits.waitingBytesInAll = 5_000
        loop = BrokerLoop(
            configuration: configuration,
            eventLoop: eventLoop,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
    }

    /// A connection whose CONNECT has been accepted.
    private func connect(_ clientIdentifier: String) throws -> TestConnection {
        let connection = try TestConnection(loop, eventLoop)
        try connection.send(HexNotation.bytes("10 { 'MQTT' 04 00 0000 '\(clientIdentifier)' }"))
        _ = connection.output()
        return connection
    }

    @Test("all that a turn has for a connection leaves in one write")
    func oneWrite() throws {
        let connection = try connect("a")
        try connection.send(HexNotation.bytes("82 { 0001 't' 00 } 30 { 't' |1| } C000 30 { 't' |2| }"))
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self)?.readableBytes == 5 + 6 + 2 + 6)
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test("a Client that asks without end and takes no answers is not read from, until it takes them")
    func blocked() throws {
        let connection = try connect("greedy")
        connection.setWritable(false)
        for _ in 0..<9 {
            try connection.send(Array(repeating: [0xC0, 0], count: 100).flatMap { $0 })
            #expect(connection.mayRead())
        }
        try connection.send(Array(repeating: [0xC0, 0], count: 100).flatMap { $0 })
        #expect(!connection.mayRead())
        #expect(loop.load.waitingByteCount == 2_000)
        #expect(connection.output().isEmpty)

        let reads = connection.reads.count
        connection.setWritable(true)
        eventLoop.run()
        #expect(connection.reads.count == reads + 1, "the read that was held back")
        #expect(connection.output() == Array(repeating: [0xD0, 0], count: 1_000).flatMap { $0 })
        #expect(connection.mayRead())
        #expect(loop.load.waitingByteCount == 0)
    }

    @Test("one whose turn brings much, and who takes it, is read from without a pause")
    func notBlocked() throws {
        let connection = try connect("quick")
        try connection.send(Array(repeating: [0xC0, 0], count: 5_000).flatMap { $0 })
        #expect(connection.output().count == 10_000)
        #expect(connection.mayRead())
    }

    @Test("a publisher waits while too much waits for receivers, and no other does")
    func overloaded() throws {
        let receiver = try connect("receiver")
        try receiver.send(HexNotation.bytes("82 { 0001 't' 01 }"))
        _ = receiver.output()
        receiver.setWritable(false)
        let publisher = try connect("publisher")
        let publish = HexNotation.bytes("32 { 't' 0001 61*1000 }")
        for _ in 0..<4 {
            try publisher.send(publish)
            #expect(publisher.mayRead())
        }
        try publisher.send(publish)
        #expect(!publisher.mayRead())
        #expect(loop.load.pausedPublisherCount == 1)
        try receiver.send([0xC0, 0])
        #expect(receiver.mayRead(), "its acknowledgements are what everybody waits for")

        let reads = publisher.reads.count
        receiver.setWritable(true)
        eventLoop.run()
        #expect(publisher.reads.count == reads + 1)
        #expect(publisher.mayRead())
        #expect(loop.load.pausedPublisherCount == 0)
        #expect(receiver.output().count > 5_000)
    }

    @Test("a publisher that waits is let through once in a while, as the way out may be behind it")
    func overloadedForLong() throws {
        let receiver = try connect("receiver")
        try receiver.send(HexNotation.bytes("82 { 0001 't' 01 }"))
        receiver.setWritable(false)
        let publisher = try connect("publisher")
        for _ in 0..<5 {
            try publisher.send(HexNotation.bytes("32 { 't' 0001 61*1000 }"))
        }
        #expect(!publisher.mayRead())
        eventLoop.advanceTime(by: .milliseconds(499))
        #expect(!publisher.mayRead())
        let reads = publisher.reads.count
        eventLoop.advanceTime(by: .milliseconds(1))
        #expect(publisher.reads.count == reads + 1)
    }

    @Test("a connection that ends while it waits is forgotten")
    func endsWhilePaused() throws {
        let receiver = try connect("receiver")
        try receiver.send(HexNotation.bytes("82 { 0001 't' 01 }"))
        receiver.setWritable(false)
        let publisher = try connect("publisher")
        for _ in 0..<5 {
            try publisher.send(HexNotation.bytes("32 { 't' 0001 61*1000 }"))
        }
        #expect(loop.load.pausedPublisherCount == 1)
        publisher.channel.pipeline.fireChannelInactive()
        eventLoop.run()
        #expect(loop.load.pausedPublisherCount == 0)
        #expect(loop.load.connectionCount == 1)
        eventLoop.advanceTime(by: .seconds(1))
        receiver.channel.pipeline.fireChannelInactive()
        eventLoop.run()
        #expect(loop.load.connectionCount == 0)
    }

    @Test("the last packet is written before the connection's output is closed, also to one that takes nothing")
    func lastPacket() throws {
        let connection = try connect("a")
        connection.setWritable(false)
        let other = try connect("b")
        try connection.send(HexNotation.bytes("C000 E000"))
        #expect(connection.output() == [0xD0, 0])
        try connection.send([0xC0, 0])
        #expect(connection.output().isEmpty, "what comes after the end is thrown away")
        #expect(other.mayRead())
    }
}

/// A channel without a socket, whose writability the test decides.
private final class TestConnection {
    let channel: EmbeddedChannel
    let reads = ReadCounter()
    private let eventLoop: EmbeddedEventLoop

    /// Has the channel tell that it takes more, or no more, as real ones do.
    func setWritable(_ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    init(_ loop: BrokerLoop, _ eventLoop: EmbeddedEventLoop) throws {
        self.eventLoop = eventLoop
        channel = EmbeddedChannel(handlers: [reads, BrokerChannelHandler(loop: loop, listener: 0)], loop: eventLoop)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        eventLoop.run()
    }

    /// The other side sends, and a turn of the event loop goes by.
    func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        eventLoop.run()
    }

    /// Whether the channel's wish to read is granted.
    func mayRead() -> Bool {
        let before = reads.count
        channel.read()
        return reads.count > before
    }

    /// All that was written.
    func output() -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
            bytes += Array(buffer.readableBytesView)
        }
        return bytes
    }
}

/// Counts the reads that get through to the channel.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
