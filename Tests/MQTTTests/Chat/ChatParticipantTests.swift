import NIOCore
import Testing

@testable import MQTT

@Suite("Chat participant")
struct ChatParticipantTests {
    private typealias Harness = MachineHarness<ChatParticipantMachine>

    private static func participant(_ user: String? = "ann") throws -> MachineHarness<ChatParticipantMachine> {
        let name = try user.map { try ParticipantName($0) }
        return Harness { _ in ChatParticipantMachine(ChatParticipantConfiguration(user: name)) }
    }

    /// One who is there, with or without a chat server.
    private static func present(hasServer: Bool) throws -> MachineHarness<ChatParticipantMachine> {
        var harness = try participant()
        _ = harness.connect()
        if hasServer { _ = harness.receive("chat/private/ann", #"{"type":"history","messages":[]}"#) }
        _ = harness.advance(seconds: 4)
        return harness
    }

    private static func shown(_ orders: [ChatOrder]) -> [String] {
        orders.compactMap { order in
            guard case .show(let line) = order else { return nil }
            switch line {
            case .message(let message, let isHistory):
                return
                    "\(isHistory ? "old " : "")\(message.user)\(message.recipient == nil ? "" : "!"): \(message.text)"
            case .joined(let user): return "+\(user)"
            case .left(let user): return "-\(user)"
            case .users(let users): return "users \(users.map(\.description).joined(separator: " "))"
            case .notice(let user, let text): return "\(user) \(text)"
            }
        }
    }

    private static func isReady(_ orders: [ChatOrder]) -> Bool {
        orders.contains { if case .ready = $0 { true } else { false } }
    }

    private static func told(_ orders: [ChatOrder]) -> [String] {
        orders.compactMap { if case .tell(let level, let text) = $0, level != .info { text } else { nil } }
    }

    private static func presence(_ action: String, _ user: String, id: String = "x") -> String {
        #"{"action":"\#(action)","username":"\#(user)","timestamp":"2025-01-14T10:31:00","id":"\#(id)"}"#
    }

    private static func system(_ type: String, _ user: String) -> String {
        #"{"type":"\#(type)","username":"\#(user)","message":"m","online_users":1,"users_list":["ann"]}"#
    }

    @Test("it announces itself, asks for the history and gives a sign every thirty seconds")
    func presence() throws {
        var harness = try Self.participant()
        let first = harness.connect().published
        #expect(first.count == 2)
        #expect(
            first.first?.hasPrefix(
                #"chat/presence {"action":"join","username":"ann","timestamp":"2026-11-21T10:30:00Z","id":""#
            ) == true
        )
        #expect(first.last?.hasPrefix(#"chat/request/history {"username":"ann","id":""#) == true)
        _ = harness.receive("chat/private/ann", #"{"type":"history","messages":[]}"#)
        #expect(harness.advance(seconds: 29.8).payloads("chat/presence") == [])
        #expect(
            harness.advance(seconds: 0.4).payloads("chat/presence").first?.contains(#""action":"heartbeat""#) == true
        )
        _ = harness.disconnect()
        #expect(harness.advance(seconds: 90).published == [])
        #expect(harness.connect().payloads("chat/presence").first?.contains(#""action":"join""#) == true)
    }

    @Test("it speaks when the history is there, or after a second without one")
    func ready() throws {
        var harness = try Self.participant()
        #expect(!Self.isReady(harness.connect()))
        let history = #"{"type":"history","messages":[{"type":"chat","username":"bob","message":"a"},{"bad":1}]}"#
        let orders = harness.receive("chat/private/ann", history)
        #expect(Self.isReady(orders))
        #expect(Self.shown(orders) == ["old bob: a"])
        var alone = try Self.participant()
        _ = alone.connect()
        #expect(!Self.isReady(alone.advance(seconds: 0.8)))
        #expect(Self.isReady(alone.advance(seconds: 0.4)))
        #expect(
            Self.shown(
                harness.receive(
                    "chat/private/ann",
                    #"{"type":"history","id":"other","messages":[{"type":"chat","username":"bob","message":"a"}]}"#
                )
            ) == []
        )
    }

    @Test("without a server it says so once, and users are seen by their own signs")
    func noServer() throws {
        var harness = try Self.participant()
        _ = harness.connect()
        #expect(Self.told(harness.advance(seconds: 100)).count == 1)
        let joined = harness.receive("chat/presence", Self.presence("join", "bob"))
        #expect(Self.shown(joined) == ["+bob"])
        #expect(
            joined.payloads("chat/presence").first?.contains("heartbeat") == true,
            "the newcomer is to know who is there"
        )
        _ = harness.receive("chat/presence", Self.presence("heartbeat", "eve"))
        let asked = harness.perform { $0.askForUsers(now: $1, into: &$2) }
        #expect(Self.shown(asked) == ["users ann bob eve"])
        #expect(Self.shown(harness.receive("chat/presence", Self.presence("leave", "bob"))) == ["-bob"])
        #expect(Self.shown(harness.advance(seconds: 59)) == [])
        #expect(Self.shown(harness.advance(seconds: 2)) == ["-eve"])
    }

