#if os(Linux)
import Foundation
import Testing

@testable import Support

/// What durability costs: 100 publishers with a window of 10 and QoS 1, each to a lasting session of its own. By hand:
/// `DURABILITY_BENCHMARK` gives the number of messages of each publisher, `CRASH_BROKER` names a release build. The
/// clients are part of this process, so that their build counts too.
@Suite("Durability benchmarks", .serialized)
struct DurabilityBenchmarks {
    private static let environment = ProcessInfo.processInfo.environment
    private static let messageCount = environment["DURABILITY_BENCHMARK"].flatMap { Int($0) }
    private static let pairCount = 100
    private static let window = 10

    @Test("Throughput", .enabled(if: messageCount != nil, "by hand: DURABILITY_BENCHMARK=2000"))
    func throughput() async throws {
        let count = Self.messageCount ?? 0
        print("durability: the disk does \(Int(try Self.synchronizationRate())) fsync/s of 4 KiB")
        let limits = "max_queued_messages 0\nmax_inflight_messages 100"
        try await measureOurs("in memory", limits, count)
        for level in ["off", "normal", "full"] {
            let lines = "persistence true\npersistence_location @\npersistence_sync \(level)\n\(limits)"
            try await measureOurs("persistence_sync \(level)", lines, count)
        }
        guard Peers.path(of: "mosquitto") != nil else { return print("durability: no mosquitto here") }
        try await measureMosquitto("mosquitto in memory", limits, count)
        let saving = "persistence true\npersistence_location @/\nautosave_on_changes"
        try await measureMosquitto(
            "mosquitto, saved each second",
            "\(saving) false\nautosave_interval 1\n\(limits)",
            count
        )
        try await measureMosquitto(
            "mosquitto, saved at each change",
            "\(saving) true\nautosave_interval 1\n\(limits)",
            min(count, 20)
        )
    }

    private func measureOurs(_ name: String, _ configuration: String, _ count: Int) async throws {
        let broker = try await CrashBroker(configuration)
        try await measure(name, broker.process, port: broker.port, count)
        try await broker.stop()
    }

    private func measureMosquitto(_ name: String, _ configuration: String, _ count: Int) async throws {
        let folder = try TemporaryFolder()
        let port = try RunningBroker.freePort()
        let lines = configuration.split(separator: "@", omittingEmptySubsequences: false).joined(separator: folder.path)
        // It gives up the rights of root otherwise, and cannot write to the folder then.
        let path = try folder.write(
            """
            user root
            listener \(port) 127.0.0.1
            allow_anonymous true
            connection_messages false
            set_tcp_nodelay true
            \(lines)

            """,
            to: "mosquitto.conf"
        )
        let process = try ChildProcess(Peers.path(of: "mosquitto") ?? "mosquitto", ["-c", path])
        try await process.waitForError("running")
        try await measure(name, process, port: port, count)
        process.send(signal: SIGTERM)
        _ = try await process.waitForEnd()
    }

    private func measure(_ name: String, _ process: ChildProcess, port: Int, _ count: Int) async throws {
        var receivers: [CrashFlood] = []
        var publishers: [CrashFlood] = []
        for number in 100..<100 + Self.pairCount {
            receivers.append(
                try await CrashFlood(
                    port: port,
                    CrashFlood.Plan(clientIdentifier: "r\(number)", topic: "t/\(number)", role: .receiver(count: count))
                )
            )
            let role = CrashFlood.Role.publisher(count: count, window: Self.window)
            publishers.append(
                try await CrashFlood(
                    port: port,
                    CrashFlood.Plan(clientIdentifier: "p\(number)", topic: "t/\(number)", role: role)
                )
            )
        }
        let busyBefore = try process.processorSeconds()
        let start = ContinuousClock.now
        publishers.forEach { $0.start() }
        for receiver in receivers {
            #expect(try await receiver.wait() == 0)
        }
        for publisher in publishers {
            try await publisher.wait()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let total = Double(count * Self.pairCount)
        // On a machine that has other things to do, this says more than the rate.
        let busy = (try process.processorSeconds() - busyBefore) / total * 1_000_000
        print(
            "durability: \(name): \(Int(total / seconds)) messages/s, "
                + "\((busy * 10).rounded() / 10) µs of the broker's processor time for each"
        )
        for client in publishers + receivers {
            try await client.close()
        }
    }

    /// How often in a second the disk can be waited for.
    private static func synchronizationRate() throws -> Double {
        let folder = try TemporaryFolder()
        try folder.write("", to: "probe")
        let file = try FileHandle(forWritingTo: URL(filePath: folder.path("probe")))
        let block = Data(repeating: 1, count: 4_096)
        let start = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - start < .seconds(2) {
            try file.write(contentsOf: block)
            try file.synchronize()
            count += 1
        }
        try file.close()
        return Double(count) / ((ContinuousClock.now - start) / .seconds(1))
    }
}
#endif
