import NIOCore

/// Has a proxy connect to the Server, passes on what comes behind the proxy's last answer, and leaves.
final class SOCKSHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var handshake: SOCKSHandshake
    private let step: ConnectionStep
    /// At most one read and a part of an answer, none of which is longer than 262 bytes.
    private var received = ByteBuffer()

    init(_ handshake: SOCKSHandshake, _ step: ConnectionStep) {
        self.handshake = handshake
        self.step = step
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // The proxy waits for it.
        context.writeAndFlush(wrapOutboundOut(handshake.greeting), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !step.isDone else { return }
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do throws(ClientConnector.Failure) {
            while let next = try handshake.next(&received) {
                switch next {
                case .send(let bytes): context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)  // it waits for it
                case .connected: return leave(context)
                }
            }
        } catch {
            step.fail(error)
        }
    }

    private func leave(_ context: ChannelHandlerContext) {
        // This puts the next handlers behind this one.
        step.succeed()
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        var failure = ClientConnector.failure(error)
        failure.reason = .proxy
        step.fail(failure)
    }

    func channelInactive(context: ChannelHandlerContext) {
        step.fail(ClientConnector.Failure(reason: .proxy, text: "the proxy closed the connection"))
        context.fireChannelInactive()
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension SOCKSHandler: Sendable {}
