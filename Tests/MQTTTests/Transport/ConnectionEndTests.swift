import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker over TCP: how connections end")
struct ConnectionEndTests {
    @Test("a refusal reaches a Client that has sent much more behind its CONNECT")
    func farewell() async throws {
        try await withServer { server in
            let client = try await SocketPeer.connect(port: server.port)
            let refused = "10 { 'MQTT' 05 02 003C { 15 'unknown method' } 'a' }"
            client.send(HexNotation.bytes(refused) + Array(repeating: 0xC0, count: 1_000_000))
            #expect(
                try await client.receive()
                    == .connack(Connack(sessionPresent: false, reasonCode: .badAuthenticationMethod))
            )
            #expect(try await client.receive() == nil)
        }
    }

    @Test("the reason of a protocol error reaches a Client that goes on sending")
    func reason() async throws {
        try await withServer { server in
            let client = try await server.client("a")
            client.send([0xC1, 0] + Array(repeating: 0x30, count: 300_000))
            guard case .disconnect(let disconnect)? = try await client.receive() else { throw Unexpected() }
            #expect(disconnect.reasonCode == .malformedPacket)
            #expect(try await client.receive() == nil)
        }
    }

    @Test("a Client that never closes its side is cut off after the last packet")
    func cutOff() async throws {
        try await withServer { server in
            let client = try await server.client("a")
            let second = try await SocketPeer.connect(port: server.port, reads: false)
            second.send(.connect(.make("a")))
            guard case .disconnect(let disconnect)? = try await client.receive() else { throw Unexpected() }
            #expect(disconnect.reasonCode == .sessionTakenOver)
            #expect(try await client.receive() == nil)
            try await server.until { $0.connectionCount == 1 }
        }
    }

    @Test("answers to what came before a DISCONNECT are sent before the end")
    func answersFirst() async throws {
        try await withServer { server in
            let client = try await server.client("a")
            client.send(HexNotation.bytes("32 { 't' 0001 {} |x| } C000 E000"))
            let puback = Acknowledgement(packetIdentifier: 1, reasonCode: .noMatchingSubscribers)
            #expect(try await client.receive() == .puback(puback))
            #expect(try await client.receive() == .pingresp)
            #expect(try await client.receive() == nil)
        }
    }

    @Test("the Will of a connection that breaks is published")
    func brokenConnection() async throws {
        try await withServer { server in
            let watcher = try await server.client("w")
            watcher.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("will", .atMostOnce)])))
            #expect(try await watcher.receive()?.type == .suback)
            let client = try await SocketPeer.connect(port: server.port)
            var connect = Connect.make("a")
            connect.will = .make()
            client.send(.connect(connect))
            #expect(try await client.receive()?.type == .connack)
            client.close()
            #expect(try await watcher.receive() == .publish(Publish("will", "gone")))
        }
    }

    @Test("one connection more than the limit is closed, and those that are there stay")
    func connectionLimit() async throws {
        try await withServer({ $0.limits.connections = 2 }) { server in
            let first = try await server.client("a")
            let second = try await server.client("b")
            let third = try await SocketPeer.connect(port: server.port)
            #expect(try await third.receive() == nil)
            try await second.ping()
            first.send(.disconnect(Disconnect()))
            #expect(try await first.receive() == nil)
            try await server.until { $0.connectionCount == 1 }
            let fourth = try await server.client("d")
            try await fourth.ping()
        }
    }

    @Test("a thousand malformed connections leave nothing behind and disturb nobody", .timeLimit(.minutes(2)))
    func malformedConnections() async throws {
        try await withServer { server in
            let healthy = try await server.client("healthy")
            healthy.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atMostOnce)])))
            #expect(try await healthy.receive()?.type == .suback)
            var random = SeededGenerator(seed: 1)
            for round in 0..<20 {
                var peers: [SocketPeer] = []
                for _ in 0..<50 {
                    let peer = try await SocketPeer.connect(port: server.port)
                    peer.send(MalformedStream.make(&random))
                    peers.append(peer)
                }
                healthy.send(.publish(Publish("t", "round \(round)")))
                #expect(try await healthy.receive() == .publish(Publish("t", "round \(round)")))
                for peer in peers {
                    // What the broker has to say, and then the end.
                    while try await peer.readMore() {}
                    peer.close()
                }
            }
            let load = try await server.until { $0.connectionCount == 1 && $0.sessionCount == 1 }
            #expect(load.subscriptionCount == 1)
            #expect(load.waitingByteCount == 0)
            #expect(load.statistics.malformedPacketCount == 1_000)
            try await healthy.ping()
        }
    }
}

/// What a connection sends that ends in an error, whatever came before.
private enum MalformedStream {
    static func make(_ random: inout SeededGenerator) -> [UInt8] {
        let noise: [UInt8] = (0..<random.pick(0..<200)).map { _ in .random(in: 0...255, using: &random) }
        let name = "client \(random.pick(0..<20))"
        let connect = Connect(version: .v5_0, cleanStart: true, keepAlive: 0, clientIdentifier: .text(name))
        let beginning = ControlPacket.connect(connect).encoded(for: .v5_0)
        switch random.pick(0..<4) {
        case 0: return [0x00, 0x00] + noise
        case 1: return [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] + noise
        case 2: return beginning + [0x00, 0x00] + noise
        default: return beginning + HexNotation.bytes("82 { 0001 {} 'a/#' 02 } 34 { 'a/b' 0001 {} |x| } F1 00") + noise
        }
    }
}