    @Test("with a server its word counts, and what it does not confirm counts when it is gone")
    func server() throws {
        var harness = try Self.present(hasServer: true)
        #expect(Self.shown(harness.receive("chat/presence", Self.presence("join", "bob"))) == [])
        #expect(Self.shown(harness.receive("chat/system", Self.system("user_join", "bob"))) == ["+bob"])
        #expect(Self.shown(harness.advance(seconds: 10)) == [])
        #expect(Self.shown(harness.receive("chat/presence", Self.presence("leave", "bob"))) == [])
        #expect(Self.shown(harness.receive("chat/system", Self.system("user_leave", "bob"))) == ["-bob"])
        #expect(Self.shown(harness.receive("chat/system", Self.system("user_leave", "bob"))) == [])
        // The server has gone.
        #expect(Self.shown(harness.receive("chat/presence", Self.presence("join", "eve"))) == [])
        let orders = harness.advance(seconds: 3.1)
        #expect(Self.shown(orders) == ["+eve"])
        #expect(Self.told(orders).count == 1)
    }

    @Test("a server that is known is not missed only because the broker was gone")
    func serverAfterRestart() throws {
        var harness = try Self.present(hasServer: true)
        _ = harness.disconnect()
        _ = harness.connect()
        #expect(Self.told(harness.advance(seconds: 20)) == [])
        #expect(Self.shown(harness.receive("chat/system", Self.system("user_join", "bob"))) == ["+bob"])
    }

