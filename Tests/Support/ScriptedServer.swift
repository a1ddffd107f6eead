import NIOCore
import NIOPosix

@testable import MQTT

/// A server whose every packet the test writes itself; it listens on a port that the system chooses.
final class ScriptedServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let peers: EventQueue<AcceptedConnection>

    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private init(_ channel: any Channel, _ peers: EventQueue<AcceptedConnection>) throws {
        self.channel = channel
        self.peers = peers
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        self.port = port
    }

    /// - Parameter port: 0 lets the system choose.
    static func start(version: ProtocolVersion = .v5_0, port: Int = 0) async throws -> ScriptedServer {
        let eventLoop = group.next()
        let peers = EventQueue<AcceptedConnection>("a connection", eventLoop: eventLoop)
        let channel = try await ServerBootstrap(group: eventLoop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = AcceptedConnection(channel, version: version)
                    try channel.pipeline.syncOperations.addHandler(AcceptedConnection.Handler(peer, version: version))
                    peers.put(peer)
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        return try ScriptedServer(channel, peers)
    }

    /// The next connection of a client.
    func accept() async throws -> AcceptedConnection {
        try await peers.next()
    }

    /// The next connection of a client, after CONNECT was answered.
    @discardableResult
    func acceptClient(
        sessionPresent: Bool = false,
        _ properties: Properties = Properties()
    ) async throws -> (peer: AcceptedConnection, connect: ControlPacket) {
        let peer = try await accept()
        let connect = try await peer.receive()
        peer.send(.connack(Connack(sessionPresent: sessionPresent, reasonCode: .success, properties: properties)))
        return (peer, connect)
    }

    /// Listens no more; connections that are there stay.
    func stop() async throws {
        try await channel.close()
    }
}

/// One connection of a `ScriptedServer`.
final class AcceptedConnection: Sendable {
    private let channel: any Channel
    private let version: ProtocolVersion
    private let packets: EventQueue<ControlPacket>

    init(_ channel: any Channel, version: ProtocolVersion) {
        self.channel = channel
        self.version = version
        packets = EventQueue("a packet of the client", eventLoop: channel.eventLoop)
    }

    /// The next packet of the client.
    func receive() async throws -> ControlPacket {
        try await packets.next()
    }

    func send(_ packets: ControlPacket...) {
        var buffer = ByteBuffer()
        for packet in packets {
            packet.encode(into: &buffer, version: version)
        }
        channel.writeAndFlush(buffer, promise: nil)
    }

    /// Sends bytes as they are; returns when the operating system has taken them.
    func send(_ bytes: ByteBuffer) async throws {
        try await channel.writeAndFlush(bytes)
    }

    /// Stops to read, or begins again.
    func setReading(_ isReading: Bool) async throws {
        try await channel.setOption(.autoRead, value: isReading).get()
        if isReading { channel.read() }
    }

    /// Closes the connection without a packet.
    func close() {
        channel.close(promise: nil)
    }

    /// Returns when the client has closed the connection.
    func waitForClose() async throws {
        do {
            while true {
                _ = try await receive()
            }
        } catch EventQueue<ControlPacket>.Failure.finished {
            return
        }
    }

    /// Decodes what arrives.
    final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let peer: AcceptedConnection
        private var decoder: PacketDecoder

        init(_ peer: AcceptedConnection, version: ProtocolVersion) {
            self.peer = peer
            decoder = PacketDecoder(version: version, maximumPacketSize: DecodedStream.noMaximum)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            decoder.append(unwrapInboundIn(data))
            do {
                while let packet = try decoder.next() {
                    peer.packets.put(packet)
                }
                decoder.settle()
            } catch {
                preconditionFailure("a client has sent what is no packet: \(error)")
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            peer.packets.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
