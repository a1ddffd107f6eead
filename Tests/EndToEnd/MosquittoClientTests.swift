import Foundation
import Testing

@testable import Support

/// Debian's mosquitto_pub and mosquitto_sub against our broker.
@Suite(
    "Mosquitto's clients",
    .serialized,
    .enabled(if: Peers.hasMosquitto, "mosquitto and its clients are not installed")
)
struct MosquittoClientTests {
    private static let combinations = ["mqttv31", "mqttv311", "mqttv5"].flatMap { version in
        (0...2).map { (version, $0) }
    }

    @Test("a stream arrives whole and in order, in every version and at every QoS", arguments: combinations)
    func stream(version: String, qos: Int) async throws {
        // Long at each QoS in one version: more than the buffers of the operating system hold. Below 65,536, because
        // mosquitto_pub 2.0 leaves early when its packet identifiers come round.
        let isLong = ["mqttv311 0", "mqttv5 1", "mqttv31 2"].contains("\(version) \(qos)")
        let asked = ProcessInfo.processInfo.environment["STREAM_LINES"].flatMap(Int.init)
        let count = min(asked ?? (isLong ? 30_000 : 3_000), 60_000)
        let broker = try await RunningBroker.startForStream(.tinymqtt)
        let common = ["-h", "127.0.0.1", "-p", "\(broker.port)", "-V", version, "-q", "\(qos)", "-t", "n"]
        let subscriber = try ChildProcess("mosquitto_sub", common + ["-C", "\(count)"])
        try await broker.waitForSubscriptions(1)
        let numbers = (1...count).map { "\($0)\n" }.joined()
        let publisher = try await ChildProcess.run("mosquitto_pub", common + ["-l"], input: numbers)
        #expect(publisher.status == 0)
        let received = try await subscriber.waitForEnd()
        #expect(received.status == 0)
        #expect(received.text == numbers)
        _ = try await broker.stop()
    }

    @Test("a retained message, a will and a session that lasts")
    func sessions() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let common = ["-h", "127.0.0.1", "-p", "\(broker.port)"]
        _ = try await ChildProcess.run("mosquitto_pub", common + ["-t", "house/door", "-m", "open", "-r", "-q", "1"])
        let retained = try await ChildProcess.run("mosquitto_sub", common + ["-t", "house/#", "-v", "-C", "1"])
        #expect(retained.text == "house/door open\n")

        let lasting = common + ["-i", "lasting", "-c", "-q", "1", "-t", "queue"]
        let first = try await ChildProcess.run("mosquitto_sub", lasting + ["-E"])
        #expect(first.status == 0)
        _ = try await ChildProcess.run("mosquitto_pub", common + ["-t", "queue", "-m", "while away", "-q", "1"])
        let second = try await ChildProcess.run("mosquitto_sub", lasting + ["-C", "1"])
        #expect(second.text == "while away\n")

        let witness = try ChildProcess("mosquitto_sub", common + ["-t", "wills", "-C", "1"])
        try await broker.waitForSubscriptions(4)
        let mortal = try ChildProcess(
            "mosquitto_sub",
            common + ["-t", "x", "--will-topic", "wills", "--will-payload", "gone"]
        )
        try await broker.waitForSubscriptions(5)
        mortal.send(signal: SIGKILL)
        #expect(try await witness.waitForEnd().text == "gone\n")
        _ = try await broker.stop()
    }
}
