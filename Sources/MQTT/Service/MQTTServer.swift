public import Logging
public import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A running broker: listeners, event loop and all that belongs to it.
///
/// ```swift
/// let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)])
/// print("listening on port \(server.addresses[0].port ?? 0)")
/// // …
/// await server.stop()
/// ```
public final class MQTTServer: Sendable {
    /// Where to listen.
    public enum Listener: Sendable, Hashable {
        /// A host name or address, all of whose addresses are listened on, and a port; port 0 lets the system choose.
        case tcp(host: String, port: Int)
    }

    /// The addresses that are listened on, with the ports that the system chose.
    public let addresses: [SocketAddress]

    /// The same addresses as people write them, for example `127.0.0.1:1883`.
    public var addressTexts: [String] { addresses.map(\.text) }

    /// Whether only programs on this machine can connect.
    public var isLocalOnly: Bool { addresses.allSatisfy(\.isLoopback) }

    private let group: MultiThreadedEventLoopGroup
    private let loop: NIOLoopBound<BrokerLoop>
    private let channels: [any Channel]
    /// Ends when the listeners are closed. A future would have to be asked before the end of its event loop.
    private let closed: Task<Void, Never>
    private let isStopping = Atomic(false)

    /// How long Clients are given to take the last packet when the server stops.
    private static let longestFarewell = TimeAmount.seconds(2)
    /// How many connections may wait to be accepted.
    private static let backlog: Int32 = 1_024
    /// What a read takes in at most, in bytes. One read a wake-up: a second one would mostly find nothing.
    private static let readSize = (minimum: 1_024, initial: 2_048, maximum: 65_536)

    private init(
        group: MultiThreadedEventLoopGroup,
        loop: NIOLoopBound<BrokerLoop>,
        channels: [any Channel]
    ) {
        self.group = group
        self.loop = loop
        self.channels = channels
        addresses = channels.compactMap(\.localAddress)
        let closed = EventLoopFuture.andAllComplete(channels.map(\.closeFuture), on: group.next())
        self.closed = Task { try? await closed.get() }
    }

    /// Starts a broker.
    ///
    /// - Throws: ``StartError`` where one of the listeners cannot be opened; then none is.
    public static func start(
        at listeners: [Listener],
        configuration: BrokerConfiguration = BrokerConfiguration(),
        logger: Logger = Logger(label: "mqtt.broker", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws(StartError) -> MQTTServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        do {
            let loop = try await eventLoop.submit {
                NIOLoopBound(
                    BrokerLoop(configuration: configuration, eventLoop: eventLoop, logger: logger),
                    eventLoop: eventLoop
                )
            }.get()
            var channels: [any Channel] = []
            for listener in listeners {
                do {
                    channels += try await bind(listener, on: group, loop: loop)
                } catch {
                    for channel in channels {
                        try? await channel.close()
                    }
                    throw StartError(listener: listener, cause: "\(error)", isAddressInUse: isAddressInUse(error))
                }
            }
            return MQTTServer(group: group, loop: loop, channels: channels)
        } catch {
            try? await group.shutdownGracefully()
            if let error = error as? StartError { throw error }
            throw StartError(listener: listeners.first, cause: "\(error)", isAddressInUse: false)
        }
    }

    /// Why a broker did not start.
    public struct StartError: Error, Sendable, CustomStringConvertible {
        /// The listener that could not be opened.
        public let listener: Listener?
        /// What the system said.
        public let cause: String
        /// Whether another program listens there already.
        public let isAddressInUse: Bool

        /// The listener and the cause in one line.
        public var description: String {
            guard case .tcp(let host, let port)? = listener else { return cause }
            return isAddressInUse
                ? "port \(port) of \(host) is in use by another program"
                : "cannot listen on \(host):\(port): \(cause)"
        }
    }

    private static func isAddressInUse(_ error: any Error) -> Bool {
        (error as? IOError)?.errnoCode == EADDRINUSE
    }

    private static func bind(
        _ listener: Listener,
        on group: MultiThreadedEventLoopGroup,
        loop: NIOLoopBound<BrokerLoop>
    ) async throws -> [any Channel] {
        switch listener {
        case .tcp(let host, let port):
            let bootstrap = bootstrap(on: group, loop: loop)
            var channels: [any Channel] = []
            // `localhost` is an IPv4 and an IPv6 address; with port 0 both get the same port.
            var port = port
            for address in try await resolve(host: host, port: port, group: group) {
                var address = address
                if address.port == 0, port != 0 { address.port = port }
                do {
                    let channel = try await bootstrap.bind(to: address).get()
                    channels.append(channel)
                    port = channel.localAddress?.port ?? port
                } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL && !channels.isEmpty {
                    continue  // a name may have an IPv6 address where the system has no IPv6
                }
            }
            return channels
        }
    }

    /// The addresses of a host name, IPv4 first.
    private static func resolve(
        host: String,
        port: Int,
        group: MultiThreadedEventLoopGroup
    ) async throws -> [SocketAddress] {
        if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
        if host == "localhost" {
            return [
                try SocketAddress(ipAddress: "127.0.0.1", port: port), try SocketAddress(ipAddress: "::1", port: port),
            ]
        }
        let resolved = try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(host, port: port)
        }
        return [resolved]
    }

    private static func bootstrap(
        on group: MultiThreadedEventLoopGroup,
        loop: NIOLoopBound<BrokerLoop>
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BrokerChannelHandler(loop: loop.value, listener: 0))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: readSize.minimum,
                    initial: readSize.initial,
                    maximum: readSize.maximum
                )
            )
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: 64 << 10, high: 256 << 10)
            )
    }

    /// Returns when the server has been stopped.
    public func waitUntilStopped() async {
        await closed.value
    }

    /// Stops: no new connections, a DISCONNECT to every Client, and the end of all threads. A second call does nothing.
    public func stop() async {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return }
        for channel in channels {
            try? await channel.close()
        }
        let loop = self.loop
        try? await group.next().flatSubmit { loop.value.shutDown(within: Self.longestFarewell) }.get()
        try? await group.shutdownGracefully()
    }

    /// How much the broker holds; nothing once it was stopped.
    func load() async -> BrokerLoad {
        let loop = self.loop
        guard !isStopping.load(ordering: .relaxed),
            let load = try? await group.next().submit({ loop.value.load }).get()
        else { return BrokerLoad() }
        return load
    }
}
