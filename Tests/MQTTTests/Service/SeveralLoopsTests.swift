import Dispatch
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A server with several event loops is one broker to its Clients, to its operator and to its limits. Connections go to the
/// event loops in turn, so that two that begin one after the other are at different ones.
@Suite("Several event loops", .timeLimit(.minutes(2)))
struct SeveralLoopsTests {
    private func withLoops(
        _ count: Int = 2,
        _ change: (inout BrokerConfiguration) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await ServerThreads.$count.withValue(count) { try await withServer(change, body) }
    }

    private func connect(_ server: TestServer, _ packet: Connect) async throws -> TestClient {
        try await TestClient.connect(to: server.port, packet)
    }

    @Test("connections are handed out in turn", arguments: [2, 5])
    func turns(count: Int) async throws {
        try await withLoops(count) { server in
            var clients: [TestClient] = []
            for number in 0..<2 * count { clients.append(try await connect(server, .make("c\(number)"))) }
            #expect(await server.server.onEachLoop(\.load.connectedCount) == Array(repeating: 2, count: count))
            #expect(await server.server.load().connectedCount == 2 * count)
            #expect(server.server.threadCount == count)
        }
    }

    @Test(
        "a message reaches the subscribers of every loop, in order, as soon as SUBACK is there",
        arguments: QoS.allCases
    )
    func messages(qos: QoS) async throws {
        try await withLoops(5) { server in
            var subscribers: [TestClient] = []
            for number in 0..<5 {
                let subscriber = try await connect(server, .make("s\(number)"))
                #expect(try await subscriber.subscribe(number.isMultiple(of: 2) ? "a/+" : "#", qos)?.isFailure == false)
                subscribers.append(subscriber)
            }
            let publisher = try await connect(server, .make("p"))
            for number in 1...50 { try await publisher.publish("a/b", "\(number)", qos) }
            for subscriber in subscribers {
                for number in 1...50 { #expect(try await subscriber.message()?.payloadText == "\(number)") }
            }
        }
    }

    @Test("a retained message is there for a Client of another loop, and is gone when it is cleared there")
    func retained() async throws {
        try await withLoops { server in
            let first = try await connect(server, .make("first"))
            try await first.publish("t", "kept", retain: true)
            let second = try await connect(server, .make("second"))
            try await second.subscribe("t")
            let message = try #require(try await second.message())
            #expect(message.payloadText == "kept" && message.retain)
            #expect(await server.server.retainedMessages().map(\.topic) == ["t"])
            try await second.publish("t", "", retain: true)
            try await first.subscribe("#")
            #expect(try await first.payloads() == [])
        }
    }

    @Test("a will goes to a Client of another loop")
    func will() async throws {
        try await withLoops { server in
            let witness = try await connect(server, .make("witness"))
            try await witness.subscribe("will")
            var connect = Connect.make("gone")
            connect.will = Connect.Will(
                topic: .text("will"),
                payload: Array("over".utf8),
                qos: .atLeastOnce,
                retain: false
            )
            let gone = try await self.connect(server, connect)
            gone.peer.close()
            #expect(try await witness.message()?.payloadText == "over")
        }
    }

    @Test("each message of a group goes to one member, wherever the members are")
    func groups() async throws {
        try await withLoops { server in
            var members: [TestClient] = []
            for number in 0..<4 {
                members.append(try await connect(server, .make("m\(number)")))
                try await members[number].subscribe("$share/g/t", .atLeastOnce)
            }
            let publisher = try await connect(server, .make("p"))
            for number in 0..<100 { try await publisher.publish("t", "\(number)") }
            var received: [String] = []
            for member in members {
                let payloads = try await member.payloads()
                #expect(payloads.count > 10, "all members have a part of the work")
                received += payloads
            }
            #expect(received.compactMap { Int($0) }.sorted() == Array(0..<100))
        }
    }

    @Test("a Client that connects at another loop takes over its connection and its session, with what waits there")
    func takeover() async throws {
        try await withLoops(5) { server in
            let publisher = try await connect(server, .make("p"))
            var client = try await connect(server, .lasting("c"))
            try await client.subscribe("t")
            for number in 1...20 {
                client.acknowledges = false
                try await publisher.publish("t", "\(number)", .exactlyOnce)
                let next = try await connect(server, .lasting("c"))
                #expect(next.connack?.sessionPresent == true)
                #expect(try await client.disconnectReason() == .sessionTakenOver)
                #expect(try await next.message()?.payloadText == "\(number)")
                // All that it has told so far has been heard.
                #expect(try await next.payloads() == [])
                client = next
            }
            #expect(await server.server.load().sessionCount == 2)
        }
    }

    @Test(
        "a subscriber that comes again and again, at one loop after the other, gets every message, once and in order",
        arguments: [QoS.atLeastOnce, .exactlyOnce]
    )
    func reconnections(qos: QoS) async throws {
        try await withLoops(3) { server in
            let count = 1_000
            let port = server.port
            var subscriber = try await connect(server, .lasting("s"))
            try await subscriber.subscribe("t", qos)
            let publishing = Task {
                let publisher = try await TestClient.connect(to: port, .make("p"))
                for number in 1...count { try await publisher.publish("t", "\(number)", qos) }
            }
            var received: [Int] = []
            var identifiers: Set<UInt16> = []
            while received.count < count {
                let message = try #require(try await subscriber.message())
                // What was acknowledged when the connection broke may come again, and says so.
                if message.duplicate, identifiers.contains(message.packetIdentifier) { continue }
                identifiers.insert(message.packetIdentifier)
                received.append(try #require(Int(message.payloadText)))
                guard received.count.isMultiple(of: 50) else { continue }
                subscriber.peer.close()
                subscriber = try await connect(server, .lasting("s"))
                #expect(subscriber.connack?.sessionPresent == true)
            }
            try await publishing.value
            #expect(received == Array(1...count))
        }
    }

    @Test("a loop that is late keeps publishers waiting, and drops nothing for a receiver that takes all")
    func lateLoop() async throws {
        try await withLoops { server in
            let subscriber = try await connect(server, .make("s"))
            try await subscriber.subscribe("t", .atMostOnce)
            let isThere = await server.server.onEachLoop { $0.load.connectedCount == 1 }
            let late = try #require(isThere.firstIndex(of: true))
            let publisher = try await connect(server, .make("p"))
            let (release, isReleased) = (DispatchSemaphore(value: 0), Monitor(false))
            defer { if !isReleased.value { release.signal() } }
            server.server.loops.all[late].eventLoop.execute { release.wait() }
            // Four times what may wait for the subscriber's connection.
            let count = 256
            for _ in 0..<count {
                try await publisher.publish("t", String(repeating: "x", count: 64 << 10), .atMostOnce)
            }
            let other = server.server.loops.all[1 - late]
            let deadline = NIODeadline.now() + .seconds(30)
            while try await other.eventLoop.submit({ other.value.load.pausedPublisherCount }).get() == 0 {
                guard NIODeadline.now() < deadline else { throw TestServer.Timeout(description: "it need not wait") }
            }
            isReleased.update { $0 = true }
            release.signal()
            for _ in 0..<count { #expect(try await subscriber.message() != nil) }
            #expect(await server.server.load().statistics.publishDroppedCount == 0)
        }
    }

    // MARK: Limits

    @Test("connections and sessions are limited exactly, over all loops")
    func limits() async throws {
        let change: (inout BrokerConfiguration) -> Void = {
            $0.limits.connections = 4
            $0.limits.sessions = 3
        }
        try await withLoops(3, change) { server in
            var clients: [TestClient] = []
            for number in 0..<3 { clients.append(try await connect(server, .make("c\(number)"))) }
            let fourth = try await connect(server, .make("fourth"))
            #expect(fourth.answer == .serverBusy)
            #expect(try await fourth.peer.receive() == nil)
            try await server.until { $0.connectionCount == 3 }
            let opened = try await SocketPeer.connect(port: server.port)
            try await server.until { $0.connectionCount == 4 }
            let excess = try await SocketPeer.connect(port: server.port)
            #expect(try await excess.receive() == nil)
            opened.close()
            try await clients[1].disconnect()
            try await server.until { $0.connectionCount == 2 && $0.sessionCount == 2 }
            #expect(try await connect(server, .make("late")).answer == .success)
        }
    }

    // MARK: The operator

    @Test("the operator sees all Clients, and reaches each of them")
    func operators() async throws {
        try await withLoops(3) { server in
            var clients: [TestClient] = []
            for name in ["b", "a", "c"] {
                clients.append(try await connect(server, .make(name)))
                try await clients.last?.subscribe("t/\(name)")
            }
            #expect(await server.server.clients().map(\.clientIdentifier) == ["a", "b", "c"])
            #expect(await server.server.clients(limit: 2).map(\.clientIdentifier) == ["a", "b"])
            #expect(await server.server.subscriptions().map(\.topicFilter) == ["t/a", "t/b", "t/c"])
            #expect(await server.server.subscriptions(of: "c").map(\.topicFilter) == ["t/c"])
            for client in clients { #expect(client.answer == .success) }
            for (name, client) in zip(["b", "a", "c"], clients) {
                #expect(await server.server.kick(name))
                #expect(try await client.disconnectReason() == .administrativeAction)
            }
            #expect(await server.server.kick("a") == false)
        }
    }

    @Test("the topics below $SYS tell of all loops together")
    func systemTopics() async throws {
        let change: (inout BrokerConfiguration) -> Void = { $0.systemInterval = 1 }
        try await withLoops(3, change) { server in
            var clients: [TestClient] = []
            for number in 0..<4 {
                clients.append(try await connect(server, .make("c\(number)")))
                try await clients[number].publish("t", "x")
            }
            let watcher = clients[3]
            try await watcher.subscribe("$SYS/broker/clients/connected", .atMostOnce)
            try await watcher.subscribe("$SYS/broker/publish/messages/received", .atMostOnce)
            var values: [String: String] = [:]
            while values["$SYS/broker/clients/connected"] != "4"
                || values["$SYS/broker/publish/messages/received"] != "4"
            {
                let message = try #require(try await watcher.message())
                values[message.topicText] = message.payloadText
            }
        }
    }

    @Test("a Client in the process of the broker reaches those of every loop")
    func internalClient() async throws {
        try await withLoops { server in
            var subscribers: [TestClient] = []
            for number in 0..<2 {
                subscribers.append(try await connect(server, .make("s\(number)")))
                try await subscribers[number].subscribe("t")
            }
            let client = try MQTTClient(configuration: server.server.internalClientConfiguration())
            try await client.connect()
            try await client.publish("t", "inside", qos: .atLeastOnce)
            for subscriber in subscribers { #expect(try await subscriber.message()?.payloadText == "inside") }
            try await client.disconnect()
        }
    }

    @Test("a server that stops while its loops are busy with each other ends every connection", arguments: [2, 5])
    func stopUnderLoad(count: Int) async throws {
        for _ in 0..<5 {
            try await withLoops(count) { server in
                let subscriber = try await connect(server, .make("s"))
                try await subscriber.subscribe("#", .atMostOnce)
                let port = server.port
                let publishers = (0..<4).map { number in
                    Task {
                        let publisher = try await TestClient.connect(to: port, .make("p\(number)"))
                        while try await publisher.publish("t/\(number)", "x") != nil {}
                    }
                }
                for _ in 0..<100 { #expect(try await subscriber.message() != nil) }
                #expect(await server.server.stop())
                for publisher in publishers { try await publisher.value }
                while try await subscriber.message() != nil {}
            }
        }
    }
}
