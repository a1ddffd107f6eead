import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Each method of the client with a server that the test plays.
@Suite("MQTTClient with a scripted server", .timeLimit(.minutes(1)))
struct MQTTClientTests {
    // MARK: Connecting

    @Test("connect tells what the server said")
    func connect() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server) {
            $0.clientIdentifier = ""
            $0.userName = "user"
            $0.password = ByteBuffer(string: "secret")
            $0.keepAlive = 7
            $0.will = Will(Message(topic: "gone", payload: "c", qos: .atLeastOnce), delayInterval: 3)
            $0.userProperties = [UserProperty("a", "b")]
        }
        var properties = Properties()
        properties[string: .assignedClientIdentifier] = "given"
        properties[string: .responseInformation] = "answers"
        properties[integer: .receiveMaximum] = 9
        async let connecting = client.connect()
        let (_, packet) = try await server.acceptClient(properties)
        let result = try await connecting
        #expect(result.clientIdentifier == "given")
        #expect(result.responseInformation == "answers")
        #expect(result.server.receiveMaximum == 9)
        #expect(!result.sessionPresent)
        guard case .connect(let connect) = packet else {
            Issue.record("the first packet is no CONNECT")
            return
        }
        #expect(connect.userName == "user")
        #expect(connect.password == Array("secret".utf8))
        #expect(connect.keepAlive == 7)
        #expect(connect.will?.topic == "gone")
        #expect(connect.will?.properties[integer: .willDelayInterval] == 3)
        #expect(connect.properties.publicUserProperties == [UserProperty("a", "b")])
    }

    @Test("a refusal is an error with its reason, and connect may be called again")
    func refusal() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = MQTTClientError.of { () throws(MQTTClientError) in try await client.connect() }
        let peer = try await server.accept()
        _ = try await peer.receive()
        peer.send(.connack(Connack(sessionPresent: false, reasonCode: .badUserNameOrPassword)))
        let error = await connecting
        #expect(error?.code == .refusedByServer)
        #expect(error?.reasonCode == .badUserNameOrPassword)
        async let again = client.connect()
        try await server.acceptClient()
        #expect(try await again.clientIdentifier == "c")
    }

    @Test("nobody listening, no such host and no answer are told apart")
    func failures() async throws {
        let server = try await ScriptedServer.start()
        try await server.stop()
        let nobody = try makeClient(server)
        let refused = await MQTTClientError.of { () throws(MQTTClientError) in try await nobody.connect() }
        #expect(refused?.code == .connectionRefused)

        var configuration = MQTTClientConfiguration(host: "nowhere.invalid")
        configuration.reconnect = .never
        let lost = try MQTTClient(configuration: configuration)
        let unknown = await MQTTClientError.of { () throws(MQTTClientError) in try await lost.connect() }
        #expect(unknown?.code == .hostNotFound)

        let silent = try await ScriptedServer.start()
        let waiting = try makeClient(silent) { $0.connectTimeout = .milliseconds(50) }
        let timedOut = await MQTTClientError.of { () throws(MQTTClientError) in try await waiting.connect() }
        #expect(timedOut?.code == .timedOut)
    }

    @Test("with the policy always, connect waits until the server is there")
    func firstConnectionIsTriedAgain() async throws {
        let placeholder = try await ScriptedServer.start()
        try await placeholder.stop()
        let client = try makeClient(placeholder, reconnect: .quick(.always))
        async let connecting = client.connect()
        var events = client.events.makeAsyncIterator()
        guard case .disconnected(let error) = await events.next() else {
            Issue.record("the first event is no failure")
            return
        }
        #expect(error.code == .connectionRefused)
        let server = try await ScriptedServer.start(port: placeholder.port)
        try await server.acceptClient()
        #expect(try await !connecting.sessionPresent)
    }

    @Test("a policy with an end gives up after its attempts")
    func limitedAttempts() async throws {
        let server = try await ScriptedServer.start()
        try await server.stop()
        var policy = ReconnectPolicy.quick(.always)
        policy.maximumAttempts = 3
        let client = try makeClient(server, reconnect: policy)
        let error = await MQTTClientError.of { () throws(MQTTClientError) in try await client.connect() }
        #expect(error?.code == .connectionRefused)
        try await client.disconnect()
        var failures = 0
        for await event in client.events {
            if case .disconnected = event { failures += 1 }
        }
        #expect(failures == 4)
    }

    @Test("the delays of a policy double up to the maximum, and vary within their upper half")
    func delays() {
        let policy = ReconnectPolicy(
            scope: .always,
            maximumAttempts: 100,
            baseDelay: .seconds(1),
            maximumDelay: .seconds(10)
        )
        var generator = SeededGenerator(seed: 5)
        for (attempt, full) in [(1, 1.0), (2, 2), (3, 4), (4, 8), (5, 10), (100, 10)] {
            for _ in 0..<50 {
                let delay = policy.delay(attempt: attempt, hasBeenConnected: false, using: &generator)
                guard let delay else {
                    Issue.record("no delay for attempt \(attempt)")
                    return
                }
                #expect(delay >= .seconds(full / 2) && delay <= .seconds(full))
            }
        }
        #expect(policy.delay(attempt: 101, hasBeenConnected: true, using: &generator) == nil)
        let later = ReconnectPolicy.afterFirstConnection
        #expect(later.delay(attempt: 1, hasBeenConnected: false, using: &generator) == nil)
        #expect(later.delay(attempt: 1, hasBeenConnected: true, using: &generator) != nil)
    }

    // MARK: Publishing and subscribing

    @Test("publish returns what the server said")
    func publish() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        #expect(try await client.publish("t", "zero").reasonCode == .success)
        #expect(try await peer.receive() == .message("zero"))
        async let publishing = client.publish("t", "one", qos: .atLeastOnce)
        #expect(try await peer.receive() == .message("one", qos: .atLeastOnce, identifier: 1))
        var properties = Properties()
        properties[string: .reasonString] = "no"
        peer.send(
            .puback(Acknowledgement(packetIdentifier: 1, reasonCode: .notAuthorized, properties: properties))
        )
        let result = try await publishing
        #expect(result.isFailure)
        #expect(result.reasonCode == .notAuthorized)
        #expect(result.reasonString == "no")
    }

    @Test("what MQTT does not know is refused before anything is sent")
    func invalidArguments() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server) { $0.version = .v3_1_1 }
        var properties = MessageProperties()
        properties.contentType = "text"
        let errors = [
            await MQTTClientError.of { () throws(MQTTClientError) in try await client.publish("a/#", "") },
            await MQTTClientError.of { () throws(MQTTClientError) in try await client.publish("", "") },
            await MQTTClientError.of { () throws(MQTTClientError) in
                try await client.publish("t", "", properties: properties)
            },
            await MQTTClientError.of { () throws(MQTTClientError) in try await client.subscribe("a/#/b") },
            await MQTTClientError.of { () throws(MQTTClientError) in
                try await client.subscribe([Subscription("a", noLocal: true)])
            },
            await MQTTClientError.of { () throws(MQTTClientError) in try await client.subscribe([]) },
            await MQTTClientError.of { () throws(MQTTClientError) in
                try await client.request("t", "", timeout: .seconds(1))
            },
        ]
        #expect(errors.map(\.?.code) == Array(repeating: .invalidArgument, count: errors.count))
        #expect(throws: MQTTClientError.self) {
            try makeClient(server) {
                $0.version = .v3_1
                $0.clientIdentifier = ""
            }
        }
    }

    @Test("subscribe tells the outcome for each topic filter")
    func subscribe() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        async let subscribing = client.subscribe(
            [Subscription("a", maximumQoS: .atLeastOnce, noLocal: true), Subscription("b")],
            identifier: 4
        )
        guard case .subscribe(let packet) = try await peer.receive() else {
            Issue.record("no SUBSCRIBE")
            return
        }
        #expect(packet.properties[integer: .subscriptionIdentifier] == 4)
        #expect(packet.subscriptions.first?.options.noLocal == true)
        peer.send(
            .suback(
                SubscriptionAcknowledgement(
                    packetIdentifier: packet.packetIdentifier,
                    reasonCodes: [.grantedQoS1, .notAuthorized]
                )
            )
        )
        let result = try await subscribing
        #expect(result.outcomes.map(\.topicFilter) == ["a", "b"])
        #expect(result.outcomes.map(\.grantedQoS) == [.atLeastOnce, nil])
        #expect(!result.isFailure)
        async let unsubscribing = client.unsubscribe(["a"])
        peer.send(try await peer.receive().granted)
        #expect(try await unsubscribing.outcomes.map(\.reasonCode) == [.success])
    }

    @Test("flush waits for what send has handed over, and tells what was refused")
    func sendAndFlush() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        for payload in ["a", "b", "c"] {
            try await client.send(Message(topic: "t", payload: payload, qos: .atLeastOnce))
        }
        async let flushing = client.flush()
        for identifier in UInt16(1)...3 {
            _ = try await peer.receive()
            peer.send(
                .puback(
                    Acknowledgement(
                        packetIdentifier: identifier,
                        reasonCode: identifier == 2 ? .quotaExceeded : .success
                    )
                )
            )
        }
        let report = try await flushing
        #expect(report.failureCount == 1)
        #expect(report.failures.map(\.error.reasonCode) == [.quotaExceeded])
        #expect(try await client.flush().failureCount == 0)
    }

    // MARK: Receiving

    @Test("a message is acknowledged when the next one is asked for")
    func messages() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        peer.send(
            .message("a", topic: "x/y", qos: .atLeastOnce, identifier: 8),
            .message("b", qos: .exactlyOnce, identifier: 9)
        )
        var messages = client.messages.makeAsyncIterator()
        let first = try await messages.next()
        #expect(first?.topic == "x/y")
        #expect(first?.text == "a")
        #expect(first?.qos == .atLeastOnce)
        #expect(first?.packetIdentifier == 8)
        #expect(try await messages.next()?.text == "b")
        #expect(try await peer.receive() == .puback(Acknowledgement(packetIdentifier: 8)))
        client.messages.acknowledge()
        #expect(try await peer.receive() == .pubrec(Acknowledgement(packetIdentifier: 9)))
        peer.send(.pubrel(Acknowledgement(packetIdentifier: 9)))
        #expect(try await peer.receive() == .pubcomp(Acknowledgement(packetIdentifier: 9)))
    }

    @Test("disconnect says farewell, closes the connection and ends the messages")
    func disconnect() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        peer.send(.message("last"))
        var messages = client.messages.makeAsyncIterator()
        #expect(try await messages.next()?.text == "last")
        async let disconnecting: Void = client.disconnect(reasonCode: .disconnectWithWillMessage)
        #expect(try await peer.receive() == .disconnect(Disconnect(reasonCode: .disconnectWithWillMessage)))
        try await peer.waitForClose()
        try await disconnecting
        #expect(try await messages.next() == nil)
        let late = await MQTTClientError.of { () throws(MQTTClientError) in try await client.publish("t", "late") }
        #expect(late?.code == .closed)
        try await client.disconnect()
    }

    @Test("a client that nobody holds any more says farewell")
    func abandonment() async throws {
        let server = try await ScriptedServer.start()
        var client: MQTTClient? = try makeClient(server)
        let connecting = Task { [client] in try await client?.connect() }
        let peer = try await server.acceptClient().peer
        _ = try await connecting.value
        client = nil
        #expect(try await peer.receive() == .disconnect(Disconnect()))
        try await peer.waitForClose()
    }

    @Test("a lost connection without a policy ends the messages with an error")
    func lostConnection() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        async let publishing = MQTTClientError.of { () throws(MQTTClientError) in
            try await client.publish("t", "a", qos: .atLeastOnce)
        }
        _ = try await peer.receive()
        peer.close()
        #expect(await publishing?.code == .connectionLost)
        var messages = client.messages.makeAsyncIterator()
        let error = await MQTTClientError.of { () throws(MQTTClientError) in try await messages.next() }
        #expect(error?.code == .connectionLost)
    }

    // MARK: Cancellation

    @Test("cancelling a task ends its wait, whatever it waits for")
    func cancellation() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        let connecting = Task { await MQTTClientError.of { () throws(MQTTClientError) in try await client.connect() } }
        let silent = try await server.accept()
        _ = try await silent.receive()
        connecting.cancel()
        #expect(await connecting.value?.code == .cancelled)
        try await silent.waitForClose()

        async let again = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await again
        let publishing = Task {
            await MQTTClientError.of { () throws(MQTTClientError) in
                try await client.publish("t", "a", qos: .atLeastOnce)
            }
        }
        _ = try await peer.receive()
        publishing.cancel()
        #expect(await publishing.value?.code == .cancelled)
        let subscribing = Task {
            await MQTTClientError.of { () throws(MQTTClientError) in try await client.subscribe("a") }
        }
        _ = try await peer.receive()
        subscribing.cancel()
        #expect(await subscribing.value?.code == .cancelled)
        let flushing = Task { await MQTTClientError.of { () throws(MQTTClientError) in try await client.flush() } }
        flushing.cancel()
        #expect(await flushing.value?.code == .cancelled)
        let receiving = Task { () throws(MQTTClientError) in
            var messages = client.messages.makeAsyncIterator()
            return try await messages.next()
        }
        receiving.cancel()
        #expect(try await receiving.value == nil)
        // The client is as good as before.
        peer.send(.message("b"))
        var messages = client.messages.makeAsyncIterator()
        #expect(try await messages.next()?.text == "b")
    }
}
