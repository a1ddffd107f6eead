import Foundation
import Testing

@testable import Support

/// `tinymqtt shell` without a terminal: scripts of MQTT steps.
@Suite("tinymqtt shell, scripts")
struct ShellScriptTests {
    private let broker: RunningBroker
    private let home: TemporaryFolder

    init() async throws {
        broker = try await RunningBroker.start(.tinymqtt)
        home = try TemporaryFolder("shell")
    }

    private func run(_ arguments: [String], input: String? = nil) async throws -> ChildProcess.Transcript {
        var environment = ShellTerminal.environment(home)
        environment["MQTT_PORT"] = "\(broker.port)"
        return try await ChildProcess.run(
            Peers.tinymqtt,
            ["shell"] + arguments,
            environment: environment,
            input: input
        )
    }

    /// Runs commands in one shell that is connected, and returns what it says behind the CONNACK.
    private func lines(_ commands: String...) async throws -> [String] {
        let ended = try await run(["-c", "connect; set timestamps off"], commands: commands)
        #expect(ended.status == 0, "\(ended.errorText)")
        #expect(ended.errorText == "")
        #expect(ended.lines.first?.hasPrefix("CONNACK success (0x00) from localhost:\(broker.port), ") == true)
        return ended.lines.dropFirst().map(String.init)
    }

    private func run(_ arguments: [String], commands: [String]) async throws -> ChildProcess.Transcript {
        try await run(arguments + commands.flatMap { ["-c", $0] })
    }

    /// What stands before the first digit of a time in milliseconds.
    private func withoutTime(_ line: String) -> String {
        guard line.hasSuffix(" ms"), let comma = line.lastIndex(of: ",") else { return line }
        return String(line[..<comma])
    }

