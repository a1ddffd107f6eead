import Foundation
import Testing

@testable import Support

/// `tinymqtt shell` on a terminal, as the screen shows it.
@Suite(
    "tinymqtt shell on a terminal",
    .enabled(
        if: Peers.pythonWithScreen != nil || Peers.isContinuousIntegration,
        "pyte is not installed: .build/peers/bin/pip install pyte"
    )
)
struct ShellTerminalTests {
    private let broker: RunningBroker
    private var prompt: String { "localhost:\(broker.port)> " }

    init() async throws {
        broker = try await RunningBroker.start(.tinymqtt)
    }

    private func connected(
        home: TemporaryFolder? = nil,
        columns: UInt16 = 80,
        rows: UInt16 = 24
    ) async throws -> ShellTerminal {
        let shell = try ShellTerminal.start(
            ["localhost:\(broker.port)"],
            home: home,
            columns: columns,
            rows: rows
        )
        let bare = String(prompt.dropLast())
        try await shell.screen.wait(for: "connection") { display in
            display.text.last == bare && display.text.contains { $0.hasPrefix("CONNACK success") }
        }
        return shell
    }

    /// The number of the last message on the screen.
    private static func number(_ display: TerminalScreen.Display) -> Int {
        display.lines.compactMap { line in
            line.hasPrefix("[") ? Int(line.dropFirst().prefix { $0 != "]" }) : nil
        }.max() ?? 0
    }

    @Test("what is typed during a burst stays whole, on the screen and when it is carried out")
    func typingDuringBurst() async throws {
        let shell = try await connected()
        try shell.enter("subscribe burst")
        try await shell.screen.wait(for: "acknowledgement") { $0.text.contains { $0.hasPrefix("SUBACK granted") } }
        let burst = try MessageBurst(topic: "burst", port: broker.port)
        try await shell.screen.wait(for: "messages") { Self.number($0) > 100 }
        let typed = "publish -q 1 -r out it's \"whole\"; list out".replacing("'", with: "\\'")
        for (index, character) in typed.enumerated() {
            try shell.screen.type(String(character))
            let line = prompt + typed.prefix(index + 1)
            try await shell.screen.wait(for: "‘\(character)’ in the line") { display in
                // A blank at the end of a line is seen by the cursor only.
                display.line(from: prompt) == line.trimmingCharacters(in: .whitespaces)
                    && display.column == line.count % 80
            }
        }
        let before = Self.number(try await shell.screen.display())
        // The screen may be seen just when the line is drawn again.
        try await shell.screen.wait(for: "the line below many more messages") { display in
            Self.number(display) > before + 500 && display.line(from: prompt) == prompt + typed
        }
        try shell.screen.press(.enter)
        // What was carried out is what was typed.
        let kept = try await ChildProcess.run(
            Peers.tinymqtt,
            ["sub", "-p", "\(broker.port)", "-t", "out", "-C", "1", "-W", "60"]
        )
        #expect(kept.text == "it's whole\n")
        withExtendedLifetime(burst) {}
    }

    @Test("a search, a list of candidates and a question stand in a burst")
    func searchDuringBurst() async throws {
        let shell = try await connected()
        try shell.enter("publish house/kitchen/temp 21")
        try shell.enter("publish house/cellar/temp 9")
        try shell.enter("subscribe burst")
        try await shell.screen.wait(for: "acknowledgement") { $0.text.contains { $0.hasPrefix("SUBACK granted") } }
        let burst = try MessageBurst(topic: "burst", port: broker.port)
        try await shell.screen.wait(for: "messages") { Self.number($0) > 100 }

        try shell.screen.type("\u{12}kitchen")
        let found = "(reverse-i-search)`kitchen': publish house/kitchen/temp 21"
        let first = try await shell.screen.wait(for: "found line") { $0.text.last == found }
        let number = Self.number(first)
        try await shell.screen.wait(for: "found line, later") {
            Self.number($0) > number + 200 && $0.text.last == found
        }
        try shell.screen.press(.controlC)
        try await shell.screen.waitForLine(String(prompt.dropLast()))

        try shell.screen.type("publish house/\t\t")
        try await shell.screen.wait(for: "candidates") { display in
            display.lines.contains("cellar/ (1)   kitchen/ (1)") && display.text.last == prompt + "publish house/"
        }
        try shell.screen.type("k\t\t")
        let completed = prompt + "publish house/kitchen/temp"
        let list = try await shell.screen.waitForLine(completed)
        try await shell.screen.wait(for: "the line, later") {
            Self.number($0) > Self.number(list) + 200 && $0.text.last == completed
        }
        withExtendedLifetime(burst) {}
    }

