import NIOCore
import NIOPosix
import NIOSSL

@testable import MQTT
@testable import Support

/// Brings the bytes of a case's clients to a broker and back.
protocol ConformanceCarrier {
    func send(_ bytes: [UInt8], from client: String) async throws
    /// The next packet; `nil` where none comes any more.
    func receive(_ client: String) async throws -> ReceivedPacket?
    func isClosed(_ client: String) async throws -> Bool
    func drop(_ client: String) async throws
    func wait(_ time: TimeAmount) async throws
    /// What clients have received and no step has taken, as far as it is there.
    func leftOver() async throws -> [(client: String, packet: ReceivedPacket)]
}

/// The broker, or several that are one, and its clients in one value's reach, in virtual time.
final class MemoryCarrier: ConformanceCarrier {
    private let broker: InMemoryBroker
    private var peers: [String: ScriptedPeer] = [:]
    private var taken: [String: Int] = [:]

    /// - Parameter brokerCount: How many brokers share the clients among them.
    init(_ configuration: BrokerConfiguration, brokerCount: Int = 1) {
        broker = InMemoryBroker(count: brokerCount) { $0 = configuration }
    }

    func send(_ bytes: [UInt8], from client: String) async throws {
        let peer = try peers[client] ?? open(client)
        peer.send(bytes: bytes)
    }

    private func open(_ client: String) throws -> ScriptedPeer {
        guard let peer = broker.open() else { throw CaseError("the broker takes no more connections") }
        peer.keepsBytes = true
        peers[client] = peer
        return peer
    }

    func receive(_ client: String) async throws -> ReceivedPacket? {
        guard let peer = peers[client] else { throw CaseError("\(client) has not sent anything yet") }
        guard let packet = ReceivedPacket(takenFrom: peer.receivedBytes.dropFirst(taken[client] ?? 0)) else {
            return nil
        }
        taken[client, default: 0] += packet.bytes.count
        return packet
    }

    func isClosed(_ client: String) async throws -> Bool {
        peers[client]?.isClosed ?? false
    }

    func drop(_ client: String) async throws {
        peers[client]?.drop()
    }

    func wait(_ time: TimeAmount) async throws {
        broker.advance(by: time)
    }

    func leftOver() async throws -> [(client: String, packet: ReceivedPacket)] {
        var leftOver: [(client: String, packet: ReceivedPacket)] = []
        for client in peers.keys.sorted() {
            if let packet = try await receive(client) { leftOver.append((client, packet)) }
        }
        return leftOver
    }
}

/// A server on a port of the system's choice, and a socket for each client, plain or with TLS or WebSocket around it.
final class SocketCarrier: ConformanceCarrier {
    private let server: MQTTServer
    private let port: Int
    private let tls: TLSConfiguration?
    private let usesWebSocket: Bool
    private var peers: [String: SocketPeer] = [:]

    private init(_ server: MQTTServer, port: Int, tls: TLSConfiguration?, usesWebSocket: Bool) {
        self.server = server
        self.port = port
        self.tls = tls
        self.usesWebSocket = usesWebSocket
    }

    /// - Parameters:
    ///   - certificates: Those of the server, where TLS is to be spoken.
    ///   - threads: How many event loops the server has.
    static func start(
        _ configuration: BrokerConfiguration,
        certificates: TestCertificates? = nil,
        usesWebSocket: Bool = false,
        threads: Int = 1
    ) async throws -> SocketCarrier {
        var listener = ListenerSettings.tcp(host: "127.0.0.1", port: 0)
        listener.rules = configuration.listeners[0]
        if usesWebSocket { listener.exchange = .webSocket }
        if let certificates { listener.useTLS(certificates) }
        let server = try await MQTTServer.start(at: [listener], configuration: configuration, threads: threads)
        guard let port = server.addresses.first?.port else { throw CaseError("the server has no port") }
        let tls = certificates.map { certificates in
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(certificates.certificate("ca"))
            tls.certificateVerification = .noHostnameVerification
            return tls
        }
        return SocketCarrier(server, port: port, tls: tls, usesWebSocket: usesWebSocket)
    }

    func stop() async {
        for peer in peers.values {
            peer.close()
        }
        await server.stop()
    }

    func send(_ bytes: [UInt8], from client: String) async throws {
        if peers[client] == nil {
            peers[client] = try await SocketPeer.connect(port: port, tls: tls, webSocket: usesWebSocket)
        }
        peers[client]?.send(bytes)
    }

    func receive(_ client: String) async throws -> ReceivedPacket? {
        guard let peer = peers[client] else { throw CaseError("\(client) has not sent anything yet") }
        while true {
            if let packet = ReceivedPacket(takenFrom: peer.unread[...]) {
                peer.take(packet.bytes.count)
                return packet
            }
            guard try await peer.readMore() else { return nil }
        }
    }

    func isClosed(_ client: String) async throws -> Bool {
        guard let peer = peers[client] else { return false }
        return try await !peer.readMore()
    }

    func drop(_ client: String) async throws {
        peers[client]?.close()
    }

    func wait(_ time: TimeAmount) async throws {
        throw CaseError("a case that waits runs in virtual time only")
    }

    func leftOver() async throws -> [(client: String, packet: ReceivedPacket)] {
        // Whether anything would still come, only a virtual clock can tell.
        peers.sorted { $0.key < $1.key }.compactMap { client, peer in
            ReceivedPacket(takenFrom: peer.unread[...]).map { (client, $0) }
        }
    }
}
