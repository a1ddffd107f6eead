import Foundation
import Testing

@testable import Support

/// The chat on one topic, without a server, and the chat at a terminal.
@Suite("Chat on one topic and at a terminal", .timeLimit(.minutes(2)))
struct ChatTopicTests {
    @Test(
        "a listener and a publisher, in the words of the protocol",
        .enabled(if: Peers.hasMosquitto, "mosquitto is not installed")
    )
    func oneTopic() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let raw = try ChildProcess("mosquitto_sub", parties.address + ["-t", "chat/lab"])
        let listener = try parties.start("chat", ["--topic", "chat/lab", "--read-only"])
        try await broker.waitForSubscriptions(2)
        let ann = try parties.start("chat", ["--topic", "chat/lab", "--username", "ann"], takesInput: true)
        try ann.write("hello\n/users\n")
        try await raw.waitForLine(#"{"type":"message","from":"ann","message":"hello"}"#)
        #expect(raw.soFar.lines.first == #"{"type":"notice","from":"ann","notice":"ann joined"}"#)
        try await listener.waitForLine("ann: hello")
        try await ann.waitForError("on one topic there are neither users")
        for text in [
            #"{"type":"message","from":"bob","message":"yo"}"#, #"{"type":"notice","from":"bob","notice":"one"}"#,
            #"{"type":"info","from":"bob","info":"two"}"#, #"{"type":"chat","username":"eve","message":"three"}"#,
            "no JSON",
        ] {
            try await parties.publish("chat/lab", text)
        }
        for line in ["bob: yo", "-- bob: one", "-- bob: two", "eve: three"] {
            try await listener.waitForLine(line)
        }
        ann.send(signal: SIGKILL)
        try await listener.waitForLine("-- ann: ann left")
        try await listener.interrupt()
        #expect(listener.soFar.lines.first == "-- ann: ann joined")
        raw.send(signal: SIGTERM)
        _ = try await broker.stop()
    }

    @Test("at a terminal there is a prompt, and colours for names; messages come above the line")
    func terminal() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer()
        let ann = try TerminalProcess(
            Peers.tinymqtt,
            ["chat"] + parties.address + ["--username", "ann"],
            environment: ["TERM": "xterm", "NO_COLOR": nil]
        )
        try await ann.waitForText("> ")
        let bob = try await parties.user("bob", server: server)
        try await ann.waitForText("joined\r\n")
        try bob.write("hi\u{1B}[2J there\n")
        try await ann.waitForText(": hi␛[2J there\r\n> ")
        try ann.type("/help\r")
        try await ann.waitForText("-- /msg NAME TEXT: say something to one user only")
        try ann.type("/nothing\r")
        try await ann.waitForText("there is no command /nothing")
        try ann.type("hello bob\r")
        try await bob.waitForLine("ann: hello bob")
        try ann.type("/quit\r")
        let ended = try await ann.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.text.contains("\u{1B}[3"), "names have colours")
        #expect(!bob.soFar.text.contains("\u{1B}"), "a pipe has none")
        try bob.closeInput()
        _ = try await bob.waitForEnd()
        try await server.interrupt()
        _ = try await broker.stop()
    }
}
