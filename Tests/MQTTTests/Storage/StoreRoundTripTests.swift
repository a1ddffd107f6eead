import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What a store gives back is what was written, to the last field.
@Suite("Store: round trips")
struct StoreRoundTripTests {
    private static let longTopic = String(repeating: "é/", count: 21_845)
    private static let now = StoreHarness.moment.process

    /// A moment that the file can hold: whole milliseconds.
    private static func later(_ milliseconds: Int64) -> NIODeadline { now + .milliseconds(milliseconds) }

    private static let sessions: [StoredSession] = {
        let plain = StoredSession(number: 1, clientIdentifier: .text("plain"))
        var full = StoredSession(number: 2, clientIdentifier: .text("fülle \u{1F41D}"))
        full.userName = .text("ann")
        full.listener = 3
        full.mountPoint = Array("homes/".utf8)
        full.expiryInterval = .max
        full.isConnected = true
        full.expiry = later(86_400_000)
        full.willDeadline = later(-1_000)
        full.sentThrough = 1 << 40
        var properties = Properties()
        properties[integer: .willDelayInterval] = 5
        properties[string: .contentType] = .text("text/plain")
        properties[binaryData: .correlationData] = [0, 1, 0]
        properties.appendUserProperty(name: .text("a"), value: .text(""))
        properties.appendUserProperty(name: .text("a"), value: .text("b"))
        full.will = Connect.Will(
            topic: .text("will"),
            payload: [0, 0xFF, 0],
            qos: .exactlyOnce,
            retain: true,
            properties: properties
        )
        var emptyWill = StoredSession(number: 7, clientIdentifier: .text(""))
        emptyWill.userName = .text("")
        emptyWill.will = Connect.Will(topic: .text("w"), payload: [], qos: .atMostOnce, retain: false)
        return [plain, full, emptyWill]
    }()

