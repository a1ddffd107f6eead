import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What batches do to what earlier ones have stored: counts of shared contents, ends, and what cancels itself.
@Suite("Store: shared contents and ends")
struct StoreReferenceTests {
    private static let large = StoredMessage.test(payload: [UInt8](repeating: 9, count: 5_000))

    private func place(_ position: UInt64) -> StoreBatch.Place { StoreBatch.Place(position: position) }

    @Test("a content that several sessions are owed is stored once, and goes with the last of them")
    func sharing() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        try await store.writeSuccessfully(
            StoreBatch(1) { batch in
                let content = batch.add(.test(payload: [1]))
                for session in 1...4 as ClosedRange<UInt64> {
                    batch.keep(session, "c\(session)")
                    _ = batch.deliver(
                        content,
                        to: session,
                        at: session * 10,
                        qos: .exactlyOnce,
                        retain: false,
                        isSent: false,
                        subscriptionIdentifiers: []
                    )
                }
            }
        )
        #expect(try harness.number("SELECT count(*) FROM message") == 1)
        #expect(try harness.number("SELECT reference_count FROM message_reference") == 4)
        try await store.writeSuccessfully(
            StoreBatch(2) { batch in
                batch.release(place(10), of: 1)
                batch.end(place(20), of: 2)
                batch.end(place(21), of: 2)
            }
        )
        #expect(try harness.number("SELECT reference_count FROM message_reference") == 2)
        try await store.writeSuccessfully(StoreBatch(3) { $0.end(place(10), of: 1) })
        #expect(try harness.number("SELECT reference_count FROM message_reference") == 2)
        let queue = try await store.queue(of: 3, number: 4)
        #expect(queue.map { $0.message.map(ContentValue.init)?.payload } == [[1]])
        try await store.writeSuccessfully(
            StoreBatch(5) { batch in
                batch.release(place(30), of: 3)
                batch.end(place(40), of: 4)
            }
        )
        #expect(try harness.number("SELECT count(*) FROM message") == 0)
        #expect(try harness.number("SELECT count(*) FROM message_reference") == 0)
        #expect(try await store.queue(of: 3, number: 6).map(\.stage) == [.released])
        await store.finish()
        #expect(try StoreCheck(path: harness.path).problems == [])
    }

    @Test("a delivery that is over before it is written leaves nothing, nor does a content that nobody wants")
    func cancellation() async throws {
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(1, "a")
                    _ = batch.add(Self.large)
                    let over = batch.deliver(Self.large, to: 1, at: 1)
                    batch.deliver(Self.large, to: 1, at: 2)
                    let released = batch.deliver(Self.large, to: 1, at: 3, qos: .exactlyOnce)
                    batch.end(over, of: 1)
                    batch.release(released, of: 1)
                }
            )
        }
        #expect(try harness.number("SELECT count(*) FROM delivery") == 2)
        #expect(try harness.number("SELECT count(*) FROM message") == 1)
        let contents = try await harness.contents()
        let queue = StoredQueueSummary(messageCount: 2, byteCount: Self.large.size, qos0Count: 0, lastPosition: 3)
        #expect(contents.sessions[1]?.queue == queue)
    }

    @Test("what a batch says of a session that it ends is left out; its number stays known until all is gone")
    func endedSession() async throws {
        let harness = try StoreHarness()
        let filter = try #require(TopicFilter(.text("a")))
        let subscription = StoredSubscription(
            filter: filter,
            options: SubscriptionOptions(maximumQoS: .atLeastOnce),
            identifier: 0
        )
        let store = try harness.open()
        try await store.writeSuccessfully(
            StoreBatch(1) { batch in
                batch.keep(8, "c")
                batch.subscribe(8, to: filter, subscription)
                batch.setUnreleased(1, of: 8, true)
                batch.deliver(Self.large, to: 8, at: 1)
                batch.deliver(.test(), to: 8, at: 2)
            }
        )
        try await store.writeSuccessfully(
            StoreBatch(2) { batch in
                let content = batch.add(Self.large)
                batch.deliver(Self.large, to: 8, at: 3)
                for session in 8...9 as ClosedRange<UInt64> {
                    _ = batch.deliver(
                        content,
                        to: session,
                        at: 4,
                        qos: .atLeastOnce,
                        retain: false,
                        isSent: true,
                        subscriptionIdentifiers: []
                    )
                }
                batch.subscribe(8, to: filter, subscription)
                batch.setUnreleased(2, of: 8, true)
                batch.end(place(1), of: 8)
                batch.endSession(8)
                // The same Client has a new session at once.
                batch.keep(9, "c")
            }
        )
        let contents = try store.contents()
        #expect(contents.sessions.keys.sorted() == [9])
        #expect(contents.summary.highestSession == 9)
        #expect(contents.summary.queuedMessageCount == 1)
        try await store.settle()
        await store.finish()
        #expect(try StoreCheck(path: harness.path).problems == [])
        #expect(try harness.number("SELECT count(*) FROM delivery") == 1)
        #expect(try harness.number("SELECT reference_count FROM message_reference") == 1)
        #expect(try harness.number("SELECT count(*) FROM subscription") == 0)
        #expect(try harness.number("SELECT count(*) FROM unreleased") == 0)
    }

    @Test("a long queue of an ended session goes in slices, behind what else there is to write, also after a restart")
    func slices() async throws {
        let harness = try StoreHarness()
        let count: UInt64 = 25_000
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(1, "c")
                    for position in 1...count {
                        batch.deliver(.test(), to: 1, at: position)
                    }
                }
            )
        }
        let database = try StoreConnection(path: harness.path, synchronization: .off, maximumPageCount: nil)
        let writer = database.writer
        try writer.write(StoreBatch(2) { $0.endSession(1) }, StoreHarness.moment)
        let left = { try harness.number("SELECT count(*) FROM delivery") }
        #expect(try left() == 25_000)
        #expect(try writer.clearEndedSessions())
        #expect(try left() == 15_000)
        // Meanwhile it is as if they were not there, and its number is not free.
        #expect(
            try StoreReader(database.database, StoreHarness.moment).recover(progress: { _ in }, { _ in }).highestSession
                == 1
        )
        #expect(try StoreCheck(path: harness.path).problems == [])
        while try writer.clearEndedSessions() {}
        #expect(try left() == 0)
        #expect(try harness.number("SELECT count(*) FROM ended_session") == 0)
        let summary = try StoreReader(database.database, StoreHarness.moment).recover(progress: { _ in }, { _ in })
        #expect(summary == StoreRecovery())
    }

    @Test("an opened store goes on with what an ended session has left, when something is written")
    func slicesAfterRestart() async throws {
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(StoreBatch(1) { batch in batch.deliver(.test(), to: 1, at: 1) })
        }
        try harness.execute("INSERT INTO ended_session VALUES (1)")
        try await harness.use { store in
            try await store.writeSuccessfully(StoreBatch(1) { $0.keep(2, "c") })
            try await store.settle()
        }
        #expect(try harness.number("SELECT count(*) FROM delivery") == 0)
        #expect(try harness.number("SELECT count(*) FROM ended_session") == 0)
    }

    @Test("requests are answered after the batch, up to their limits")
    func requests() async throws {
        let harness = try StoreHarness()
        let store = try harness.open()
        let message = StoredMessage.test("t", payload: [UInt8](repeating: 1, count: 99))
        var batch = StoreBatch(number: 1)
        batch.keep(1, "a")
        for position in [3, 4, 9, 70_000] as [UInt64] {
            batch.deliver(message, to: 1, at: position)
        }
        let cases: [(after: UInt64, messageLimit: Int, byteLimit: Int, positions: [UInt64])] = [
            (0, 10, .max, [3, 4, 9, 70_000]), (3, 2, .max, [4, 9]), (0, 10, 250, [3, 4]), (4, 10, 1, [9]),
            (0, 10, 200, [3, 4]), (70_000, 10, .max, []), (0, 0, .max, []),
        ]
        for request in cases {
            batch.request(
                StoredDeliveryRequest(
                    session: 1,
                    after: request.after,
                    messageLimit: request.messageLimit,
                    byteLimit: request.byteLimit
                )
            )
        }
        batch.request(StoredDeliveryRequest(session: 2, after: 0, messageLimit: 1, byteLimit: 1))
        let answers = try await store.writeSuccessfully(batch)
        #expect(answers.map(\.session) == [1, 1, 1, 1, 1, 1, 1, 2])
        #expect(answers.map { $0.deliveries.map(\.position) } == cases.map(\.positions) + [[]])
        await store.finish()
    }
}
