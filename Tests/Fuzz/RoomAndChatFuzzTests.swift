// Invariant: whatever payloads come at whatever topics, the services and clients of rooms and chat never trap, publish
// well-formed JSON to topics without wildcards, retain nothing but the list of users, and answer one message with a
// bounded number of others.

import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Fuzzes what the machines of rooms and chat receive.
@Suite("Fuzzing rooms and chat")
struct RoomAndChatFuzzTests {
    private static let topics = [
        "server/commands", "rooms/lobby/join", "rooms/lobby/leave", "rooms/a+/join", "rooms//join",
        "rooms/lobby/messages",
        "clients/ann/direct", "server/announcements", "server/replies/run", "chat/messages", "chat/presence",
        "chat/system", "chat/users", "chat/private/ann", "chat/request/users", "chat/request/history",
        "chat/request/presence", "chat/lab", "",
    ]
    private static let payloads = [
        #"{"action":"send-room","room":"lobby","message":"hi","id":"1"}"#,
        #"{"action":"send-client","room":"lobby","client_id":"ann","message":"hi","id":"2"}"#,
        #"{"action":"status","id":"3"}"#, #"{"client_id":"ann","id":"run","all":true}"#, "ann\n",
        #"{"ok":true,"room":"lobby","members":2,"id":"run"}"#, #"{"ok":false,"reason":"client-id-in-use"}"#,
        #"{"action":"announce","server":"x"}"#,
        #"{"type":"chat","username":"bob","message":"hi\u001b[2J","timestamp":"2025-01-14T10:30:00"}"#,
        #"{"action":"join","username":"bob","timestamp":"2025-01-14T10:31:00","id":"b"}"#,
        #"{"action":"leave","username":"bob"}"#, #"{"action":"heartbeat","from":"ann","id":"c"}"#,
        #"{"type":"user_join","username":"c","message":"m","online_users":3,"users_list":["a","b","c"]}"#,
        #"{"type":"history","messages":[{"type":"message","from":"a","message":"x"}],"id":"x"}"#,
        #"{"type":"refused","username":"ann","id":"x","reason":"name-in-use"}"#, #"{"username":"bob"}"#,
        #"{"type":"notice","from":"a","info":"n"}"#,
    ]
    /// More than any one message may cause: a history in pieces, or the answer to a question and its reply.
    fileprivate static let mostOrders = 200

    /// A machine under test, with what it has published.
    private struct Target<Machine: ApplicationMachine> {
        var machine: Machine
        var publishedCount = 0

        init(_ machine: Machine, now: Moment) {
            self.machine = machine
            var orders: [Machine.Order] = []
            self.machine.connected(now: now, into: &orders)
        }

        mutating func receive(_ message: IncomingMessage, now: Moment, _ input: String) {
            var orders: [Machine.Order] = []
            machine.received(message, now: now, into: &orders)
            machine.timeAdvanced(now: now, into: &orders)
            #expect(orders.count <= RoomAndChatFuzzTests.mostOrders, "\(input)")
            for published in orders.compactMap(\.message) {
                publishedCount += 1
                let payload = Array(published.payload.readableBytesView)
                #expect((try? JSONValue(parsing: payload)) != nil, "\(input)")
                #expect(!published.topic.contains(where: { "+#".contains($0) }), "\(input)")
                #expect(!published.retain || published.topic == "chat/users", "\(input)")
            }
        }
    }

    @Test("payloads")
    func payloads() throws {
        let settings = FuzzSettings(target: "rooms and chat")
        var mutator = Mutator(random: SeededGenerator(seed: settings.seed))
        var now = Moment(deadline: .uptimeNanoseconds(1_000_000_000_000), secondsSince1970: 1_795_257_000)
        let ann = try ParticipantName("ann")
        let lobby = try ParticipantName("lobby")
        let run = try ParticipantName("run")
        let chat = ChatParticipantConfiguration(user: ann)
        var roomServer = Target(RoomServerMachine(RoomServerConfiguration(), now: now), now: now)
        var chatServer = Target(ChatServerMachine(ChatServerConfiguration(), messages: [], now: now), now: now)
        let member = RoomMemberMachine(client: ann, rooms: [lobby], identifier: run, topics: RoomTopics())
        // Five machines take each payload, and answer it.
        let count = settings.inputCount / 5
        for number in 0..<count {
            // Both clients begin anew now and then, because some inputs end them.
            var client = Target(member, now: now)
            var participant = Target(ChatParticipantMachine(chat), now: now)
            var topicChat = Target(TopicChatMachine(topic: "chat/lab", chat), now: now)
            let first = Array(mutator.random.pick(Self.payloads).utf8)
            let payload =
                mutator.random.oneIn(3)
                ? first : mutator.mutate(first, with: Array(mutator.random.pick(Self.payloads).utf8))
            var message = IncomingMessage(topic: mutator.random.pick(Self.topics), payload: payload)
            message.isRetained = mutator.random.oneIn(10)
            if mutator.random.oneIn(5) { message.responseTopic = mutator.random.pick(["answers", "a/#", "+"]) }
            now.deadline = now.deadline + .milliseconds(Int64(mutator.random.pick(Array(0..<100))))
            let input = "input \(number): \(message.topic) \(String(decoding: payload, as: UTF8.self).debugDescription)"
            roomServer.receive(message, now: now, input)
            chatServer.receive(message, now: now, input)
            client.receive(message, now: now, input)
            participant.receive(message, now: now, input)
            topicChat.receive(message, now: now, input)
        }
        #expect(roomServer.publishedCount > count / 100, "hardly anything was understood")
        #expect(chatServer.publishedCount > count / 100, "hardly anything was understood")
        let counts = roomServer.machine.status.counters
        #expect(counts.first { $0.name == "malformed" }.map { $0.count > count / 100 } == true)
    }
}
