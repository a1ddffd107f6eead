import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("MQTTServer", .onSeveralLoops)
struct MQTTServerTests {
    @Test("port 0 is a port of the system's choice, the same one for all addresses of localhost")
    func systemPort() async throws {
        let server = try await MQTTServer.start(at: [.tcp(host: "localhost", port: 0)], threads: ServerThreads.count)
        let ports = Set(server.addresses.compactMap(\.port))
        #expect(ports.count == 1)
        #expect(!ports.contains(0))
        #expect(server.isLocalOnly)
        #expect(server.addressTexts.first?.hasPrefix("127.0.0.1:") == true)
        let peer = try await SocketPeer.connect(port: #require(ports.first))
        peer.send(.connect(.make("a")))
        #expect(try await peer.receive()?.type == .connack)
        await server.stop()
    }

    @Test("several listeners lead to the same broker")
    func listeners() async throws {
        let server = try await MQTTServer.start(
            at: [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "127.0.0.1", port: 0)],
            threads: ServerThreads.count
        )
        let ports = server.addresses.compactMap(\.port)
        try #require(ports.count == 2)
        let subscriber = try await SocketPeer.connect(port: ports[0])
        subscriber.send(.connect(.make("a")))
        subscriber.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atMostOnce)])))
        #expect(try await subscriber.receive()?.type == .connack)
        #expect(try await subscriber.receive()?.type == .suback)
        let publisher = try await SocketPeer.connect(port: ports[1])
        publisher.send(.connect(.make("b")))
        publisher.send(.publish(Publish("t", "x")))
        #expect(try await subscriber.receive() == .publish(Publish("t", "x")))
        await server.stop()
    }

    @Test("a port that is taken is told as such, and listeners that were open are closed again")
    func portTaken() async throws {
        let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)], threads: ServerThreads.count)
        let taken = try #require(server.addresses.first?.port)
        let spare = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)], threads: ServerThreads.count)
        let free = try #require(spare.addresses.first?.port)
        await spare.stop()
        let error = await #expect(throws: MQTTServer.StartError.self) {
            _ = try await MQTTServer.start(at: [
                .tcp(host: "127.0.0.1", port: free), .tcp(host: "127.0.0.1", port: taken),
            ])
        }
        #expect(error?.isAddressInUse == true)
        #expect(error?.listener?.address == .tcp(host: "127.0.0.1", port: taken))
        #expect(error?.description == "port \(taken) of 127.0.0.1 is in use by another program")
        let again = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: free)])
        await again.stop()
        await server.stop()
    }

    @Test("an address that is not ours is told as such")
    func foreignAddress() async throws {
        let error = await #expect(throws: MQTTServer.StartError.self) {
            // An address that is only for documentation.
            _ = try await MQTTServer.start(at: [.tcp(host: "192.0.2.1", port: 0)])
        }
        #expect(error?.isAddressInUse == false)
        #expect(error?.description.hasPrefix("cannot listen on 192.0.2.1:0: ") == true)
    }

    @Test("stopping tells every Client, closes every connection, and takes no new one")
    func stop() async throws {
        let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)], threads: ServerThreads.count)
        let port = try #require(server.addresses.first?.port)
        let client = try await TestServer(server: server, port: port).client("a")
        let older = try await SocketPeer.connect(port: port)
        older.send(HexNotation.bytes("10 { 'MQTT' 04 02 0000 'b' }"))
        #expect(try await older.receive(version: .v3_1_1)?.type == .connack)
        let opened = try await SocketPeer.connect(port: port)
        async let stopped: Bool = server.stop()
        #expect(try await client.receive() == .disconnect(Disconnect(reasonCode: .serverShuttingDown)))
        #expect(try await client.receive() == nil)
        #expect(try await older.receive(version: .v3_1_1) == nil)
        #expect(try await opened.receive() == nil)
        #expect(await stopped)
        await server.waitUntilStopped()
        await #expect(throws: (any Error).self) { _ = try await SocketPeer.connect(port: port) }
        // Once more does nothing, and does not hang.
        await server.stop()
        #expect(await server.load() == BrokerLoad())
    }

    @Test("stopping does not wait for a Client that does not read", .timeLimit(.minutes(1)))
    func stopWithoutReader() async throws {
        let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)], threads: ServerThreads.count)
        let port = try #require(server.addresses.first?.port)
        let deaf = try await SocketPeer.connect(port: port, reads: false)
        deaf.send(.connect(.make("deaf")))
        try await TestServer(server: server, port: port).until { $0.sessionCount == 1 }
        await server.stop()
        deaf.close()
    }
}
