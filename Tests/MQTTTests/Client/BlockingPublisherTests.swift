import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// One message without an event loop.
@Suite("MQTTClient.publishBlocking", .timeLimit(.minutes(1)))
struct BlockingPublisherTests {
    /// Publishes on a thread of its own, because the call waits.
    private func publish(
        _ message: Message,
        to server: ScriptedServer,
        _ change: (inout MQTTClientConfiguration) -> Void = { _ in }
    ) async -> Result<PublishResult?, MQTTClientError> {
        var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: server.port)
        change(&configuration)
        return await withCheckedContinuation { [configuration] continuation in
            Thread.detachNewThread {
                let result = Result { () throws(MQTTClientError) in
                    try MQTTClient.publishBlocking(message, configuration: configuration)
                }
                continuation.resume(returning: result)
            }
        }
    }

    @Test("each QoS ends with DISCONNECT", arguments: [ProtocolVersion.v3_1, .v3_1_1, .v5_0], [QoS](QoS.allCases))
    func everyQoS(version: ProtocolVersion, qos: QoS) async throws {
        let server = try await ScriptedServer.start(version: version)
        let message = Message(topic: "t", payload: "x", qos: qos, retain: true)
        async let publishing = publish(message, to: server) {
            $0.version = version
            $0.clientIdentifier = "one"
        }
        let peer = try await server.acceptClient().peer
        guard case .publish(let publish) = try await peer.receive() else {
            Issue.record("no PUBLISH")
            return
        }
        #expect(publish.qos == qos && publish.retain && !publish.duplicate)
        let acknowledgement = Acknowledgement(packetIdentifier: publish.packetIdentifier)
        switch qos {
        case .atMostOnce: break
        case .atLeastOnce: peer.send(.puback(acknowledgement))
        case .exactlyOnce:
            peer.send(.pubrec(acknowledgement))
            #expect(try await peer.receive() == .pubrel(acknowledgement))
            peer.send(.pubcomp(acknowledgement))
        }
        #expect(try await peer.receive() == .disconnect(Disconnect()))
        peer.close()
        #expect(try await publishing.get()?.reasonCode == .success)
    }

    @Test("a large message does not fill the network while the server answers with messages of its own")
    func largeMessage() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let payload = ByteBuffer(repeating: 7, count: 8 << 20)
        async let publishing = publish(Message(topic: "t", payload: payload, qos: .atLeastOnce), to: server) {
            $0.version = .v3_1_1
        }
        let peer = try await server.acceptClient().peer
        peer.send(.message("for a session that nobody asked for"))
        guard case .publish(let publish) = try await peer.receive() else {
            Issue.record("no PUBLISH")
            return
        }
        #expect(publish.payloadBuffer == payload)
        peer.send(.puback(Acknowledgement(packetIdentifier: 1)))
        #expect(try await peer.receive() == .disconnect(Disconnect()))
        peer.close()
        #expect(try await publishing.get()?.isFailure == false)
    }

    @Test("a refusal is a result, a refused connection an error, as with a Client")
    func refusals() async throws {
        let server = try await ScriptedServer.start()
        let message = Message(topic: "t", payload: "x", qos: .atLeastOnce)
        async let refused = publish(message, to: server)
        let first = try await server.acceptClient().peer
        _ = try await first.receive()
        first.send(.puback(Acknowledgement(packetIdentifier: 1, reasonCode: .notAuthorized)))
        #expect(try await refused.get()?.reasonCode == .notAuthorized)

        async let rejected = publish(message, to: server)
        let second = try await server.accept()
        _ = try await second.receive()
        second.send(.connack(Connack(sessionPresent: false, reasonCode: .badUserNameOrPassword)))
        let rejection = await rejected.failure
        #expect(rejection?.code == .refusedByServer && rejection?.reasonCode == .badUserNameOrPassword)

        async let broken = publish(message, to: server)
        let third = try await server.accept()
        _ = try await third.receive()
        try await third.send(ByteBuffer(bytes: [0x00, 0x00]))
        #expect(await broken.failure?.code == .protocolError)

        async let late = publish(message, to: server) { $0.connectTimeout = .milliseconds(100) }
        let fourth = try await server.accept()
        #expect(await late.failure?.code == .timedOut)
        fourth.close()

        try await server.stop()
        #expect(await publish(message, to: server).failure?.code == .connectionRefused)
    }

    @Test("what a loss leaves open is for a Client, if it is not QoS 0")
    func losses() async throws {
        let server = try await ScriptedServer.start()
        async let unacknowledged = publish(Message(topic: "t", payload: "x", qos: .atLeastOnce), to: server)
        let first = try await server.acceptClient().peer
        _ = try await first.receive()
        first.close()
        #expect(try await unacknowledged.get() == nil)

        async let unaccepted = publish(Message(topic: "t", payload: "x", qos: .atLeastOnce), to: server)
        let second = try await server.accept()
        _ = try await second.receive()
        second.close()
        #expect(await unaccepted.failure?.code == .connectionLost)
    }

    @Test("[MQTT-4.3.3-6] what was lost after PUBREC is the server's, and for nobody to send again")
    func lossAfterPubrec() async throws {
        let server = try await ScriptedServer.start()
        async let publishing = publish(Message(topic: "t", payload: "x", qos: .exactlyOnce), to: server)
        let peer = try await server.acceptClient().peer
        _ = try await peer.receive()
        peer.send(.pubrec(Acknowledgement(packetIdentifier: 1)))
        #expect(try await peer.receive() == .pubrel(Acknowledgement(packetIdentifier: 1)))
        peer.close()
        #expect(try await publishing.get()?.reasonCode == .success)
    }

    @Test("names that have to be asked for, and wrong arguments, are found before anything is connected")
    func beforehand() throws {
        let configuration = MQTTClientConfiguration(host: "somewhere.invalid")
        #expect(try MQTTClient.publishBlocking(Message(topic: "t", payload: ""), configuration: configuration) == nil)
        #expect(throws: MQTTClientError.self) {
            try MQTTClient.publishBlocking(Message(topic: "t/#", payload: ""), configuration: configuration)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
