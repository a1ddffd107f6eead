import NIOCore
import NIOWebSocket

/// Takes the bytes of MQTT out of WebSocket frames, and puts those of the broker into them (RFC 6455).
///
/// Where packets begin and end has nothing to do with where frames do [MQTT-6.0.0-2]: a frame has parts of packets, or
/// several of them, and a message may come in many frames.
final class WebSocketChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    /// What a frame may have beside the largest packet, in bytes: Clients put several packets into one.
    static let roomBesidePacket = 64 << 10

    private let largestFrame: Int
    /// Whether a message goes on with the next frame.
    private var isInMessage = false
    /// Whether the end of the WebSocket has been told to the other side.
    private var isClosing = false

    /// - Parameter largestFrame: What the decoder in front lets pass, for the log.
    init(largestFrame: Int) {
        self.largestFrame = largestFrame
    }

    // MARK: From the Client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        let frame = unwrapInboundIn(data)
        guard frame.maskKey != nil else {
            return fail(context, .protocolError, "a frame of a Client is not masked")
        }
        guard !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return fail(context, .protocolError, "a frame uses an extension")
        }
        switch frame.opcode {
        case .binary, .continuation:
            guard (frame.opcode == .continuation) == isInMessage else {
                return fail(context, .protocolError, "the frames of two messages are mixed")
            }
            isInMessage = !frame.fin
            context.fireChannelRead(wrapInboundOut(frame.unmaskedData))
        case .text:
            fail(context, .unacceptableData, "a frame of text, and MQTT is binary")  // [MQTT-6.0.0-1]
        case .ping:
            // One who does not take the answers gets none.
            guard context.channel.isWritable else { return }
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            // It may be all that is to be sent for a long time.
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        case .pong: break  // an answer that nobody waits for
        case .connectionClose:
            close(context, with: frame.unmaskedData)
            context.close(promise: nil)
        default:
            fail(context, .protocolError, "a frame of an unknown kind")
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength:
            fail(context, .messageTooLarge, "a frame has more than \(largestFrame) bytes")
        case .fragmentedControlFrame, .multiByteControlFrameLength:
            fail(context, .protocolError, "a control frame is too long, or in parts")
        case nil:
            context.fireErrorCaught(error)
        }
    }

    private func fail(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode, _ problem: String) {
        guard !isClosing else { return }
        close(context, with: Self.closeData(code))
        context.fireErrorCaught(ConnectionFailure("WebSocket: \(problem)", isAnswered: true))
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
