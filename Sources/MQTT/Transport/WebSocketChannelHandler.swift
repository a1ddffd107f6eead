import NIOCore
import NIOWebSocket

/// Takes the bytes of MQTT out of WebSocket frames, and puts those of the broker into them (RFC 6455).
///
/// Where packets begin and end has nothing to do with where frames do [MQTT-6.0.0-2]: a frame has parts of packets, or
/// several of them, and a message may come in many frames.
final class WebSocketChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    private var reader = WebSocketFrameReader()
    /// Whether the end of the WebSocket has been told to the other side.
    private var isClosing = false

    // MARK: From the Client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        reader.append(unwrapInboundIn(data))
        do throws(WebSocketFrameReader.Violation) {
            while !isClosing, let piece = try reader.next() {
                take(context, piece)
            }
        } catch {
            fail(context, error)
        }
        reader.settle()
    }

    private func take(_ context: ChannelHandlerContext, _ piece: WebSocketFrameReader.Piece) {
        switch piece {
        case .data(let data): context.fireChannelRead(wrapInboundOut(data))
        case .ping(let data):
            // One who does not take the answers gets none.
            guard context.channel.isWritable else { return }
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: data)
            // It may be all that is to be sent for a long time.
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .pong: break  // an answer that nobody waits for
        case .close(let data):
            close(context, with: data)
            context.close(promise: nil)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ violation: WebSocketFrameReader.Violation) {
        close(context, with: Self.closeData(violation.code))
        context.fireErrorCaught(ConnectionFailure("WebSocket: \(violation.problem)", isAnswered: true))
    }

    // MARK: To the Client

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Behind the frame that closes, there must be none.
        guard !isClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        let frame = WebSocketFrame(fin: true, opcode: .binary, data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if !isClosing, context.channel.isActive { close(context, with: Self.closeData(.normalClosure)) }
        context.close(mode: mode, promise: promise)
    }

    private static func closeData(_ code: WebSocketErrorCode) -> ByteBuffer {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        return data
    }

    /// Tells the other side that the WebSocket ends.
    private func close(_ context: ChannelHandlerContext, with data: ByteBuffer) {
        guard !isClosing else { return }
        isClosing = true
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        // Nothing follows that it could be flushed with.
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension WebSocketChannelHandler: Sendable {}
