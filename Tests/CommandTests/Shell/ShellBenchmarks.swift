import Testing

@testable import tinymqtt

/// What a person would notice.
@Suite("Benchmarks of the shell")
struct ShellBenchmarks {
    @Test("a hundred thousand topics are completed in a moment")
    func manyTopics() throws {
        var book = TopicBook()
        for number in 0..<100_000 { book.enter("sensor/\(number)/temp", payload: [1], isRetained: false) }
        let clock = ContinuousClock()
        var found: TopicBook.Continuations?
        let time = clock.measure {
            found = book.continuations(of: "sensor/", limit: ShellCompleter.maximumCandidateCount)
        }
        #expect(found?.count == 100_000)
        #expect(book.topicCount == 100_000)
        print("100,000 topics on one level completed in \(time)")
    }
}
