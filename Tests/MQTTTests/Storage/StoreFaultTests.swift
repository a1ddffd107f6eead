import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What happens when the disk is full, when pages are damaged, and when others read the file.
@Suite("Store: faults")
struct StoreFaultTests {
    private static let large = [UInt8](repeating: 7, count: 20_000)

    /// Gives a session so many messages of a large and a small kind.
    private static func batch(_ number: UInt64, messageCount: UInt64) -> StoreBatch {
        StoreBatch(number) { batch in
            batch.keep(1, "c")
            for position in 1...messageCount {
                let payload = position.isMultiple(of: 2) ? large : [1]
                batch.deliver(.test(payload: payload), to: 1, at: number * 1_000 + position)
            }
            batch.retain(StoredRetainedMessage(message: .test("t\(number)")))
        }
    }

    private func reason(_ outcome: StoreOutcome) -> String? {
        switch outcome {
        case .written: nil
        case .failed(let reason): reason
        }
    }

    @Test("on a full disk nothing of a batch is written; when there is room, the same batch is, once")
    func full() async throws {
        let harness = try StoreHarness()
        let store = try harness.open(maximumPageCount: 40)
        try await store.writeSuccessfully(Self.batch(1, messageCount: 4))
        var second = Self.batch(2, messageCount: 100)
        second.end(StoreBatch.Place(position: 1_002), of: 1)
        second.removeRetained(.text("t1"))
        for _ in 0..<3 {
            let reason = try #require(try await reason(store.write(second)))
            #expect(reason.contains(harness.path) && reason.contains("make room on the disk"), "\(reason)")
            #expect(try store.contents().summary.queuedMessageCount == 4)
        }
        // What needs no room is still written.
        try await store.writeSuccessfully(StoreBatch(3) { $0.end(StoreBatch.Place(position: 1_001), of: 1) })
        #expect(try await store.queue(of: 1, number: 4).map(\.position) == [1_002, 1_003, 1_004])
        try store.limit(pageCount: 1_000_000)
        try await store.writeSuccessfully(second)
        let expected = [1_003, 1_004] + (2_001...2_100).map { UInt64($0) }
        let queue = try await store.queue(of: 1, number: 5)
        #expect(queue.map(\.position) == expected)
        #expect(queue.allSatisfy { $0.message?.size == ($0.position.isMultiple(of: 2) ? Self.large.count + 1 : 2) })
        await store.finish()
        let contents = try await harness.contents()
        #expect(contents.retained.keys.map(\.description) == ["t2"])
        #expect(try StoreCheck(path: harness.path).problems == [])
    }

