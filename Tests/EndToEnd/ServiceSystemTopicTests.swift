import Foundation
import Testing

@testable import Support

/// What the broker tells of itself, beside what mosquitto tells.
@Suite("Topics below $SYS", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
struct ServiceSystemTopicTests {
    /// What mosquitto 2.0, which Debian has, does not tell: all of these are topics of mosquitto 2.1.
    private static let newer: Set<String> = {
        let packets = [
            "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback",
            "unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect", "auth",
        ]
        let counts = packets.flatMap { ["mqtt/\($0)/received", "mqtt/\($0)/sent"] }
        return Set(
            (counts + ["connections/socket/count", "packet/out/bytes", "packet/out/count"]).map { "$SYS/broker/\($0)" }
        )
    }()

    /// The topics that a broker tells soon after its start: until `count` of them are there.
    private func topics(_ port: Int, _ count: Int) async throws -> Set<String> {
        let subscriber = try ChildProcess("mosquitto_sub", ["-p", "\(port)", "-t", "$SYS/#", "-F", "%t"])
        let said = try await subscriber.wait(for: "\(count) topics") { Set($0.lines).count >= count }
        return Set(said.lines.map(String.init))
    }

    @Test("have mosquitto's names: all of version 2.0, and those that 2.1 has added")
    func names() async throws {
        let theirs = try await RunningBroker.startMosquitto("allow_anonymous true\nsys_interval 1\n")
        let ours = try await ConfiguredBroker.start("listener 0 127.0.0.1\nallow_anonymous true\nsys_interval 1\n")
        // So many has mosquitto 2.0.11.
        let names = try await topics(theirs.port, 53)
        let ourNames = try await topics(ours.port, names.count + Self.newer.count)
        #expect(ourNames.subtracting(names) == Self.newer.subtracting(names))
        #expect(names.subtracting(ourNames) == [])
        let version = try await ChildProcess.run(
            Peers.tinymqtt,
            ["get", "-p", "\(ours.port)", "-h", "127.0.0.1", "$SYS/broker/version"]
        )
        let program = try await ChildProcess.run(Peers.tinymqtt, ["--version"])
        #expect(version.text == program.text)
        _ = try await ours.stop()
        _ = try await theirs.stop()
    }
}
