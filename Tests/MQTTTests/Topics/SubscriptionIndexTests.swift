import Testing

@testable import MQTT
@testable import Support

@Suite("The index of subscriptions")
struct SubscriptionIndexTests {
    @Test("what a topic matched is remembered until a subscription changes, and no longer")
    func cache() throws {
        var index = SubscriptionIndex()
        let topic = UTF8String.text("a/b").bytes
        func sessions() -> [UInt32] { index.matches(of: topic.span).deliveries.map(\.session).sorted() }
        #expect(sessions() == [])
        try index.subscribe(1, "a/+")
        #expect(sessions() == [1])
        #expect(sessions() == [1])
        try index.subscribe(2, "a/b")
        #expect(sessions() == [1, 2])
        try index.unsubscribe(1, "a/+")
        #expect(sessions() == [2])
        index.removeAll(of: 2)
        #expect(sessions() == [])
    }

    @Test("more topics than are remembered, and longer ones, give the same")
    func cacheLimits() throws {
        var index = SubscriptionIndex()
        try index.subscribe(1, "#")
        try index.subscribe(2, "t/17")
        let long = Array(repeating: UInt8(ascii: "x"), count: SubscriptionCache.maximumTopicLength + 1)
        for _ in 0..<2 {
            for number in 0..<SubscriptionCache.maximumCount * 2 {
                let topic = UTF8String.text("t/\(number)").bytes
                #expect(index.matches(of: topic.span).deliveries.count == (number == 17 ? 2 : 1))
            }
            #expect(index.matches(of: long.span).deliveries.count == 1)
        }
    }

    @Test("a topic that more sessions match than are remembered gives them all, again and again")
    func manyDeliveries() throws {
        var index = SubscriptionIndex()
        let count = UInt32(SubscriptionCache.maximumDeliveryCount + 10)
        for session in 0..<count {
            try index.subscribe(session, "t")
        }
        let topic = UTF8String.text("t").bytes
        for _ in 0..<2 {
            #expect(index.matches(of: topic.span).deliveries.count == Int(count))
        }
    }

    @Test("overlapping subscriptions add up: highest QoS, any Retain As Published, all No Local [MQTT-3.3.4-2]")
    func merge() throws {
        var index = SubscriptionIndex()
        try index.subscribe(1, "a", qos: .atMostOnce, identifier: 7) { $0.noLocal = true }
        try index.subscribe(1, "+", qos: .atLeastOnce, identifier: 8) { $0.retainAsPublished = true }
        try index.subscribe(1, "#", qos: .atMostOnce, identifier: 7)
        let matches = index.matches(of: UTF8String.text("a").bytes.span)
        let delivery = try #require(matches.deliveries.first)
        #expect(matches.deliveries.count == 1)
        #expect(delivery.maximumQoS == .atLeastOnce)
        #expect(delivery.retainAsPublished)
        #expect(!delivery.noLocal && delivery.isPartlyNoLocal)
        #expect(matches.subscriptionIdentifiers(of: delivery).sorted() == [7, 7, 8])
        let own = index.matches(of: UTF8String.text("a").bytes.span, publishedBy: 1)
        #expect(try own.subscriptionIdentifiers(of: #require(own.deliveries.first)).sorted() == [7, 8])
    }

    @Test("the turn in a group goes round, whoever joins and leaves")
    func turns() throws {
        var index = SubscriptionIndex()
        for session: UInt32 in 1...3 {
            try index.subscribe(session, "$share/g/t")
        }
        func next() throws -> UInt32? {
            let group = try #require(index.matches(of: UTF8String.text("t").bytes.span).groups.first)
            defer { index.passTurn(in: group, by: 0) }
            return index.member(of: group, at: 0)?.session
        }
        #expect(try [next(), next(), next(), next()] == [1, 2, 3, 1])
        try index.unsubscribe(1, "$share/g/t")
        #expect(try [next(), next(), next()] == [2, 3, 2])
        try index.subscribe(4, "$share/g/t")
        #expect(try [next(), next(), next()] == [3, 4, 2])
        try index.unsubscribe(2, "$share/g/t")
        try index.unsubscribe(4, "$share/g/t")
        #expect(try [next(), next()] == [3, 3])
    }

    @Test("filters of a session are told as they were subscribed to")
    func filters() throws {
        var index = SubscriptionIndex()
        let filters = ["a", "a/+/#", "/", "$share/g/a", "$share/h/a", "$share/g/#"]
        for filter in filters {
            try index.subscribe(1, filter)
        }
        try index.subscribe(2, "b")
        #expect(Set(index.filters(of: 1).map(\.filter.description)) == Set(filters))
        #expect(index.count(of: 1) == 6)
        #expect(index.filters(of: 9).isEmpty)
        #expect(index.count(of: 9) == 0)
        #expect(try index.contains(#require(TopicFilter(.text("$share/h/a"))), of: 1))
        #expect(try !index.contains(#require(TopicFilter(.text("$share/x/a"))), of: 1))
        #expect(try !index.contains(#require(TopicFilter(.text("b"))), of: 1))
    }
}

extension SubscriptionIndex {
    /// How a test subscribes.
    @discardableResult
    mutating func subscribe(
        _ session: Session,
        _ filter: String,
        qos: QoS = .exactlyOnce,
        identifier: UInt32 = 0,
        options change: (inout SubscriptionOptions) -> Void = { _ in }
    ) throws -> Bool {
        var options = SubscriptionOptions(maximumQoS: qos)
        change(&options)
        return subscribe(
            Subscriber(session: session, identifier: identifier, options: options),
            to: try #require(TopicFilter(.text(filter)))
        )
    }

    @discardableResult
    mutating func unsubscribe(_ session: Session, _ filter: String) throws -> Bool {
        unsubscribe(session, from: try #require(TopicFilter(.text(filter))))
    }
}
