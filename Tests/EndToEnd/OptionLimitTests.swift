import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What the options about limits and QoS change for Clients of a running broker.
@Suite("Options in effect: limits")
struct OptionLimitTests {
    /// A Client that has subscribed to everything and is away, with a session that stays.
    private func away(_ server: ConfiguredServer, _ qos: QoS = .exactlyOnce) async throws {
        let client = try await server.connect("away") { $0.properties[integer: .sessionExpiryInterval] = 600 }
        try await client.subscribe("#", qos)
        try await client.disconnect()
    }

    /// How many messages have waited for the Client.
    private func waiting(_ server: ConfiguredServer) async throws -> Int {
        try await server.connect("away") { $0.cleanStart = false }.messages().count
    }

    // MARK: In flight and in queues

    @Test("max_inflight_messages: announced, and no more go to a Client that acknowledges none")
    func inFlightMessages() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_inflight_messages 3\n") { (server) async throws in
            let client = try await server.connect("a")
            #expect(client.connack?.properties[integer: .receiveMaximum] == 3)
            client.acknowledges = false
            try await client.subscribe("t")
            for _ in 0..<5 { try await client.publish("t") }
            let messages = try await client.messages()
            #expect(messages.count == 3)
            client.send(.puback(Acknowledgement(packetIdentifier: messages[0].packetIdentifier)))
            #expect(try await client.messages().count == 1)
        }
    }

    @Test("max_inflight_bytes: messages wait where more bytes are not acknowledged")
    func inFlightBytes() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_inflight_bytes 1000\n") { (server) async throws in
            let client = try await server.connect("a")
            client.acknowledges = false
            try await client.subscribe("t")
            for _ in 0..<5 { try await client.publish("t", String(repeating: "x", count: 400)) }
            let messages = try await client.messages()
            #expect(messages.count == 2)
            client.send(.puback(Acknowledgement(packetIdentifier: messages[0].packetIdentifier)))
            #expect(try await client.messages().count == 1)
        }
    }

    @Test("max_queued_messages: so many wait for a Client that is away")
    func queuedMessages() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_queued_messages 3\n") { (server) async throws in
            try await away(server)
            let publisher = try await server.connect("p")
            for _ in 0..<10 { try await publisher.publish("t") }
            #expect(try await waiting(server) == 3)
            try await server.log.wait(for: "dropping messages for away")
        }
    }

    @Test("max_queued_bytes: so many bytes wait for a Client that is away")
    func queuedBytes() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_queued_bytes 1000\n") { (server) async throws in
            try await away(server)
            let publisher = try await server.connect("p")
            for _ in 0..<10 { try await publisher.publish("t", String(repeating: "x", count: 400)) }
            #expect(try await waiting(server) == 2)
        }
    }

    @Test("queue_qos0_messages: QoS 0 waits for a Client that is away, or does not", arguments: [true, false])
    func qos0(isKept: Bool) async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "queue_qos0_messages \(isKept)\n") {
            (server) async throws in
            try await away(server)
            let publisher = try await server.connect("p")
            try await publisher.publish("t", "", .atMostOnce)
            try await publisher.peer.ping()
            #expect(try await waiting(server) == (isKept ? 1 : 0))
        }
    }

    @Test("persistent_client_expiration: a Client is told how long its session stays, and it stays no longer")
    func sessionExpiry() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "persistent_client_expiration 1s\n") {
            (server) async throws in
            let client = try await server.connect("a") { $0.properties[integer: .sessionExpiryInterval] = 600 }
            #expect(client.connack?.properties[integer: .sessionExpiryInterval] == 1)
            let old = try await server.connect("b", version: .v3_1_1) { $0.cleanStart = false }
            try await client.disconnect()
            try await old.disconnect()
            try await TestServer(server: server.server, port: server.port()).until { $0.sessionCount == 0 }
        }
    }

    // MARK: Sizes

    @Test("max_packet_size: announced, and enforced")
    func packetSize() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_packet_size 100\n") { (server) async throws in
            let client = try await server.connect("a")
            #expect(client.connack?.properties[integer: .maximumPacketSize] == 100)
            try await client.publish("t", String(repeating: "x", count: 90))
            client.send(.publish(Publish("t", String(repeating: "x", count: 100))))
            #expect(try await client.disconnectReason() == .packetTooLarge)
        }
    }

    @Test("message_size_limit: a larger payload is acknowledged and goes to nobody")
    func payloadSize() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "message_size_limit 3\n") { (server) async throws in
            let client = try await server.connect("a", version: .v3_1_1)
            try await client.subscribe("t")
            for text in ["123", "1234"] {
                #expect(try await client.publish("t", text, .exactlyOnce) == .success)
            }
            #expect(try await client.payloads() == ["123"])
        }
    }

    // MARK: How many

    @Test("global_max_connections bounds those of all listeners, global_max_clients the sessions")
    func clients() async throws {
        let two = ConfiguredServer.open + "listener 0 127.0.0.1\n"
        try await ConfiguredServer.run("global_max_connections 1\n" + two) { (server) async throws in
            let first = try await server.connect("a")
            #expect(first.answer == .success)
            #expect(try await server.connect("b", at: 1).answer == nil)
        }
        try await ConfiguredServer.run("global_max_clients 1\n" + two) { (server) async throws in
            try await away(server)
            #expect(try await server.connect("b").answer == .serverBusy)
            #expect(try await server.connect("away").answer == .success)
        }
    }

    @Test("max_retained_messages: further topics are not retained")
    func retainedMessages() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_retained_messages 2\n") { (server) async throws in
            let client = try await server.connect("a")
            for topic in ["1", "2", "3"] { try await client.publish(topic, topic, retain: true) }
            try await client.subscribe("#")
            #expect(try await client.payloads().sorted() == ["1", "2"])
        }
    }

    @Test("retain_available: announced where it is not, and enforced")
    func retainAvailable() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "retain_available false\n") { (server) async throws in
            let client = try await server.connect("a")
            #expect(client.connack?.properties[integer: .retainAvailable] == 0)
            client.send(.publish(Publish("t", "x", retain: true)))
            #expect(try await client.disconnectReason() == .retainNotSupported)
        }
    }

    // MARK: Time

    @Test("max_keepalive: Clients of MQTT 5 are told it, older ones that want more are refused")
    func keepAlive() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "max_keepalive 20\n") { (server) async throws in
            let client = try await server.connect("a") { $0.keepAlive = 60 }
            #expect(client.connack?.properties[integer: .serverKeepAlive] == 20)
            let old = try await server.connect("b", version: .v3_1_1) { $0.keepAlive = 60 }
            #expect(old.answer?.isFailure == true)
            #expect(try await server.connect("c", version: .v3_1_1) { $0.keepAlive = 20 }.answer == .success)
        }
    }

    @Test("connect_timeout: a connection without CONNECT is closed after it")
    func connectTimeout() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "connect_timeout 1\n") { (server) async throws in
            let start = NIODeadline.now()
            let silent = try await SocketPeer.connect(port: server.port())
            #expect(try await silent.readMore() == false)
            #expect(NIODeadline.now() - start < .seconds(20), "by itself it would be 30 seconds")
        }
    }

    @Test("sys_interval: the topics below $SYS come so often, and not at all with 0")
    func systemInterval() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "sys_interval 1\n") { (server) async throws in
            let client = try await server.connect("a")
            try await client.subscribe("$SYS/broker/uptime")
            var values: Set<String> = []
            while values.count < 2 {
                values.insert(try #require(try await client.message()).payloadText)
            }
            // All of them are retained.
            try await client.subscribe("$SYS/#", .atMostOnce)
            #expect(try await client.messages().count > 40)
        }
        try await ConfiguredServer.run(ConfiguredServer.open + "sys_interval 0\n") { (server) async throws in
            let client = try await server.connect("a")
            try await client.subscribe("$SYS/#")
            #expect(try await client.messages().isEmpty)
        }
    }

    // MARK: What is sent

    @Test("upgrade_outgoing_qos: the QoS of the subscription counts", arguments: [true, false])
    func upgrade(isOn: Bool) async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "upgrade_outgoing_qos \(isOn)\n") {
            (server) async throws in
            let client = try await server.connect("a")
            try await client.subscribe("t", .exactlyOnce)
            try await client.publish("t", "", .atMostOnce)
            #expect(try await client.message()?.qos == (isOn ? .exactlyOnce : .atMostOnce))
        }
    }

    @Test("allow_duplicate_messages: one for each subscription that matches, or one in all", arguments: [true, false])
    func duplicates(isOn: Bool) async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "allow_duplicate_messages \(isOn)\n") {
            (server) async throws in
            let client = try await server.connect("a")
            try await client.subscribe("t/#")
            try await client.subscribe("+/1")
            try await client.publish("t/1")
            #expect(try await client.messages().count == (isOn ? 2 : 1))
        }
    }

    // MARK: Rates

    @Test(
        "publish rates: who is faster is made to wait, and no message of QoS 1 is lost",
        .serialized,
        arguments: [
            "max_publish_rate 200", "max_publish_bytes_rate 200000", "global_max_publish_rate 200",
            "global_max_publish_bytes_rate 200000",
        ]
    )
    func rates(option: String) async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + option + "\n") { (server) async throws in
            let subscriber = try await server.connect("s")
            try await subscriber.subscribe("t")
            let publisher = try await server.connect("p")
            // A second's worth goes through at once, and what one read brings; the rest takes its time.
            let payloads = (0..<400).map { "\($0) " + String(repeating: "x", count: 1_000) }
            let start = NIODeadline.now()
            var buffer = ByteBuffer()
            for (index, payload) in payloads.enumerated() {
                let publish = Publish("t", payload, qos: .atLeastOnce, packetIdentifier: UInt16(index + 1))
                ControlPacket.publish(publish).encode(into: &buffer, version: .v5_0)
            }
            let sent = publisher.peer.sendLater(buffer)
            for payload in payloads {
                #expect(try await subscriber.message()?.payloadText == payload)
            }
            #expect(NIODeadline.now() - start > .milliseconds(500))
            try await sent.get()
            for index in payloads.indices {
                #expect(
                    try await publisher.peer.receive() == .puback(Acknowledgement(packetIdentifier: UInt16(index + 1)))
                )
            }
        }
    }
}
