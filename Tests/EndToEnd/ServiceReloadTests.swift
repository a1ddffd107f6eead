import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A broker that reads its configuration again while it works.
@Suite("A reload under load", .serialized)
struct ServiceReloadTests {
    private static let clientCount = 100
    /// Ten thousand a second in all: each of fifty publishers two in a hundredth of a second.
    private static let publisherCount = clientCount / 2
    private static let messagesPerTick = 2
    private static let messageCount = 500

    /// The configuration of a round: rights, users and limits change, and what the clients do stays allowed.
    private static func configuration(_ round: Int) -> String {
        """
        listener 0 127.0.0.1
        password_file @/users
        acl_file @/list
        login_failure_limit 0
        max_inflight_messages \(round % 2 == 0 ? 100 : 20)
        max_queued_messages \(100_000 + round)
        max_packet_size \(100_000 + round)
        max_keepalive \(600 + round)
        """
    }

    /// The line of the user who stays. Made once: with another salt it would count as another password.
    private static let user = Result { try TestUsers.line("load", "secret") }

    private static func files(_ round: Int) throws -> [String: String] {
        [
            "users": try user.get() + TestUsers.line("user\(round)", "secret"),
            "list": "user load\ntopic readwrite load/#\nuser user\(round)\ntopic read round/\(round)\n",
        ]
    }

    private static func connect(_ clientIdentifier: String, _ userName: String) -> Connect {
        var connect = Connect.make(clientIdentifier)
        connect.userName = .text(userName)
        connect.password = Array("secret".utf8)
        return connect
    }

    @Test("ten reloads: no connection ends, and no message of QoS 1 is lost, doubled or moved", .timeLimit(.minutes(2)))
    func underLoad() async throws {
        let broker = try await ConfiguredBroker.start(Self.configuration(0), files: try Self.files(0))
        var publishers: [LoadPeer] = []
        var subscribers: [LoadPeer] = []
        for number in 0..<Self.publisherCount {
            let topic = "load/\(number)"
            let subscriber = LoadPeer.Plan(connect: Self.connect("s\(number)", "load"), subscription: topic)
            subscribers.append(try await LoadPeer(port: broker.port, subscriber))
            let publisher = LoadPeer.Plan(
                connect: Self.connect("p\(number)", "load"),
                topic: topic,
                messageCount: Self.messageCount,
                messagesPerTick: Self.messagesPerTick
            )
            publishers.append(try await LoadPeer(port: broker.port, publisher))
        }
        let start = NIODeadline.now()
        publishers.forEach { $0.start() }
        for round in 1...10 {
            try broker.rewrite(Self.configuration(round), files: try Self.files(round))
            try await broker.reload()
            // The users and limits of this round hold, and those of the last one do not any more.
            let new = try await TestClient.connect(to: broker.port, Self.connect("new", "user\(round)"))
            #expect(new.connack?.properties[integer: .maximumPacketSize] == UInt32(100_000 + round))
            #expect(try await new.subscribe("round/\(round)") == .grantedQoS2)
            #expect(try await new.subscribe("round/\(round - 1)") == .notAuthorized)
            let old = try await TestClient.connect(to: broker.port, Self.connect("old", "user\(round - 1)"))
            #expect(old.answer == .badUserNameOrPassword)
        }
        let reloaded = NIODeadline.now()
        for (publisher, subscriber) in zip(publishers, subscribers) {
            _ = await publisher.progress.wait(within: 60) { $0.acknowledgedCount == Self.messageCount || $0.end != nil }
            _ = await subscriber.progress.wait(within: 60) { $0.receivedCount == Self.messageCount || $0.end != nil }
            #expect(publisher.progress.value == .init(acknowledgedCount: Self.messageCount))
            #expect(subscriber.progress.value == .init(receivedCount: Self.messageCount))
        }
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        let rate = Int(Double(Self.publisherCount * Self.messageCount) / seconds)
        let reloadSeconds = Double((reloaded - start).nanoseconds) / 1e9
        print("reload under load: \(rate) messages a second, ten reloads in \(reloadSeconds) s of \(seconds) s")
        for peer in publishers + subscribers { peer.close() }
        _ = try await broker.stop()
    }

    @Test(
        "a configuration that is wrong changes nothing, and the log has its file and line",
        arguments: [
            ("users", "load\u{3A}plain text\n", "users:1: "), ("list", "user load\nnonsense a\n", "list:2: "),
            ("tinymqtt.conf", "listener 0 127.0.0.1\nmax_packet_size none\n", "tinymqtt.conf:2: "),
        ]
    )
    func broken(file: String, text: String, place: String) async throws {
        let broker = try await ConfiguredBroker.start(Self.configuration(1), files: try Self.files(1))
        let client = try await TestClient.connect(to: broker.port, Self.connect("a", "load"))
        #expect(try await client.subscribe("load/1") == .grantedQoS2)
        var files = try Self.files(2)
        files[file] = text
        try broker.rewrite(file == "tinymqtt.conf" ? text : Self.configuration(2), files: files)
        let line = try await broker.reloadInVain()
        #expect(line.contains(broker.path(place)))

        // The connection, the rights, the users and the limits are those of before.
        #expect(try await client.publish("load/1", "still there") == .success)
        #expect(try await client.payloads() == ["still there"])
        let user = try await TestClient.connect(to: broker.port, Self.connect("b", "user1"))
        #expect(user.connack?.properties[integer: .maximumPacketSize] == 100_001)
        #expect(try await user.subscribe("round/1") == .grantedQoS2)
        let new = try await TestClient.connect(to: broker.port, Self.connect("c", "user2"))
        #expect(new.answer == .badUserNameOrPassword)
        // And once it is right, it holds.
        try broker.rewrite(Self.configuration(2), files: try Self.files(2))
        try await broker.reload()
        let later = try await TestClient.connect(to: broker.port, Self.connect("c", "user2"))
        #expect(later.connack?.properties[integer: .maximumPacketSize] == 100_002)
        _ = try await broker.stop()
    }
}
