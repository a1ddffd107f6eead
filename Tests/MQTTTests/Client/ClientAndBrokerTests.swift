import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// The client with the broker of this package, in one process.
@Suite("MQTTClient with MQTTServer", .timeLimit(.minutes(1)))
struct ClientAndBrokerTests {
    /// Starts a broker, runs `body` with its port, and stops the broker.
    private func withBroker(_ body: (Int) async throws -> Void) async throws {
        let server = try await MQTTServer.start(at: [.tcp(host: "127.0.0.1", port: 0)])
        do {
            try await body(server.addresses.first?.port ?? 0)
        } catch {
            Issue.record(error)
        }
        await server.stop()
    }

    private func connectedClient(
        _ port: Int,
        _ change: (inout MQTTClientConfiguration) -> Void = { _ in }
    ) async throws -> MQTTClient {
        var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: port)
        configuration.reconnect = .never
        change(&configuration)
        let client = try MQTTClient(configuration: configuration)
        try await client.connect()
        return client
    }

    @Test("the example of MQTTClient", arguments: [ProtocolVersion.v3_1_1, .v5_0])
    func example(version: ProtocolVersion) async throws {
        try await withBroker { port in
            let client = try await connectedClient(port) { $0.version = version }
            try await client.subscribe([Subscription("house/+/temperature", maximumQoS: .atLeastOnce)])
            try await client.publish("house/kitchen/temperature", "21.5", qos: .atLeastOnce)
            for try await message in client.messages {
                #expect(message.topic == "house/kitchen/temperature")
                #expect(message.text == "21.5")
                break
            }
            try await client.disconnect()
        }
    }

    @Test("properties arrive as they were sent")
    func properties() async throws {
        try await withBroker { port in
            let client = try await connectedClient(port)
            try await client.subscribe([Subscription("t")], identifier: 12)
            var properties = MessageProperties()
            properties.isText = true
            properties.messageExpiryInterval = 100
            properties.contentType = "text/plain"
            properties.responseTopic = "r"
            properties.correlationData = ByteBuffer(bytes: [1, 0, 255])
            properties.userProperties = [UserProperty("a", "1"), UserProperty("a", "2")]
            try await client.publish("t", "x", properties: properties)
            var messages = client.messages.makeAsyncIterator()
            var received = try await messages.next()?.properties
            #expect(received?.subscriptionIdentifiers == [12])
            received?.subscriptionIdentifiers = []
            #expect(received == properties)
            try await client.disconnect()
        }
    }

    @Test("a request returns the answer to it, not any message on the response topic")
    func request() async throws {
        try await withBroker { port in
            let responder = try await connectedClient(port)
            try await responder.subscribe("clock/query")
            let answering = Task {
                for try await question in responder.messages {
                    guard let topic = question.properties.responseTopic else { continue }
                    var properties = MessageProperties()
                    try await responder.publish(topic, "nobody asked", properties: properties)
                    properties.correlationData = ByteBuffer(string: "another question")
                    try await responder.publish(topic, "wrong", properties: properties)
                    properties.correlationData = question.properties.correlationData
                    try await responder.publish(topic, "answer to \(question.text)", properties: properties)
                }
            }
            let client = try await connectedClient(port)
            async let first = client.request("clock/query", "1", timeout: .seconds(5))
            async let second = client.request("clock/query", "2", timeout: .seconds(5))
            #expect(try await first.text == "answer to 1")
            #expect(try await second.text == "answer to 2")
            let nobody = await MQTTClientError.of { () throws(MQTTClientError) in
                try await client.request("nobody", "?", timeout: .milliseconds(20))
            }
            #expect(nobody?.code == .timedOut)
            try await client.disconnect()
            try await responder.disconnect()
            try await answering.value
        }
    }

    @Test("a stream arrives whole and in order", arguments: QoS.allCases, [ProtocolVersion.v3_1_1, .v5_0])
    func stream(qos: QoS, version: ProtocolVersion) async throws {
        let count = 2_000
        try await withBroker { port in
            let receiver = try await connectedClient(port) { $0.version = version }
            try await receiver.subscribe("n", maximumQoS: qos)
            let sender = try await connectedClient(port) { $0.version = version }
            async let report = {
                for number in 0..<count {
                    try await sender.send(Message(topic: "n", payload: "\(number)", qos: qos))
                }
                return try await sender.flush()
            }()
            var expected = 0
            while expected < count, let batch = try await receiver.messages.next(atMost: 100) {
                for message in batch {
                    #expect(message.text == "\(expected)")
                    expected += 1
                }
            }
            #expect(expected == count)
            #expect(try await report.failureCount == 0)
            try await sender.disconnect()
            try await receiver.disconnect()
        }
    }

    @Test("the trace tells every packet in both directions")
    func trace() async throws {
        try await withBroker { port in
            let (stream, continuation) = AsyncStream.makeStream(of: PacketTrace.self)
            let client = try await connectedClient(port) {
                $0.clientIdentifier = "c"
                $0.trace = { continuation.yield($0) }
            }
            try await client.publish("a/b", "hello", qos: .atLeastOnce, retain: true)
            try await client.disconnect()
            continuation.finish()
            var lines: [String] = []
            for await packet in stream {
                lines.append("\(packet.direction) \(packet.summary)")
            }
            #expect(
                lines == [
                    "sent CONNECT c MQTT 5.0, clean start true, keep alive 60 s", "received CONNACK success (0x00)",
                    "sent PUBLISH 1 QoS 1 retain a/b (5 bytes)", "received PUBACK 1 no matching subscribers (0x10)",
                    "sent DISCONNECT success (0x00)",
                ]
            )
        }
    }
}
