#if os(Linux)
import Foundation
import Testing

@testable import Support

/// How much memory and time a large store takes. By hand, as it takes minutes: `DURABILITY_MESSAGES` gives the number of
/// messages for one client, and `DURABILITY_SESSIONS` the number of sessions, with ten retained and ten queued messages
/// for each. `CRASH_BROKER` names a release build.
@Suite("tinymqtt broker: large stores", .serialized)
struct DurabilityLoadTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let messageCount = environment["DURABILITY_MESSAGES"].flatMap { Int($0) }
    private static let sessionCount = environment["DURABILITY_SESSIONS"].flatMap { Int($0) }

    /// How much memory the broker may take, however much it has to keep, in bytes.
    private static let memoryBound = 256 << 20

    /// How long `body` takes and how much memory the broker had at most meanwhile; printed, too.
    @discardableResult
    private func measure(_ what: String, _ broker: CrashBroker, _ body: () async throws -> Void) async throws -> Int {
        try broker.process.forgetPeak()
        let start = ContinuousClock.now
        try await body()
        let peak = try broker.process.peakByteCount()
        print("large stores: \(what): \(ContinuousClock.now - start), at most \(peak >> 20) MiB")
        return peak
    }

    @Test(
        "a queue larger than memory stays on disk, and streams out",
        .enabled(if: messageCount != nil, "by hand: DURABILITY_MESSAGES=10000000")
    )
    func longQueue() async throws {
        let count = Self.messageCount ?? 0
        let broker = try await CrashBroker(
            """
            persistence true
            persistence_location @
            max_queued_messages 0
            max_inflight_messages 1000
            """
        )
        let plan = CrashFlood.Plan(clientIdentifier: "absentee", topic: "queue", role: .receiver(count: count))
        try await CrashFlood(port: broker.port, plan).close()
        var peak = try await measure("\(count) messages for one absent client", broker) {
            let role = CrashFlood.Role.publisher(count: count, window: 2_000)
            let publisher = try await CrashFlood(
                port: broker.port,
                CrashFlood.Plan(clientIdentifier: "publisher", topic: "queue", role: role)
            )
            publisher.start()
            try await publisher.wait()
            try await publisher.close()
        }
        #expect(peak < Self.memoryBound)
        let before = ContinuousClock.now
        try await broker.kill()
        try broker.spawn()
        try await broker.untilListening()
        print("large stores: start with \(count) messages after a crash: \(ContinuousClock.now - before)")
        peak = try await measure("draining them", broker) {
            let receiver = try await CrashFlood(port: broker.port, plan)
            #expect(try await receiver.wait() == 0)
        }
        #expect(peak < Self.memoryBound)
        #expect(try await broker.stop().status == 0)
    }

    /// What fills a store: sessions with a subscription each, and ten times as many retained and queued messages.
    private static func filling(sessionCount: Int) -> String {
        let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
        let payload = "zeroblob(100)"
        return """
            BEGIN;
            \(numbers) \(sessionCount)) INSERT INTO session (number, client_identifier, listener, mount_point,
                expiry_interval, is_connected, sent_through) SELECT i, 'client-' || i, 0, x'', 4294967295, 0, 0 FROM n;
            INSERT INTO subscription (session, share_name, topic_filter, options, identifier)
                SELECT number, '', 'client/' || number || '/#', 1, 0 FROM session;
            \(numbers) 10) INSERT INTO delivery (session, position, stage, qos, retain, size, message_qos,
                message_retain, topic, payload)
                SELECT number, i, 0, 1, 0, 100 + length('client/' || number || '/x'), 1, 0, 'client/' || number || '/x',
                    \(payload) FROM session, n;
            \(numbers) \(sessionCount * 10)) INSERT INTO retained (topic, message_qos, message_retain, source_listener,
                payload) SELECT 'state/' || i, 1, 1, 0, \(payload) FROM n;
            COMMIT;
            """
    }

    @Test(
        "a large store opens in seconds",
        .enabled(if: sessionCount != nil, "by hand: DURABILITY_SESSIONS=100000")
    )
    func largeStore() async throws {
        let count = Self.sessionCount ?? 0
        let broker = try await CrashBroker("persistence true\npersistence_location @")
        try await broker.stop()
        let path = broker.path("tinymqtt.db")
        let filled = try await ChildProcess.run(
            "sqlite3",
            [path, Self.filling(sessionCount: count)],
            within: 600
        )
        try #require(filled.status == 0, "\(filled.errorText)")
        let start = ContinuousClock.now
        try broker.spawn()
        try await broker.untilListening()
        let duration = ContinuousClock.now - start
        let resident = try broker.process.residentByteCount()
        print("large stores: start with \(count) sessions: \(duration), \(resident >> 20) MiB")
        print(broker.process.soFar.errorText)
        #expect(broker.process.soFar.errorText.contains("\(count * 10) messages"))
        #expect(try await broker.stop().status == 0)
    }
}
#endif
