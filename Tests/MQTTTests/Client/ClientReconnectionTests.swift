import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import MQTT
@testable import Support

/// Losses of the connection, and applications or servers that are slow.
@Suite("MQTTClient connects again and does not run ahead", .timeLimit(.minutes(1)))
struct ClientReconnectionTests {
    @Test("with the session present, unacknowledged messages come again with DUP and nothing arrives twice")
    func resumption() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server, reconnect: .quick(.afterFirstConnection)) {
            $0.sessionExpiryInterval = 60
        }
        async let connecting = client.connect()
        let first = try await server.acceptClient().peer
        _ = try await connecting
        async let publishing = client.publish("t", "mine", qos: .atLeastOnce)
        #expect(try await first.receive() == .message("mine", qos: .atLeastOnce, identifier: 1))
        first.send(.message("theirs", qos: .atLeastOnce, identifier: 5))
        var messages = client.messages.makeAsyncIterator()
        #expect(try await messages.next()?.text == "theirs")
        first.close()

        let (second, connect) = try await server.acceptClient(sessionPresent: true)
        guard case .connect(let packet) = connect else {
            Issue.record("the first packet is no CONNECT")
            return
        }
        #expect(!packet.cleanStart)
        #expect(try await second.receive() == .message("mine", qos: .atLeastOnce, identifier: 1, duplicate: true))
        second.send(
            .puback(Acknowledgement(packetIdentifier: 1)),
            .message("theirs", qos: .atLeastOnce, identifier: 5, duplicate: true),
            .message("more", qos: .atLeastOnce, identifier: 6)
        )
        #expect(try await publishing.reasonCode == .success)
        #expect(try await messages.next()?.text == "more")
        #expect(try await second.receive() == .puback(Acknowledgement(packetIdentifier: 5)))
        var events = client.events.makeAsyncIterator()
        var kinds: [String] = []
        for _ in 0..<4 {
            switch await events.next() {
            case .connected(let result): kinds.append("connected \(result.sessionPresent)")
            case .disconnected(let error): kinds.append("disconnected \(error.code)")
            case .reconnecting: kinds.append("reconnecting")
            case .subscriptionLost, nil: kinds.append("unexpected")
            }
        }
        #expect(kinds == ["connected false", "disconnected connectionLost", "reconnecting", "connected true"])
    }

    @Test("when the server has lost the session, subscriptions are made again and messages sent anew")
    func lostSession() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let client = try makeClient(server, reconnect: .quick(.afterFirstConnection)) { $0.version = .v3_1_1 }
        async let connecting = client.connect()
        let first = try await server.acceptClient().peer
        _ = try await connecting
        async let subscribing = client.subscribe("a/#", maximumQoS: .exactlyOnce)
        first.send(try await first.receive().granted)
        _ = try await subscribing
        async let publishing = client.publish("t", "mine", qos: .exactlyOnce)
        _ = try await first.receive()
        first.close()
        let second = try await server.acceptClient().peer
        guard case .subscribe(let again) = try await second.receive() else {
            Issue.record("no SUBSCRIBE")
            return
        }
        #expect(again.subscriptions.map(\.topicFilter) == ["a/#"])
        guard case .publish(let publish) = try await second.receive() else {
            Issue.record("no PUBLISH")
            return
        }
        #expect(!publish.duplicate)
        second.send(.pubrec(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
        #expect(try await second.receive() == .pubrel(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
        second.send(.pubcomp(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
        #expect(try await publishing.reasonCode == .success)
    }

    @Test("a session that another client took over is not taken back")
    func takenOver() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server, reconnect: .quick(.always))
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        peer.send(.disconnect(Disconnect(reasonCode: .sessionTakenOver)))
        var messages = client.messages.makeAsyncIterator()
        let error = await MQTTClientError.of { () throws(MQTTClientError) in try await messages.next() }
        #expect(error?.code == .disconnectedByServer)
        #expect(error?.reasonCode == .sessionTakenOver)
    }

    @Test("while the application is slow, nothing more is read than the limits allow")
    func slowConsumer() async throws {
        let count = 40_000
        let limit = 100
        let server = try await ScriptedServer.start()
        let client = try makeClient(server) { $0.maximumBufferedMessages = limit }
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        // Forty megabytes: far more than the buffers of the operating system hold.
        var bytes = ByteBuffer()
        let padding = String(repeating: "x", count: 1_000)
        for number in 0..<count {
            ControlPacket.message("\(number) \(padding)").encode(into: &bytes, version: .v5_0)
        }
        let isSent = Atomic(false)
        let sending = Task { [bytes] in
            try await peer.send(bytes)
            isSent.store(true, ordering: .relaxed)
        }
        var received = 0
        var largestBatch = 0
        while received < count {
            guard let batch = try await client.messages.next(atMost: .max) else { break }
            let isAllSent = isSent.load(ordering: .relaxed)
            if received == 0 { #expect(!isAllSent) }
            for message in batch {
                #expect(message.text.hasPrefix("\(received) "))
                received += 1
            }
            largestBatch = max(largestBatch, batch.count)
        }
        try await sending.value
        #expect(received == count)
        // One turn of the event loop reads up to four times 64 KiB before the limit is looked at.
        #expect(largestBatch <= limit + 4 * 65_536 / 1_000)
    }

    @Test("while the server takes nothing, send waits, and nothing is lost or reordered", arguments: QoS.allCases)
    func slowServer(qos: QoS) async throws {
        // At QoS 0 forty megabytes: far more than the buffers of the operating system hold.
        let count = qos == .atMostOnce ? 40_000 : 3_000
        let server = try await ScriptedServer.start()
        let client = try makeClient(server) {
            $0.maximumQueuedMessages = 50
            $0.maximumInFlight = 20
        }
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        try await peer.setReading(false)
        let handedOver = Atomic(0)
        let padding = String(repeating: "x", count: 1_000)
        let finished = EventQueue<Void>("the end of sending", eventLoop: NIOSingletons.posixEventLoopGroup.next())
        async let report = {
            for number in 0..<count {
                try await client.send(Message(topic: "t", payload: "\(number) \(padding)", qos: qos))
                handedOver.store(number + 1, ordering: .relaxed)
            }
            finished.put(())
            return try await client.flush()
        }()
        await #expect(throws: EventQueue<Void>.Failure.self) { try await finished.next(within: .milliseconds(300)) }
        // What the outbox and the queue hold, and what is in flight or, at QoS 0, in the network's buffers.
        let ahead = handedOver.load(ordering: .relaxed)
        #expect(ahead <= (qos == .atMostOnce ? 30_000 : 2 * 50 + 1 + 20))
        try await peer.setReading(true)
        try await answer(peer, count: count)
        #expect(try await report.failureCount == 0)
    }

    /// Takes `count` messages that are numbered, acknowledges them, and returns when the last exchange is over.
    private func answer(_ peer: AcceptedConnection, count: Int) async throws {
        var expected = 0
        var unfinished = count
        while unfinished > 0 {
            switch try await peer.receive() {
            case .publish(let publish):
                #expect(String(buffer: publish.payloadBuffer).hasPrefix("\(expected) "))
                expected += 1
                let answer = Acknowledgement(packetIdentifier: publish.packetIdentifier)
                switch publish.qos {
                case .atMostOnce: unfinished -= 1
                case .atLeastOnce:
                    unfinished -= 1
                    peer.send(.puback(answer))
                case .exactlyOnce: peer.send(.pubrec(answer))
                }
            case .pubrel(let release):
                unfinished -= 1
                peer.send(.pubcomp(Acknowledgement(packetIdentifier: release.packetIdentifier)))
            default: Issue.record("an unexpected packet")
            }
        }
    }

    @Test("a send that waits for room can be cancelled, and its message is not sent")
    func cancelledSend() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server) { $0.maximumQueuedMessages = 1 }
        // Without a connection nothing leaves: one message fills the queue, one the outbox, and the third waits.
        try await client.send(Message(topic: "t", payload: "a"))
        let waiting = Task {
            await MQTTClientError.of { () throws(MQTTClientError) in
                for payload in ["b", "c", "d"] {
                    try await client.send(Message(topic: "t", payload: payload))
                }
            }
        }
        waiting.cancel()
        #expect(await waiting.value?.code == .cancelled)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        #expect(try await peer.receive() == .message("a"))
        try await client.publish("t", "end")
        var payloads: [String] = []
        while payloads.last != "end" {
            guard case .publish(let publish) = try await peer.receive() else { break }
            payloads.append(String(buffer: publish.payloadBuffer))
        }
        #expect(!payloads.contains("d"))
    }
}
