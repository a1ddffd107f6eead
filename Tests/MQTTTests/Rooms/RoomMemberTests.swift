import NIOCore
import Testing

@testable import MQTT

@Suite("Room member")
struct RoomMemberTests {
    private typealias Harness = MachineHarness<RoomMemberMachine>

    private static func member(rooms: [String] = ["lobby"]) throws -> MachineHarness<RoomMemberMachine> {
        let client = try ParticipantName("alice")
        let names = try rooms.map { try ParticipantName($0) }
        let identifier = try ParticipantName("run1")
        return Harness { _ in
            RoomMemberMachine(client: client, rooms: names, identifier: identifier, topics: RoomTopics())
        }
    }

    private static let join = #"{"client_id":"alice","id":"run1"}"#

    private static func shown(_ orders: [RoomMemberMachine.Order]) -> [RoomMessage] {
        orders.compactMap { if case .show(let message) = $0 { message } else { nil } }
    }

    private static func told(_ orders: [RoomMemberMachine.Order]) -> [String] {
        orders.compactMap { if case .tell(_, let text) = $0 { text } else { nil } }
    }

    @Test("it joins every room, again until it has an answer, and again when it is asked")
    func joining() throws {
        var harness = try Self.member(rooms: ["lobby", "ops"])
        #expect(harness.connect().published == ["rooms/lobby/join \(Self.join)", "rooms/ops/join \(Self.join)"])
        _ = harness.receive("server/replies/run1", #"{"ok":true,"room":"lobby","members":2,"id":"run1"}"#)
        #expect(harness.advance(seconds: 5.1).published == ["rooms/ops/join \(Self.join)"])
        _ = harness.receive("server/replies/run1", #"{"ok":true,"room":"ops","members":1,"id":"run1"}"#)
        #expect(harness.advance(seconds: 60).published == [])
        #expect(harness.receive("server/announcements", #"{"action":"announce","server":"s"}"#).published.count == 2)
        _ = harness.disconnect()
        #expect(harness.advance(seconds: 60).published == [])
        #expect(harness.connect().published.count == 2)
    }

    @Test("it says once that no room server answers, and when one does")
    func noServer() throws {
        var harness = try Self.member()
        _ = harness.connect()
        #expect(Self.told(harness.advance(seconds: 30)).count == 1)
        let orders = harness.receive("server/replies/run1", #"{"ok":true,"room":"lobby","members":1}"#)
        #expect(Self.told(orders).last == "a room server is there now")
    }

    @Test("it shows what comes to its rooms and to itself, as JSON or as text")
    func messages() throws {
        var harness = try Self.member()
        _ = harness.connect()
        #expect(
            Self.shown(harness.receive("rooms/lobby/messages", #"{"room":"x","message":"hi"}"#)) == [
                RoomMessage(room: "lobby", text: "hi")
            ]
        )
        #expect(
            Self.shown(harness.receive("rooms/lobby/messages", "plain")) == [RoomMessage(room: "lobby", text: "plain")]
        )
        #expect(
            Self.shown(
                harness.receive("clients/alice/direct", #"{"room":"lobby","client_id":"alice","message":"psst"}"#)
            )
                == [RoomMessage(room: "lobby", client: "alice", text: "psst")]
        )
        #expect(Self.shown(harness.receive("rooms/ops/messages", "no")) == [])
        // What was retained by mistake is about another time.
        #expect(Self.shown(harness.receive("rooms/lobby/messages", "old", isRetained: true)) == [])
        #expect(Self.shown(harness.receive("clients/alice/direct", "old", isRetained: true)) == [])
    }

    @Test("whoever asks too often is answered once a second")
    func questions() throws {
        var harness = try Self.member()
        _ = harness.connect()
        let questions = (0..<100).flatMap { _ in
            harness.receive("server/announcements", #"{"action":"announce","server":"s"}"#)
        }
        #expect(questions.published.count == 5)
        #expect(harness.advance(seconds: 1.1).published == ["rooms/lobby/join \(Self.join)"])
        #expect(harness.advance(seconds: 1).published == [])
    }

    @Test("a refusal ends all memberships, unless the name is somebody else's")
    func refusedLater() throws {
        var harness = try Self.member(rooms: ["lobby", "ops"])
        _ = harness.connect()
        _ = harness.receive("server/replies/run1", #"{"ok":true,"room":"lobby","members":2}"#)
        let orders = harness.receive("server/replies/run1", #"{"ok":false,"room":"ops","reason":"full"}"#)
        #expect(orders.published == [#"rooms/lobby/leave {"client_id":"alice","id":"run1","all":true}"#])
        guard case .end(.full)? = orders.last else {
            Issue.record("it goes on")
            return
        }
    }

    @Test("a name in use ends it, without a word to the rooms")
    func refused() throws {
        var harness = try Self.member()
        _ = harness.connect()
        let orders = harness.receive("server/replies/run1", #"{"ok":false,"room":"lobby","reason":"client-id-in-use"}"#)
        #expect(orders.published == [])
        guard case .end(.clientIdentifierInUse)? = orders.first else {
            Issue.record("it goes on")
            return
        }
        #expect(harness.perform { machine, _, orders in machine.leave(into: &orders) }.isEmpty)
        #expect(harness.advance(seconds: 60).isEmpty)
    }

    @Test("a server that gets too much is asked again")
    func rateLimited() throws {
        var harness = try Self.member()
        _ = harness.connect()
        #expect(harness.receive("server/replies/run1", #"{"ok":false,"room":"lobby","reason":"rate-limited"}"#).isEmpty)
        #expect(harness.advance(seconds: 5.1).published == ["rooms/lobby/join \(Self.join)"])
    }

    @Test("its farewell and its will are the same: all memberships end")
    func leave() throws {
        var harness = try Self.member(rooms: ["lobby", "ops"])
        _ = harness.connect()
        let farewell = harness.perform { machine, _, orders in machine.leave(into: &orders) }.published
        #expect(farewell == [#"rooms/lobby/leave {"client_id":"alice","id":"run1","all":true}"#])
        #expect("\(harness.machine.will.topic) \(String(buffer: harness.machine.will.payload))" == farewell.first)
        #expect(!harness.machine.will.retain)
    }
}