    @Test("a message that cannot be read ends the answer to one request, and nothing else")
    func unanswered() async throws {
        let harness = try StoreHarness()
        try await harness.use { try await $0.writeSuccessfully(StoreBatch(1) { $0.keep(1, "c") }) }
        try harness.execute(
            "INSERT INTO delivery (session, position, stage, qos, retain, size, message) VALUES (1, 1, 0, 1, 0, 9, 77)"
        )
        let store = try harness.open()
        var batch = StoreBatch(number: 1)
        batch.deliver(.test(), to: 1, at: 2)
        for position in [UInt64(0), 1] {
            batch.request(StoredDeliveryRequest(session: 1, after: position, messageLimit: 9, byteLimit: 99))
        }
        let answers = try await store.writeSuccessfully(batch)
        #expect(answers.map(\.deliveries.count) == [0, 1])
        let problem = try #require(answers.first?.problem)
        #expect(problem.contains("refers to message 77, which is not there"), "\(problem)")
        #expect(problem.contains("--check-store \(harness.path)"), "\(problem)")
        #expect(answers.last?.problem == nil)
        await store.finish()
        #expect(try harness.number("SELECT count(*) FROM delivery") == 2)
        let problems = try StoreCheck(path: harness.path).problems
        #expect(
            problems == [
                "1 rows of table delivery refer to a message that is not there: put a copy of the file in its place"
            ]
        )
    }

    @Test(
        "a value that cannot be is an error that names the file, and no trap",
        arguments: [
            "UPDATE session SET expiry_interval = -1", "UPDATE session SET client_identifier = CAST(x'FF' AS TEXT)",
            "UPDATE session SET will_topic = 't', will_properties = x'05'", "UPDATE session SET will_topic = 't'",
            "UPDATE subscription SET options = 3", "UPDATE subscription SET identifier = 1 << 40",
            "UPDATE unreleased SET packet_identifier = 65536", "UPDATE delivery SET size = -1 << 62",
            "UPDATE retained SET message_qos = 3", "UPDATE retained SET topic = printf('%070000d', 1)",
        ]
    )
    func impossibleValue(_ change: String) async throws {
        let harness = try StoreHarness()
        let filter = TopicFilter(shareName: nil, filter: .text("a"))
        let options = SubscriptionOptions(maximumQoS: .atMostOnce)
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(1, "c")
                    batch.subscribe(1, to: filter, StoredSubscription(filter: filter, options: options, identifier: 1))
                    batch.setUnreleased(1, of: 1, true)
                    batch.deliver(.test(), to: 1, at: 1)
                    batch.retain(StoredRetainedMessage(message: .test()))
                }
            )
        }
        try harness.execute(change)
        let store = try harness.open()
        if change.contains("size") {
            // A sum has no bounds of its own; a broker that counts with it must not trap.
            #expect(try store.contents().sessions[1]?.queue.byteCount == -1 << 62)
        } else {
            let error = #expect(throws: StoreError.self) { try store.contents() }
            #expect(error?.kind == .corrupt)
            #expect(error?.description.hasPrefix("\(harness.path): cannot read") == true, "\(error.debugDescription)")
        }
        await store.finish()
    }

    @Test("damaged pages are named by the check, and stop what reads them with an error that says what to do")
    func damagedPages() async throws {
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(1, "c")
                    for position in 1...3_000 as ClosedRange<UInt64> {
                        batch.deliver(.test(payload: [UInt8](repeating: 1, count: 100)), to: 1, at: position)
                    }
                }
            )
        }
        let size = 4_096
        let file = try FileHandle(forUpdating: URL(filePath: harness.path))
        let pageCount = Int(try file.seekToEnd()) / size
        try file.seek(toOffset: UInt64(pageCount / 2 * size))
        try file.write(contentsOf: Data(repeating: 0xA5, count: 10 * size))
        try file.close()

        let check = try StoreCheck(path: harness.path)
        #expect(check.problems.count >= 10)
        let page = pageCount / 2 + 3
        #expect(
            check.problems.contains { $0.hasPrefix("table delivery, ") && $0.contains(" \(page)") },
            "\(check.problems)"
        )
        #expect(check.problems.allSatisfy { $0.contains("sqlite3 \(harness.path) .recover") })

        let store = try harness.open()
        let error = #expect(throws: StoreError.self) { try store.contents() }
        #expect(error?.kind == .corrupt)
        #expect(error?.problem.contains("--check-store \(harness.path) tells where") == true)
        let outcome = try await store.write(
            StoreBatch(2) { batch in
                for position in 1...3_000 as ClosedRange<UInt64> {
                    batch.end(StoreBatch.Place(position: position), of: 1)
                }
            }
        )
        #expect(reason(outcome)?.contains("the file is damaged") == true)
        // What lies elsewhere is still written.
        try await store.writeSuccessfully(StoreBatch(3) { $0.keep(2, "d") })
        await store.finish()
    }

    @Test(
        "a store can be copied while it is written, and the copy has whole batches only",
        .enabled(
            if: Peers.isContinuousIntegration || Peers.path(of: "sqlite3") != nil,
            "sqlite3 is missing: apt-get install sqlite3"
        )
    )
    func copying() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        let payload = [UInt8](repeating: 3, count: 3_000)
        var number: UInt64 = 1
        func writeNext() async throws {
            try await store.writeSuccessfully(
                StoreBatch(number) { batch in
                    if number == 1 { (1...2).forEach { batch.keep($0, "c\($0)") } }
                    for session in 1...2 as ClosedRange<UInt64> {
                        for position in 1...20 as ClosedRange<UInt64> {
                            batch.deliver(.test(payload: payload), to: session, at: number * 100 + position)
                        }
                    }
                }
            )
            number += 1
        }
        for _ in 0..<50 {
            try await writeNext()
        }
        let copy = harness.folder.path("copy.db")
        let tool = try ChildProcess(
            try #require(Peers.path(of: "sqlite3")),
            [harness.path, ".timeout 60000", ".backup '\(copy)'"]
        )
        // Until it has ended; a backup begins anew when the file changes under it, so that it must not be starved.
        while tool.soFar.status == nil, number < 200 {
            try await writeNext()
        }
        let end = try await tool.waitForEnd()
        #expect(end.status == 0, "\(end.errorText)")
        await store.finish()
        let copied = try SQLiteStore.open(path: copy, synchronization: .off)
        let contents = try copied.contents()
        let counts = contents.sessions.values.map(\.queue.messageCount)
        #expect(counts.count == 2 && counts[0] == counts[1])
        #expect(counts[0] >= 1_000 && counts[0].isMultiple(of: 20))
        await copied.finish()
        #expect(try StoreCheck(path: copy).problems == [])
    }
}