    @Test("long lines with wide and combining characters, in a screen that changes its size")
    func wrappedLines() async throws {
        let shell = try await connected(columns: 40, rows: 12)
        let typed = "publish a 日本語の長い行 e\u{301}toile " + String(repeating: "wrapped ", count: 6) + "end"
        try shell.screen.type(typed)
        let whole = prompt + typed
        // A wide character that does not fit leaves a column empty; blanks are compared elsewhere.
        func isWhole(_ display: TerminalScreen.Display) -> Bool {
            let shown = display.line(from: prompt)?.replacing(" ", with: "").precomposedStringWithCanonicalMapping
            return shown == whole.replacing(" ", with: "").precomposedStringWithCanonicalMapping
        }
        try await shell.screen.wait(for: "the line") { isWhole($0) }
        try shell.screen.type("\u{1B}[D\u{1B}[D")
        try await ChildProcess.run(Peers.tinymqtt, ["pub", "-p", "\(broker.port)", "-t", "other", "-m", "x"])
            .expectSuccess()
        for (columns, rows) in [(30, 12), (90, 12), (25, 14)] as [(UInt16, UInt16)] {
            try shell.screen.resize(columns: columns, rows: rows)
            // A key makes readline draw what it has.
            try shell.screen.type("\u{1B}[D\u{1B}[C")
            try await shell.screen.wait(for: "the line in \(columns) columns") { isWhole($0) }
        }
        try shell.screen.type("X")
        try await shell.screen.wait(for: "a letter before the cursor") { display in
            display.line(from: prompt)?.replacing(" ", with: "").hasSuffix("eXnd") == true
        }
        try shell.screen.press(.controlC)
        try await shell.screen.waitForLine(String(prompt.dropLast()))
    }

    @Test("pasted lines are all there before the first is carried out, and then come one by one")
    func paste() async throws {
        let shell = try await connected()
        try shell.screen.type("\u{1B}[200~publish -q 1 a 1\npublish -q 1 b 2\u{1B}[201~")
        try await shell.screen.wait(for: "both lines") { $0.text.last?.hasSuffix("publish -q 1 b 2") == true }
        #expect(try await shell.screen.display().lines.contains { $0.hasPrefix("PUBACK") } == false)
        try shell.screen.press(.enter)
        try await shell.screen.wait(for: "acknowledgements") { display in
            display.lines.filter { $0.hasPrefix("PUBACK ") }.count == 2
        }
    }

    @Test("lines are kept, privately, without passwords, and come back in the next shell")
    func history() async throws {
        let home = try TemporaryFolder("shell")
        let first = try await connected(home: home)
        try first.enter("ping")
        try first.enter("connect other localhost:1 -u ann -P secret")
        try await first.screen.wait(for: "both answers") { display in
            display.lines.contains { $0.hasPrefix("PINGRESP") } && display.lines.contains { $0.contains("refused") }
        }
        try first.screen.press(.controlD)
        #expect(try await first.screen.process.waitForEnd().status == 0)
        #expect(try first.screen.process.showsInput)
        let file = "state/tinymqtt/shell-history"
        #expect(try home.text(file) == "ping\n")
        #expect(try home.permissions(file) == 0o600)
        #expect(try home.permissions("state/tinymqtt") == 0o700)
        let second = try await connected(home: home)
        try second.screen.press(.up)
        try await second.screen.waitForLine(prompt + "ping")
        try second.screen.press(.enter)
        try second.enter("history")
        try await second.screen.wait(for: "the history") {
            $0.lines.contains("3  history") || $0.lines.contains("2  history")
        }
    }

