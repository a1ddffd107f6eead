import Foundation
import Testing

@testable import Support

/// However a program with an input line ends, its terminal is as it was before.
@Suite("terminals behind an input line", .timeLimit(.minutes(2)))
struct TerminalRestoreTests {
    /// A program on a terminal, whose line waits.
    private func start(_ arguments: [String], _ home: TemporaryFolder) async throws -> TerminalProcess {
        var environment = ShellTerminal.environment(home)
        // What a crash says takes long, and is not of interest here.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        let process = try TerminalProcess(Peers.tinymqtt, arguments, environment: environment)
        try await process.wait(for: "prompt") { $0.text.contains("> ") }
        #expect(try !process.showsInput)
        return process
    }

    @Test("a signal that ends the shell at once", arguments: [SIGQUIT, SIGABRT, SIGSEGV])
    func signals(number: Int32) async throws {
        let home = try TemporaryFolder("terminal")
        let process = try await start(["shell"], home)
        process.send(signal: number)
        let ended = try await process.wait(for: "end") { $0.status != nil }
        #expect(ended.status == 128 + number)
        #expect(try process.showsInput)
    }

    @Test("Ctrl-C at the shell's question for a password ends the question, and not the shell")
    func passwordQuestion() async throws {
        let home = try TemporaryFolder("terminal")
        let shell = try await start(["shell"], home)
        try shell.type("connect -u ann -P - 127.0.0.1:1\r")
        try await shell.wait(for: "question") { $0.text.contains("Password: ") }
        try shell.press(.controlC)
        try await shell.wait(for: "the end of the question") { $0.text.contains("interrupted") }
        try shell.type("! echo still $((40 + 2))\r")
        try await shell.wait(for: "an answer") { $0.text.contains("still 42") }
        try shell.type("quit\r")
        #expect(try await shell.wait(for: "end") { $0.status != nil }.status == 0)
        #expect(try shell.showsInput)
    }

    @Test("a chat whose session another client takes over ends with an error, and not with a raw terminal")
    func chatIsThrownOut() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let home = try TemporaryFolder("terminal")
        let arguments = ["chat", "127.0.0.1", "\(broker.port)", "--username", "ann", "-i", "the-client"]
        let chat = try await start(arguments, home)
        let other = try ChildProcess(
            Peers.tinymqtt,
            ["sub", "-p", "\(broker.port)", "-i", "the-client", "-t", "a"]
        )
        let ended = try await chat.wait(for: "end") { $0.status != nil && $0.isClosed }
        #expect(ended.status != 0)
        #expect(ended.text.contains("tinymqtt chat:") || ended.text.contains("session"), "\(ended.text)")
        #expect(try chat.showsInput)
        other.send(signal: SIGTERM)
        _ = try await other.waitForEnd()
        _ = try await broker.stop()
    }
}
