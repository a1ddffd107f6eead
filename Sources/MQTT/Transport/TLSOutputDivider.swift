import NIOCore

/// Gives the handler of TLS what is to be sent in pieces.
///
/// That handler encrypts what it is told to flush into one buffer, which it keeps, and which never becomes smaller: a
/// connection that was sent a megabyte once would hold a megabyte until its end.
final class TLSOutputDivider: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many bytes are encrypted at once: two records of TLS that fit, with what TLS adds, into 32 KiB.
    static let pieceSize = 31 << 10

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var rest = unwrapOutboundIn(data)
        while rest.readableBytes > Self.pieceSize, let piece = rest.readSlice(length: Self.pieceSize) {
            // The buffer is used again only for what follows a flush.
            context.writeAndFlush(wrapOutboundOut(piece), promise: nil)
        }
        context.write(wrapOutboundOut(rest), promise: promise)
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension TLSOutputDivider: Sendable {}
