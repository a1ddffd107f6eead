import Testing

@testable import MQTT
@testable import Support

@Suite("The index of subscriptions, against a list of them")
struct SubscriptionIndexModelTests {
    #if DEBUG
    private static let seeds = 0..<3 as Range<UInt64>
    #else
    private static let seeds = 0..<30 as Range<UInt64>
    #endif

    @Test("thousands of changes and questions give what a list of all subscriptions gives", arguments: Self.seeds)
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
            var options = SubscriptionOptions(maximumQoS: qos)
            options.noLocal = noLocal
            options.retainAsPublished = retainAsPublished
            let subscriber = SubscriptionIndex.Subscriber(session: session, identifier: identifier, options: options)
            #expect(index.subscribe(subscriber, to: try #require(TopicFilter(.text(filter)))) == (known == nil))
            let entry = Entry(session: session, filter: filter, identifier: identifier, options: options)
            if let known { entries[known] = entry } else { entries.append(entry) }
        case 8..<13:
            let filter = random.oneIn(3) ? Self.filter(&random) : entries.randomElement(using: &random)?.filter ?? "a"
            let known = entries.firstIndex { $0.session == session && $0.filter == filter }
            #expect(index.unsubscribe(session, from: try #require(TopicFilter(.text(filter)))) == (known != nil))
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
