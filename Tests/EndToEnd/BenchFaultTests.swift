import Foundation
import Testing

@testable import MQTT
@testable import Support
@testable import tinymqtt

/// `tinymqtt bench` with brokers that do not what they should.
@Suite("tinymqtt bench and brokers with faults", .timeLimit(.minutes(2)))
struct BenchFaultTests {
    /// - Parameter stall: Longer than a busy machine may keep the server from answering; where nothing is to come, it is how
    ///   long the test takes.
    private func start(_ words: [String], _ server: ScriptedServer, stall: String = "60") throws -> ChildProcess {
        let place = ["-h", "127.0.0.1", "-p", "\(server.port)", "--json", "--parallel", "1", "--stall", stall]
        return try ChildProcess(Peers.tinymqtt, ["bench"] + words + place)
    }

    /// Accepts the only subscriber and then the only publisher, as they come.
    private func acceptPair(
        _ server: ScriptedServer
    ) async throws -> (subscriber: AcceptedConnection, publisher: AcceptedConnection) {
        let subscriber = try await server.acceptClient().peer
        subscriber.send(try await subscriber.receive().granted)
        return (subscriber, try await server.acceptClient().peer)
    }

    /// Receives so many messages from the publisher.
    private func messages(_ count: Int, from peer: AcceptedConnection) async throws -> [MQTT.Publish] {
        var messages: [MQTT.Publish] = []
        while messages.count < count {
            if case .publish(let message) = try await peer.receive() { messages.append(message) }
        }
        return messages
    }

