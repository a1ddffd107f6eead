import Testing

@testable import MQTT
@testable import Support

/// Random batches do to a store what they do to a plain model of it, through full disks and restarts.
@Suite("Store: against a model")
struct StorePropertyTests {
    @Test("the same state after random batches, failures and restarts", arguments: 1...12 as ClosedRange<UInt64>)
    func model(seed: UInt64) async throws {
        let harness = try StoreHarness()
        var model = StoreModel(seed: seed)
        var generator = SeededGenerator(seed: seed &* 31)
        var store = try harness.open()
        for number in 1...60 as ClosedRange<UInt64> {
            let batch = model.next(number)
            if generator.oneIn(4) {
                // No page more than there are: whatever needs one fails.
                try store.limit(pageCount: 1)
                let outcome = try await store.write(batch)
                try store.limit(pageCount: 1_000_000)
                if case .failed = outcome { try await store.writeSuccessfully(batch) }
            } else {
                try await store.writeSuccessfully(batch)
            }
            guard generator.oneIn(5) else { continue }
            if generator.oneIn(2) {
                await store.finish()
                store = try harness.open()
            }
            try await compare(store, model, "seed \(seed), batch \(number)")
        }
        await store.finish()
        #expect(try StoreCheck(path: harness.path).problems == [], "seed \(seed)")
    }

    private func compare(_ store: SQLiteStore, _ model: StoreModel, _ place: Comment) async throws {
        let contents = try store.contents()
        try #require(Set(contents.sessions.keys) == Set(model.sessions.keys), place)
        for (number, expected) in model.sessions {
            let found = try #require(contents.sessions[number])
            #expect(found.session == expected.session, place)
            #expect(found.subscriptions.count == expected.subscriptions.count, place)
            for subscription in found.subscriptions {
                #expect(expected.subscriptions[subscription.filter] == subscription, place)
            }
            #expect(found.unreleasedIdentifiers == expected.unreleased.sorted(), place)
            let deliveries = expected.deliveries.values.sorted { $0.position < $1.position }
            // A batch of requests only may have any number.
            #expect(try await store.queue(of: number, number: 0, limit: 7).map(DeliveryValue.init) == deliveries, place)
            let queue = StoredQueueSummary(
                messageCount: deliveries.count,
                byteCount: deliveries.reduce(0) { $0 + ($1.content.map { $0.topic.count + $0.payload.count } ?? 0) },
                qos0Count: deliveries.count { $0.qos == .atMostOnce },
                lastPosition: deliveries.last?.position ?? 0
            )
            #expect(found.queue == queue, place)
        }
        #expect(contents.retained.mapValues(RetainedValue.init) == model.retained, place)
    }
}
