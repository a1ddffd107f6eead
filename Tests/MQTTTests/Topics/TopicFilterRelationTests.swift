import Testing

@testable import MQTT
@testable import Support

/// Overlap and cover of filters, against a plain count: which of all short topics do they match?
@Suite("Relations of topic filters")
struct TopicFilterRelationTests {
    private static let words = ["a", "b", "$", ""]

    /// All topics of up to four levels; whatever two filters of up to three levels differ in shows there.
    private static let topics: [[UInt8]] = {
        var levels: [[String]] = [[]]
        var topics: [[String]] = []
        for _ in 0..<4 {
            levels = levels.flatMap { levels in words.map { levels + [$0] } }
            topics += levels
        }
        return topics.map { $0.joined(separator: "/") }.filter { !$0.isEmpty }.map { Array($0.utf8) }
    }()

    /// All filters of up to three levels.
    private static let filters: [[UInt8]] = {
        var levels: [[String]] = [[]]
        var filters: [[String]] = []
        for _ in 0..<3 {
            filters += levels.map { $0 + ["#"] }
            levels = levels.flatMap { levels in (words.dropLast() + ["+"]).map { levels + [$0] } }
            filters += levels
        }
        return filters.map { Array($0.joined(separator: "/").utf8) }
    }()

    private static func indicesOfTopics(matching filter: [UInt8]) -> [Int] {
        topics.indices.filter { index in
            let topic = topics[index]
            return topicMatches(name: topic.span, filter: filter.span)
        }
    }

    @Test("are what the topics say, for every pair of short filters")
    func everyPair() {
        let matches = Self.filters.map { Set(Self.indicesOfTopics(matching: $0)) }
        var counts = (overlapping: 0, covering: 0)
        for (left, leftMatches) in zip(Self.filters, matches) {
            for (right, rightMatches) in zip(Self.filters, matches) {
                let overlap = topicFiltersOverlap(left.span, right.span)
                let covers = topicFilter(left.span, covers: right.span)
                let names = "\(String(decoding: left, as: UTF8.self)) \(String(decoding: right, as: UTF8.self))"
                if overlap == leftMatches.isDisjoint(with: rightMatches) { Issue.record("overlap of \(names)") }
                if covers != leftMatches.isSuperset(of: rightMatches) { Issue.record("cover of \(names)") }
                if overlap { counts.overlapping += 1 }
                if covers { counts.covering += 1 }
            }
        }
        #expect(counts.overlapping > 1_000 && counts.covering > 500)
    }
}