    @Test(
        "a message that is swallowed, comes twice or too late is counted, and the exit code is 46",
        arguments: [
            ([0, 2, 3], 1, 0, 0), ([0, 1, 2], 1, 0, 0), ([], 4, 0, 0), ([0, 1, 2, 2, 3], 0, 1, 0),
            ([0, 2, 1, 3], 0, 0, 1), ([0, 0, 1, 3], 1, 1, 0), ([0, 1, 2, 3, 3], 0, 1, 0),
        ] as [([Int], Int, Int, Int)]
    )
    func deliveries(order: [Int], lost: Int, duplicated: Int, outOfOrder: Int) async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let bench = try start(["fan-out", "--subscribers", "1", "-C", "4"], server, stall: lost == 0 ? "60" : "1.5")
        let (subscriber, publisher) = try await acceptPair(server)
        let messages = try await messages(4, from: publisher)
        for index in order {
            subscriber.send(.publish(messages[index]))
        }
        for peer in [subscriber, publisher] where lost == 0 {
            while try await peer.receive() != .pingreq {}
            peer.send(.pingresp)
        }
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 46)
        #expect(ended.errorText == "tinymqtt bench: the counts do not add up\n")
        let result = try JSONValue(parsing: ended.output)
        #expect(result["ok"]?.bool == false)
        #expect(result["expected"]?.integer == 4)
        #expect(result["received"]?.integer == order.count)
        #expect(result["lost"]?.integer == lost)
        #expect(result["duplicated"]?.integer == duplicated)
        #expect(result["out_of_order"]?.integer == outOfOrder)
    }

    @Test("where nothing moves before all was sent, the exit code is 27", arguments: [0, 1])
    func stall(qos: Int) async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let bench = try start(
            ["pairs", "--publishers", "1", "-C", "100", "--window", "8", "-q", "\(qos)"],
            server,
            stall: "1.5"
        )
        let (_, publisher) = try await acceptPair(server)
        _ = try await messages(8, from: publisher)
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 27)
        #expect(ended.errorText.contains("nothing has moved for 1.5"))
        let result = try JSONValue(parsing: ended.output)
        #expect(result["end"]?.string == "stalled")
        #expect(result["sent"]?.integer == 8, "no more than the window")
        #expect(result["lost"]?.integer == 8)
    }

    @Test("a message that is not acknowledged stalls pub")
    func silence() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let bench = try start(["pub", "--publishers", "1", "-C", "5", "-q", "1"], server, stall: "1.5")
        let publisher = try await server.acceptClient().peer
        for message in try await messages(5, from: publisher).dropLast() {
            publisher.send(.puback(Acknowledgement(packetIdentifier: message.packetIdentifier)))
        }
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 27)
        let result = try JSONValue(parsing: ended.output)
        #expect(result["sent"]?.integer == 5)
        #expect(result["acknowledged"]?.integer == 4)
        #expect(result["acknowledge_us"]?["count"]?.integer == 4)
    }

    @Test("what the broker refuses is told with its reason code", arguments: ["pub", "fan-out"])
    func refusedMessages(scenario: String) async throws {
        let server = try await ScriptedServer.start()
        let clients = scenario == "pub" ? ["--publishers", "1"] : ["--subscribers", "1"]
        let bench = try start([scenario, "-C", "2", "-q", "1", "-V", "5", "-t", "load"] + clients, server)
        let (subscriber, publisher) =
            scenario == "pub" ? (nil, try await server.acceptClient().peer) : try await acceptPair(server)
        for message in try await messages(2, from: publisher) {
            let answer = Acknowledgement(packetIdentifier: message.packetIdentifier, reasonCode: .notAuthorized)
            publisher.send(.puback(answer))
        }
        for peer in [subscriber, publisher].compactMap(\.self) {
            while try await peer.receive() != .pingreq {}
            peer.send(.pingresp)
        }
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 135)
        #expect(ended.errorText.contains("2 messages were refused, to load"))
        let result = try JSONValue(parsing: ended.output)
        #expect(result["refused"]?.integer == 2)
        #expect(result["acknowledged"]?.integer == 0)
        #expect(result["lost"]?.integer == 0, "nobody was to get them")
    }

    @Test("a subscription that is refused ends it")
    func refusedSubscription() async throws {
        let server = try await ScriptedServer.start()
        let bench = try start(["fan-in", "-V", "5", "-t", "load"], server)
        let subscriber = try await server.acceptClient().peer
        _ = try await subscriber.receive()
        subscriber.send(.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.notAuthorized])))
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 135)
        #expect(ended.errorText.contains("the broker refused the subscription to load/+: not authorized"))
    }

    @Test("a connection that is refused, or lost on the way, ends it with the code of all clients")
    func connections() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let lost = try start(["pairs", "--publishers", "1", "--duration", "3600"], server)
        let (subscriber, publisher) = try await acceptPair(server)
        _ = try await messages(1, from: publisher)
        subscriber.close()
        let endedLost = try await lost.waitForEnd()
        #expect(endedLost.status == 7)
        #expect(try JSONValue(parsing: endedLost.output)["end"]?.string == "failed")

        async let rejected = start(["pairs"], server).waitForEnd()
        let rejectedClient = try await server.accept()
        _ = try await rejectedClient.receive()
        rejectedClient.send(.connack(Connack(sessionPresent: false, reasonCode: .badUserNameOrPassword)))
        #expect(try await rejected.status == 134)

        try await server.stop()
        for scenario in BenchScenario.allCases {
            let refused = try await start([scenario.rawValue], server).waitForEnd()
            #expect(refused.status == 14, "\(scenario)")
            #expect(refused.errorText.contains("is a broker running?"))
            #expect(refused.output.isEmpty)
        }
    }

    @Test("connections that are lost while they are held are missed")
    func lostConnections() async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let bench = try start(["connections", "--connections", "2", "--hold", "0.2"], server)
        let (first, second) = (try await server.acceptClient().peer, try await server.acceptClient().peer)
        first.close()
        while try await second.receive() != .pingreq {}
        second.send(.pingresp)
        let ended = try await bench.waitForEnd()
        #expect(ended.status == 46)
        let result = try JSONValue(parsing: ended.output)
        #expect(result["connected"]?.integer == 2)
        #expect(result["lost_connections"]?.integer == 1)
    }

    @Test(
        "what makes no sense is a usage error: exit 1",
        arguments: [
            "", "nonsense", "pub --subscribers 1", "sub --publishers 1", "sub --rate 5", "connections -C 1",
            "pairs --hold 1",
            "pairs --publishers 2 --subscribers 3", "latency --window 5", "latency --rate 0", "pub --window 5",
            "pairs --no-spin", "pub --connections 5", "pairs --size 31", "pairs --size 16777217",
            "pairs --publishers 0",
            "pairs --publishers 30001", "fan-in --publishers 1001 --subscribers 1000", "pairs -C 0", "pairs --rate -1",
            "pairs --rate 0.001", "pairs --duration 0", "pairs --threads 65", "pairs --stall 0", "pairs --window 0",
            "pairs -q 3", "connections --connections 60001", "pairs --cafile /no/such/file", "pairs -t a/#",
            "sub -t a/#/b",
        ]
    )
    func usage(words: String) async throws {
        let ended = try await ChildProcess.run(Peers.tinymqtt, ["bench"] + words.split(separator: " ").map(String.init))
        #expect(ended.status == 1, "\(ended.errorText)")
        #expect(ended.output.isEmpty)
        #expect(!ended.errorText.isEmpty)
    }
}
