import NIOCore
import NIOHTTP1

/// Answers one HTTP request about the broker, and closes.
final class HTTPStatusHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How many connections there may be at once at all listeners of this kind; further ones are closed.
    static let mostConnections = 64
    /// How long a connection lasts at most, from the time when it is accepted.
    private static let longestConnection = TimeAmount.seconds(10)

    private let source: HTTPStatusSource
    private let loop: BrokerLoop
    private var request: HTTPRequestHead?
    private var end: Scheduled<Void>?
    private var isDone = false

    private init(_ source: HTTPStatusSource, loop: BrokerLoop) {
        self.source = source
        self.loop = loop
    }

    /// All handlers of a connection.
    static func makeHandlers(
        _ settings: ListenerSettings,
        _ source: HTTPStatusSource,
        loop: BrokerLoop
    ) -> [any ChannelHandler] {
        [
            HTTPHeadLimit(size: settings.httpHeadSize), HTTPResponseEncoder(),
            ByteToMessageHandler(HTTPRequestDecoder()),
            HTTPStatusHandler(source, loop: loop),
        ]
    }

    func channelActive(context: ChannelHandlerContext) {
        source.connectionCount.value += 1
        let channel = context.channel
        end = context.eventLoop.scheduleTask(in: Self.longestConnection) { channel.close(promise: nil) }
        if source.connectionCount.value > Self.mostConnections { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        source.connectionCount.value -= 1
        end?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break  // nothing here takes one
        case .end:
            guard let request else { return }
            do throws(HTTPRefusal) {
                try answer(context, request)
            } catch {
                refuse(context, error)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return }
        if let error = error as? HTTPParserError { return refuse(context, HTTPRefusal(error)) }
        if let failure = error as? ConnectionFailure { loop.failed(failure, from: context.remoteAddress?.text ?? "") }
        isDone = true
        context.close(promise: nil)
    }

    private func answer(_ context: ChannelHandlerContext, _ request: HTTPRequestHead) throws(HTTPRefusal) {
        guard request.method == .GET || request.method == .HEAD else {
            throw HTTPRefusal(
                status: .methodNotAllowed,
                problem: "the method is not GET or HEAD",
                headers: [("Allow", "GET, HEAD")]
            )
        }
        let path = request.uri.prefix { $0 != "?" }
        guard let report = source.report(for: path) else {
            throw HTTPRefusal(
                status: .notFound,
                problem: "there are /health, /metrics, /api/v1/version, /api/v1/listeners and /api/v1/systree"
            )
        }
        let body = ByteBuffer(string: report.body)
        let headers: HTTPHeaders = [
            "Content-Type": report.contentType, "Content-Length": "\(body.readableBytes)", "Cache-Control": "no-store",
            "Connection": "close",
        ]
        send(
            context,
            HTTPResponseHead(version: .http1_1, status: .ok, headers: headers),
            request.method == .HEAD ? nil : body
        )
    }

    private func refuse(_ context: ChannelHandlerContext, _ refusal: HTTPRefusal) {
        let (head, body) = refusal.response()
        send(context, head, request?.method == .HEAD ? nil : body)
    }

    private func send(_ context: ChannelHandlerContext, _ head: HTTPResponseHead, _ body: ByteBuffer?) {
        isDone = true
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        // The answer is complete: nothing follows that it could be flushed with.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // The other side closes when it has read the answer; if not, the connection's time is up soon.
        context.close(mode: .output, promise: nil)
    }
}

/// Handlers and the loop that they share belong to one event loop.
@available(*, unavailable)
extension HTTPStatusHandler: Sendable {}
