import Foundation
import Testing

@testable import Support

/// Rooms, from the outside: our commands, mosquitto's clients and Paho, at our broker and at mosquitto.
@Suite("Rooms", .timeLimit(.minutes(2)))
struct RoomCommandTests {
    @Test("an input that cannot be read does not end a membership", .enabled(if: Peers.path(of: "bash") != nil))
    func unreadableInput() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let join = [Peers.tinymqtt, "join"] + parties.address + ["--client-id", "alice", "--room", "lobby"]
        // Reading a folder fails, as reading the terminal does in the background.
        let alice = try ChildProcess("bash", ["-c", #"exec "$@" </"#, "join"] + join)
        try await server.waitForError("alice joined lobby")
        #expect(try await parties.sendRoom("lobby", "hi").text == "sent to 1 member of lobby\n")
        try await alice.waitForLine("[lobby] hi")
        try await alice.interrupt()
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("in the background of a shell, a member does without the terminal's input")
    func inBackground() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let shell = try TerminalProcess(
            "/bin/bash",
            ["--norc", "-i"],
            environment: ["TERM": "xterm", "PS1": "ready> "]
        )
        try await shell.waitForText("ready> ")
        let join = [Peers.tinymqtt, "join"] + parties.address + ["--client-id", "alice", "--room", "lobby"]
        try shell.type(join.joined(separator: " ") + " &\r")
        try await server.waitForError("alice joined lobby")
        #expect(try await parties.sendRoom("lobby", "hi").text == "sent to 1 member of lobby\n")
        try await shell.waitForText("[lobby] hi")
        try shell.type("kill -INT %1; wait; exit\r")
        try await server.waitForError("alice left lobby")
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("alice and bob in the lobby, charlie elsewhere", arguments: RunningBroker.Kind.installed)
    func walkThrough(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let alice = try await parties.member("alice", ["lobby"])
        let bob = try await parties.member("bob", ["lobby"], ["--json"])
        let charlie = try await parties.member("charlie", ["ops"])

        let sent = try await parties.sendRoom("lobby", "Hello lobby!")
        #expect(sent.text == "sent to 2 members of lobby\n")
        #expect(sent.status == 0)
        try await alice.waitForLine("[lobby] Hello lobby!")
        try await bob.waitForLine(#"{"room":"lobby","message":"Hello lobby!"}"#)

        #expect(try await parties.sendClient("lobby", "bob", "Private hello").text == "sent to bob in lobby\n")
        try await bob.waitForLine(#"{"room":"lobby","client_id":"bob","message":"Private hello"}"#)
        #expect(try await parties.sendRoom("ops", "to ops").text == "sent to 1 member of ops\n")
        try await charlie.waitForLine("[ops] to ops")
        try await alice.interrupt()
        try await server.waitForError("alice left lobby")
        #expect(try await parties.sendRoom("lobby", "again").text == "sent to 1 member of lobby\n")

        let status = try await parties.run("room-server", ["--status"])
        #expect(status.text == "lobby: bob\nops: charlie\n")
        for process in [bob, charlie, server] {
            try await process.interrupt()
        }
        #expect(alice.soFar.text == "[lobby] Hello lobby!\n")
        #expect(bob.soFar.lines.count == 3)
        #expect(charlie.soFar.text == "[ops] to ops\n", "charlie is to hear nothing of the lobby")
        #expect(server.soFar.errorText.contains("joined 3, left 3"))
        _ = try await broker.stop()
    }

    @Test("what cannot be done has a line and an exit code of its own")
    func refusals() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let nobody = try await parties.sendRoom("lobby", "x", ["--timeout", "0.3"])
        #expect(nobody.status == 43)
        #expect(nobody.errorText.contains("no room server answered"))
        #expect(nobody.errorText.contains("tinymqtt room-server"))
        let server = try await parties.roomServer()
        let member = try await parties.member("bob", ["lobby"])

        let unknown = try await parties.sendRoom("none", "x")
        #expect(unknown.status == 40)
        #expect(unknown.errorText.contains("nobody is in the room none"))
        let other = try await parties.sendClient("lobby", "charlie", "x")
        #expect(other.status == 41)
        #expect(other.errorText.contains("charlie is not in the room lobby"))
        #expect(try await parties.sendRoom("lobby", "").status == 42)
        let json = try await parties.sendRoom("none", "x", ["--json"])
        #expect(json.text == "{\"ok\":false,\"reason\":\"unknown-room\"}\n")
        #expect(try await parties.sendRoom("lobby", "x", ["--json"]).text == "{\"ok\":true,\"delivered\":1}\n")
        for wrong in [["--room", "a/b"], ["--room", ""], ["--room", "a", "--prefix", "#"]] {
            #expect(try await parties.run("send-room", wrong + ["--message", "x"]).status == 1)
        }

        let second = try await parties.run("join", ["--client-id", "bob", "--room", "other"])
        #expect(second.status == 44)
        #expect(second.errorText.contains("the name bob is in use by another client"))
        try await member.interrupt()
        #expect(member.soFar.text == "[lobby] x\n")
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("a member that is killed is gone at once, from all its rooms", arguments: RunningBroker.Kind.installed)
    func killed(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let alice = try await parties.member("alice", ["lobby", "ops", "lobby"])
        #expect(try await parties.sendRoom("ops", "x").text == "sent to 1 member of ops\n")
        alice.send(signal: SIGKILL)
        try await server.waitForError("alice left lobby")
        try await server.waitForError("alice left ops")
        #expect(try await parties.sendRoom("lobby", "x").status == 40)
        // The name is free at once.
        let again = try await parties.member("alice", ["lobby"])
        try await again.interrupt()
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("the end of its input is the end of a member")
    func endOfInput() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let alice = try parties.start("join", ["--client-id", "alice", "--room", "lobby"], takesInput: true)
        try await server.waitForError("alice joined lobby")
        try alice.closeInput()
        #expect(try await alice.waitForEnd().status == 0)
        try await server.waitForError("alice left lobby")
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("members survive restarts of the broker and of the room server", arguments: RunningBroker.Kind.installed)
    func restarts(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let names = (1...4).map { "m\($0)" }
        var members: [ChildProcess] = []
        for name in names {
            members.append(try await parties.member(name, ["lobby"]))
        }
        server.send(signal: SIGKILL)
        _ = try await server.waitForEnd()
        let next = try await parties.roomServer()
        #expect(try await parties.sendRoom("lobby", "one").text == "sent to 4 members of lobby\n")

        broker.process.send(signal: SIGKILL)
        _ = try await broker.process.waitForEnd()
        try await next.waitForError("trying again")
        let again = try await RunningBroker.start(kind, port: broker.port)
        // Members join again when they are connected again, and each time they are asked.
        for member in members {
            try await member.waitForError("joined lobby", times: 3)
        }
        try await next.waitForError("connected to")
        #expect(try await parties.sendRoom("lobby", "two").text == "sent to 4 members of lobby\n")
        for member in members {
            try await member.waitForLine("[lobby] two")
            try await member.interrupt()
            #expect(member.soFar.text == "[lobby] one\n[lobby] two\n")
        }
        try await next.interrupt()
        _ = try await again.stop()
    }

    @Test(
        "mosquitto's clients as operator and as member",
        .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"),
        arguments: RunningBroker.Kind.allCases
    )
    func mosquitto(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let alice = try await parties.member("alice", ["lobby"])
        let dora = try ChildProcess(
            "mosquitto_sub",
            parties.address + ["-v", "-t", "rooms/lobby/messages", "-t", "clients/dora/direct"]
        )
        try await broker.waitForSubscriptions(kind == .mosquitto ? 3 : 9)
        try await parties.publish("rooms/lobby/join", #"{"client_id":"dora"}"#)
        try await server.waitForError("dora joined lobby")
        try await parties.publish(
            "server/commands",
            #"{"action":"send-room","room":"lobby","message":"from a script","id":"77"}"#
        )
        try await alice.waitForLine("[lobby] from a script")
        try await dora.waitForLine(#"rooms/lobby/messages {"room":"lobby","message":"from a script"}"#)
        #expect(try await parties.sendClient("lobby", "dora", "psst").status == 0)
        try await dora.waitForLine(#"clients/dora/direct {"room":"lobby","client_id":"dora","message":"psst"}"#)
        for malformed in [
            "{", "nonsense", #"{"action":"explode"}"#, #"{"action":"send-room","room":"+","message":"x"}"#,
        ] {
            try await parties.publish("server/commands", malformed)
        }
        let asked = try await ChildProcess.run(
            "mosquitto_rr",
            parties.address + [
                "-V", "5", "-t", "server/commands", "-e", "my/answers", "-W", "30", "-m",
                #"{"action":"send-room","room":"lobby","message":"asked"}"#,
            ]
        )
        #expect(asked.text == "{\"ok\":true,\"delivered\":2}\n")
        try await parties.publish("rooms/lobby/leave", "dora")
        try await server.waitForError("dora left lobby")
        // Nothing is retained: who comes now gets nothing.
        let late = try await ChildProcess.run("mosquitto_sub", parties.address + ["-t", "#", "-E", "-W", "1"])
        #expect(late.text == "")
        try await alice.interrupt()
        try await server.interrupt()
        #expect(server.soFar.errorText.contains("malformed 4"))
        #expect(server.soFar.errorText.ranges(of: "not understood").count == 4)
        dora.send(signal: SIGTERM)
        _ = try await broker.stop()
    }

    @Test("Paho as operator", .enabled(if: Peers.hasPaho, "no Python with paho-mqtt"))
    func paho() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let alice = try await parties.member("alice", ["lobby"])
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "paho_party.py").path
        let ended = try await ChildProcess.run(
            Peers.python ?? "python3",
            [
                script, "\(broker.port)", "server/replies/p1", "1", "server/commands",
                #"{"action":"send-client","room":"lobby","client_id":"alice","message":"from Paho","id":"p1"}"#,
            ]
        )
        #expect(ended.text == "server/replies/p1 {\"ok\":true,\"delivered\":1,\"id\":\"p1\"}\n", "\(ended.errorText)")
        try await alice.waitForLine("[lobby, direct] from Paho")
        try await alice.interrupt()
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("several room servers share a broker, and a second one on the same topics is told of")
    func prefixes() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let north = try await parties.roomServer(["--prefix", "north"])
        let south = try await parties.roomServer(["--prefix", "south"])
        let alice = try await parties.member("alice", ["lobby"], ["--prefix", "north"])
        let other = try await parties.member("alice", ["lobby"], ["--prefix", "south"])
        #expect(try await parties.sendRoom("lobby", "n", ["--prefix", "north"]).status == 0)
        #expect(try await parties.sendRoom("lobby", "s", ["--prefix", "south"]).status == 0)
        try await alice.waitForLine("[lobby] n")
        try await other.waitForLine("[lobby] s")
        let second = try await parties.roomServer(["--prefix", "north"])
        try await north.waitForError("another room server has started")
        for process in [alice, other, north, south, second] {
            try await process.interrupt()
        }
        #expect(alice.soFar.lines.count == 1)
        #expect(other.soFar.lines.count == 1)
        _ = try await broker.stop()
    }

    @Test("the environment names the broker, and options win over it")
    func environment() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try ChildProcess(
            Peers.tinymqtt,
            ["room-server"],
            environment: ["MQTT_HOST": "127.0.0.1", "MQTT_PORT": "\(broker.port)", "MQTT_BROKER_PORT": nil]
        )
        try await server.waitForError("serving rooms at 127.0.0.1:\(broker.port)")
        let wrong = ["MQTT_BROKER_HOST": "nowhere.invalid", "MQTT_BROKER_PORT": "1"]
        let alice = try await parties.member("alice", ["lobby"])
        let sent = try await ChildProcess.run(
            Peers.tinymqtt,
            ["send-room"] + parties.address + ["--room", "lobby", "--message", "x"],
            environment: wrong
        )
        #expect(sent.status == 0, "\(sent.errorText)")
        #expect(try await ChildProcess.run(Peers.tinymqtt, ["chat-server"], environment: wrong).status == 15)
        try await alice.interrupt()
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("without arguments a room server looks for a broker on this machine, and says what to do without one")
    func defaults() async throws {
        let none: [String: String?] = [
            "MQTT_HOST": nil, "MQTT_PORT": nil, "MQTT_BROKER_HOST": nil, "MQTT_BROKER_PORT": nil,
        ]
        let help = try await ChildProcess.run(Peers.tinymqtt, ["room-server", "--help"], environment: none).text
        #expect(help.contains("or localhost"))
        #expect(help.contains("or 1883"))
        let port = try RunningBroker.freePort()
        let ended = try await Parties(port: port).run("room-server")
        #expect(ended.status == 14)
        #expect(ended.errorText.contains("start one with: tinymqtt broker --port \(port)"))
    }

    @Test("terminal escapes in a message are made harmless")
    func escapes() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.roomServer()
        let alice = try await parties.member("alice", ["lobby"])
        #expect(try await parties.sendRoom("lobby", "a\u{1B}[2Jb\nc\u{9B}d\u{202E}e").status == 0)
        try await alice.waitForLine("[lobby] a␛[2Jb␊c\u{FFFD}d\u{FFFD}e")
        try await alice.interrupt()
        try await server.interrupt()
        _ = try await broker.stop()
    }
}
