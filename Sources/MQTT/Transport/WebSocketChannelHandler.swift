import NIOCore
import NIOWebSocket

/// Takes the bytes of MQTT out of WebSocket frames, and puts those of this side into them (RFC 6455).
///
/// Where packets begin and end has nothing to do with where frames do [MQTT-6.0.0-2]: a frame has parts of packets, or
/// several of them, and a message may come in many frames.
final class WebSocketChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    /// Which side of the WebSocket this is.
    private let side: WebSocketSide
    private var reader: WebSocketFrameReader
    /// Whether the end of the WebSocket has been told to the other side.
    private var isClosing = false

    init(_ side: WebSocketSide) {
        self.side = side
        reader = WebSocketFrameReader(framesOf: side == .client ? .server : .client)
    }

    // MARK: From the other side

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return awaitAnswer(context, unwrapInboundIn(data)) }
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

    /// Closes a Client's connection as soon as the Server has agreed to the end; some Servers wait for that for seconds.
    private func awaitAnswer(_ context: ChannelHandlerContext, _ received: ByteBuffer) {
        guard side == .client else { return }
        reader.append(received)
        // What else comes is of no interest any more, be it right or wrong.
        while let piece = try? reader.next() {
            if case .close = piece { context.close(promise: nil) }
        }
        reader.settle()
    }

    private func take(_ context: ChannelHandlerContext, _ piece: WebSocketFrameReader.Piece) {
        switch piece {
        case .data(let data): context.fireChannelRead(wrapInboundOut(data))
        case .ping(let data):
            // One who does not take the answers gets none.
            guard context.channel.isWritable else { return }
            // It may be all that is to be sent for a long time.
            context.writeAndFlush(wrapOutboundOut(frame(.pong, data)), promise: nil)
        case .pong: break  // an answer that nobody waits for
        case .close(let data):
            close(context, with: data)
            if side == .client, let code = data.getInteger(at: data.readerIndex, as: UInt16.self), code != 1_000 {
                // A Server that does so has something to say.
                context.fireErrorCaught(ConnectionFailure("the server ended the WebSocket with code \(code)"))
            }
            context.close(promise: nil)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ violation: WebSocketFrameReader.Violation) {
        close(context, with: Self.closeData(violation.code))
        context.fireErrorCaught(ConnectionFailure("WebSocket: \(violation.problem)", isAnswered: true))
    }

    // MARK: To the other side

    /// A frame, masked where a Client sends it: with another key each time (section 5.3).
    private func frame(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: opcode, maskKey: side == .client ? .random() : nil, data: data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // Behind the frame that closes, there must be none.
        guard !isClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        context.write(wrapOutboundOut(frame(.binary, unwrapOutboundIn(data))), promise: promise)
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
        // Nothing follows that it could be flushed with.
        context.writeAndFlush(wrapOutboundOut(frame(.connectionClose, data)), promise: nil)
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension WebSocketChannelHandler: Sendable {}
