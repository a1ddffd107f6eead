import NIOCore
import NIOPosix

@testable import MQTT

/// A Client that publishes numbered messages of QoS 1 at a steady rate, and receives those of another one, with little
/// work for each: a test can have hundreds of them.
final class LoadPeer: Sendable {
    /// How a peer stands.
    struct Progress: Sendable, Equatable {
        /// How many of its messages have been acknowledged.
        var acknowledgedCount = 0
        /// How many messages it has received.
        var receivedCount = 0
        /// How many of them did not have the number that was due.
        var misplacedCount = 0
        /// How the connection has ended; `nil` while it lasts.
        var end: String?
    }

    /// What a peer does.
    struct Plan: Sendable {
        var connect: Connect
        /// What it subscribes to; `nil` for nothing.
        var subscription: String?
        /// What it publishes to; `nil` for nothing.
        var topic: String?
        /// How many messages it publishes, and how many in each hundredth of a second.
        var messageCount = 0
        var messagesPerTick = 0
    }

    let progress = Monitor(Progress())
    private let channel: any Channel

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Connects, and returns when the subscription is made.
    init(port: Int, _ plan: Plan) async throws {
        let ready = Self.group.next().makePromise(of: Void.self)
        let progress = self.progress
        channel = try await ClientBootstrap(group: Self.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(plan, progress, ready: ready))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await ready.futureResult.get()
    }

    /// Begins to publish.
    func start() {
        channel.pipeline.fireUserInboundEventTriggered(Start())
    }

    func close() {
        channel.close(promise: nil)
    }

    /// The order to begin.
    private struct Start: Sendable {}

    /// The connection ended before the subscription was made.
    struct NotReady: Error {
        let progress: Progress
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let plan: Plan
        private let monitor: Monitor<Progress>
        private let ready: EventLoopPromise<Void>
        private var isReady = false
        private var progress = Progress()
        private var decoder: PacketDecoder
        private var window = 0
        private var sentCount = 0
        private var output = ByteBuffer()

        init(_ plan: Plan, _ monitor: Monitor<Progress>, ready: EventLoopPromise<Void>) {
            self.plan = plan
            self.monitor = monitor
            self.ready = ready
            decoder = PacketDecoder(version: plan.connect.version, maximumPacketSize: DecodedStream.noMaximum)
        }

        func channelActive(context: ChannelHandlerContext) {
            write(.connect(plan.connect), context)
            flush(context)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is Start else { return context.fireUserInboundEventTriggered(event) }
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(10)) { task in
                let (handler, context) = loopBound.value
                handler.tick(context)
                if handler.sentCount >= handler.plan.messageCount || handler.progress.end != nil { task.cancel() }
            }
        }

        private func tick(_ context: ChannelHandlerContext) {
            guard let topic = plan.topic else { return }
            for _ in 0..<plan.messagesPerTick where sentCount < plan.messageCount {
                guard sentCount - progress.acknowledgedCount < window else { break }
                // Never twice among those that are open: there are far fewer than numbers.
                let identifier = UInt16(sentCount % 60_000 + 1)
                write(
                    .publish(Publish(topic, "\(sentCount)", qos: .atLeastOnce, packetIdentifier: identifier)),
                    context
                )
                sentCount += 1
            }
            flush(context)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            decoder.append(unwrapInboundIn(data))
            do {
                while let packet = try decoder.next() {
                    received(packet, context)
                }
            } catch {
                progress.end = "\(error)"
            }
            flush(context)
            let now = progress
            monitor.update { $0 = now }
        }

        private func received(_ packet: ControlPacket, _ context: ChannelHandlerContext) {
            switch packet {
            case .connack(let connack):
                guard connack.reasonCode == .success else {
                    progress.end = "\(connack.reasonCode)"
                    return
                }
                window = Int(connack.properties[integer: .receiveMaximum] ?? 65_535)
                guard let filter = plan.subscription else { return becomeReady() }
                write(
                    .subscribe(Subscribe(packetIdentifier: 65_535, subscriptions: [.make(filter, .atLeastOnce)])),
                    context
                )
            case .suback: becomeReady()
            case .puback: progress.acknowledgedCount += 1
            case .publish(let publish):
                if publish.payloadText != "\(progress.receivedCount)" { progress.misplacedCount += 1 }
                progress.receivedCount += 1
                write(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)), context)
            case .disconnect(let disconnect): progress.end = "\(disconnect.reasonCode)"
            default: break  // nothing else comes
            }
        }

        private func becomeReady() {
            isReady = true
            ready.succeed()
        }

        func channelInactive(context: ChannelHandlerContext) {
            progress.end = progress.end ?? "closed"
            let now = progress
            monitor.update { $0 = now }
            if !isReady { ready.fail(NotReady(progress: progress)) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            progress.end = "\(error)"
            context.close(promise: nil)
        }

        private func write(_ packet: ControlPacket, _ context: ChannelHandlerContext) {
            packet.encode(into: &output, version: plan.connect.version)
        }

        private func flush(_ context: ChannelHandlerContext) {
            guard output.readableBytes > 0 else { return }
            context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            output = ByteBuffer()
        }
    }
}
