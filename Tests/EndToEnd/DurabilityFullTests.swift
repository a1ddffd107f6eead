#if os(Linux)
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A broker whose store has no room left refuses what it would have to store, does everything else, and goes on by
/// itself when there is room.
@Suite("tinymqtt broker: a full store", .serialized)
struct DurabilityFullTests {
    private static let fillCount = 15
    private static let filling = String(repeating: "x", count: 100_000)

    private static func lasting(_ clientIdentifier: String, _ version: ProtocolVersion = .v5_0) -> Connect {
        var connect = Connect.make(clientIdentifier)
        connect.version = version
        connect.cleanStart = false
        if version == .v5_0 { connect.properties[integer: .sessionExpiryInterval] = 3_600 }
        return connect
    }

    private static func older(_ clientIdentifier: String) -> Connect {
        var connect = Connect.make(clientIdentifier)
        connect.version = .v3_1_1
        return connect
    }

    @Test("files that may not grow", .timeLimit(.minutes(2)))
    func fileSize() async throws {
        try await fill(CrashShortage(.fileSize))
    }

    @Test(
        "a file system that is full",
        .enabled(if: CrashShortage.canMount, "only root may mount a small file system"),
        .timeLimit(.minutes(2))
    )
    func fileSystem() async throws {
        try await fill(CrashShortage(.fileSystem))
    }

    private func fill(_ shortage: CrashShortage) async throws {
        // Only its own user may change the limits of a process, and this process may be root's.
        let broker = try await CrashBroker(
            "user root\npersistence true\npersistence_location \(shortage.folder.path)"
        )
        let absentee = try await TestClient.connect(to: broker.port, Self.lasting("absentee"))
        try await absentee.subscribe("queue/#", .atLeastOnce)
        try await absentee.disconnect()
        let witness = try await TestClient.connect(to: broker.port, .make("witness"))
        try await witness.subscribe("live", .exactlyOnce)
        let modern = try await TestClient.connect(to: broker.port, .make("modern"))
        #expect(try await modern.publish("state", "kept", .atLeastOnce, retain: true) == .noMatchingSubscribers)

        try shortage.begin(for: broker.process)
        let filler = try await TestClient.connect(to: broker.port, .make("filler"))
        for number in 0..<Self.fillCount {
            let payload = "\(number):" + Self.filling
            filler.send(
                .publish(Publish("queue/fill", payload, qos: .atLeastOnce, packetIdentifier: UInt16(number + 1)))
            )
        }
        try await broker.process.waitForError("the store takes nothing until this is over")
        try await checkRefusals(broker, modern)
        try await checkService(broker, modern, witness)

        try shortage.end(for: broker.process)
        try await broker.process.waitForError("the store takes messages again")
        var accepted: Set<String> = []
        for _ in 0..<Self.fillCount {
            guard case .puback(let puback)? = try await filler.peer.receive() else { break }
            if puback.reasonCode == .success { accepted.insert("\(puback.packetIdentifier - 1)") }
        }
        #expect(!accepted.isEmpty)
        #expect(try await modern.publish("queue/more", "accepted:", .exactlyOnce) == .success)
        accepted.insert("accepted")
        try await checkPromises(broker, accepted)
        #expect(try await broker.stop().status == 0)
    }

    /// What would have to be stored is refused, so that nobody takes it for safe.
    private func checkRefusals(_ broker: CrashBroker, _ modern: TestClient) async throws {
        #expect(try await modern.publish("queue/more", "refused:", .atLeastOnce) == .quotaExceeded)
        #expect(try await modern.publish("queue/more", "refused:", .exactlyOnce) == .quotaExceeded)
        #expect(try await modern.publish("state", "refused", .atLeastOnce, retain: true) == .quotaExceeded)
        let older = try await TestClient.connect(to: broker.port, Self.older("older"))
        #expect(try await older.publish("queue/more", "refused:", .atLeastOnce) == nil)
        let lasting = try await TestClient.connect(to: broker.port, Self.lasting("another"))
        #expect(lasting.answer == .quotaExceeded)
    }

    /// What need not be stored goes on.
    private func checkService(_ broker: CrashBroker, _ modern: TestClient, _ witness: TestClient) async throws {
        #expect(try await modern.publish("live", "1", .atLeastOnce) == .success)
        #expect(try await modern.publish("live", "2", .exactlyOnce) == .success)
        try await modern.publish("live", "0", .atMostOnce)
        for expected in ["1", "2", "0"] {
            #expect(try await witness.message()?.payloadText == expected)
        }
        try await checkRetained(broker)
    }

    private func checkRetained(_ broker: CrashBroker) async throws {
        let reader = try await TestClient.connect(to: broker.port, .make("reader"))
        try await reader.subscribe("state")
        #expect(try await reader.message()?.payloadText == "kept")
        try await reader.disconnect()
    }

    /// After a crash, all that was acknowledged is there, and nothing that was refused.
    private func checkPromises(_ broker: CrashBroker, _ accepted: Set<String>) async throws {
        try await broker.kill()
        try broker.spawn()
        try await broker.untilListening()
        let absentee = try await TestClient.connect(to: broker.port, Self.lasting("absentee"))
        #expect(absentee.connack?.sessionPresent == true)
        var received: Set<String> = []
        while received.count < accepted.count, let message = try await absentee.message() {
            received.insert(String(message.payloadText.prefix { $0 != ":" }))
        }
        received.formUnion(try await absentee.payloads().map { String($0.prefix { $0 != ":" }) })
        #expect(received == accepted)
        try await checkRetained(broker)
    }
}
#endif
