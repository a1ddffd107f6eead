import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Opens listeners, whose connections all lead to one broker. The first event loop accepts them and hands them to all of
/// them in turn, as clients that stay for long are to be spread evenly, be they few; sockets that the system spreads by
/// addresses would also let another program of the same user listen at the same port.
struct ListenerBinder: Sendable {
    let loops: BrokerLoops
    /// What listeners for questions about the broker answer.
    let status: HTTPStatusSource

    /// How many connections may wait to be accepted.
    private static let backlog: Int32 = 1_024

    /// Opens a listener.
    ///
    /// - Parameter number: Its place in the broker's configuration.
    /// - Throws: `ListenerError`, `ConfigurationError`, or what the system said; then nothing stays open.
    func open(_ settings: ListenerSettings, number: Int) async throws -> Listener {
        let context = try settings.tls.map { tls throws(ConfigurationError) in
            try TLSContext(tls, preSharedKeys: settings.security.preSharedKeys)
        }
        if let context {
            _ = try await loops.onEach { $0.setTLSContext(context, of: number) }
        }
        let pipeline = ConnectionPipeline(settings: settings, listener: number, loops: loops, status: status)
        switch settings.address {
        case .tcp(let host, let port):
            let addresses = try await ListenerAddresses(
                host: host,
                port: port,
                family: settings.addressFamily,
                networkInterface: settings.networkInterface
            ).resolve()
            let channels = try await bind(addresses, with: pipeline)
            return Listener(settings: settings, channels: channels, socketFile: nil)
        case .unix(let path):
            try await UnixSocketFile.makeRoom(at: path, on: loops.first.eventLoop)
            let channel = try await bootstrap(for: pipeline).bind(unixDomainSocketPath: path).get()
            let file = UnixSocketFile(boundAt: path)
            return Listener(settings: settings, channels: [channel], socketFile: file)
        }
    }

    /// Listens on every address. With port 0 all get the same port.
    private func bind(_ addresses: [SocketAddress], with pipeline: ConnectionPipeline) async throws -> [any Channel] {
        var channels: [any Channel] = []
        var missing: (any Error)?
        var port: Int?
        for address in addresses {
            var address = address
            if let port { address.port = port }
            do {
                let channel = try await bootstrap(for: pipeline, address).bind(to: address).get()
                channels.append(channel)
                port = channel.localAddress?.port
            } catch let error as IOError where addresses.count > 1 && Self.isFamilyMissing(error) {
                // A name may have an IPv6 address where the system has no IPv6, or the other way round.
                missing = missing ?? error
            } catch {
                for channel in channels {
                    try? await channel.close()
                }
                throw error
            }
        }
        if channels.isEmpty, let missing { throw missing }
        return channels
    }

    private static func isFamilyMissing(_ error: IOError) -> Bool {
        error.errnoCode == EADDRNOTAVAIL || error.errnoCode == EAFNOSUPPORT
    }

    private func bootstrap(for pipeline: ConnectionPipeline, _ address: SocketAddress) -> ServerBootstrap {
        var bootstrap = bootstrap(for: pipeline).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        if case .v6 = address {
            // Or the socket would take the port of the IPv4 addresses too, which have a socket of their own.
            let onlyIPv6 = ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only)
            bootstrap = bootstrap.serverChannelOption(onlyIPv6, value: 1)
        }
        return bootstrap
    }

    private func bootstrap(for pipeline: ConnectionPipeline) -> ServerBootstrap {
        // What answers by HTTP is kept where all figures come together; all other connections go around.
        let isStatus = pipeline.settings.exchange == .status
        let eventLoop = loops.first.eventLoop
        return ServerBootstrap(group: eventLoop, childGroup: isStatus ? eventLoop : loops.group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptFailureHandler(loop: loops.first.value))
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try pipeline.prepare(channel) }
            }
    }
}
