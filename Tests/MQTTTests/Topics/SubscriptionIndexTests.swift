import Testing

@testable import MQTT
@testable import Support

@Suite("The index of subscriptions")
struct SubscriptionIndexTests {
    @Test("thousands of changes and questions give what a list of all subscriptions gives", arguments: 0..<12)
    func againstList(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var index = SubscriptionIndex()
        var list = SubscriptionList()
        for _ in 0..<2_500 {
            try list.step(on: &index, &random)
        }
        for session in list.sessions {
            index.removeAll(of: session)
            list.removeAll(of: session)
        }
        #expect(index.count == 0)
        #expect(index.sharedCount == 0)
        #expect(index.nodeCount == 0, "removal leaves nothing behind")
        #expect(index.levelCount == 2, "only + and #")
    }

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

/// All subscriptions in a list: slow, and plainly right.
private struct SubscriptionList {
    private struct Entry {
        let session: UInt32
        let filter: String
        var identifier: UInt32
        var options: SubscriptionOptions

        var shareName: String? {
            filter.hasPrefix("$share/") ? String(filter.split(separator: "/", maxSplits: 2)[1]) : nil
        }

        var topicFilter: String {
            filter.hasPrefix("$share/") ? String(filter.split(separator: "/", maxSplits: 2)[2]) : filter
        }
    }

    private var entries: [Entry] = []
    let sessions: Range<UInt32> = 0..<8

    mutating func removeAll(of session: UInt32) {
        entries.removeAll { $0.session == session }
    }

    /// Makes one random change or asks one random question, on the index and here.
    mutating func step(on index: inout SubscriptionIndex, _ random: inout SeededGenerator) throws {
        let session = random.pick(sessions)
        switch random.pick(0..<20) {
        case 0..<8:
            let filter = Self.filter(&random)
            let qos = random.pick(QoS.allCases)
            let identifier = UInt32(random.pick(0...3))
            let noLocal = !filter.hasPrefix("$share") && random.oneIn(3)
            let retainAsPublished = random.oneIn(2)
            let known = entries.firstIndex { $0.session == session && $0.filter == filter }
            let isNew = try index.subscribe(session, filter, qos: qos, identifier: identifier) {
                $0.noLocal = noLocal
                $0.retainAsPublished = retainAsPublished
            }
            #expect(isNew == (known == nil))
            var options = SubscriptionOptions(maximumQoS: qos)
            options.noLocal = noLocal
            options.retainAsPublished = retainAsPublished
            let entry = Entry(session: session, filter: filter, identifier: identifier, options: options)
            if let known { entries[known] = entry } else { entries.append(entry) }
        case 8..<13:
            let filter = random.oneIn(3) ? Self.filter(&random) : entries.randomElement(using: &random)?.filter ?? "a"
            let known = entries.firstIndex { $0.session == session && $0.filter == filter }
            #expect(try index.unsubscribe(session, filter) == (known != nil))
            if let known { entries.remove(at: known) }
        case 13 where random.oneIn(4):
            index.removeAll(of: session)
            removeAll(of: session)
        default: check(index: &index, random: &random)  // all other numbers are for questions
        }
        #expect(index.count == entries.count)
        #expect(index.sharedCount == entries.count { $0.shareName != nil })
    }

    private func check(index: inout SubscriptionIndex, random: inout SeededGenerator) {
        let name = Self.name(&random)
        let bytes = UTF8String.text(name).bytes
        let publisher = random.oneIn(2) ? random.pick(sessions) : nil
        let matching = entries.filter {
            topicMatches(name: bytes.span, filter: UTF8String.text($0.topicFilter).bytes.span)
                && !($0.options.noLocal && $0.session == publisher)
        }
        let matches =
            publisher.map { index.matches(of: bytes.span, publishedBy: $0) } ?? index.matches(of: bytes.span)
        let plain = Dictionary(grouping: matching.filter { $0.shareName == nil }, by: \.session)
        #expect(Set(matches.deliveries.map(\.session)) == Set(plain.keys), "\(name)")
        #expect(matches.deliveries.count == plain.count, "\(name): a session twice")
        for delivery in matches.deliveries {
            guard let own = plain[delivery.session] else { continue }
            #expect(delivery.maximumQoS == own.map(\.options.maximumQoS).max())
            #expect(delivery.retainAsPublished == own.contains { $0.options.retainAsPublished })
            #expect(delivery.noLocal == own.allSatisfy { $0.options.noLocal })
            #expect(
                matches.subscriptionIdentifiers(of: delivery).sorted()
                    == own.map(\.identifier).filter { $0 != 0 }.sorted()
            )
        }
        let groups = Dictionary(grouping: matching.filter { $0.shareName != nil }, by: \.filter)
        let found = matches.groups.map { group in
            Set((0..<index.memberCount(of: group)).compactMap { index.member(of: group, at: $0)?.session })
        }
        #expect(found.count == groups.count, "\(name)")
        #expect(Set(found) == Set(groups.values.map { Set($0.map(\.session)) }), "\(name)")
    }

    private static func filter(_ random: inout SeededGenerator) -> String {
        var levels = (0..<random.pick(1...4)).map { _ in random.pick(["a", "b", "", "+", "$x", "+", "long level"]) }
        if random.oneIn(3) { levels.append("#") }
        // A filter of one empty level is no filter.
        let filter = levels.joined(separator: "/")
        let valid = filter.isEmpty ? "/" : filter
        return random.oneIn(4) ? "$share/\(random.pick(["g", "h"]))/\(valid)" : valid
    }

    private static func name(_ random: inout SeededGenerator) -> String {
        let levels = (0..<random.pick(1...5)).map { _ in random.pick(["a", "b", "", "$x", "long level", "other"]) }
        let name = levels.joined(separator: "/")
        return name.isEmpty ? "/" : name
    }
}
