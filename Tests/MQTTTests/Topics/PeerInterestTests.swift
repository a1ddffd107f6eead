import Testing

@testable import MQTT
@testable import Support

@Suite("The subscription index: what peers want, and what they are told")
struct PeerInterestTests {
    private var index = SubscriptionIndex(peerCount: 2)

    private func subscriber(_ session: UInt32) -> SubscriptionIndex.Subscriber {
        SubscriptionIndex.Subscriber(
            session: session,
            identifier: 0,
            options: SubscriptionOptions(maximumQoS: .atLeastOnce)
        )
    }

    private func filter(_ text: String) throws -> TopicFilter {
        try #require(TopicFilter(.text(text)))
    }

    @Test("the first subscription to a filter and the end of the last are told, none between")
    mutating func interest() throws {
        let filter = try filter("a/+")
        for session in UInt32(2)..<8 {
            _ = index.subscribe(subscriber(session), to: filter)
        }
        let first = index.takeInterestChanges()
        #expect(first == [Interest(filter: filter, sessionCount: 1, presentCount: 0)])
        for session in UInt32(2)..<7 {
            _ = index.unsubscribe(session, from: filter)
        }
        let between = index.takeInterestChanges()
        #expect(between.isEmpty)
        index.removeAll(of: 7)
        let last = index.takeInterestChanges()
        #expect(last == [Interest(filter: filter, sessionCount: 0, presentCount: 0)])
        #expect(index.nodeCount == 0)
    }

    @Test("what a peer wants is no subscription of this broker, and is not told to others")
    mutating func peers() throws {
        let filter = try filter("a/+")
        let wanted = Interest(filter: filter, sessionCount: 1, presentCount: 0)
        index.setInterest(wanted, of: 1)
        index.setInterest(wanted, of: 1)
        #expect(index.count == 0)
        let told = index.takeInterestChanges()
        #expect(told.isEmpty)
        let matches = index.matches(of: Array("a/b".utf8).span)
        #expect(matches.deliveries.map(\.session) == [1])
        // A session beside the peer is the first of this broker.
        _ = index.subscribe(subscriber(5), to: filter)
        let changes = index.takeInterestChanges()
        #expect(changes.count == 1)
        index.setInterest(Interest(filter: filter, sessionCount: 0, presentCount: 0), of: 1)
        let rest = index.matches(of: Array("a/b".utf8).span)
        #expect(rest.deliveries.map(\.session) == [5])
    }

    @Test("of a group every change is told, with how many members are there")
    mutating func groups() throws {
        let filter = try filter("$share/g/a")
        index.setPresent(true, 3)
        _ = index.subscribe(subscriber(2), to: filter)
        _ = index.subscribe(subscriber(3), to: filter)
        index.setPresent(true, 2)
        index.setPresent(false, 3)
        _ = index.unsubscribe(3, from: filter)
        index.removeAll(of: 2)
        let changes = index.takeInterestChanges()
        #expect(changes.map(\.sessionCount) == [1, 2, 2, 2, 1, 0])
        #expect(changes.map(\.presentCount) == [0, 1, 2, 1, 1, 0])
        #expect(changes.allSatisfy { $0.filter == filter })
        #expect(index.nodeCount == 0)
    }

    @Test("members take turns by their number, those who are there first")
    mutating func turns() throws {
        let filter = try filter("$share/g/a")
        _ = index.subscribe(subscriber(2), to: filter)
        index.setInterest(Interest(filter: filter, sessionCount: 3, presentCount: 0), of: 1)
        let group = try #require(index.group(of: filter))
        var turns = (0..<8).map { _ in index.passTurnToPeer(in: group) }
        #expect(turns.count { $0 == 1 } == 6)
        index.setPresent(true, 2)
        turns = (0..<4).map { _ in index.passTurnToPeer(in: group) }
        #expect(turns.allSatisfy { $0 == nil })
        index.setInterest(Interest(filter: filter, sessionCount: 3, presentCount: 1), of: 1)
        turns = (0..<4).map { _ in index.passTurnToPeer(in: group) }
        #expect(turns.count { $0 == 1 } == 2)
    }
}
