import Foundation
import Testing

@testable import Support

/// The chat of a person at a terminal.
@Suite(
    "tinymqtt chat on a terminal",
    .enabled(
        if: Peers.pythonWithScreen != nil || Peers.isContinuousIntegration,
        "pyte is not installed: .build/peers/bin/pip install pyte"
    ),
    .timeLimit(.minutes(2))
)
struct ChatTerminalTests {
    @Test("what others say never touches the line that is typed; commands and names complete; losses are told above")
    func lineIsSafe() async throws {
        var broker = try await RunningBroker.start(.tinymqtt, arguments: ["--log-level", "notice"])
        let parties = Parties(port: broker.port)
        let server = try await parties.chatServer()
        let home = try TemporaryFolder("chat")
        var environment = ShellTerminal.environment(home)
        environment["NO_COLOR"] = "1"
        let ann = try TerminalScreen(
            Peers.tinymqtt,
            ["chat", "127.0.0.1", "\(broker.port)", "--username", "ann"],
            environment: environment
        )
        try await ann.waitForLine(">")
        let bob = try parties.start("chat", ["--username", "bob"], takesInput: true)
        try await ann.wait(for: "bob") { $0.lines.contains("-- bob joined") && $0.text.last == ">" }

        try ann.type("half a sen")
        try await ann.waitForLine("> half a sen")
        try bob.write((1...20).map { "line \($0)\n" }.joined())
        try await ann.wait(for: "all lines above the one that is typed") { display in
            display.lines.contains("bob: line 20") && display.text.last == "> half a sen"
        }
        try ann.type("tence\r")
        try await bob.wait(for: "the whole line") { $0.text.contains("ann: half a sentence\n") }

        try ann.type("/ms\tb\thello\r")
        try await bob.wait(for: "the private message") { $0.text.contains("ann (private): hello\n") }

        try ann.type("still he")
        try await ann.waitForLine("> still he")
        broker.process.send(signal: SIGKILL)
        _ = try await broker.process.waitForEnd()
        try await ann.wait(for: "the loss above the line") { display in
            display.lines.contains { $0.hasSuffix("trying again") } && display.text.last == "> still he"
        }
        broker = try await RunningBroker.start(.tinymqtt, port: parties.port, arguments: ["--log-level", "notice"])
        try await ann.wait(for: "the connection above the line") { display in
            display.lines.contains { $0.contains("connected to") } && display.text.last == "> still he"
        }
        try ann.press(.controlC)
        try bob.closeInput()
        _ = try await bob.waitForEnd()
        try await server.interrupt()
        _ = try await broker.stop()
    }
}
