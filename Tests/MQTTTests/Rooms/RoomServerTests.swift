import NIOCore
import Testing

@testable import MQTT

@Suite("Room server")
struct RoomServerTests {
    private typealias Harness = MachineHarness<RoomServerMachine>

    /// A server that members have had time to answer.
    private static func serving(
        _ change: (inout RoomServerConfiguration) -> Void = { _ in }
    ) -> MachineHarness<RoomServerMachine> {
        var configuration = RoomServerConfiguration()
        change(&configuration)
        var harness = Harness { RoomServerMachine(configuration, now: $0) }
        _ = harness.connect()
        _ = harness.advance(seconds: 1.1)
        return harness
    }

    private static func names(_ harness: Harness) -> [String] {
        harness.machine.status.rooms.map { "\($0.name): \($0.members.joined(separator: " "))" }
    }

    private static func sendRoom(_ room: String, _ message: String = "hi", id: String = "1") -> String {
        #"{"action":"send-room","room":"\#(room)","message":"\#(message)","id":"\#(id)"}"#
    }

    private static func sendClient(_ room: String, _ client: String, id: String = "1") -> String {
        #"{"action":"send-client","room":"\#(room)","client_id":"\#(client)","message":"psst","id":"\#(id)"}"#
    }

    @Test("a room's message goes to its members, and to no room that has none")
    func sendRoom() {
        var harness = Self.serving()
        _ = harness.receive("rooms/lobby/join", #"{"client_id":"alice"}"#)
        _ = harness.receive("rooms/lobby/join", "bob\n")
        _ = harness.receive("rooms/ops/join", "charlie")
        #expect(Self.names(harness) == ["lobby: alice bob", "ops: charlie"])
        #expect(
            harness.receive("server/commands", Self.sendRoom("lobby", "Hello lobby!"), qos: .atLeastOnce).published == [
                #"rooms/lobby/messages {"room":"lobby","message":"Hello lobby!"}"#,
                #"server/replies/1 {"ok":true,"delivered":2,"id":"1"}"#,
            ]
        )
        #expect(
            harness.receive("server/commands", Self.sendRoom("nowhere", id: "2")).published == [
                #"server/replies/2 {"ok":false,"reason":"unknown-room","id":"2"}"#
            ]
        )
    }

    @Test("a direct message goes to a member of the named room only")
    func sendClient() {
        var harness = Self.serving()
        _ = harness.receive("rooms/lobby/join", "bob")
        _ = harness.receive("rooms/ops/join", "charlie")
        #expect(
            harness.receive("server/commands", Self.sendClient("lobby", "bob")).published == [
                #"clients/bob/direct {"room":"lobby","client_id":"bob","message":"psst"}"#,
                #"server/replies/1 {"ok":true,"delivered":1,"id":"1"}"#,
            ]
        )
        #expect(
            harness.receive("server/commands", Self.sendClient("lobby", "charlie", id: "2")).published == [
                #"server/replies/2 {"ok":false,"reason":"not-a-member","id":"2"}"#
            ]
        )
        #expect(
            harness.receive("server/commands", Self.sendClient("none", "bob", id: "3")).payloads("server/replies/3")
                == [
                    #"{"ok":false,"reason":"unknown-room","id":"3"}"#
                ]
        )
    }

    @Test("who leaves is no member any more: of one room, or of all by a will")
    func leave() {
        var harness = Self.serving()
        _ = harness.receive("rooms/a/join", #"{"client_id":"x","id":"1"}"#)
        _ = harness.receive("rooms/b/join", #"{"client_id":"x","id":"1"}"#)
        _ = harness.receive("rooms/c/join", #"{"client_id":"x","id":"1"}"#)
        _ = harness.receive("rooms/a/leave", "x")
        #expect(Self.names(harness) == ["b: x", "c: x"])
        // The late will of a run before this one.
        _ = harness.receive("rooms/b/leave", #"{"client_id":"x","id":"0","all":true}"#)
        #expect(Self.names(harness) == ["b: x", "c: x"])
        _ = harness.receive("rooms/b/leave", #"{"client_id":"x","id":"1","all":true}"#)
        #expect(Self.names(harness) == [])
    }

    @Test("a name belongs to the first who joins under it, until they leave")
    func nameInUse() {
        var harness = Self.serving()
        #expect(
            harness.receive("rooms/a/join", #"{"client_id":"x","id":"one"}"#).payloads("server/replies/one") == [
                #"{"ok":true,"room":"a","members":1,"id":"one"}"#
            ]
        )
        #expect(
            harness.receive("rooms/b/join", #"{"client_id":"x","id":"two"}"#).payloads("server/replies/two") == [
                #"{"ok":false,"room":"b","reason":"client-id-in-use","id":"two"}"#
            ]
        )
        #expect(Self.names(harness) == ["a: x"])
        _ = harness.receive("rooms/a/leave", #"{"client_id":"x","id":"one"}"#)
        _ = harness.receive("rooms/b/join", #"{"client_id":"x","id":"two"}"#)
        #expect(Self.names(harness) == ["b: x"])
    }

    @Test("it asks at its start, and commands wait until members have answered")
    func settling() {
        var harness = Harness { RoomServerMachine(RoomServerConfiguration(), now: $0) }
        let asked = harness.connect().payloads("server/announcements")
        #expect(asked.count == 1)
        #expect(asked.first?.hasPrefix(#"{"action":"announce","server":""#) == true)
        #expect(harness.receive("server/commands", Self.sendRoom("lobby")).published == [])
        _ = harness.receive("rooms/lobby/join", #"{"client_id":"alice","id":"a"}"#)
        #expect(harness.advance(seconds: 0.4).published == [])
        // As long as members answer, it waits for more, but not for ever.
        _ = harness.receive("rooms/ops/join", #"{"client_id":"bob","id":"b"}"#)
        #expect(harness.advance(seconds: 0.4).published == [])
        let orders = harness.advance(seconds: 0.2)
        #expect(orders.payloads("server/replies/1") == [#"{"ok":true,"delivered":1,"id":"1"}"#])
        #expect(orders.payloads("rooms/lobby/messages").count == 1)
    }

    @Test("members who never stop to answer hold up commands for two seconds only")
    func longSettling() {
        var harness = Harness { RoomServerMachine(RoomServerConfiguration(), now: $0) }
        _ = harness.connect()
        _ = harness.receive("server/commands", Self.sendRoom("lobby"))
        var answers: [String] = []
        for number in 1...21 {
            answers += harness.advance(seconds: 0.1).payloads("server/replies/1")
            #expect(answers.isEmpty == (number < 20))
            _ = harness.receive("rooms/lobby/join", "m\(number)")
        }
        #expect(answers == [#"{"ok":true,"delivered":19,"id":"1"}"#])
    }

    @Test("after the broker was gone, members have a minute to come back; who cannot be asked stays")
    func brokerRestart() {
        var harness = Self.serving()
        _ = harness.receive("rooms/lobby/join", #"{"client_id":"alice","id":"a"}"#)
        _ = harness.receive("rooms/lobby/join", #"{"client_id":"bob","id":"b"}"#)
        _ = harness.receive("rooms/lobby/join", "raw")
        _ = harness.disconnect()
        #expect(harness.connect().payloads("server/announcements").count == 1)
        #expect(Self.names(harness) == ["lobby: alice bob raw"])
        _ = harness.receive("rooms/lobby/join", #"{"client_id":"alice","id":"a"}"#)
        _ = harness.advance(seconds: 59)
        #expect(Self.names(harness) == ["lobby: alice bob raw"])
        _ = harness.advance(seconds: 2)
        #expect(Self.names(harness) == ["lobby: alice raw"])
    }

    @Test("a command that comes twice is done once, and answered twice")
    func duplicates() {
        var harness = Self.serving()
        _ = harness.receive("rooms/lobby/join", "bob")
        #expect(harness.receive("server/commands", Self.sendRoom("lobby")).published.count == 2)
        #expect(
            harness.receive("server/commands", Self.sendRoom("lobby")).published == [
                #"server/replies/1 {"ok":true,"delivered":1,"id":"1"}"#
            ]
        )
        for number in 2...RecentAnswers.maximumCount + 2 {
            _ = harness.receive("server/commands", Self.sendRoom("lobby", id: "\(number)"))
        }
        #expect(harness.receive("server/commands", Self.sendRoom("lobby")).published.count == 2, "too long ago")
    }

    @Test("answers go where the question wants them")
    func answers() {
        var harness = Self.serving()
        _ = harness.receive("rooms/lobby/join", "bob")
        #expect(
            harness.receive("server/commands", #"{"action":"send-room","room":"lobby","message":"x"}"#).published.count
                == 1
        )
        let asked = harness.receive("server/commands", Self.sendRoom("lobby"), responseTopic: "my/answers")
        #expect(asked.payloads("my/answers").count == 1)
        #expect(asked.payloads("server/replies/1") == [])
        let hostile = harness.receive("server/commands", Self.sendRoom("lobby", id: "2"), responseTopic: "a/#")
        #expect(hostile.payloads("server/replies/2").count == 1)
        for topic in [
            "rooms/ops/messages", "rooms/ops/join", "clients/bob/direct", "server/commands", "server/announcements",
            "server/status",
        ] {
            let forged = harness.receive("server/commands", Self.sendRoom("lobby", id: "3"), responseTopic: topic)
            #expect(forged.payloads(topic) == [], "\(topic)")
        }
        let join = #"{"client_id":"eve","id":"e"}"#
        let joined = harness.receive("rooms/lobby/join", join, responseTopic: "anywhere")
        #expect(joined.compactMap(\.message).map(\.topic) == ["server/replies/e"])
    }

    @Test("an identifier that comes again with another command, or after a while, or after a refusal, is no repetition")
    func repeatedIdentifiers() {
        var harness = Self.serving()
        #expect(harness.receive("server/commands", Self.sendRoom("lobby")).published.count == 1)
        _ = harness.receive("rooms/lobby/join", "bob")
        let room = "rooms/lobby/messages"
        #expect(harness.receive("server/commands", Self.sendRoom("lobby")).payloads(room).count == 1)
        #expect(harness.receive("server/commands", Self.sendRoom("lobby")).payloads(room) == [])
        #expect(harness.receive("server/commands", Self.sendRoom("lobby", "other")).payloads(room).count == 1)
        _ = harness.advance(seconds: 11)
        #expect(harness.receive("server/commands", Self.sendRoom("lobby", "other")).payloads(room).count == 1)
    }

    @Test("nobody is dropped while the server itself is away, and what may come often is told of at times only")
    func awayAndComplaints() {
        var harness = Self.serving()
        _ = harness.receive("rooms/lobby/join", #"{"client_id":"alice","id":"a"}"#)
        _ = harness.disconnect()
        _ = harness.connect()
        _ = harness.disconnect()
        _ = harness.advance(seconds: 120)
        #expect(Self.names(harness) == ["lobby: alice"])
        _ = harness.connect()
        _ = harness.advance(seconds: 3)
        for (topic, text) in [
            ("server/commands", "{"), ("server/announcements", #"{"action":"announce","server":"other"}"#),
        ] {
            _ = harness.advance(seconds: 30)
            let told = (0..<100).flatMap { _ in harness.receive(topic, text) }
            #expect(told.count == 10, "\(topic)")
        }
    }

    @Test(
        "malformed commands are counted and answered where that can be",
        arguments: [
            "", "{", "[]", "null", "{}", #"{"action":"explode","id":"1"}"#, #"{"action":"send-room","id":"1"}"#,
            #"{"action":"send-room","room":"a/b","message":"x","id":"1"}"#,
            #"{"action":"send-room","room":"a","message":7,"id":"1"}"#,
            #"{"action":"send-room","room":"a","message":"x","id":"a/b"}"#,
            #"{"action":"send-room","room":"a","message":"x","id":3}"#,
            #"{"action":"send-client","room":"a","message":"x","id":"1"}"#,
        ]
    )
    func malformed(text: String) {
        var harness = Self.serving()
        let answers = harness.receive("server/commands", text).published
        #expect(answers.allSatisfy { $0 == #"server/replies/1 {"ok":false,"reason":"malformed","id":"1"}"# })
        #expect(answers.count == (text.contains(#""id":"1""#) ? 1 : 0))
        #expect(harness.machine.status.counters.first { $0.name == "malformed" }?.count == 1)
    }

    @Test("what is too large, too much or retained")
    func limits() {
        var harness = Self.serving { configuration in
            configuration.commandRate = .init(perSecond: 1, burst: 3)
            configuration.limits = .init(rooms: 2, memberships: 3, roomsPerClient: 2)
        }
        let long = String(repeating: "x", count: RoomCommand.maximumMessageByteCount + 1)
        #expect(
            harness.receive("server/commands", Self.sendRoom("a", long)).published.last?.contains("too-large") == true
        )
        #expect(harness.receive("server/commands", String(repeating: " ", count: 1 << 20)).published == [])
        #expect(
            harness.receive("server/commands", Self.sendRoom("a", "", id: "9")).published.last?.contains(
                "empty-message"
            ) == true
        )
        #expect(harness.receive("server/commands", Self.sendRoom("a")).published.last?.contains("rate-limited") == true)

        _ = harness.receive("rooms/r/join", "retained", isRetained: true)
        #expect(Self.names(harness) == [])
        for (room, client) in [("a", "x"), ("b", "x"), ("c", "x"), ("c", "y"), ("a", "y"), ("b", "y"), ("b", "z")] {
            _ = harness.receive("rooms/\(room)/join", client)
        }
        #expect(Self.names(harness) == ["a: x y", "b: x"])
    }

    @Test(
        "announcements that are none join nobody",
        arguments: ["", "a/b", "{", #"{"client_id":7}"#, #"{"client_id":"a","id":{}}"#, "\u{1B}[2J"]
    )
    func malformedAnnouncements(text: String) {
        var harness = Self.serving()
        #expect(harness.receive("rooms/lobby/join", text).published == [])
        #expect(harness.receive("rooms/lo+bby/join", "x").published == [])
        #expect(harness.receive("rooms/a/b/join", "x").published == [])
        #expect(Self.names(harness) == [])
    }

    @Test("the status is told after changes, at most once a second, and nothing is ever retained")
    func status() {
        var harness = Self.serving()
        #expect(harness.advance(seconds: 5).published == [])
        _ = harness.receive("rooms/lobby/join", "bob")
        let first = harness.advance(seconds: 0.1).payloads("server/status")
        #expect(first.count == 1)
        #expect(
            first.first?.hasPrefix(#"{"rooms":[{"room":"lobby","member_count":1,"members":["bob"]}],"room_count":1,"#)
                == true
        )
        _ = harness.receive("rooms/lobby/join", "eve")
        #expect(harness.advance(seconds: 0.5).published == [])
        #expect(harness.advance(seconds: 1).payloads("server/status").count == 1)
        let asked = harness.receive("server/commands", #"{"action":"status","id":"s"}"#)
        let answer = asked.compactMap(\.message).first.flatMap {
            RoomAnswer(IncomingMessage(topic: $0.topic, payload: Array($0.payload.readableBytesView)))
        }
        #expect(answer?.status == harness.machine.status || answer?.status?.rooms == harness.machine.status.rooms)
        #expect(asked.compactMap(\.message).allSatisfy { !$0.retain })
    }

    @Test("a second server on the same topics is told of")
    func secondServer() {
        var harness = Self.serving()
        let orders = harness.receive("server/announcements", #"{"action":"announce","server":"other"}"#)
        guard case .tell(.warning, let text)? = orders.first else {
            Issue.record("nothing was told")
            return
        }
        #expect(text.contains("--prefix"))
    }

    @Test("a prefix stands before every topic, and nothing without it is heard")
    func prefix() throws {
        let topics = try RoomTopics(prefix: "site/a/")
        #expect(topics.commands == "site/a/server/commands")
        #expect(topics.incoming("site/a/rooms/x/join") == .join(try .make("x")))
        #expect(topics.incoming("rooms/x/join") == nil)
        for wrong in ["a/#", "+", "$SYS", "a\u{0}", String(repeating: "x", count: 300)] {
            #expect(throws: RoomTopics.PrefixProblem.self) { try RoomTopics(prefix: wrong) }
        }
    }
}
