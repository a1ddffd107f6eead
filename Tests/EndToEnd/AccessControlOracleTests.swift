import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Random access control files, held against what Debian's mosquitto does with them.
///
/// Where the two are known to differ, nothing is asked: mosquitto 2.0 fills names into topics that begin with `$`, and
/// takes names inside a level.
@Suite(
    "Access control as mosquitto has it",
    .serialized,
    .enabled(if: Peers.hasMosquitto, "mosquitto is not installed")
)
struct AccessControlOracleTests {
    private static let fileCount = 30
    private static let questionsPerClient = 16
    private static let words = ["a", "b", "c1", "ann", ""]

    /// A random file with rules for several users, and patterns.
    private static func makeFile(_ random: inout SeededGenerator) -> String {
        func filter(_ words: [String]) -> String {
            var levels = (0..<random.pick(1...3)).map { _ in random.pick(words + ["+"]) }
            if random.oneIn(4) { levels.append("#") }
            let text = levels.joined(separator: "/")
            return text.isEmpty ? "#" : text
        }
        var text = ""
        for user in [nil, "ann", "bob", "a+"] {
            if let user { text += "user \(user)\n" }
            for _ in 0..<random.pick(0...4) {
                text += "topic \(random.pick(["", "read ", "write ", "readwrite ", "deny "]))\(filter(words))\n"
            }
        }
        // Who publishes what others may receive.
        text += "user root\ntopic #\n"
        for _ in 0..<random.pick(0...3) {
            let access = random.pick(["", "read ", "write ", "readwrite ", "deny "])
            text += "pattern \(access)\(filter(["a", "%c", "%u", ""]))\n"
        }
        return text
    }

    private static func connect(
        _ broker: RunningBroker,
        _ userName: String?,
        _ clientIdentifier: String
    ) async throws -> SocketPeer {
        let peer = try await SocketPeer.connect(port: broker.port)
        var connect = Connect.make(clientIdentifier)
        connect.userName = userName.map(UTF8String.text)
        peer.send(.connect(connect))
        #expect(try await peer.receive()?.type == .connack)
        return peer
    }

    @Test("what Clients may publish and receive", arguments: 0..<fileCount)
    func decisions(number: Int) async throws {
        var random = SeededGenerator(seed: UInt64(number) &* 7_919 &+ 1)
        let text = Self.makeFile(&random)
        let folder = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: NSNumber(value: 0o755)], ofItemAtPath: folder.path)
        let list = try AccessControlList.read(try folder.write(text, to: "acl"))
        let broker = try await RunningBroker.startMosquitto(
            "allow_anonymous true\nset_tcp_nodelay true\nacl_file \(folder.path("acl"))\n"
        )
        let root = try await Self.connect(broker, "root", "root")
        for userName in [nil, "ann", "bob", "a+", "eve"] {
            for clientIdentifier in ["c1", "b"] {
                let profile = list.profile(
                    userName: userName.map(UTF8String.text),
                    clientIdentifier: .text(clientIdentifier)
                )
                let peer = try await Self.connect(broker, userName, clientIdentifier)
                peer.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("#", .atMostOnce)])))
                #expect(try await peer.receive()?.type == .suback)
                for _ in 0..<Self.questionsPerClient {
                    let topic = (0..<random.pick(1...4)).map { _ in random.pick(Self.words) }.joined(separator: "/")
                    guard !topic.isEmpty else { continue }
                    let bytes = UTF8String.text(topic).bytes
                    let who = "\(userName ?? "nobody") (\(clientIdentifier)), \(topic), by:\n\(text)"
                    let mayReceive = profile.decision(.receive, bytes.span) == .allowed
                    #expect(try await Self.receives(peer, topic, from: root) == mayReceive, "receive: \(who)")
                    let mayPublish = profile.decision(.publish, bytes.span) == .allowed
                    #expect(try await Self.publishes(peer, topic) == mayPublish, "publish: \(who)")
                    // What it sent itself may come back.
                    _ = try await Self.arrivals(peer)
                }
                peer.close()
            }
        }
        _ = try await broker.stop()
    }

    /// Whether the broker takes a message.
    private static func publishes(_ peer: SocketPeer, _ topic: String) async throws -> Bool {
        peer.send(.publish(Publish(topic, "x", qos: .atLeastOnce, packetIdentifier: 1)))
        while let packet = try await peer.receive() {
            if case .puback(let answer) = packet { return answer.reasonCode != .notAuthorized }
        }
        throw ChildProcess.Timeout(description: "no PUBACK for \(topic)")
    }

    /// Whether a message of another Client arrives.
    private static func receives(_ peer: SocketPeer, _ topic: String, from root: SocketPeer) async throws -> Bool {
        try #require(try await publishes(root, topic))
        return try await arrivals(peer) > 0
    }

    /// How many messages are on their way to a Client: the answer to a ping comes behind them.
    private static func arrivals(_ peer: SocketPeer) async throws -> Int {
        peer.send(.pingreq)
        var count = 0
        while let packet = try await peer.receive(), packet.type != .pingresp {
            count += 1
        }
        return count
    }
}
