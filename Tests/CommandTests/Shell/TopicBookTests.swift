import MQTT
import Testing

@testable import tinymqtt

/// What a shell remembers: topics and messages.
@Suite("Memory of the shell")
struct TopicBookTests {
    private func book(_ topics: [String], limits: TopicBook.Limits = TopicBook.Limits()) -> TopicBook {
        var book = TopicBook(limits: limits)
        for topic in topics { book.enter(topic, payload: Array("v".utf8), isRetained: false) }
        return book
    }

    @Test("counts messages and topics, and keeps last values")
    func counts() throws {
        var book = book(["a/b", "a/b", "a", "a/c/d", "/x"])
        book.enter("a/b", payload: Array("last".utf8), isRetained: true)
        book.mention("a/new")
        book.mention("a/+")
        #expect(book.topicCount == 5)
        let node = try #require(book.find("a/b"))
        #expect(node.messageCount == 3)
        #expect(String(decoding: node.value, as: UTF8.self) == "last")
        #expect(node.isRetained)
        #expect(book.find("a")?.topicCount == 4)
        #expect(book.find("a/+") == nil)
        #expect(book.topics(matching: try TopicMatcher("a/+"), limit: 10).map(\.topic) == ["a/b", "a/new"])
    }

    @Test("completes level by level")
    func completes() {
        let book = book(["house/kitchen/temp", "house/kitchen/hum", "house/kit", "hut", "$SYS/x", "house/bad\u{1B}"])
        let first = book.continuations(of: "h", limit: 10)
        #expect(first.levels.map(\.topic) == ["house/", "hut"])
        #expect(first.levels.map(\.count) == [4, 1])
        #expect(first.common == "h")
        let second = book.continuations(of: "house/k", limit: 10)
        #expect(second.levels.map(\.topic) == ["house/kit", "house/kitchen/"])
        #expect(second.common == "house/kit")
        #expect(book.continuations(of: "house/bad", limit: 10).count == 0)
        #expect(book.continuations(of: "nowhere/x", limit: 10).count == 0)
        let limited = book.continuations(of: "", limit: 1)
        #expect(limited.levels.map(\.topic) == ["$SYS/"])
        #expect(limited.count == 3)
    }

    @Test("the first of many names come in their order")
    func firstNames() {
        let book = book((0..<1_000).shuffled().map { "t/\(1_000 + $0)" })
        let found = book.continuations(of: "t/", limit: 7)
        #expect(found.levels.map(\.topic) == (0..<7).map { "t/\(1_000 + $0)" })
        #expect(found.count == 1_000)
        #expect(found.common == "t/1")
    }

    @Test("is bounded, counts what it leaves out, and goes on with what it knows")
    func isBounded() {
        var limits = TopicBook.Limits()
        limits.nodeCount = 3
        limits.depth = 2
        var book = book(["a", "b", "c", "d", "a/b/c"], limits: limits)
        #expect(book.topicCount == 2)
        #expect(book.droppedCount == 3)
        book.enter("a", payload: [1], isRetained: false)
        #expect(book.find("a")?.messageCount == 2)
        limits = TopicBook.Limits()
        limits.byteCount = 1_000
        book = self.book((0..<1_000).map { "topic\($0)" }, limits: limits)
        #expect(book.byteCount < 1_300)
        #expect(book.topicCount + book.droppedCount == 1_000)
    }

    @Test("the tree shows levels, values and counts")
    func tree() {
        var tree = TopicTreeText()
        for (topic, value) in [("a", "1"), ("a/b/c", ""), ("a/d", "\u{1B}"), ("e//f", "2")] {
            tree.add(topic, value: value.harmless, count: topic == "a" ? 7 : nil)
        }
        #expect(
            tree.text == """
                a: 1 (7)
                ├── b
                │   └── c
                └── d: \\e
                e
                └── (empty)
                    └── f: 2

                """
        )
    }

    // MARK: Messages

    private func entry(_ topic: String, _ payload: [UInt8] = [1]) -> MessageLog.Entry {
        MessageLog.Entry(
            number: 0,
            connection: "main",
            topic: topic,
            payload: payload,
            payloadByteCount: payload.count,
            qos: .atMostOnce,
            isRetained: false,
            isDuplicate: false,
            time: ReceiveTime(seconds: 0, nanoseconds: 0)
        )
    }

    @Test("messages are numbered, found, and forgotten the oldest first")
    func log() throws {
        var limits = MessageLog.Limits()
        limits.count = 3
        var log = MessageLog(limits: limits)
        for topic in ["a", "b", "a", "b", "c"] { log.append(entry(topic)) }
        #expect(log.count == 3)
        #expect(log.totalCount == 5)
        #expect(log.firstNumber == 3)
        #expect(log[2] == nil)
        #expect(log[6] == nil)
        #expect(log[4]?.topic == "b")
        #expect(log.last(2, matching: nil).map(\.number) == [4, 5])
        #expect(log.last(5, matching: try TopicMatcher("a")).map(\.number) == [3])
        #expect(log.first(from: 1) { $0.topic == "b" }?.number == 4)
        #expect(log.first(from: 6) { _ in true } == nil)
    }

    @Test("large messages are bounded by their bytes, and the last one stays")
    func logBytes() {
        var limits = MessageLog.Limits()
        limits.byteCount = 1_000
        var log = MessageLog(limits: limits)
        for _ in 0..<10 { log.append(entry("a", Array(repeating: 0, count: 400))) }
        #expect(log.count == 1)
        #expect(log.byteCount <= 1_000)
        log.append(entry("b", Array(repeating: 0, count: 4_000)))
        #expect(log.count == 1)
        #expect(log[11]?.topic == "b")
    }
}