    @Test("sessions with all their fields, with none, and changed", arguments: sessions)
    func session(_ session: StoredSession) async throws {
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(StoreBatch(1) { $0.keep(session.number, "former") })
            // The Client Identifier of a number never changes, but what does must all be replaced.
            try await store.writeSuccessfully(StoreBatch(2) { $0.keep(session) })
        }
        let contents = try await harness.contents()
        #expect(contents.sessions.values.map(\.session) == [session])
        #expect(contents.summary == StoreRecovery(sessionCount: 1, highestSession: session.number))
    }

    @Test("subscriptions, shared and not, changed and ended")
    func subscriptions() async throws {
        let options = SubscriptionOptions(
            maximumQoS: .exactlyOnce,
            noLocal: true,
            retainAsPublished: true,
            retainHandling: .never
        )
        let names = ["a/+/#", "$share/g/a", "$share/h/a", "a", Self.longTopic, "$SYS/#", "gone"]
        let filters = try names.map { try #require(TopicFilter(.text($0))) }
        let mounted = try #require(TopicFilter(.text("$share/g/a"), below: Array("m/".utf8)))
        let all = filters + [mounted]
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(4, "c")
                    batch.keep(5, "d")
                    for filter in all {
                        let first = SubscriptionOptions(maximumQoS: .atMostOnce)
                        batch.subscribe(
                            4,
                            to: filter,
                            StoredSubscription(filter: filter, options: first, identifier: 0)
                        )
                        batch.subscribe(
                            5,
                            to: filter,
                            StoredSubscription(filter: filter, options: first, identifier: 1)
                        )
                    }
                }
            )
            try await store.writeSuccessfully(
                StoreBatch(2) { batch in
                    for (index, filter) in all.enumerated() {
                        let identifier = UInt32(index) * 33_554_432
                        let subscription = StoredSubscription(filter: filter, options: options, identifier: identifier)
                        batch.subscribe(4, to: filter, subscription)
                    }
                    batch.subscribe(4, to: filters[6], nil)
                    batch.subscribe(5, to: filters[0], nil)
                    batch.subscribe(
                        5,
                        to: filters[0],
                        StoredSubscription(filter: filters[0], options: options, identifier: 9)
                    )
                    batch.subscribe(4, to: TopicFilter(shareName: nil, filter: .text("was never there")), nil)
                }
            )
        }
        let contents = try await harness.contents()
        let found = try #require(contents.sessions[4]).subscriptions
        #expect(found.count == all.count - 1)
        for (index, filter) in all.enumerated() where index != 6 {
            let identifier = UInt32(index) * 33_554_432
            #expect(found.contains(StoredSubscription(filter: filter, options: options, identifier: identifier)))
        }
        let others = try #require(contents.sessions[5]).subscriptions
        #expect(others.count == all.count)
        #expect(others.contains(StoredSubscription(filter: filters[0], options: options, identifier: 9)))
        #expect(contents.summary.subscriptionCount == 2 * all.count - 1)
    }

    @Test("unreleased packet identifiers, in the order in which they came and went")
    func unreleased() async throws {
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(1, "a")
                    batch.keep(2, "b")
                    for identifier in [1, 65_535, 300, 7] as [UInt16] {
                        batch.setUnreleased(identifier, of: 1, true)
                    }
                    batch.setUnreleased(7, of: 1, false)
                    batch.setUnreleased(7, of: 2, true)
                    batch.setUnreleased(7, of: 2, true)
                }
            )
            try await store.writeSuccessfully(
                StoreBatch(2) { batch in
                    batch.setUnreleased(300, of: 1, false)
                    batch.setUnreleased(300, of: 2, false)
                }
            )
        }
        let contents = try await harness.contents()
        #expect(contents.sessions[1]?.unreleasedIdentifiers == [1, 65_535])
        #expect(contents.sessions[2]?.unreleasedIdentifiers == [7])
    }

    private static let contents: [StoredMessage] = [
        .test("t", payload: []),
        .test("t", payload: [0, 1, 0], qos: .exactlyOnce, retain: true),
        .test("t", properties: [1, 1, 0x26, 0, 0, 0, 0], expiry: later(1)),
        .test("t", payload: [UInt8](repeating: 0, count: 300_000), properties: [3, 0, 0], expiry: later(-10)),
        .test(longTopic, payload: [UInt8](repeating: 7, count: 10)),
    ]

    @Test("deliveries in all stages, of small and large contents", arguments: contents, [1, 3])
    func deliveries(_ message: StoredMessage, sharedBy count: Int) async throws {
        let harness = try StoreHarness()
        let stages: [StoredDelivery.Stage] = [.owed, .sent, .released]
        var expected: [DeliveryValue] = []
        for index in 0..<count {
            let stage = stages[(index + count) % 3]
            expected.append(
                DeliveryValue(
                    position: 70_000 + UInt64(index),
                    stage: stage,
                    content: stage == .released ? nil : ContentValue(message),
                    qos: stage == .released ? .exactlyOnce : .atLeastOnce,
                    retain: index == 0,
                    subscriptionIdentifiers: [[], [1], [268_435_455, 5]][index]
                )
            )
        }
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.keep(9, "c")
                    let content = batch.add(message)
                    for value in expected {
                        let place = batch.deliver(
                            content,
                            to: 9,
                            at: value.position,
                            qos: value.qos,
                            retain: value.retain,
                            isSent: value.stage != .owed,
                            subscriptionIdentifiers: value.subscriptionIdentifiers
                        )
                        if value.stage == .released { batch.release(place, of: 9) }
                    }
                }
            )
        }
        let contents = try await harness.contents()
        let contentCount = expected.count { $0.content != nil }
        let queue = StoredQueueSummary(
            messageCount: count,
            byteCount: contentCount * message.size,
            qos0Count: 0,
            lastPosition: 70_000 + UInt64(count) - 1
        )
        #expect(contents.sessions[9]?.queue == queue)
        let found = try await harness.use { try await $0.queue(of: 9, number: 2, limit: 2) }
        #expect(found.map(DeliveryValue.init) == expected)
    }

    @Test("retained messages: replaced, removed, with and without a source, expired ones left out and deleted")
    func retained() async throws {
        func retained(_ message: StoredMessage, _ expiry: NIODeadline? = nil) -> StoredRetainedMessage {
            StoredRetainedMessage(message: message, expiry: expiry, sourceListener: 0)
        }
        var sourced = retained(.test("a", qos: .exactlyOnce, retain: true, expiry: Self.later(5)), Self.later(7))
        sourced.sourceClientIdentifier = .text("c")
        sourced.sourceUserName = .text("")
        sourced.sourceListener = 12
        let plain = retained(.test(Self.longTopic, payload: [UInt8](repeating: 5, count: 100_000)))
        let harness = try StoreHarness()
        try await harness.use { store in
            try await store.writeSuccessfully(
                StoreBatch(1) { batch in
                    batch.retain(retained(.test("a", payload: [1])))
                    batch.retain(plain)
                    batch.retain(retained(.test("removed")))
                    batch.retain(retained(.test("expired", expiry: Self.now)))
                    batch.retain(retained(.test("kept no longer"), Self.later(-1)))
                }
            )
            try await store.writeSuccessfully(
                StoreBatch(2) { batch in
                    batch.retain(sourced)
                    batch.removeRetained(.text("removed"))
                    batch.removeRetained(.text("never there"))
                }
            )
        }
        let contents = try await harness.contents()
        #expect(contents.retained.count == 2)
        #expect(contents.retained[.text("a")].map(RetainedValue.init) == RetainedValue(sourced))
        #expect(contents.retained[.text(Self.longTopic)].map(RetainedValue.init) == RetainedValue(plain))
        #expect(contents.summary == StoreRecovery(retainedCount: 2, expiredRetainedCount: 2))
        #expect(try harness.number("SELECT count(*) FROM retained") == 2)
    }

    @Test("moments keep their place on the wall when the process, and its clock, is another")
    func moments() async throws {
        let harness = try StoreHarness()
        var session = StoredSession(number: 1, clientIdentifier: .text("c"))
        session.expiry = Self.now + .nanoseconds(1_000_001)
        session.willDeadline = .distantFuture
        let first = session
        try await harness.use { try await $0.writeSuccessfully(StoreBatch(1) { $0.keep(first) }) }
        // An hour later, in a process that began a second ago.
        let wall = StoreHarness.moment.wall + 3_600_000
        let moment = StoreMoment(process: .uptimeNanoseconds(1_000_000_000), wall: wall)
        let found = try #require(try await harness.contents(at: moment).sessions[1]?.session)
        // It has passed before the process began.
        #expect(found.expiry == .uptimeNanoseconds(0))
        #expect(found.willDeadline.map { $0 > .uptimeNanoseconds(UInt64(Int64.max / 2)) } == true)
        // A millisecond after it was written: nothing expires too early.
        let soon = StoreMoment(process: .uptimeNanoseconds(1_000_000_000), wall: StoreHarness.moment.wall + 1)
        let again = try #require(try await harness.contents(at: soon).sessions[1]?.session)
        #expect(again.expiry == .uptimeNanoseconds(1_001_000_000))
    }
}
