import NIOCore
import NIOPosix
import NIOSSL

@testable import MQTT

/// A plain socket to a broker over loopback: bytes out, bytes in.
///
/// One test uses it, one call after the other.
final class SocketPeer {
    private let channel: any Channel
    private let received: EventQueue<ByteBuffer>
    /// What was received and not taken.
    private(set) var unread: [UInt8] = []

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private init(_ channel: any Channel, _ received: EventQueue<ByteBuffer>) {
        self.channel = channel
        self.received = received
    }

    /// - Parameter reads: Whether it reads at all; one that does not leaves what it is sent in the system's buffers.
    static func connect(port: Int, reads: Bool = true) async throws -> SocketPeer {
        try await connect(reads: reads) { $0.connect(host: "127.0.0.1", port: port) }
    }

    /// Connects to a Unix domain socket.
    static func connect(path: String) async throws -> SocketPeer {
        try await connect(reads: true) { $0.connect(unixDomainSocketPath: path) }
    }

    /// Connects by TLS, by WebSocket, or by one in the other.
    static func connect(port: Int, tls: TLSConfiguration?, webSocket: Bool = false) async throws -> SocketPeer {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        return try await connect(
            reads: true,
            before: {
                var handlers: [any ChannelHandler] = []
                if let context { handlers.append(try NIOSSLClientHandler(context: context, serverHostname: nil)) }
                if webSocket { handlers.append(WebSocketClientHandler()) }
                return handlers
            },
            { $0.connect(host: "127.0.0.1", port: port) }
        )
    }

    private static func connect(
        reads: Bool,
        before makeHandlers: @escaping @Sendable () throws -> [any ChannelHandler] = { [] },
        _ connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
    ) async throws -> SocketPeer {
        let eventLoop = group.next()
        let received = EventQueue<ByteBuffer>("bytes of the broker", eventLoop: eventLoop)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(makeHandlers() + [Handler(received)])
                }
            }
        return SocketPeer(try await connect(bootstrap).get(), received)
    }

    /// The port of this side.
    var localPort: Int? { channel.localAddress?.port }

    func send(_ bytes: [UInt8]) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    /// Sends, and returns when the system has taken it all.
    func sendAndWait(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes)
    }

    /// Sends; the future succeeds when the system has taken it all.
    func sendLater(_ bytes: ByteBuffer) -> EventLoopFuture<Void> {
        channel.writeAndFlush(bytes)
    }

    /// The other side has taken all that it was to refuse.
    struct AllSent: Error {}

    /// Sends bytes one by one; the future succeeds when the other side has closed, and fails where it has taken them all.
    func drip(_ bytes: [UInt8], every interval: TimeAmount) -> EventLoopFuture<Void> {
        let channel = self.channel
        let closed = channel.eventLoop.makePromise(of: Void.self)
        channel.closeFuture.whenComplete { _ in closed.succeed() }
        let position = NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: channel.eventLoop)
        channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { task in
            guard channel.isActive else { return task.cancel() }
            guard position.value < bytes.count else {
                task.cancel()
                return closed.fail(AllSent())
            }
            channel.writeAndFlush(ByteBuffer(bytes: [bytes[position.value]]), promise: nil)
            position.value += 1
        }
        return closed.futureResult
    }

    func send(_ packet: ControlPacket, version: ProtocolVersion = .v5_0) {
        send(packet.encoded(for: version))
    }

    /// Waits for more bytes; `false` where the other side has closed.
    func readMore() async throws -> Bool {
        do {
            let buffer = try await received.next()
            unread += Array(buffer.readableBytesView)
            return true
        } catch EventQueue<ByteBuffer>.Failure.finished {
            return false
        }
    }

    /// The next packet; `nil` where the other side has closed before.
    func receive(version: ProtocolVersion = .v5_0) async throws -> ControlPacket? {
        while true {
            var decoder = PacketDecoder(version: version, maximumPacketSize: DecodedStream.noMaximum)
            decoder.append(ByteBuffer(bytes: unread))
            if let packet = try decoder.next() {
                take(unread.count - decoder.bufferedByteCount)
                return packet
            }
            guard try await readMore() else { return nil }
        }
    }

    /// Leaves what it is sent from now on in the system's buffers.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    /// Begins to read, where it did not.
    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    func take(_ count: Int) {
        unread.removeFirst(count)
    }

    /// Closes without a word.
    func close() {
        channel.close(promise: nil)
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let received: EventQueue<ByteBuffer>

        init(_ received: EventQueue<ByteBuffer>) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.put(unwrapInboundIn(data))
        }

        func channelInactive(context: ChannelHandlerContext) {
            received.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
