import NIOCore
import Testing

@testable import MQTT

@Suite("Chat server")
struct ChatServerTests {
    private typealias Harness = MachineHarness<ChatServerMachine>

    private static func serving(
        _ change: (inout ChatServerConfiguration) -> Void = { _ in },
        messages: [ChatMessage] = []
    ) -> MachineHarness<ChatServerMachine> {
        var configuration = ChatServerConfiguration()
        change(&configuration)
        var harness = Harness { ChatServerMachine(configuration, messages: messages, now: $0) }
        _ = harness.connect()
        _ = harness.advance(seconds: 1)
        return harness
    }

    private static func presence(_ action: String, _ user: String, id: String? = nil) -> String {
        let identifier = id.map { #","id":"\#($0)""# } ?? ""
        return #"{"action":"\#(action)","username":"\#(user)","timestamp":"2025-01-14T10:31:00"\#(identifier)}"#
    }

    private static func message(_ user: String, _ text: String) -> String {
        #"{"type":"chat","username":"\#(user)","message":"\#(text)","timestamp":"2025-01-14T10:30:00"}"#
    }

    private static func users(_ harness: inout Harness) -> String? {
        harness.receive("chat/request/users", #"{"username":"q"}"#).published.last
    }

    @Test("who joins and leaves is told of in the words of the protocol, and the list of users is retained")
    func joinAndLeave() {
        var harness = Self.serving()
        _ = harness.receive("chat/presence", Self.presence("join", "Alice"))
        _ = harness.receive("chat/presence", Self.presence("join", "Bob"))
        #expect(
            harness.receive("chat/presence", Self.presence("join", "Charlie")).published == [
                #"chat/system {"type":"user_join","username":"Charlie","message":"Charlie joined the chat","#
                    + #""online_users":3,"users_list":["Alice","Bob","Charlie"]}"#
            ]
        )
        #expect(
            harness.advance(seconds: 1).published == [
                #"retained chat/users {"online_users":3,"users_list":["Alice","Bob","Charlie"]}"#
            ]
        )
        #expect(
            harness.receive("chat/presence", Self.presence("leave", "Bob")).published == [
                #"chat/system {"type":"user_leave","username":"Bob","message":"Bob left the chat","#
                    + #""online_users":2,"users_list":["Alice","Charlie"]}"#
            ]
        )
        #expect(harness.receive("chat/presence", Self.presence("leave", "Bob")).published == [])
        #expect(harness.receive("chat/presence", Self.presence("join", "Alice")).published == [])
    }

    @Test("who is silent for sixty seconds is gone; a heartbeat is enough")
    func timeout() {
        var harness = Self.serving()
        _ = harness.receive("chat/presence", Self.presence("join", "ann"))
        _ = harness.receive("chat/presence", Self.presence("join", "bob"))
        #expect(harness.advance(seconds: 30).payloads("chat/system") == [])
        _ = harness.receive("chat/presence", Self.presence("heartbeat", "ann"))
        #expect(harness.advance(seconds: 29.8).payloads("chat/system") == [])
        let gone = harness.advance(seconds: 0.4).payloads("chat/system")
        #expect(gone.count == 1)
        #expect(gone.first?.contains(#""type":"user_leave","username":"bob""#) == true)
        #expect(harness.advance(seconds: 30).payloads("chat/system").count == 1)
        #expect(harness.machine.counts.timedOut == 2)
    }

    @Test("a newcomer gets the latest fifty of sixty messages, in their order")
    func history() throws {
        var harness = Self.serving()
        for number in 1...60 {
            _ = harness.receive("chat/messages", Self.message("ann", "\(number)"))
        }
        let answer = harness.receive("chat/request/history", #"{"username":"new","id":"x"}"#).payloads(
            "chat/private/new"
        )
        #expect(answer.count == 1)
        let object = try JSONValue(parsing: Array(try #require(answer.first).utf8))
        #expect(object["id"]?.string == "x")
        guard case .history(let messages, _)? = ChatAnswer(object) else {
            Issue.record("no history")
            return
        }
        #expect(messages.map(\.text) == (11...60).map { "\($0)" })
        #expect(messages.first?.timestamp == "2025-01-14T10:30:00")
    }

    @Test("a long history goes in pieces, and without one the answer is empty")
    func pieces() {
        var harness = Self.serving()
        #expect(
            harness.receive("chat/request/history", #"{"username":"n"}"#).payloads("chat/private/n") == [
                #"{"type":"history","messages":[]}"#
            ]
        )
        for _ in 0..<20 {
            _ = harness.receive("chat/messages", Self.message("ann", String(repeating: "x", count: 10_000)))
        }
        let pieces = harness.receive("chat/request/history", #"{"username":"n"}"#).payloads("chat/private/n")
        #expect(pieces.count == 4)
        #expect(pieces.allSatisfy { $0.utf8.count <= ChatHistory.answerByteCount + 1_000 })
    }

    @Test("a message without a time gets one, and what a server before has kept comes first")
    func keeping() throws {
        let old = ChatMessage(user: try .make("ann"), text: "old", timestamp: nil)
        var harness = Self.serving(messages: [old])
        let orders = harness.receive("chat/messages", #"{"type":"message","from":"bob","message":"new"}"#)
        guard case .keep(let kept)? = orders.first else {
            Issue.record("nothing is kept")
            return
        }
        #expect(kept.timestamp == "2026-11-21T10:30:01Z")
        let answer = harness.receive("chat/request/history", #"{"username":"n"}"#).payloads("chat/private/n").first
        #expect(answer?.contains("old") == true)
        #expect(answer?.contains("new") == true)
    }

    @Test("a name in use is refused to another run, and the leave of that run changes nothing")
    func nameInUse() {
        var harness = Self.serving()
        _ = harness.receive("chat/presence", Self.presence("join", "ann", id: "one"))
        #expect(
            harness.receive("chat/presence", Self.presence("join", "ann", id: "two")).published == [
                #"chat/private/ann {"type":"refused","username":"ann","id":"two","reason":"name-in-use"}"#
            ]
        )
        #expect(harness.receive("chat/presence", Self.presence("leave", "ann", id: "two")).published == [])
        #expect(Self.users(&harness)?.contains("ann") == true)
        #expect(harness.receive("chat/presence", Self.presence("join", "ann", id: "one")).published == [])
        #expect(harness.receive("chat/presence", Self.presence("leave", "ann", id: "one")).published.count == 1)
    }

    @Test("a server that was restarted takes over the list, asks everybody, and drops who is silent")
    func restart() {
        var configuration = ChatServerConfiguration()
        configuration.timeout = .seconds(60)
        var harness = Harness { [configuration] in ChatServerMachine(configuration, messages: [], now: $0) }
        #expect(harness.connect().payloads("chat/request/presence").count == 1)
        _ = harness.receive("chat/users", #"{"online_users":2,"users_list":["ann","bob"]}"#, isRetained: true)
        _ = harness.receive("chat/presence", Self.presence("heartbeat", "ann", id: "1"))
        #expect(Self.users(&harness)?.contains(#"["ann","bob"]"#) == true)
        let gone = harness.advance(seconds: 61).payloads("chat/system")
        #expect(gone.contains { $0.contains(#""username":"bob""#) })
        // After the broker was away, everybody has the whole time again, and the list is published anew.
        _ = harness.disconnect()
        _ = harness.connect()
        #expect(harness.advance(seconds: 1).published.contains { $0.hasPrefix("retained chat/users") })
    }

    @Test("each user may send so many messages; the others are dropped and counted")
    func rates() {
        var harness = Self.serving { $0.limit(messagesPerSecond: 2) }
        for number in 1...15 {
            _ = harness.receive("chat/messages", Self.message("loud", "\(number)"))
        }
        _ = harness.receive("chat/messages", Self.message("quiet", "hello"))
        #expect(harness.machine.counts.messages == 11)
        #expect(harness.machine.counts.rateLimited == 5)
        for _ in 0..<20 {
            _ = harness.receive("chat/request/history", #"{"username":"loud"}"#)
        }
        #expect(harness.machine.counts.rateLimited == 15)
    }

    @Test(
        "what is not in the schema is dropped and counted",
        arguments: [
            ("chat/messages", ""), ("chat/messages", "hello"), ("chat/messages", "[]"),
            ("chat/messages", #"{"type":"chat","username":"a/b","message":"x","timestamp":"2025-01-14T10:30:00"}"#),
            ("chat/messages", #"{"type":"chat","username":"a","message":7}"#),
            ("chat/messages", #"{"type":"chat","username":"a","message":""}"#),
            ("chat/messages", #"{"type":"chat","username":"a","message":"x","timestamp":"yesterday"}"#),
            ("chat/messages", #"{"type":"other","username":"a","message":"x"}"#),
            ("chat/presence", #"{"action":"dance","username":"a"}"#), ("chat/presence", #"{"action":"join"}"#),
            ("chat/presence", #"{"action":"join","username":"a","id":7}"#), ("chat/request/users", "7"),
            ("chat/request/history", #"{"username":"+"}"#),
        ]
    )
    func malformed(topic: String, text: String) {
        var harness = Self.serving()
        #expect(harness.receive(topic, text).published == [])
        #expect(harness.machine.counts.malformed == 1)
        #expect(harness.machine.counts.messages == 0)
    }
}
