import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// A Topic Filter with a Topic Name that it matches or does not.
struct MatchingRow: Sendable, CustomTestStringConvertible {
    let filter: String
    let name: String
    let isMatch: Bool

    init(_ filter: String, _ name: String, _ isMatch: Bool) {
        self.filter = filter
        self.name = name
        self.isMatch = isMatch
    }

    var testDescription: String { "\(filter) \(isMatch ? "matches" : "does not match") \(name)" }
}

private let rows = [
    MatchingRow("a", "a", true), MatchingRow("a", "A", false), MatchingRow("a", "a/", false),
    MatchingRow("a", "/a", false), MatchingRow("a", "ab", false), MatchingRow("ab", "a", false),
    MatchingRow("/", "/", true), MatchingRow("/", "//", false), MatchingRow("//", "/", false),
    MatchingRow("a//b", "a//b", true), MatchingRow("a//b", "a/b", false), MatchingRow("a/ b", "a/b", false),
    MatchingRow("#", "a", true), MatchingRow("#", "/", true), MatchingRow("#", "a/b/c", true),
    MatchingRow("a/#", "a", true), MatchingRow("a/#", "a/", true), MatchingRow("a/#", "a/b/c", true),
    MatchingRow("a/#", "b", false), MatchingRow("a/#", "ab", false), MatchingRow("/#", "a", false),
    MatchingRow("/#", "/", true), MatchingRow("/#", "/a", true), MatchingRow("a//#", "a/", true),
    MatchingRow("a//#", "a", false),
    MatchingRow("+", "a", true), MatchingRow("+", "/", false), MatchingRow("+", "/a", false),
    MatchingRow("+/+", "/", true), MatchingRow("+/+", "/a", true), MatchingRow("/+", "/a", true),
    MatchingRow("/+", "/", true), MatchingRow("a/+", "a/", true), MatchingRow("a/+", "a", false),
    MatchingRow("a/+", "a/b/c", false), MatchingRow("a/+/c", "a/b/c", true), MatchingRow("a/+/c", "a//c", true),
    MatchingRow("+/b/#", "a/b", true), MatchingRow("+/b/#", "a/b/c", true), MatchingRow("+/#", "a", true),
    MatchingRow("+/#", "/", true), MatchingRow("+/+/#", "a", false),
    // [MQTT-4.7.2-1]
    MatchingRow("#", "$SYS", false), MatchingRow("+", "$SYS", false), MatchingRow("+/a", "$SYS/a", false),
    MatchingRow("$SYS/#", "$SYS", true), MatchingRow("$SYS/#", "$SYS/a/b", true), MatchingRow("$SYS/+", "$SYS/a", true),
    MatchingRow("$SYS/a", "$SYS/a", true), MatchingRow("$", "$", true), MatchingRow("#", "$", false),
    MatchingRow("a/+", "a/$b", true), MatchingRow("a/#", "a/$b", true), MatchingRow("/+", "/$b", true),
]

@Suite("Topic filters")
struct TopicFilterTests {
    @Test("one filter against one name [MQTT-4.7.2-1]", arguments: rows)
    func matching(row: MatchingRow) {
        #expect(
            topicMatches(name: UTF8String.text(row.name).bytes.span, filter: UTF8String.text(row.filter).bytes.span)
                == row.isMatch
        )
    }

    @Test("the index of subscriptions finds just the same [MQTT-4.7.2-1]", arguments: rows)
    func index(row: MatchingRow) throws {
        var index = SubscriptionIndex()
        let filter = try #require(TopicFilter(.text(row.filter)))
        let subscriber = SubscriptionIndex.Subscriber(
            session: 3,
            identifier: 0,
            options: SubscriptionOptions(maximumQoS: .atMostOnce)
        )
        #expect(index.subscribe(subscriber, to: filter) == true)
        #expect(
            index.matches(of: UTF8String.text(row.name).bytes.span).deliveries.map(\.session)
                == (row.isMatch ? [3] : [])
        )
    }

    @Test("retained messages are found just the same [MQTT-4.7.2-1]", arguments: rows)
    func retained(row: MatchingRow) {
        var retained = RetainedMessages()
        retained.store(StoredMessage(Publish(row.name, "x"), expiry: nil))
        let found = retained.messages(
            matching: UTF8String.text(row.filter).bytes.span,
            now: .uptimeNanoseconds(0)
        )
        #expect(found.count == (row.isMatch ? 1 : 0))
    }

    @Test(
        "a shared subscription is taken apart [MQTT-4.8.2-1] [MQTT-4.8.2-2]",
        arguments: [
            ("$share/g/a", "g", "a"), ("$share/g//", "g", "/"), ("$share/a b/#", "a b", "#"),
            ("$share/$g/+/a/#", "$g", "+/a/#"), ("$share/g/$share/h/a", "g", "$share/h/a"),
        ]
    )
    func shared(text: String, shareName: String, filter: String) {
        #expect(TopicFilter(.text(text))?.shareName == .text(shareName))
        #expect(TopicFilter(.text(text))?.filter == .text(filter))
    }

    @Test(
        "what is not a shared subscription as it must be is none [MQTT-4.8.2-1] [MQTT-4.8.2-2]",
        arguments: ["$share/", "$share/g", "$share/g/", "$share//a", "$share/+/a", "$share/g#/a", "$share/g/a#"]
    )
    func notShared(text: String) {
        #expect(TopicFilter(.text(text)) == nil)
    }

    @Test("levels are counted", arguments: [("a", 1), ("", 1), ("/", 2), ("a/b/", 3), ("///", 4)])
    func levels(topic: String, count: Int) {
        #expect(UTF8String.text(topic).bytes.span.topicLevelCount == count)
    }
}
