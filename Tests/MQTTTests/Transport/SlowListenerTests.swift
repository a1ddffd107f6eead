import NIOCore
import NIOSSL
import Testing

@testable import MQTT
@testable import Support

/// Connections that are slow, or end badly, at listeners with handlers in front of the broker's: what makes a plain
/// connection wait has to reach through TLS and WebSocket.
@Suite("Slow connections by TLS and WebSocket", .enabled(if: TestCertificates.isPossible, "openssl is not installed"))
struct SlowListenerTests {
    /// What is between the bytes and MQTT.
    enum Carrier: String, CaseIterable {
        case tls
        case webSocket
        case secureWebSocket

        var isWebSocket: Bool { self != .tls }
    }

    /// A server with a listener of a kind, and a plain one beside it.
    private struct Place {
        /// The server with the plain one's port: what is not tested comes by it, as it takes less time.
        let plain: TestServer
        let port: Int
        let log: LogRecorder
        let tls: TLSConfiguration?
        let isWebSocket: Bool

        func connect(_ clientIdentifier: String) async throws -> SocketPeer {
            let peer = try await SocketPeer.connect(port: port, tls: tls, webSocket: isWebSocket)
            peer.send(.connect(.make(clientIdentifier)))
            return peer
        }

        func client(_ clientIdentifier: String) async throws -> SocketPeer {
            let peer = try await connect(clientIdentifier)
            guard case .connack(let connack)? = try await peer.receive(), connack.reasonCode == .success else {
                throw TestServer.Timeout(description: "\(clientIdentifier) was not accepted")
            }
            return peer
        }
    }

    private static func run(
        _ carrier: Carrier,
        _ change: (inout BrokerConfiguration) -> Void = { _ in },
        _ body: (Place) async throws -> Void
    ) async throws {
        var configuration = BrokerConfiguration()
        change(&configuration)
        let plain = ListenerSettings.tcp(host: "127.0.0.1", port: 0)
        var listener = plain
        if carrier.isWebSocket { listener.exchange = .webSocket }
        var tls: TLSConfiguration?
        let files = carrier == .webSocket ? nil : try await TestCertificates.make()
        if let files {
            listener.useTLS(files)
            tls = TLSConfiguration.makeClientConfiguration()
            tls?.trustRoots = .file(files.certificate("ca"))
            tls?.certificateVerification = .noHostnameVerification
        }
        let log = LogRecorder()
        let server = try await MQTTServer.start(
            at: [listener, plain],
            configuration: configuration,
            logger: log.logger
        )
        let ports = server.addresses.compactMap(\.port)
        let place = Place(
            plain: TestServer(server: server, port: ports[1]),
            port: ports[0],
            log: log,
            tls: tls,
            isWebSocket: carrier.isWebSocket
        )
        do {
            try await body(place)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static func subscribe(_ peer: SocketPeer, _ qos: QoS) async throws {
        peer.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", qos)])))
        #expect(try await peer.receive()?.type == .suback)
    }

    @Test(
        "a subscriber that does not read costs no more than the limit, and goes on later",
        arguments: Carrier.allCases
    )
    func slowSubscriber(carrier: Carrier) async throws {
        try await Self.run(carrier, { $0.limits.outgoingBytes = 200_000 }) { place in
            let subscriber = try await place.client("slow")
            try await Self.subscribe(subscriber, .atMostOnce)
            try await subscriber.stopReading()
            let publisher = try await place.plain.client("p")
            let publish = ControlPacket.publish(Publish("t", String(repeating: "x", count: 50_000)))
            for _ in 0..<400 {
                publisher.send(publish)
            }
            try await publisher.ping()
            // 20 MB were published; the system's buffers take some, the rest is dropped.
            let load = try await place.plain.until { $0.statistics.publishReceivedCount == 400 }
            #expect(load.waitingByteCount < 200_000 + 60_000)
            #expect(load.statistics.publishDroppedCount > 0)

            try await subscriber.startReading()
            for _ in load.statistics.publishDroppedCount..<400 {
                #expect(try await subscriber.receive() == publish)
            }
            publisher.send(.publish(Publish("t", "after")))
            #expect(try await subscriber.receive() == .publish(Publish("t", "after")))
        }
    }

    @Test("a publisher waits while too much waits for receivers, and goes on after", arguments: Carrier.allCases)
    func overload(carrier: Carrier) async throws {
        try await Self.run(carrier, { $0.limits.waitingBytesInAll = 500_000 }) { place in
            let subscriber = try await place.plain.client("s", sessionExpiryInterval: 600)
            try await Self.subscribe(subscriber, .atLeastOnce)
            subscriber.send(.disconnect(Disconnect()))
            let publisher = try await place.client("p")
            var buffer = ByteBuffer()
            for number in 1...200 {
                let payload = String(repeating: "x", count: 10_000)
                let publish = Publish("t", payload, qos: .atLeastOnce, packetIdentifier: UInt16(number))
                ControlPacket.publish(publish).encode(into: &buffer, version: .v5_0)
            }
            let written = publisher.sendLater(buffer)
            try await place.plain.until { $0.pausedPublisherCount == 1 }
            // In as many turns of its event loop the broker would have read all of it.
            let other = try await place.plain.client("o")
            for _ in 0..<300 {
                try await other.ping()
            }
            let load = await place.plain.server.load()
            #expect(load.waitingByteCount > 500_000)
            #expect(load.waitingByteCount < 1_000_000)

            let back = try await SocketPeer.connect(port: place.plain.port)
            var connect = Connect.make("s")
            connect.cleanStart = false
            back.send(.connect(connect))
            #expect(try await back.receive()?.type == .connack)
            for number in 1...200 {
                guard case .publish(let publish)? = try await back.receive() else { throw Unexpected() }
                #expect(publish.packetIdentifier == UInt16(number))
                back.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
            }
            try await written.get()
            for number in 1...200 {
                #expect(try await publisher.receive() == .puback(Acknowledgement(packetIdentifier: UInt16(number))))
            }
            try await place.plain.until { $0.pausedPublisherCount == 0 && $0.waitingByteCount == 0 }
        }
    }

    @Test("one who reads nothing is cut off when another one takes its session over", arguments: Carrier.allCases)
    func cutOff(carrier: Carrier) async throws {
        try await Self.run(carrier) { place in
            let deaf = try await place.client("a")
            try await Self.subscribe(deaf, .atMostOnce)
            try await deaf.stopReading()
            let publisher = try await place.plain.client("p")
            for _ in 0..<20 {
                publisher.send(.publish(Publish("t", String(repeating: "x", count: 500_000))))
            }
            try await publisher.ping()
            try await place.client("a").ping()
            try await place.plain.until { $0.connectionCount == 2 }
        }
    }

    @Test("a connection above the limit is closed, with one line in the log", arguments: Carrier.allCases)
    func connectionLimit(carrier: Carrier) async throws {
        try await Self.run(carrier, { $0.limits.connections = 1 }) { place in
            let first = try await place.client("a")
            let second = try await place.connect("b")
            #expect(try await !second.readMore())
            try await first.ping()
            #expect(place.log.lines(with: "connection from 127.0.0.1:").count == 1)
            #expect(place.log.lines(with: " refused: there are as many as there may be").count == 1)
        }
    }
}
