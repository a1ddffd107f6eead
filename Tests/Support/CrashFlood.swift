import NIOCore
import NIOPosix

/// A client that publishes, or receives, great numbers of messages at little cost for itself: all its packets have the
/// same size, so that nothing has to be parsed. It speaks version 3.1.1.
final class CrashFlood: Sendable {
    /// What a client does.
    enum Role: Sendable {
        /// Publishes so many messages of QoS 1, so many of them unacknowledged at a time.
        case publisher(count: Int, window: Int)
        /// Has a lasting session with a subscription of QoS 1, and takes so many messages.
        case receiver(count: Int)
    }

    /// Who a client is, and what it does.
    struct Plan: Sendable {
        let clientIdentifier: String
        let topic: String
        let role: Role
    }

    /// The connection has ended before its time.
    struct Ended: Error {
        let clientIdentifier: String
        let count: Int
    }

    /// The bytes of a payload; its first eight are the number of the message.
    static let payloadSize = 100

    private let channel: any Channel
    /// Succeeds when a receiver's subscription is made, or is there.
    private let ready: EventLoopFuture<Void>
    /// Succeeds with how many messages did not have the number that was due.
    private let done: EventLoopFuture<Int>

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    init(port: Int, _ plan: Plan) async throws {
        let eventLoop = Self.group.next()
        let ready = eventLoop.makePromise(of: Void.self)
        let done = eventLoop.makePromise(of: Int.self)
        channel = try await ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(plan, ready, done))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.ready = ready.futureResult
        self.done = done.futureResult
        try await self.ready.get()
    }

    /// Has a publisher begin.
    func start() {
        channel.pipeline.fireUserInboundEventTriggered(Start())
    }

    /// Waits until all messages are acknowledged or received.
    ///
    /// - Returns: How many did not have the number that was due.
    @discardableResult
    func wait() async throws -> Int { try await done.get() }

    /// Ends the connection, and keeps the session.
    func close() async throws {
        try await channel.close().get()
    }

    /// The order to begin.
    private struct Start: Sendable {}

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private static let answerSize = 4
        private static let subackSize = 5
        /// The most identifiers that are in use at a time.
        private static let identifierCount = 60_000

        private let plan: Plan
        private let ready: EventLoopPromise<Void>
        private let done: EventLoopPromise<Int>
        private let packet: ByteBuffer
        private var input = ByteBuffer()
        private var output = ByteBuffer()
        private var sentCount = 0
        /// Acknowledged, or received.
        private var doneCount = 0
        private var misplacedCount = 0
        private var isReady = false
        /// Whether a publisher has been told to begin.
        private var isStarted = false
        private var isDone = false

        init(_ plan: Plan, _ ready: EventLoopPromise<Void>, _ done: EventLoopPromise<Int>) {
            self.plan = plan
            self.ready = ready
            self.done = done
            let payload = String(repeating: "x", count: CrashFlood.payloadSize)
            let message = CrashPacket.Message(topic: plan.topic, payload: payload, qos: 1)
            packet = CrashPacket.publish(message, .three)
        }

        func channelActive(context: ChannelHandlerContext) {
            var isLasting = false
            if case .receiver = plan.role { isLasting = true }
            output.writeImmutableBuffer(
                CrashPacket.connect(plan.clientIdentifier, isLasting: isLasting, receiveMaximum: 0, .three)
            )
            flush(context)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is Start else { return context.fireUserInboundEventTriggered(event) }
            isStarted = true
            publish()
            flush(context)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            input.writeBuffer(&bytes)
            while takePacket() {}
            input.discardReadBytes()
            publish()
            flush(context)
        }

        func channelInactive(context: ChannelHandlerContext) {
            let error = Ended(clientIdentifier: plan.clientIdentifier, count: doneCount)
            if !isReady { ready.fail(error) }
            if !isDone { done.fail(error) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        // MARK: Packets

        private func takePacket() -> Bool {
            guard let firstByte = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return false }
            switch firstByte >> 4 {
            case 2:
                guard input.readableBytes >= Self.answerSize else { return false }
                let isPresent = input.getInteger(at: input.readerIndex + 2, as: UInt8.self) == 1
                input.moveReaderIndex(forwardBy: Self.answerSize)
                guard case .receiver = plan.role, !isPresent else {
                    becomeReady()
                    return true
                }
                output.writeImmutableBuffer(CrashPacket.subscribe(plan.topic, qos: 1, .three))
            case 9:
                guard input.readableBytes >= Self.subackSize else { return false }
                input.moveReaderIndex(forwardBy: Self.subackSize)
                becomeReady()
            case 3:
                guard input.readableBytes >= packet.readableBytes else { return false }
                takeMessage()
            default:
                guard input.readableBytes >= Self.answerSize else { return false }
                input.moveReaderIndex(forwardBy: Self.answerSize)
                noteDone()
            }
            return true
        }

        private func takeMessage() {
            let end = input.readerIndex + packet.readableBytes
            let number = input.getInteger(at: end - CrashFlood.payloadSize, as: UInt64.self)
            if number != UInt64(doneCount) { misplacedCount += 1 }
            let identifier = input.getInteger(at: end - CrashFlood.payloadSize - 2, as: UInt16.self) ?? 0
            input.moveReaderIndex(to: end)
            output.writeInteger(UInt32(0x4002_0000) | UInt32(identifier))
            noteDone()
        }

        private func becomeReady() {
            isReady = true
            ready.succeed()
        }

        private func noteDone() {
            doneCount += 1
            let count =
                switch plan.role {
                case .publisher(let count, _), .receiver(let count): count
                }
            guard doneCount == count, !isDone else { return }
            isDone = true
            done.succeed(misplacedCount)
        }

        /// Fills the window, where that is worth a packet of the network.
        private func publish() {
            guard case .publisher(let count, let window) = plan.role, isStarted,
                sentCount - doneCount <= window * 3 / 4
            else { return }
            while sentCount < count, sentCount - doneCount < window {
                let payload = output.writerIndex + packet.readableBytes - CrashFlood.payloadSize
                output.writeImmutableBuffer(packet)
                output.setInteger(UInt16(sentCount % Self.identifierCount + 1), at: payload - 2)
                output.setInteger(UInt64(sentCount), at: payload)
                sentCount += 1
            }
        }

        private func flush(_ context: ChannelHandlerContext) {
            guard output.readableBytes > 0 else { return }
            context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            output = ByteBuffer()
        }
    }
}
