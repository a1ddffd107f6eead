import Foundation
import Testing

@testable import Support

/// The chat, from the outside: our commands, mosquitto's clients and Paho, at our broker and at mosquitto.
@Suite("Chat", .timeLimit(.minutes(2)))
struct ChatCommandTests {
    @Test("two users and a server: join, talk, private message, crash", arguments: RunningBroker.Kind.installed)
    func walkThrough(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer()
        let ann = try await parties.user("Ann", server: server)
        let bob = try await parties.user("Bob", ["--json"], server: server)
        try await ann.waitForLine("-- Bob joined")
        try ann.write("Hello everyone!\n")
        try await bob.wait(for: "the message") {
            $0.text.contains(#"{"type":"chat","username":"Ann","message":"Hello everyone!","timestamp":"#)
        }
        try bob.write("/msg Ann psst\n/users\n/me waves\n")
        try await ann.waitForLine("Bob (private): psst")
        try await ann.waitForLine("* Bob waves")
        try await bob.waitForLine(#"{"type":"users","online_users":2,"users_list":["Ann","Bob"]}"#)
        bob.send(signal: SIGKILL)
        // The will tells at once, long before a minute of silence.
        try await ann.waitForLine("-- Bob left")
        try ann.write("/quit\n")
        #expect(try await ann.waitForEnd().status == 0)
        try await server.waitForError("Ann left")
        try await server.interrupt()
        #expect(server.soFar.errorText.contains("2 messages; not understood: 0"))
        _ = try await broker.stop()
    }

    @Test("a newcomer gets fifty of sixty messages; the history survives the server where it has a file")
    func history() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let folder = try TemporaryFolder()
        let store = ["--store", folder.path("history.db")]
        let server = try await parties.chatServer(store)
        let lines = (1...60).map { "\($0)\n" }.joined()
        #expect(try await parties.run("chat", ["--username", "ann"], input: lines).status == 0)
        try await server.waitForError("ann left")
        let expected = (11...60).map { "ann: \($0)" }
        func check() async throws {
            let late = try parties.start("chat", ["--username", "late"], takesInput: true)
            try await late.wait(for: "50 messages") { $0.lines.count >= 50 }
            try late.closeInput()
            let seen = try await late.waitForEnd().lines.map { $0.drop { $0 != " " }.dropFirst() }
            #expect(seen.map(String.init) == expected)
        }
        try await check()
        server.send(signal: SIGKILL)
        _ = try await server.waitForEnd()
        let next = try await parties.chatServer(store)
        try await check()
        let other = try await parties.run("chat-server", store)
        #expect(other.status == 3)
        #expect(other.errorText.contains("is in use by process"))
        try await next.interrupt()
        _ = try await broker.stop()
    }

    @Test("without a server it says what is missing, and messages and presence still flow")
    func withoutServer() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let ann = try parties.start("chat", ["--username", "ann"], takesInput: true)
        try await ann.waitForError("no chat server answers")
        let bob = try parties.start("chat", ["--username", "bob"], takesInput: true)
        try await ann.waitForLine("-- bob joined")
        try ann.write("/users\nhello\n")
        try await ann.waitForLine("-- 2 here: ann, bob")
        try await bob.waitForLine("ann: hello")
        // A name is guarded by its owner.
        let second = try await parties.run("chat", ["--username", "ann"], input: "intruder\n")
        #expect(second.status == 44)
        #expect(second.errorText.contains("the name ann is taken; choose another one with --username"))
        try bob.closeInput()
        #expect(try await bob.waitForEnd().status == 0)
        try await ann.waitForLine("-- bob left")
        try ann.closeInput()
        #expect(!(try await ann.waitForEnd().text.contains("intruder")))
        _ = try await broker.stop()
    }

