import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Clients of this broker in its own process. They come through a pair of sockets that nobody else can reach, need no
/// listener, user or password, and may publish and receive everything.
extension MQTTServer {
    /// A configuration for such a Client. It connects again as long as this server runs.
    public func internalClientConfiguration() -> MQTTClientConfiguration {
        var configuration = MQTTClientConfiguration(host: "localhost", port: addresses.compactMap(\.port).first ?? 0)
        configuration.reconnect = .always
        // The other end notices at once when this one closes.
        configuration.keepAlive = 0
        configuration.openChannel = { eventLoop in self.openInternalConnection(from: eventLoop) }
        return configuration
    }

    private func openInternalConnection(from eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        guard !isStopped else { return eventLoop.makeFailedFuture(ChannelError.alreadyClosed) }
        var sockets: [Int32] = [-1, -1]
        // The pointer does not outlive the call, which fills in two numbers.
        guard unsafe socketpair(AF_UNIX, Self.streamType, 0, &sockets) == 0 else {
            return eventLoop.makeFailedFuture(IOError(errnoCode: errno, reason: "socketpair"))
        }
        let (inner, outer) = (sockets[0], sockets[1])
        let (loops, listener) = (self.loops, listeners.count)
        return ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let loop = loops.loop(on: channel.eventLoop).value
                    let handler = BrokerChannelHandler(loop: loop, listener: listener)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .withConnectedSocket(inner)
            .hop(to: eventLoop)
            .flatMap { _ in ClientBootstrap(group: eventLoop).withConnectedSocket(outer) }
            .flatMapError { error in
                // Where one end could not be used, nobody has the other.
                close(outer)
                return eventLoop.makeFailedFuture(error)
            }
    }

    #if canImport(Glibc)
    private static let streamType = Int32(SOCK_STREAM.rawValue)
    #else
    private static let streamType = Int32(SOCK_STREAM)
    #endif
}
