import NIOCore
import NIOWebSocket

/// Asks the Server for a WebSocket, and puts the handlers of frames in its own place once the Server has agreed.
final class ClientWebSocketHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The most bytes that the head of an answer may have.
    private static let maximumHeadSize = 16 << 10

    private let request: WebSocketUpgrade
    private let step: ConnectionStep
    /// At most what may be the head of an answer, and one read.
    private var received = ByteBuffer()

    init(_ request: WebSocketUpgrade, _ step: ConnectionStep) {
        self.request = request
        self.step = step
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // The Server waits for it.
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: request.text)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !step.isDone else { return }
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do throws(ClientConnector.Failure) {
            guard let response = try WebSocketResponse.take(from: &received) else {
                guard received.readableBytes <= Self.maximumHeadSize else { throw WebSocketResponse.tooLong }
                return
            }
            try request.check(response)
            accept(context)
        } catch {
            step.fail(error)
        }
    }

    private func accept(_ context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandlers(
                WebSocketFrameEncoder(),
                WebSocketChannelHandler(.client),
                position: .after(self)
            )
        } catch {
            return step.fail(ClientConnector.failure(error))
        }
        // This puts the handler of packets behind the two.
        step.succeed()
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        step.fail(ClientConnector.failure(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        step.fail(
            ClientConnector.Failure(
                reason: .webSocket,
                text: "the server closed the connection and did not answer; does it take WebSockets on this port?"
            )
        )
        context.fireChannelInactive()
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension ClientWebSocketHandshakeHandler: Sendable {}
