#if os(Linux)
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// How much memory the broker's process has after it was treated badly.
@Suite("tinymqtt broker: memory")
struct BrokerMemoryTests {
    @Test("a thousand malformed connections and a flood that nobody reads: the memory returns", .timeLimit(.minutes(5)))
    func returns() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let healthy = try await client("healthy", broker.port)
        // The first ones bring in code and buffers that stay.
        try await malformedConnections(200, broker.port)
        let before = try broker.process.residentByteCount()

        try await malformedConnections(1_000, broker.port)
        let deaf = try await SocketPeer.connect(port: broker.port, reads: false)
        deaf.send(.connect(.make("deaf")))
        deaf.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atMostOnce)])))
        try await broker.waitForSubscriptions(1)
        for _ in 0..<100 {
            // One megabyte each: a hundred times what may wait for a connection.
            healthy.send(.publish(Publish("t", String(repeating: "x", count: 1_000_000))))
        }
        try await healthy.ping()
        #expect(try broker.process.residentByteCount() < before + (40 << 20), "while it waits")
        deaf.close()
        try await malformedConnections(100, broker.port)
        try await healthy.ping()
        #expect(try broker.process.residentByteCount() < before + (20 << 20), "after it")
        _ = try await broker.stop()
    }

    private func client(_ clientIdentifier: String, _ port: Int) async throws -> SocketPeer {
        let peer = try await SocketPeer.connect(port: port)
        peer.send(.connect(.make(clientIdentifier)))
        #expect(try await peer.receive()?.type == .connack)
        return peer
    }

    private func malformedConnections(_ count: Int, _ port: Int) async throws {
        for number in 0..<count {
            let peer = try await SocketPeer.connect(port: port)
            let connect = ControlPacket.connect(.make("client \(number % 10)")).encoded(for: .v5_0)
            // Half of them announce a large packet and send its beginning.
            peer.send(connect + (number % 2 == 0 ? [0xC1, 0] : [0x30, 0xFF, 0xFF, 0x70, 0xFF, 0xFF, 0xC1]))
            if number % 2 == 0 {
                while try await peer.readMore() {}
            }
            peer.close()
        }
    }
}
#endif
