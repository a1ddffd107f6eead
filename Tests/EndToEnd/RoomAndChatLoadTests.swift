import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

/// Large rooms and many users: small numbers each time, the real ones by hand; CONTRIBUTING.md has the variables.
@Suite("Rooms and chat under load", .timeLimit(.minutes(5)))
struct RoomAndChatLoadTests {
    private static func number(_ variable: String, _ usual: Int) -> Int {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? usual
    }

    /// Ticks at an even pace, until nobody wants them.
    private static func ticks(perSecond: Int) -> AsyncStream<Void> {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        return AsyncStream { continuation in
            let interval = TimeAmount.nanoseconds(1_000_000_000 / Int64(perSecond))
            let task = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in continuation.yield() }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// The processor time that a process has used, in seconds.
    private static func processorTime(_ process: ChildProcess) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
        let fields = text.split(separator: ") ").last?.split(separator: " ") ?? []
        return (try #require(Double(fields[11])) + (try #require(Double(fields[12]))))
            / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func client(_ port: Int, will: Will? = nil) throws -> MQTTClient {
        var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: port)
        configuration.will = will
        return try MQTTClient(configuration: configuration)
    }

    @Test("every member of a large room gets every message, in order")
    func largeRoom() async throws {
        let (memberCount, messageCount) = (Self.number("ROOM_MEMBERS", 40), Self.number("ROOM_MESSAGES", 200))
        let broker = try await RunningBroker.start(.tinymqtt, arguments: ["--log-level", "notice"])
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer(["--log-level", "notice"])
        let received = Monitor([String: [String]]())
        let joined = Monitor(0)
        var clients: [MQTTClient] = []
        for number in 0..<memberCount {
            let name = try ParticipantName("m\(number)")
            let request = RoomMember.Request(client: name, rooms: [try ParticipantName("hall")], topics: RoomTopics())
            let client = try Self.client(broker.port, will: request.will)
            let handlers = RoomMember.Handlers(
                show: { message in received.update { $0["\(name)", default: []].append(message.text) } },
                report: { _, text in if text.hasPrefix("joined") { joined.update { $0 += 1 } } },
                end: { Issue.record("\(name) was refused: \($0)") }
            )
            let member = RoomMember(request, client: client, handlers: handlers)
            try await client.connect()
            Task { try? await member.run(qos: .atLeastOnce) }
            clients.append(client)
        }
        #expect(await joined.wait(within: 60) { $0 == memberCount })

        let sender = try Self.client(broker.port)
        try await sender.connect()
        let room = try ParticipantName("hall")
        let begin = ContinuousClock.now
        var sent = 0
        for await _ in Self.ticks(perSecond: 200) {
            sent += 1
            let command = RoomCommand(.sendRoom(room, message: "\(sent)"))
            try await sender.send(Message(topic: RoomTopics().commands, payload: command.text, qos: .atLeastOnce))
            if sent == messageCount { break }
        }
        let expected = (1...messageCount).map { "\($0)" }
        let isComplete = await received.wait(within: 60) { all in
            all.count == memberCount && all.values.allSatisfy { $0.count >= messageCount }
        }
        #expect(isComplete)
        #expect(received.value.values.allSatisfy { $0 == expected })
        print(
            "rooms: \(memberCount) members, \(messageCount) messages in \(ContinuousClock.now - begin);",
            "processor seconds: broker \(try Self.processorTime(broker.process)),",
            "room server \(try Self.processorTime(server))"
        )
        for client in clients + [sender] {
            try await client.disconnect()
        }
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("many users with heartbeats cost the chat server little")
    func manyUsers() async throws {
        let (userCount, heartbeats) = (Self.number("CHAT_USERS", 20), Self.number("CHAT_HEARTBEATS", 1))
        let heartbeat = Duration.seconds(Self.number("CHAT_HEARTBEAT_SECONDS", 1))
        let broker = try await RunningBroker.start(.tinymqtt, arguments: ["--log-level", "notice"])
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer(["--log-level", "notice"])
        var clients: [MQTTClient] = []
        for number in 0..<userCount {
            var configuration = ChatParticipantConfiguration(user: try ParticipantName("u\(number)"))
            configuration.heartbeat = heartbeat
            let client = try Self.client(broker.port)
            let handlers = ChatParticipant.Handlers(
                show: { _ in },
                report: { _, _ in },
                ready: {},
                refused: { Issue.record("a user was refused") }
            )
            let participant = ChatParticipant(
                ChatParticipant.Request(configuration),
                client: client,
                handlers: handlers
            )
            try await client.connect()
            Task { try? await participant.run() }
            clients.append(client)
        }
        let observer = try parties.start("sub", ["-t", "chat/users"])
        try await observer.wait(for: "all users") { $0.text.contains("\"online_users\":\(userCount),") }

        let presence = try Self.client(broker.port)
        try await presence.connect()
        try await presence.subscribe([Subscription("chat/presence")])
        let (begin, before) = (ContinuousClock.now, try Self.processorTime(server))
        var seen = 0
        for try await message in presence.messages {
            // Those that join late have given their first sign already.
            if message.text.contains("heartbeat") { seen += 1 }
            if seen >= userCount * heartbeats { break }
        }
        let share = (try Self.processorTime(server) - before) / ((ContinuousClock.now - begin) / .seconds(1))
        print(
            "chat: \(userCount) users, \(seen) heartbeats in \(ContinuousClock.now - begin); share of a core: \(share)"
        )
        // A hundred times as often as usual, a tenth as many users: still far from a whole core.
        #expect(share < 0.5)
        for client in clients + [presence] {
            try await client.disconnect()
        }
        observer.send(signal: SIGTERM)
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("restarts under load lose no member and no user")
    func restarts() async throws {
        let count = Self.number("ROOM_MEMBERS", 20)
        var broker = try await RunningBroker.start(.tinymqtt, arguments: ["--log-level", "notice"])
        let parties = Parties(port: broker.port)
        var roomServer = try await parties.roomServer()
        var chatServer = try await parties.chatServer()
        var clients: [MQTTClient] = []
        for number in 0..<count {
            clients.append(try await Self.member("m\(number)", parties.port))
            clients.append(try await Self.user("u\(number)", parties.port))
        }
        try await roomServer.waitForError(" joined hall", times: count)
        try await chatServer.wait(for: "all users") { said in
            (0..<count).allSatisfy { said.errorText.contains("u\($0) joined") }
        }
        let load = Task { try await Self.load(parties.port) }

        for server in [roomServer, chatServer] {
            server.send(signal: SIGKILL)
            _ = try await server.waitForEnd()
        }
        roomServer = try await parties.roomServer()
        chatServer = try await parties.chatServer()
        let observer = try parties.start("sub", ["-t", "chat/users"])
        try await observer.wait(for: "all users") { $0.text.contains("\"online_users\":\(count),") }
        #expect(try await parties.sendRoom("hall", "after the servers").text == "sent to \(count) members of hall\n")

        let lists = observer.soFar.lines.count
        broker.process.send(signal: SIGKILL)
        _ = try await broker.process.waitForEnd()
        broker = try await RunningBroker.start(.tinymqtt, port: parties.port, arguments: ["--log-level", "notice"])
        for process in [roomServer, chatServer, observer] {
            try await process.waitForError("connected to")
        }
        #expect(try await parties.sendRoom("hall", "after the broker").text == "sent to \(count) members of hall\n")
        try await observer.wait(for: "a list after the broker") { $0.lines.count > lists }
        #expect(observer.soFar.lines.last?.contains("\"online_users\":\(count),") == true)

        load.cancel()
        try? await load.value
        for client in clients {
            try await client.disconnect()
        }
        observer.send(signal: SIGTERM)
        try await roomServer.interrupt()
        try await chatServer.interrupt()
        #expect(!roomServer.soFar.errorText.contains(" left hall"))
        _ = try await broker.stop()
    }

    private static func member(_ name: String, _ port: Int) async throws -> MQTTClient {
        let room = try ParticipantName("hall")
        let request = RoomMember.Request(client: try ParticipantName(name), rooms: [room], topics: RoomTopics())
        let client = try client(port, will: request.will)
        let handlers = RoomMember.Handlers(
            show: { _ in },
            report: { _, _ in },
            end: { Issue.record("\(name) was refused: \($0)") }
        )
        let member = RoomMember(request, client: client, handlers: handlers)
        try await client.connect()
        Task {
            for await event in client.events { await member.handle(event) }
        }
        Task { try? await member.run(qos: .atLeastOnce) }
        return client
    }

    private static func user(_ name: String, _ port: Int) async throws -> MQTTClient {
        let request = ChatParticipant.Request(ChatParticipantConfiguration(user: try ParticipantName(name)))
        let client = try client(port, will: request.will)
        let handlers = ChatParticipant.Handlers(
            show: { _ in },
            report: { _, _ in },
            ready: {},
            refused: { Issue.record("\(name) was refused") }
        )
        let participant = ChatParticipant(request, client: client, handlers: handlers)
        try await client.connect()
        Task {
            for await event in client.events { await participant.handle(event) }
        }
        Task { try? await participant.run() }
        return client
    }

    /// Commands for the room and messages of somebody who is not in the list of users, a hundred a second of each, until it is cancelled.
    private static func load(_ port: Int) async throws {
        let sender = try client(port)
        try await sender.connect()
        let command = RoomCommand(.sendRoom(try ParticipantName("hall"), message: "load"))
        for await _ in ticks(perSecond: 100) {
            try await sender.send(Message(topic: RoomTopics().commands, payload: command.text, qos: .atLeastOnce))
            try await sender.send(
                Message(topic: "chat/messages", payload: #"{"type":"chat","username":"loud","message":"!"}"#)
            )
        }
        try await sender.disconnect()
    }
}