    @Test("messages are shown, but not one's own; private ones are marked; what is no message is dropped")
    func messages() throws {
        var harness = try Self.present(hasServer: true)
        #expect(
            Self.shown(harness.receive("chat/messages", #"{"type":"chat","username":"bob","message":"hi"}"#)) == [
                "bob: hi"
            ]
        )
        #expect(
            Self.shown(harness.receive("chat/messages", #"{"type":"message","from":"bob","message":"hi"}"#)) == [
                "bob: hi"
            ]
        )
        #expect(Self.shown(harness.receive("chat/messages", #"{"type":"chat","username":"ann","message":"hi"}"#)) == [])
        #expect(
            Self.shown(
                harness.receive("chat/private/ann", #"{"type":"private","username":"bob","message":"psst","to":"ann"}"#)
            )
                == ["bob!: psst"]
        )
        #expect(Self.shown(harness.receive("chat/messages", #"{"type":"chat","username":"bob"}"#)) == [])
        #expect(harness.machine.droppedCount == 1)
        for _ in 0..<200 {
            _ = harness.receive("chat/messages", #"{"type":"chat","username":"loud","message":"!"}"#)
        }
        #expect(harness.machine.droppedCount == 101)
    }

    @Test("what it says goes out in the form of the protocol")
    func saying() throws {
        var harness = try Self.present(hasServer: true)
        #expect(
            harness.perform { $0.say("Hello \"everyone\"!", now: $1, into: &$2) }.published == [
                #"chat/messages {"type":"chat","username":"ann","message":"Hello \"everyone\"!","timestamp":"2026-11-21T10:30:04Z"}"#
            ]
        )
        let bob = try ParticipantName("bob")
        let orders = harness.perform { $0.tell(bob, "psst", now: $1, into: &$2) }
        #expect(
            orders.payloads("chat/private/bob").first?.contains(
                #""type":"private","username":"ann","message":"psst","to":"bob""#
            ) == true
        )
        #expect(Self.told(orders).first?.contains("bob is not here") == true)
    }

    @Test("a name in use ends it; its owner guards it without a server")
    func nameInUse() throws {
        var harness = try Self.participant()
        let join = harness.connect().payloads("chat/presence").first ?? ""
        let identifier = try JSONValue(parsing: Array(join.utf8))["id"]?.string ?? ""
        let other = #"{"type":"refused","username":"ann","id":"somebody","reason":"name-in-use"}"#
        #expect(harness.receive("chat/private/ann", other).isEmpty)
        var owner = try Self.present(hasServer: false)
        let refusal = owner.receive("chat/presence", join).payloads("chat/private/ann")
        #expect(refusal == [#"{"type":"refused","username":"ann","id":"\#(identifier)","reason":"name-in-use"}"#])
        let orders = harness.receive("chat/private/ann", refusal.first ?? "")
        guard case .refused? = orders.first else {
            Issue.record("it goes on")
            return
        }
        #expect(harness.perform { $0.leave(now: $1, into: &$2) }.isEmpty, "the owner has not left")
    }

    @Test("long after it has joined nobody can throw a user out")
    func lateRefusal() throws {
        var harness = try Self.participant()
        let join = harness.connect().payloads("chat/presence").first ?? ""
        let identifier = try #require(try JSONValue(parsing: Array(join.utf8))["id"]?.string)
        _ = harness.advance(seconds: 6)
        let refusal = #"{"type":"refused","username":"ann","id":"\#(identifier)","reason":"name-in-use"}"#
        #expect(harness.receive("chat/private/ann", refusal).isEmpty)
        #expect(harness.perform { $0.leave(now: $1, into: &$2) }.published.count == 1, "the user is still there")
    }

    @Test("a listener says nothing at all")
    func listener() throws {
        var harness = try Self.participant(nil)
        #expect(harness.connect().published == [])
        #expect(harness.advance(seconds: 100).published == [])
        #expect(
            Self.shown(harness.receive("chat/messages", #"{"type":"chat","username":"bob","message":"hi"}"#)) == [
                "bob: hi"
            ]
        )
        #expect(harness.perform { $0.leave(now: $1, into: &$2) }.isEmpty)
        #expect(harness.machine.farewell(timestamp: "") == nil)
    }

    @Test("the retained list is who is there, and a list that was asked for is shown")
    func users() throws {
        var harness = try Self.participant()
        _ = harness.connect()
        #expect(
            Self.shown(harness.receive("chat/users", #"{"online_users":1,"users_list":["bob"]}"#, isRetained: true))
                == []
        )
        _ = harness.receive("chat/private/ann", #"{"type":"history","messages":[]}"#)
        #expect(Self.shown(harness.receive("chat/system", Self.system("user_join", "bob"))) == [])
        let asked = harness.perform { $0.askForUsers(now: $1, into: &$2) }
        #expect(asked.payloads("chat/request/users").count == 1)
        #expect(
            Self.shown(harness.receive("chat/users", #"{"online_users":3,"users_list":["ann","bob","eve"]}"#))
                == ["users ann bob eve"]
        )
    }

    @Test("on one topic, in both spellings")
    func topicChat() throws {
        let name = try ParticipantName("ann")
        var harness = MachineHarness { _ in
            TopicChatMachine(topic: "chat/lab", ChatParticipantConfiguration(user: name))
        }
        #expect(harness.connect().published == [#"chat/lab {"type":"notice","from":"ann","notice":"ann joined"}"#])
        #expect(
            harness.perform { machine, _, orders in machine.say("hi", into: &orders) }.published == [
                #"chat/lab {"type":"message","from":"ann","message":"hi"}"#
            ]
        )
        #expect(
            Self.shown(harness.receive("chat/lab", #"{"type":"message","from":"bob","message":"yo"}"#)) == ["bob: yo"]
        )
        #expect(
            Self.shown(harness.receive("chat/lab", #"{"type":"chat","username":"bob","message":"yo"}"#)) == ["bob: yo"]
        )
        for text in [
            #"{"type":"notice","from":"bob","notice":"n"}"#, #"{"type":"info","from":"bob","info":"n"}"#,
            #"{"type":"notice","from":"bob","info":"n"}"#,
        ] {
            #expect(Self.shown(harness.receive("chat/lab", text)) == ["bob n"])
        }
        let own = #"{"type":"message","from":"ann","message":"hi"}"#
        #expect(Self.shown(harness.receive("chat/lab", own)) == [], "its own comes back")
        #expect(Self.shown(harness.receive("chat/lab", own)) == ["ann: hi"], "somebody else has the same name")
        #expect(Self.shown(harness.receive("chat/lab", "not JSON")) == [])
        #expect(harness.machine.droppedCount == 1)
        #expect(
            harness.perform { machine, _, orders in machine.leave(into: &orders) }.published == [
                #"chat/lab {"type":"notice","from":"ann","notice":"ann left"}"#
            ]
        )
    }
}
