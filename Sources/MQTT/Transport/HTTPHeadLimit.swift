import NIOCore
import NIOHTTP1

/// Bounds what may come before a request is answered. A Client has nothing to send behind the head of its request, so
/// all bytes count.
final class HTTPHeadLimit: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var remaining: Int

    /// - Parameter size: How many bytes are let pass.
    init(size: Int) {
        remaining = size
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard remaining >= 0 else { return }
        remaining -= unwrapInboundIn(data).readableBytes
        guard remaining >= 0 else { return context.fireErrorCaught(HTTPParserError.headerOverflow) }
        context.fireChannelRead(data)
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension HTTPHeadLimit: Sendable {}

extension HTTPRefusal {
    /// The answer to bytes that are no request.
    init(_ error: HTTPParserError) {
        self =
            switch error {
            case .headerOverflow:
                HTTPRefusal(status: .requestHeaderFieldsTooLarge, problem: "the head of the request is too large")
            default: HTTPRefusal(status: .badRequest, problem: "this is no HTTP request")
            }
    }

    /// The whole answer, to be written part by part and flushed once. The connection ends with it.
    func response() -> (head: HTTPResponseHead, body: ByteBuffer) {
        let body = ByteBuffer(string: problem + "\n")
        var fields = HTTPHeaders([
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "\(body.readableBytes)"),
            ("Connection", "close"),
        ])
        for header in headers {
            fields.replaceOrAdd(name: header.name, value: header.value)
        }
        return (HTTPResponseHead(version: .http1_1, status: status, headers: fields), body)
    }
}