    @Test("Ctrl-Z gives the terminal back, and the line is there again when the program goes on")
    func stopped() async throws {
        // A shell is the one to stop for, and to go on from.
        let command = "set -m; '\(Peers.tinymqtt)' shell; echo stopped; fg"
        let home = try TemporaryFolder("shell")
        let screen = try TerminalScreen(
            Peers.path(of: "bash") ?? "/bin/bash",
            ["-c", command],
            environment: ShellTerminal.environment(home)
        )
        try await screen.waitForLine("tinymqtt>")
        try screen.type("half a line")
        try await screen.waitForLine("tinymqtt> half a line")
        try screen.press(.controlZ)
        try await screen.wait(for: "both shells") { display in
            display.lines.contains { $0.hasSuffix("stopped") } && display.text.last == "tinymqtt> half a line"
        }
        try screen.type("\u{15}quit\r")
        #expect(try await screen.process.waitForEnd().status == 0)
    }

    @Test("Ctrl-C clears the line and ends what is under way, Ctrl-D leaves")
    func keys() async throws {
        let shell = try await connected()
        try shell.screen.type("publish half")
        try await shell.screen.waitForLine(prompt + "publish half")
        try shell.screen.press(.controlC)
        try await shell.screen.waitForLine(String(prompt.dropLast()))
        try shell.enter("sleep 1000")
        try shell.screen.type("typed ahead")
        try await shell.screen.waitForLine(prompt + "typed ahead")
        try shell.screen.press(.controlC)
        try await shell.screen.wait(for: "the end of the wait") { $0.lines.contains("interrupted") }
        try shell.enter("ping")
        try await shell.screen.wait(for: "an answer") { $0.lines.contains { $0.hasPrefix("PINGRESP") } }
        try shell.screen.press(.controlD)
        let ended = try await shell.screen.process.waitForEnd()
        #expect(ended.status == 0)
        #expect(try shell.screen.process.showsInput)
    }

    @Test("messages go to a program for as long as it takes them, and then to the screen again")
    func program() async throws {
        let shell = try await connected()
        try shell.enter("subscribe n | head -n 1 | tr a-z A-Z")
        try await shell.screen.wait(for: "acknowledgement") { $0.lines.contains { $0.hasPrefix("SUBACK granted") } }
        try shell.enter("publish n first")
        try await shell.screen.wait(for: "the program's output") { $0.lines.contains("FIRST") }
        // Until the program has ended, each is written to where nobody reads.
        var count = 0
        var display = try await shell.screen.display()
        while !display.lines.contains(where: { $0.hasSuffix("n: again") }), count < 100 {
            count += 1
            try shell.enter("publish -q 1 n again; ping")
            let expected = count
            display = try await shell.screen.wait(for: "an answer") { _ in
                shell.screen.process.soFar.text.split(separator: "PINGRESP").count > expected
            }
        }
        #expect(display.lines.contains { $0.hasSuffix("n: again") })
    }

    @Test("a signal that asks for the end ends what is under way as well", arguments: [SIGTERM, SIGHUP])
    func signals(number: Int32) async throws {
        let shell = try await connected()
        try shell.enter("sleep 1000")
        try shell.screen.type("half")
        try await shell.screen.waitForLine(prompt + "half")
        shell.screen.process.send(signal: number)
        #expect(try await shell.screen.process.waitForEnd().status == 0)
        #expect(try shell.screen.process.showsInput)
    }