    @Test("publish, subscribe and expect, with acknowledgements in words and times")
    func publishAndExpect() async throws {
        let lines = try await lines(
            "sub -q 1 a/#",
            "pub -q 1 a/b hello  world",
            "expect a/b hello world",
            "PUB -q 2 a/c {\"x\": 1}",
            "expect a/c",
            "unsubscribe a/#",
            "pub a/b 'not  seen'"
        )
        #expect(lines.filter { $0.hasPrefix("[") } == ["[1] a/b (QoS 1): hello world", "[2] a/c (QoS 1): {\"x\": 1}"])
        let rest = lines.filter { !$0.hasPrefix("[") }.map(withoutTime)
        #expect(
            rest == [
                "SUBACK granted QoS 1, a/#", "PUBACK success (0x00), a/b",
                "as expected: [1] a/b (QoS 1): hello world", "PUBCOMP success (0x00), a/c",
                "as expected: [2] a/c (QoS 1): {\"x\": 1}", "UNSUBACK success (0x00), a/#",
                "sent to a/b, 9 bytes, QoS 0",
            ]
        )
    }

    @Test("the first command that fails ends the script with its exit code")
    func exitCodes() async throws {
        let cases: [(commands: [String], status: Int32, error: String)] = [
            (
                ["connect", "expect -W 0.1 a"], 27,
                "no message on a within 0.1 s; nothing is subscribed to, try: subscribe a"
            ),
            (["connect -p 1"], 14, "connection to localhost:1 refused"),
            (["pub a b"], 7, "not connected; try: connect localhost"),
            (["connect", "get nothing/there"], 39, "nothing is retained for nothing/there"),
            (["conect"], 1, "there is no command conect; did you mean connect?"),
            (["connect --bogus"], 1, "--bogus"),
            (["connect", "pub a/+ b"], 1, "wildcard"), (["connect", "sub a/#/b"], 1, "a/#/b"),
            (["! exit 9"], 9, "exit code 9"), (["connect", "clear-retained a"], 0, ""),
            (["set nonsense 1"], 1, "there is no setting nonsense"), (["set qos 3"], 1, "0, 1, 2"),
            (["source /nonexistent/file"], 1, "/nonexistent/file"),
            (["use nobody"], 1, "there is no connection nobody"),
            (["publish 'a"], 1, "a ' is not closed"), (["watch a"], 1, "watch needs a terminal"),
        ]
        for (commands, status, error) in cases {
            let ended = try await run([], commands: commands + ["! echo not reached"])
            #expect(ended.status == status, "\(commands): \(ended.errorText)")
            #expect(error.isEmpty || ended.errorText.contains(error), "\(commands): \(ended.errorText)")
            #expect(ended.text.contains("not reached") == (status == 0), "\(commands)")
        }
        let ended = try await run(["--keep-going"], commands: ["conect", "! echo reached", "! exit 9", "! echo end"])
        #expect(ended.status == 9)
        #expect(ended.text == "reached\nend\n")
    }

    @Test("a script on standard input says in which line it failed, and has comments")
    func standardInput() async throws {
        let ended = try await run([], input: "# a comment\nconnect\npub -q 1 a b\n\nbogus\npub -q 1 a never\n")
        #expect(ended.status == 1)
        #expect(ended.lines.map(String.init).map(withoutTime).count == 2)
        #expect(ended.errorText.hasPrefix("tinymqtt shell: line 5: there is no command bogus"))
    }

    @Test("retained values: list, get, topics, clear-retained")
    func retained() async throws {
        let lines = try await lines(
            "set quiet on",
            "pub -q 1 -r weather/temp 98",
            "pub -q 1 -r weather/forecast cloudy",
            "list",
            "get weather/temp",
            "clear-retained --yes weather/temp",
            "list weather/#",
            "topics weather/#"
        )
        #expect(
            lines == [
                "weather", "├── forecast: cloudy", "└── temp: 98", "98", "cleared 1 of 1", "weather",
                "└── forecast: cloudy", "weather", "├── forecast: cloudy (1)", "└── temp (1)",
            ]
        )
    }

    @Test("output is led to files and programs, and files are read")
    func redirections() async throws {
        let (messages, tree, script) = (home.path("messages"), home.path("tree"), home.path("script"))
        try home.write("from a file", to: "payload")
        let lines = try await lines(
            "set quiet on",
            "sub -v 'in/#' > \(messages)",
            "pub in/x @\(home.path("payload"))",
            "pub in/y hex:4142",
            "expect in/y",
            "unsub 'in/#'",
            "topics in/# > \(tree)",
            "! cat \(messages)",
            "history | tail -n 1",
            "save \(script)"
        )
        #expect(lines == ["in/x from a file", "in/y AB", "9  ! cat \(messages)"])
        #expect(try home.text("tree") == "in\n├── x: from a file (1)\n└── y: AB (1)\n")
        #expect(try home.text("script").hasPrefix("connect; set timestamps off\nset quiet on\n"))
        let piped = try await self.lines("set quiet on", "pub -r -q 1 up a; ! true", "sub up | tr a-z A-Z", "expect up")
        #expect(piped == ["A"])
        try home.write("connect\npub -q 1 x y\nbogus\n", to: "bad")
        let failed = try await run(["-c", "source \(home.path("bad"))"])
        #expect(failed.errorText.contains("bad, line 3: there is no command bogus"))
    }

    @Test("messages, show and formats")
    func looking() async throws {
        let lines = try await lines(
            "set quiet on",
            "sub f/#",
            "pub f/a {\"a\":1}",
            "pub f/b hex:00ff",
            "pub f/c 12345678",
            "expect f/c",
            "messages -n 1",
            "set cut 4; messages f/c; show 3; show --hex 1; show --json 1",
            "set cut 100; format payload",
            "messages f/a",
            "format",
            "set qos"
        )
        #expect(
            lines == [
                "[3] f/c: 12345678", "[3] f/c:", "    1234", "    … 4 more bytes; show 3 shows all",
                "[3] f/c: 12345678",
                "[1] f/a:", "    0000  7b 22 61 22 3a 31 7d                             |{\"a\":1}|", "[1] f/a:",
                "    {",
                "      \"a\": 1", "    }", "{\"a\":1}", "format payload", "qos 0",
            ]
        )
        let shown = try await self.lines("sub t", "format '%t=%p!'", "pub t 1", "expect t").filter { $0.contains("!") }
        #expect(shown == ["t=1!"])
    }

    @Test("several connections by name")
    func connections() async throws {
        let lines = try await lines(
            "set quiet on",
            "connect work localhost:\(broker.port)",
            "sub w",
            "use main",
            "pub -q 1 w x",
            "expect w x",
            "subscriptions",
            "use work",
            "subscriptions",
            "disconnect",
            "disconnect main; status"
        )
        #expect(lines.prefix(3) == ["no subscriptions; make one with: subscribe FILTER", "w (QoS 0)", "not connected"])
        #expect(lines.contains { $0.hasPrefix("memory: ") })
    }

    @Test("ping, help, sleep and quit")
    func others() async throws {
        let lines = try await lines("ping", "sleep 0.01", "help sleep", "help", "quit", "bogus")
        #expect(withoutTime(lines[0]) == "PINGRESP from localhost:\(broker.port)")
        #expect(lines.contains("OVERVIEW: Wait for some time."))
        for name in ["connect, con", "clear-retained, clear", "watch", "! COMMAND"] {
            #expect(lines.contains { $0.hasPrefix("  \(name) ") }, "\(name)")
        }
    }

    @Test("request shows the answer, or that there is none")
    func request() async throws {
        let answerer = try ChildProcess(Peers.tinymqtt, ["shell"], environment: ShellTerminal.environment(home))
        _ = answerer
        let ended = try await run([], commands: ["connect", "request -W 0.1 nobody question"])
        #expect(ended.status == 27)
        #expect(ended.errorText.contains("nobody answered on nobody within 0.1 s"))
    }

    @Test(
        "numbers out of bounds are refused where they are read",
        arguments: [
            "request -W inf a b", "request -W nan a b", "request -W -1 a b", "topics -n 9223372036854775807",
            "topics -n 0", "set cut 4611686018427387904", "set cut -1",
        ]
    )
    func bounds(command: String) async throws {
        let ended = try await run([], commands: ["connect", command])
        #expect(ended.status == 1, "\(ended.errorText)")
        #expect(ended.errorText.hasPrefix("tinymqtt shell: "))
    }

    @Test("lines may end with a carriage return, on standard input and in a file")
    func carriageReturns() async throws {
        try "set quiet on\r\npublish -q 1 -r b 2\r\n".write(
            toFile: home.path("script"),
            atomically: true,
            encoding: .utf8
        )
        let ended = try await run([], input: "connect\r\n\r\nsource \(home.path("script"))\r\nget b\r\n")
        #expect(ended.status == 0, "\(ended.errorText)")
        #expect(ended.lines.last == "2")
    }

    @Test("quotes that do not close are signs in the notation with @, and nowhere else")
    func quotesInNotation() async throws {
        let lines = try await lines(
            "publish@news@it's raining@retain; publish@other@5\" long@retain",
            "get news",
            "get other"
        )
        #expect(Array(lines.suffix(1)) == ["5\" long"])
        #expect(lines.contains("it's raining"))
        let ended = try await run([], commands: ["connect", "publish a 'b; publish@news@it"])
        #expect(ended.status == 1)
        #expect(ended.errorText.contains("is not closed"))
    }

    @Test("a subscription that fails leaves an earlier one to the same filter as it was")
    func failedSubscription() async throws {
        let ended = try await run(
            ["--keep-going"],
            commands: [
                "connect; set timestamps off", "sub a", "sub a b/#/c > \(home.path("out"))", "subs", "pub -q 1 a x",
                "expect a x",
            ]
        )
        #expect(ended.lines.contains("a (QoS 0)"), "\(ended.text)")
        #expect(ended.lines.contains("[1] a: x"))
    }

    @Test("a message that one publishes and receives counts once")
    func countsOnce() async throws {
        let lines = try await lines("sub a", "pub -q 1 a x", "expect a x", "topics")
        #expect(lines.last == "└── a: x (1)" || lines.last == "a: x (1)", "\(lines)")
    }

    @Test(
        "a file that takes no more is told of once, and messages are shown again",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full")
    )
    func fullDisk() async throws {
        let ended = try await run(
            [],
            commands: [
                "connect; set timestamps off", "sub a > /dev/full", "pub -q 1 a x", "pub -q 1 a y", "expect a y",
            ]
        )
        #expect(ended.status == 0)
        let notice = "tinymqtt shell: /dev/full takes no more messages; they are shown here again\n"
        #expect(ended.errorText == notice)
        #expect(ended.lines.filter { $0.hasPrefix("[") } == ["[1] a: x", "[2] a: y"])
    }

    @Test("a signal that cuts a script short is its exit code", arguments: [SIGINT, SIGTERM])
    func signals(number: Int32) async throws {
        var environment = ShellTerminal.environment(home)
        environment["MQTT_PORT"] = "\(broker.port)"
        let process = try ChildProcess(
            Peers.tinymqtt,
            ["shell", "-c", "connect", "-c", "expect -W 300 nothing", "-c", "pub a b"],
            environment: environment
        )
        try await process.wait(for: "connection") { $0.text.contains("CONNACK") }
        process.send(signal: number)
        let ended = try await process.waitForEnd()
        #expect(ended.status == 128 + number)
        #expect(!ended.text.contains("sent to"))
    }

    @Test("works with mosquitto", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
    func mosquitto() async throws {
        let other = try await RunningBroker.start(.mosquitto)
        let ended = try await run(
            ["localhost:\(other.port)"],
            input: """
                set quiet on
                subscribe@weather/*
                publish@weather/temp@98@retain
                expect weather/temp 98
                list
                request -W 0.1 nobody question
                """
        )
        #expect(ended.lines.contains("└── temp: 98"), "\(ended.errorText)")
        #expect(ended.status == 27)
    }
}
