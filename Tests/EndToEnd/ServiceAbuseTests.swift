#if os(Linux)
import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A broker that is treated badly: who behaves notices little of it, and its memory stays bounded. The figures are
/// printed; only generous limits are tested, as machines differ.
@Suite("tinymqtt broker: abuse", .serialized)
struct ServiceAbuseTests {
    private static let configuration = """
        listener 0 127.0.0.1
        allow_anonymous true
        password_file @/users
        connect_timeout 2
        max_packet_size 100000
        login_failure_limit 3
        login_failure_delay 1
        """

    /// How much memory the broker may take for what a test does to it, in bytes.
    private static let memoryBound = 100 << 20

    /// Abuses a broker while a healthy pair works, and holds its memory against the bound.
    private func abuse(
        _ name: String,
        _ configuration: String = configuration,
        _ body: (ConfiguredBroker) async throws -> Void
    ) async throws -> ChildProcess.Transcript {
        let users = try TestUsers.line("ann", "secret")
        let broker = try await ConfiguredBroker.start(configuration, files: ["users": users])
        // Code and buffers that stay are not the abuse's.
        _ = try await LatencyProbe.run(port: broker.port) {}
        let before = try broker.residentByteCount()
        let report = try await LatencyProbe.run(port: broker.port) { try await body(broker) }
        let growth = try broker.residentByteCount() - before
        print("\(name): \(report); the broker's memory grew by \(growth >> 10) KiB from \(before >> 10) KiB")
        #expect(growth < Self.memoryBound)
        return try await broker.stop()
    }

    /// Waits until the broker has closed a connection.
    private func untilClosed(_ peer: SocketPeer) async throws {
        while try await peer.readMore() {
            peer.take(peer.unread.count)
        }
    }

    @Test("two thousand silent connections are cut after connect_timeout", .timeLimit(.minutes(2)))
    func silent() async throws {
        // Fewer where the system has fewer files for this process, which has others open.
        let count = min(2_000, OpenFileLimit.raise(to: 4_000) - 500)
        try #require(count > 100)
        let said = try await abuse("\(count) silent connections") { broker in
            var peers: [SocketPeer] = []
            for _ in 0..<count {
                peers.append(try await SocketPeer.connect(port: broker.port))
            }
            for peer in peers {
                try await untilClosed(peer)
            }
        }
        #expect(said.status == 0)
    }

