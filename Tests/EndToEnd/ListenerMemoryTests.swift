#if os(Linux)
import NIOCore
import NIOSSL
import Testing

@testable import MQTT
@testable import Support

/// How much memory connections keep that have nothing to do any more.
@Suite("tinymqtt broker: memory of connections", .enabled(if: TestCertificates.isPossible, "openssl is not installed"))
struct ListenerMemoryTests {
    @Test("what was sent once by TLS is not kept", arguments: ["mqtt", "websockets"])
    func largeMessage(exchange: String) async throws {
        let files = try await TestCertificates.make()
        let configuration = """
            listener 0 127.0.0.1
            protocol \(exchange)
            certfile \(files.certificate("server"))
            keyfile \(files.key("server"))
            allow_anonymous true
            """
        let path = try files.directory.write(configuration, to: "broker.conf")
        let broker = try await RunningBroker.start(.tinymqtt, arguments: ["-c", path])
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(files.certificate("ca"))
        tls.certificateVerification = .noHostnameVerification
        var peers: [SocketPeer] = []
        for number in 0..<12 {
            let peer = try await SocketPeer.connect(port: broker.port, tls: tls, webSocket: exchange == "websockets")
            peer.send(.connect(.make("\(number)")))
            #expect(try await peer.receive()?.type == .connack)
            peers.append(peer)
        }
        let message = Publish("t", String(repeating: "x", count: 1_000_000))
        // The first one makes the broker take memory for the message itself.
        try await subscribe(peers[0])
        try await deliver(message, to: peers.prefix(1))
        let before = try broker.process.residentByteCount()
        for peer in peers.dropFirst() {
            try await subscribe(peer)
        }
        try await deliver(message, to: peers[...])
        #expect(try broker.process.residentByteCount() < before + (5 << 20))
        _ = try await broker.stop()
    }

    private func subscribe(_ peer: SocketPeer) async throws {
        peer.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atMostOnce)])))
        #expect(try await peer.receive()?.type == .suback)
    }

    private func deliver(_ message: Publish, to peers: ArraySlice<SocketPeer>) async throws {
        peers.first?.send(.publish(message))
        for peer in peers {
            #expect(try await peer.receive() == .publish(message))
        }
        try await peers.first?.ping()
    }
}
#endif
