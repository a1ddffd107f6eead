import Foundation
import Testing

@testable import Support

/// Starts the programs that the tests of rooms and chat let talk to each other, all at one broker.
struct Parties {
    let port: Int

    /// What every command of ours needs to find the broker.
    var address: [String] { ["-h", "127.0.0.1", "-p", "\(port)"] }

    /// Starts one of our commands.
    func start(_ command: String, _ arguments: [String] = [], takesInput: Bool = false) throws -> ChildProcess {
        try ChildProcess(Peers.tinymqtt, [command] + address + arguments, takesInput: takesInput)
    }

    /// Runs one of our commands to its end.
    func run(
        _ command: String,
        _ arguments: [String] = [],
        input: String? = nil
    ) async throws -> ChildProcess.Transcript {
        try await ChildProcess.run(Peers.tinymqtt, [command] + address + arguments, input: input)
    }

    /// Publishes with mosquitto's client.
    func publish(_ topic: String, _ payload: String, _ arguments: [String] = []) async throws {
        let ended = try await ChildProcess.run(
            "mosquitto_pub",
            address + ["-q", "1", "-t", topic, "-m", payload] + arguments
        )
        #expect(ended.status == 0, "\(ended.errorText)")
    }

    // MARK: Rooms

    func roomServer(_ arguments: [String] = []) async throws -> ChildProcess {
        let server = try start("room-server", ["--log-level", "info"] + arguments)
        try await server.waitForError("serving rooms")
        return server
    }

    /// Somebody who has joined, and knows it.
    func member(_ name: String, _ rooms: [String], _ arguments: [String] = []) async throws -> ChildProcess {
        let options = ["--client-id", name, "--log-level", "info"] + rooms.flatMap { ["--room", $0] } + arguments
        let member = try start("join", options)
        try await member.wait(for: "answers of the room server") { said in
            said.errorText.ranges(of: "joined ").count >= Set(rooms).count
        }
        return member
    }

    func sendRoom(_ room: String, _ message: String, _ arguments: [String] = []) async throws -> ChildProcess.Transcript
    {
        try await run("send-room", ["--room", room, "--message", message] + arguments)
    }

    func sendClient(_ room: String, _ client: String, _ message: String) async throws -> ChildProcess.Transcript {
        try await run("send-client", ["--room", room, "--client-id", client, "--message", message])
    }

    // MARK: Chat

    func chatServer(_ arguments: [String] = []) async throws -> ChildProcess {
        let server = try start("chat-server", ["--log-level", "info"] + arguments)
        try await server.waitForError("serving the chat")
        return server
    }

    /// A user of the chat whose input the test writes, and who has been seen by a server.
    func user(_ name: String, _ arguments: [String] = [], server: ChildProcess?) async throws -> ChildProcess {
        let user = try start("chat", ["--username", name] + arguments, takesInput: true)
        if let server { try await server.waitForError("\(name) joined") }
        return user
    }
}

extension ChildProcess {
    /// Waits for a line of output.
    func waitForLine(_ line: String) async throws {
        try await wait(for: "line ‘\(line)’") { $0.lines.contains(Substring(line)) }
    }

    /// Waits until it has said something so often on standard error.
    func waitForError(_ text: String, times: Int) async throws {
        try await wait(for: "\(times) times ‘\(text)’") { $0.errorText.ranges(of: text).count >= times }
    }

    /// Asks it to end by a signal, and expects that it ends well.
    func interrupt() async throws {
        send(signal: SIGINT)
        let ended = try await waitForEnd()
        #expect(ended.status == 0, "\(name): \(ended.errorText)")
    }
}

extension RunningBroker.Kind {
    /// The brokers that there are on this machine.
    static var installed: [Self] { Peers.hasMosquitto ? allCases : [.tinymqtt] }
}