    @Test("senders of single bytes get no more time than others", .timeLimit(.minutes(2)))
    func singleBytes() async throws {
        _ = try await abuse("50 senders of single bytes") { broker in
            let bytes = ControlPacket.connect(.make(String(repeating: "x", count: 200))).encoded(for: .v5_0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 {
                    let peer = try await SocketPeer.connect(port: broker.port)
                    // One byte in each twentieth of a second: ten seconds for what has two.
                    let dripping = peer.drip(bytes, every: .milliseconds(50))
                    group.addTask {
                        try await dripping.get()
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("half-open connections end with their keep-alive, and their wills are published", .timeLimit(.minutes(2)))
    func halfOpen() async throws {
        _ = try await abuse("500 half-open connections") { broker in
            let mourner = try await TestClient.connect(to: broker.port, .make("mourner"))
            try await mourner.subscribe("gone", .atMostOnce)
            var peers: [SocketPeer] = []
            for number in 0..<500 {
                var connect = Connect.make("half \(number)")
                connect.keepAlive = 1
                connect.will = Connect.Will(topic: .text("gone"), payload: [], qos: .atMostOnce, retain: false)
                let peer = try await SocketPeer.connect(port: broker.port)
                peer.send(.connect(connect))
                peers.append(peer)
            }
            for _ in peers {
                #expect(try await mourner.message() != nil)
            }
        }
    }

    @Test("packets that are too large are refused at their first bytes", .timeLimit(.minutes(2)))
    func oversized() async throws {
        _ = try await abuse("500 oversized packets") { broker in
            for number in 0..<500 {
                let client = try await TestClient.connect(to: broker.port, .make("large \(number % 10)"))
                // A PUBLISH of 256 MB, of which a little comes.
                client.peer.send([0x30, 0xFF, 0xFF, 0xFF, 0x7F, 0x00, 0x01, 0x74] + Array(repeating: 0, count: 10_000))
                #expect(try await client.disconnectReason() == .packetTooLarge)
            }
        }
    }

    @Test("receivers that do not read cost what they may, and no more", .timeLimit(.minutes(2)))
    func slowReceivers() async throws {
        _ = try await abuse("20 receivers that do not read, and 100 MB for each") { broker in
            var deaf: [SocketPeer] = []
            for number in 0..<20 {
                let peer = try await SocketPeer.connect(port: broker.port, reads: false)
                peer.send(.connect(.make("deaf \(number)")))
                peer.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("flood", .atMostOnce)])))
                deaf.append(peer)
            }
            let client = try await TestClient.connect(to: broker.port, .make("flood"))
            let payload = String(repeating: "x", count: 90_000)
            for _ in 0..<1_100 {
                try await client.publish("flood", payload, .atMostOnce)
            }
            #expect(try await client.messages().isEmpty)
            // Four megabytes may wait for each connection.
            let held = try broker.residentByteCount()
            print("receivers that do not read: the broker has \(held >> 10) KiB")
            #expect(held < Self.memoryBound + (50 << 20))
            deaf.forEach { $0.close() }
        }
    }

    @Test(
        "who guesses passwords waits longer and longer, and each guess is one line of the log",
        .timeLimit(.minutes(2))
    )
    func guesses() async throws {
        var seconds = 0.0
        let said = try await abuse("5 guesses of a password") { (broker) async throws in
            let start = NIODeadline.now()
            for number in 1...5 {
                var connect = Connect.make("guess-\(number)")
                connect.userName = .text("ann")
                connect.password = Array("guess \(number)".utf8)
                #expect(try await TestClient.connect(to: broker.port, connect).answer == .badUserNameOrPassword)
            }
            seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        }
        // Three are let pass; the others wait one second and two.
        #expect(seconds > 2.5)
        for number in 1...5 {
            let lines = said.errorText.split(separator: "\n").filter { $0.contains("guess-\(number)") }
            #expect(lines.count == 1)
            for word in ["connection from 127.0.0.1:", "refused: ", "user ann"] {
                #expect(lines.first?.contains(word) == true)
            }
        }
    }

    // MARK: By hand

    /// How many connections are held where a person asks for it with the environment variable.
    private static let idleConnectionCount = ProcessInfo.processInfo.environment["IDLE_CONNECTIONS"].flatMap { Int($0) }

    @Test(
        "idle connections cost little",
        .enabled(if: idleConnectionCount != nil, "takes many sockets; IDLE_CONNECTIONS says how many, such as 19000")
    )
    func idle() async throws {
        let count = try #require(Self.idleConnectionCount)
        try #require(OpenFileLimit.raise(to: count + 500) > count)
        let broker = try await ConfiguredBroker.start("listener 0 127.0.0.1\nallow_anonymous true\n")
        _ = try await LatencyProbe.run(port: broker.port) {}
        let before = try broker.residentByteCount()
        var clients: [TestClient] = []
        let report = try await LatencyProbe.run(port: broker.port) {
            for number in 0..<count {
                let client = try await TestClient.connect(to: broker.port, .make("idle \(number)"))
                try #require(client.answer == .success, "connection \(number)")
                clients.append(client)
            }
        }
        let growth = try broker.residentByteCount() - before
        print("\(count) idle connections: \(growth / max(1, count)) bytes for each; meanwhile \(report)")
        clients.forEach { $0.peer.close() }
        _ = try await broker.stop()
    }
}
#endif