    @Test(
        "users and the server survive a restart of the broker; the server survives its own",
        arguments: RunningBroker.Kind.installed
    )
    func restarts(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer()
        let ann = try await parties.user("ann", server: server)
        let bob = try await parties.user("bob", server: server)
        server.send(signal: SIGKILL)
        _ = try await server.waitForEnd()
        let next = try await parties.chatServer()
        #expect(next.soFar.errorText.contains("the history is in memory"))
        let listener = try parties.start("sub", ["-t", "chat/users"])
        try await listener.waitForLine(#"{"online_users":2,"users_list":["ann","bob"]}"#)

        broker.process.send(signal: SIGKILL)
        _ = try await broker.process.waitForEnd()
        for process in [ann, bob, next] {
            try await process.waitForError("trying again")
        }
        let again = try await RunningBroker.start(kind, port: broker.port)
        for process in [ann, bob, next] {
            try await process.waitForError("connected to")
        }
        try await again.waitForSubscriptions(kind == .mosquitto ? 3 : 15)
        try ann.write("still here\n")
        try await bob.waitForLine("ann: still here")
        try bob.write("/users\n")
        try await bob.waitForLine("-- 2 here: ann, bob")
        for user in [ann, bob] {
            try user.closeInput()
            #expect(try await user.waitForEnd().status == 0)
        }
        #expect(!ann.soFar.text.contains("bob left\n-- bob joined"), "a restart is no coming and going")
        try await next.interrupt()
        listener.send(signal: SIGTERM)
        _ = try await again.stop()
    }

    @Test(
        "mosquitto's clients as chat users",
        .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"),
        arguments: RunningBroker.Kind.allCases
    )
    func mosquitto(kind: RunningBroker.Kind) async throws {
        let broker = try await RunningBroker.start(kind)
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer(["--timeout", "1.5"])
        let ann = try await parties.user("ann", ["--heartbeat", "0.4"], server: server)
        let observer = try ChildProcess("mosquitto_sub", parties.address + ["-v", "-t", "chat/#"])
        try await observer.wait(for: "the retained list") { $0.text.contains("chat/users ") }
        try await parties.publish(
            "chat/presence",
            #"{"action":"join","username":"raw","timestamp":"2025-01-14T10:31:00"}"#
        )
        try await observer.waitForLine(
            #"chat/system {"type":"user_join","username":"raw","message":"raw joined the chat","online_users":2,"#
                + #""users_list":["ann","raw"]}"#
        )
        try await ann.waitForLine("-- raw joined")
        try await parties.publish(
            "chat/messages",
            #"{"type":"chat","username":"raw","message":"hi","timestamp":"2025-01-14T10:30:00"}"#
        )
        try await ann.waitForLine("raw: hi")
        try await parties.publish("chat/private/ann", #"{"type":"chat","username":"raw","message":"psst"}"#)
        try await ann.waitForLine("raw (private): psst")
        for malformed in ["", "hello", "{}", #"{"type":"chat","username":"a/b","message":"x"}"#] {
            try await parties.publish("chat/messages", malformed)
        }
        try await parties.publish("chat/request/history", #"{"username":"raw"}"#)
        try await observer.wait(for: "the history") {
            $0.text.contains(
                #"chat/private/raw {"type":"history","messages":[{"type":"chat","username":"raw","message":"hi","#
            )
        }
        // It gives no sign of life, and has no will.
        try await ann.waitForLine("-- raw left")
        try await observer.wait(for: "the retained list") { said in
            said.lines.last { $0.hasPrefix("chat/users ") } == #"chat/users {"online_users":1,"users_list":["ann"]}"#
        }
        try ann.closeInput()
        #expect(try await ann.waitForEnd().status == 0)
        try await server.interrupt()
        #expect(server.soFar.errorText.contains("1 messages; not understood: 4, too fast: 0, refused: 0, timed out: 1"))
        observer.send(signal: SIGTERM)
        _ = try await broker.stop()
    }

    @Test("Paho as a chat user", .enabled(if: Peers.hasPaho, "no Python with paho-mqtt"), arguments: [0, 1, 2])
    func paho(qos: Int) async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer(["--qos", "\(qos)"])
        let ann = try await parties.user("ann", ["--qos", "\(qos)"], server: server)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "paho_party.py").path
        let paho = try ChildProcess(
            Peers.python ?? "python3",
            [
                script, "\(broker.port)", "chat/private/py", "1", "chat/messages",
                #"{"type": "chat", "username": "py", "message": "from Paho", "timestamp": "2025-01-14T10:30:00"}"#,
            ]
        )
        try await ann.waitForLine("py: from Paho")
        try ann.write("/msg py welcome\n")
        let ended = try await paho.waitForEnd()
        #expect(
            ended.text.hasPrefix(#"chat/private/py {"type":"private","username":"ann","message":"welcome","to":"py""#)
        )
        try ann.closeInput()
        _ = try await ann.waitForEnd()
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("a name that cannot be a topic's level is refused before anything is connected")
    func names() async throws {
        for name in ["a/b", "a+", "#", "", "a\u{1B}", String(repeating: "x", count: 65)] {
            let ended = try await ChildProcess.run(Peers.tinymqtt, ["chat", "--username", name])
            #expect(ended.status == 1)
            #expect(ended.errorText.contains("the name "))
        }
        for wrong in [
            ["--heartbeat", "0"], ["--timeout", "0"], ["--rate", "0"], ["--topic", "a/#"], ["h:0"], ["h:1883", "1884"],
            ["--read-only", "--username", "a"], ["h", "port"],
        ] {
            #expect(try await ChildProcess.run(Peers.tinymqtt, ["chat"] + wrong).status == 1, "\(wrong)")
        }
    }

    @Test("the address stands first, as host and port or as host:port")
    func positionals() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try ChildProcess(
            Peers.tinymqtt,
            ["chat-server", "127.0.0.1", "\(broker.port)", "--log-level", "info"]
        )
        try await server.waitForError("serving the chat at 127.0.0.1:\(broker.port)")
        let ended = try await ChildProcess.run(
            Peers.tinymqtt,
            ["chat", "127.0.0.1:\(broker.port)", "--username", "ann"],
            input: "hello\n"
        )
        #expect(ended.status == 0, "\(ended.errorText)")
        try await server.waitForError("ann left")
        // Without a name the one of the broker's user is taken.
        let named = try await parties.run("chat", ["-u", "carl"], input: "")
        #expect(named.status == 0)
        try await server.waitForError("carl left")
        try await server.interrupt()
        _ = try await broker.stop()
    }

    @Test("two clients with one identifier: the first one is told why it ends")
    func clientIdentifier() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer()
        let environment = ["MQTT_CLIENT_ID": "same"]
        let arguments = ["chat"] + parties.address + ["--username"]
        let ann = try ChildProcess(Peers.tinymqtt, arguments + ["ann"], environment: environment, takesInput: true)
        try await server.waitForError("ann joined")
        let bob = try ChildProcess(Peers.tinymqtt, arguments + ["bob"], environment: environment, takesInput: true)
        let ended = try await ann.waitForEnd()
        #expect(ended.status == 142)
        #expect(ended.errorText.contains("another client uses the same --id"))
        try await server.waitForError("ann left")
        try bob.closeInput()
        #expect(try await bob.waitForEnd().status == 0)
        try await server.interrupt()
        _ = try await broker.stop()
    }
}