    @Test("a password is asked for without being shown, and the line works as before")
    func password() async throws {
        let shell = try await connected()
        try shell.enter("connect other localhost:\(broker.port) -u ann -P -")
        try await shell.screen.waitForLine("Password:")
        try shell.enter("secret")
        try await shell.screen.wait(for: "the second connection") { display in
            display.text.last == "other " + prompt.dropLast() && !display.lines.contains { $0.contains("secret") }
        }
        try shell.screen.type("half")
        try await shell.screen.waitForLine("other " + prompt + "half")
        try shell.screen.press(.controlC)
        try await shell.screen.waitForLine("other " + prompt.dropLast())
        try shell.enter("ping")
        try await shell.screen.wait(for: "an answer") { $0.lines.contains { $0.hasPrefix("PINGRESP") } }
    }

    @Test("a question is answered in the line, and only a yes is one")
    func question() async throws {
        let shell = try await connected()
        try shell.enter("publish -q 1 -r a/b 1; publish -q 1 -r a/c 2; clear-retained a/#")
        try await shell.screen.waitForLine("clear 2 retained messages? [y/N]")
        try shell.enter("n")
        try await shell.screen.wait(for: "no") { $0.lines.contains("nothing was cleared") }
        try shell.enter("clear-retained a/b")
        try await shell.screen.waitForLine("clear 1 retained message? [y/N]")
        try shell.enter("y")
        try await shell.screen.wait(for: "yes") { $0.lines.contains("cleared 1 of 1") }
        try shell.enter("list")
        try await shell.screen.wait(for: "what is left") {
            $0.lines.contains("└── c: 2") && !$0.lines.contains("├── b: 1")
        }
    }

    @Test("a lost connection is said once, made again, and has its subscriptions")
    func reconnects() async throws {
        let shell = try await connected(columns: 120)
        try shell.enter("subscribe a/#")
        try await shell.screen.wait(for: "acknowledgement") { $0.lines.contains { $0.hasPrefix("SUBACK granted") } }
        try shell.screen.type("half a line")
        try await shell.screen.waitForLine(prompt + "half a line")
        _ = try await broker.stop()
        try await shell.screen.wait(for: "the loss") { display in
            display.lines.contains { $0.contains("connecting again in the background") }
                && display.text.last == "localhost:\(broker.port) (reconnecting)> half a line"
        }
        let next = try await RunningBroker.start(.tinymqtt, port: broker.port)
        let display = try await shell.screen.wait(for: "the return") { display in
            display.lines.contains { $0.hasPrefix("connected to localhost") && $0.hasSuffix("1 subscription restored") }
                && display.text.last == prompt + "half a line"
        }
        #expect(display.lines.filter { $0.contains("connecting again") }.count == 1)
        try await ChildProcess.run(Peers.tinymqtt, ["pub", "-p", "\(next.port)", "-t", "a/b", "-m", "back"])
            .expectSuccess()
        try await shell.screen.wait(for: "a message") { $0.lines.contains { $0.hasSuffix("a/b: back") } }
    }

    @Test("watch shows the last values in place, and the line comes back behind it")
    func watch() async throws {
        let shell = try await connected()
        try shell.enter("publish -q 1 -r a/b 1")
        try shell.enter("watch a/#")
        try await shell.screen.wait(for: "the value") {
            $0.lines.contains("a/b  1 (2)") || $0.lines.contains("a/b  1 (1)")
        }
        try await ChildProcess.run(Peers.tinymqtt, ["pub", "-p", "\(broker.port)", "-t", "a/b", "-m", "2"])
            .expectSuccess()
        try await shell.screen.wait(for: "the next value") { $0.lines.contains { $0.hasPrefix("a/b  2 (") } }
        try shell.screen.press(.controlC)
        try await shell.screen.wait(for: "the prompt") { $0.text.last?.hasSuffix(String(prompt.dropLast())) == true }
        try shell.enter("ping")
        try await shell.screen.wait(for: "an answer") { $0.lines.contains { $0.hasPrefix("PINGRESP") } }
    }
}

extension ChildProcess.Transcript {
    /// Fails the test where the program did.
    fileprivate func expectSuccess() {
        #expect(status == 0, "\(errorText)")
    }
}
