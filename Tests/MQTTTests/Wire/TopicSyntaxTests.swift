import Testing

@testable import MQTT
@testable import Support

/// What is a Topic Name, what only a Topic Filter, and what neither.
@Suite("Topic Names and Topic Filters")
struct TopicSyntaxTests {
    static let allNames = [
        "a", "/", "//", "/a", "a/", "a//b", "a b", " ", "$", "$SYS/broker", "$share", "$share/g/a", "日本/東京",
        "a/b/c/d/e/f/g",
    ]

    static let allFilters = [
        "#", "+", "/#", "a/#", "+/#", "/+", "+/", "+/+", "a/+/b", "/+/", "$SYS/#", "$share/g/#", "$share/g/+/a", "//#",
        "+/a/#",
    ]

    static let allOthers = [
        "", "a#", "#a", "a/#/b", "##", "#/", "#/#", "a/b#", "a/#b", "a+", "+a", "++", "a/+b", "a+/b", "+/b+", "a/++/b",
        "+#",
        "#+",
    ]

    @Test("names are filters too", arguments: allNames)
    func names(topic: String) {
        check(topic, isName: true, isFilter: true)
    }

    @Test(
        "[MQTT-3.3.2-2], [MQTT-4.7.0-1], [MQTT-4.7.1-1], [MQTT-4.7.1-2] wildcards are for filters",
        arguments: allFilters
    )
    func filters(topic: String) {
        check(topic, isName: false, isFilter: true)
    }

    @Test("[MQTT-4.7.1-1], [MQTT-4.7.1-2], [MQTT-4.7.3-1] neither names nor filters", arguments: allOthers)
    func neither(topic: String) {
        check(topic, isName: false, isFilter: false)
    }

    @Test("[MQTT-4.7.3-3] at most 65,535 bytes")
    func longest() {
        check(String(repeating: "/", count: 65_535), isName: true, isFilter: true)
        check(String(repeating: "/", count: 65_536), isName: false, isFilter: false)
    }

    private func check(_ topic: String, isName: Bool, isFilter: Bool, sourceLocation: SourceLocation = #_sourceLocation)
    {
        let bytes = Array(topic.utf8)
        // Spans cannot be inside what #expect takes apart.
        let verdict = (bytes.span.isValidTopicName, bytes.span.isValidTopicFilter)
        #expect(verdict == (isName, isFilter), "\(topic.prefix(100))", sourceLocation: sourceLocation)
    }
}
