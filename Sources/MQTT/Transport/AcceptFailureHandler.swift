import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Stands at a listener's own channel, and has it rest, and the log say so, when the system has nothing left for a further
/// connection. Those that wait would otherwise be tried again and again, and each time in vain.
final class AcceptFailureHandler: ChannelInboundHandler {
    typealias InboundIn = any Channel

    /// How long no connection is accepted then. NIO's `AcceptBackoffHandler` is not enough: it holds back a wish to read,
    /// and after an error the channel still has the one before.
    private static let rest = TimeAmount.seconds(1)

    private let loop: BrokerLoop
    /// Whether it has been told, and no connection has been accepted since.
    private var isTold = false

    init(loop: BrokerLoop) {
        self.loop = loop
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isTold = false
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, error.errnoCode != ECONNABORTED else {
            return context.fireErrorCaught(error)
        }
        let options = NIOLoopBound(context.channel.syncOptions, eventLoop: context.eventLoop)
        try? options.value?.setOption(.autoRead, value: false)
        // Where the channel has been closed until then, there is nothing to begin again.
        context.eventLoop.scheduleTask(in: Self.rest) { try? options.value?.setOption(.autoRead, value: true) }
        if !isTold { tell(error, at: context.localAddress) }
        context.fireErrorCaught(error)
    }

    private func tell(_ error: IOError, at address: SocketAddress?) {
        isTold = true
        let advice =
            switch error.errnoCode {
            case EMFILE: "; the broker may not open more files, and ulimit -n raises that limit"
            case ENFILE: "; the system may not open more files"
            default: ""
            }
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        let reason = unsafe String(cString: strerror(error.errnoCode))
        loop.acceptFailed(reason + advice, at: address?.text ?? "")
    }
}

/// Handlers and the loop that they share belong to one event loop.
@available(*, unavailable)
extension AcceptFailureHandler: Sendable {}
