import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

/// Where the methods of a client run, and whose way to the server it takes.
@Suite("MQTTClient, the actor that calls it, and its transport", .timeLimit(.minutes(1)))
struct ClientIsolationTests {
    /// Publishes in many tasks at once, each with the next number.
    private actor Publisher {
        private let client: MQTTClient
        private var last = 0

        init(_ client: MQTTClient) {
            self.client = client
        }

        func publishNext() async throws {
            last += 1
            try await client.publish("n", "\(last)", qos: .atLeastOnce)
        }

        func publish(_ count: Int) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<count {
                    group.addTask { try await self.publishNext() }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("what the tasks of an actor publish leaves in the order in which they come to it")
    func order() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        async let connecting = client.connect()
        let peer = try await server.acceptClient().peer
        _ = try await connecting
        let count = 500
        async let publishing: Void = Publisher(client).publish(count)
        for number in 1...count {
            guard case .publish(let message) = try await peer.receive() else {
                Issue.record("no message")
                return
            }
            #expect(message.payloadBuffer == ByteBuffer(string: "\(number)"))
            peer.send(.puback(Acknowledgement(packetIdentifier: message.packetIdentifier)))
        }
        try await publishing
    }

    /// An actor that works on an event loop, so that it can tell whether it is where it should be.
    private actor Waiter {
        private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        private let executor: any SerialExecutor

        nonisolated var unownedExecutor: UnownedSerialExecutor {
            // The actor keeps its executor as long as it lives.
            unsafe executor.asUnownedSerialExecutor()
        }

        init() {
            executor = eventLoop.executor
        }

        /// Whether a wait of the client begins on the event loop.
        func isAtHome(waitingFor client: MQTTClient) async throws -> Bool {
            try await client.wait { continuation in
                continuation.resume(returning: .success(eventLoop.inEventLoop))
            } onCancel: {
            }
        }
    }

    @Test("a wait begins on the actor that asks for it")
    func isolation() async throws {
        let server = try await ScriptedServer.start()
        let client = try makeClient(server)
        let waiter = Waiter()
        #expect(try await waiter.isAtHome(waitingFor: client))
    }

    @Test("a client takes the way of another, whatever its own configuration says")
    func transport() async throws {
        let server = try await ScriptedServer.start()
        let guide = try makeClient(server)
        var configuration = MQTTClientConfiguration(host: "nowhere.invalid")
        configuration.clientIdentifier = "follower"
        let follower = try MQTTClient(configuration: configuration, transportOf: guide)
        async let connecting = follower.connect()
        let (_, packet) = try await server.acceptClient()
        guard case .connect(let connect) = packet else {
            Issue.record("the first packet is no CONNECT")
            return
        }
        #expect(connect.clientIdentifier == "follower")
        _ = try await connecting
    }
}
