import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Answers the request that a WebSocket begins with, and puts the handlers of frames in its own place.
///
/// ```
///   bytes ─▶ HTTPHeadLimit ─▶ HTTPRequestDecoder ─▶ WebSocketHandshakeHandler ─▶ broker
///   after:    WebSocketFrameEncoder ─▶ WebSocketChannelHandler ─▶ broker
/// ```
final class WebSocketHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = HTTPServerResponsePart

    private let origins: [String]
    /// The handlers of HTTP, which leave with this one.
    private let predecessors: [any RemovableChannelHandler]
    private var request: (head: HTTPRequestHead, subprotocol: String)?
    private var isDone = false

    private init(origins: [String], predecessors: [any RemovableChannelHandler]) {
        self.origins = origins
        self.predecessors = predecessors
    }

    /// All handlers that a connection begins with.
    static func makeHandlers(_ settings: ListenerSettings) -> [any ChannelHandler] {
        let predecessors: [any RemovableChannelHandler] = [
            HTTPHeadLimit(size: settings.httpHeadSize),
            HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
        ]
        let handler = WebSocketHandshakeHandler(
            origins: settings.webSocketOrigins,
            predecessors: predecessors
        )
        return predecessors + [handler]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        do throws(HTTPRefusal) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = (head, try WebSocketRequest(head, origins: origins).subprotocol)
            case .body:
                throw HTTPRefusal(status: .badRequest, problem: "the request of a WebSocket has no body")
            case .end:
                if let request { upgrade(context, request.head, request.subprotocol) }
            }
        } catch {
            refuse(context, error)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone, let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        refuse(context, HTTPRefusal(error))
    }

    private func refuse(_ context: ChannelHandlerContext, _ refusal: HTTPRefusal) {
        isDone = true
        let (head, body) = refusal.response()
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        // The answer is complete: nothing follows that it could be flushed with.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireErrorCaught(ConnectionFailure("WebSocket: \(refusal.problem)", isAnswered: true))
    }

    private func upgrade(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ subprotocol: String) {
        isDone = true
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, _ in
                channel.eventLoop.makeSucceededFuture(["Sec-WebSocket-Protocol": subprotocol])
            },
            upgradePipelineHandler: { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        )
        // The future has its value already.
        upgrader.buildUpgradeResponse(channel: context.channel, upgradeRequest: head, initialResponseHeaders: [:])
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let headers): self.accept(context, headers)
                case .failure(let error):
                    self.refuse(context, HTTPRefusal(status: .badRequest, problem: "the request is refused: \(error)"))
                }
            }
    }

    private func accept(_ context: ChannelHandlerContext, _ headers: HTTPHeaders) {
        let response = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        // The Client waits for the answer before it goes on.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandlers(
                WebSocketFrameEncoder(),
                WebSocketChannelHandler(.server),
                position: .after(self)
            )
        } catch {
            return context.fireErrorCaught(error)
        }
        // The decoder passes on what came behind the request once it leaves, and so is the last of its kind to go.
        pipeline.removeHandler(context: context, promise: nil)
        for handler in predecessors {
            context.pipeline.syncOperations.removeHandler(handler, promise: nil)
        }
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension WebSocketHandshakeHandler: Sendable {}
