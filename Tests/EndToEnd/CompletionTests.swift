import Foundation
import MQTT
import Testing

@testable import Support

/// The scripts in `completions/`, which let shells complete the command line.
@Suite("Completions")
struct CompletionTests {
    /// A shell, and its script.
    struct Script: CustomTestStringConvertible {
        let shell: String
        let path: String

        var testDescription: String { shell }
    }

    private static let scripts = [
        Script(shell: "bash", path: "completions/tinymqtt.bash"),
        Script(shell: "zsh", path: "completions/_tinymqtt"),
        Script(shell: "fish", path: "completions/tinymqtt.fish"),
    ]

    @Test("are what the program generates", arguments: scripts)
    func isGenerated(script: Script) async throws {
        let generated = try await ChildProcess.run(Peers.tinymqtt, ["--generate-completion-script", script.shell])
        #expect(generated.status == 0)
        let isEqual = try SourceTree.text(script.path) == generated.text
        #expect(
            isEqual,
            """
            \(script.path) is out of date; write it anew with:
            .build/debug/tinymqtt --generate-completion-script \(script.shell) > \(script.path)
            """
        )
    }

    @Test(
        "in a real bash",
        .enabled(if: Peers.path(of: "bash") != nil, "bash is not installed"),
        arguments: [
            (["pu"], ["pub"]),
            (["passwd", "-H", "sha512-"], ["sha512-pbkdf2"]),
            (["sub", "--will-t"], ["--will-topic"]),
            (["pub", "--stdin"], ["--stdin-file", "--stdin-line"]),
            (["broker", "--log-level", "e"], ["error"]),
            (["pub", "-V", "3"], ["31", "311"]),
        ]
    )
    func completesInBash(words: [String], expected: [String]) async throws {
        #expect(try await Self.candidates(words) == expected)
    }

    @Test(
        "topics of a running broker in a real bash, level by level",
        .enabled(if: Peers.path(of: "bash") != nil, "bash is not installed")
    )
    func topics() async throws {
        try await withTopics(["house/hall/lamp", "house/attic/lamp", "house/attic/fan", "it's/$(echo run)"]) {
            (broker) async throws in
            let port = ["-p", "\(broker.port)"]
            #expect(try await Self.candidates(["pub"] + port + ["-t", ""]) == ["house/", "it's/"])
            // The only way on is gone, up to where there is something to choose.
            #expect(try await Self.candidates(["sub"] + port + ["-t", "ho"]) == ["house/attic/", "house/hall/"])
            #expect(try await Self.candidates(["get"] + port + ["house/hall/"]) == ["house/hall/lamp"])
            let lamps = ["house/attic/fan", "house/attic/lamp"]
            // What else stands in the line does no harm.
            let others = [
                "-D", "publish", "user-property", "a", "b", "-P", "-", "-c", "-i", "x", "-m", "-t", "-V", "5",
            ]
            #expect(try await Self.candidates(["rr"] + others + port + ["-t", "house/attic/"]) == lamps)
            // bash divides the address at its colons.
            let address = ["-L", "mqtt", ":", "//127.0.0.1", ":", "\(broker.port)/x"]
            #expect(try await Self.candidates(["sub"] + address + ["-t", "house/a"]) == lamps)
            // A name from a stranger is no command.
            #expect(try await Self.candidates(["sub"] + port + ["-t", "it"]) == ["it's/$(echo run)"])
        }
    }

    @Test(
        "topics for a person at a terminal with bash",
        .enabled(if: Peers.path(of: "bash") != nil, "bash is not installed")
    )
    func bashAtATerminal() async throws {
        let script = Self.bashScript
        try await completeTopics(in: "bash", ["--norc", "--noprofile", "-i"], setup: "source '\(script)'")
    }

    @Test(
        "topics for a person at a terminal with zsh",
        .enabled(if: Peers.path(of: "zsh") != nil, "zsh is not installed")
    )
    func zshAtATerminal() async throws {
        let folder = SourceTree.root.appending(path: "completions").path
        let setup = "fpath=('\(folder)' $fpath); autoload -U compinit; compinit -u -D"
        try await completeTopics(in: "zsh", ["-f", "-i"], setup: setup)
    }

    @Test(
        "topics for a person at a terminal with fish",
        .enabled(if: Peers.path(of: "fish") != nil, "fish is not installed")
    )
    func fishAtATerminal() async throws {
        let script = SourceTree.root.appending(path: "completions/tinymqtt.fish").path
        try await completeTopics(in: "fish", ["--no-config", "-i"], setup: "source '\(script)'")
    }

    /// Types two command lines in a shell, and presses the tab key in each.
    private func completeTopics(in shell: String, _ arguments: [String], setup: String) async throws {
        try await withTopics(["house/attic/lamp", "a l:amp"]) { (broker) async throws in
            let environment = Self.environment.merging(["MQTT_PORT": "\(broker.port)", "TERM": "dumb"]) { $1 }
            let terminal = try TerminalProcess(
                try #require(Peers.path(of: shell)),
                arguments,
                environment: environment,
                columns: 200
            )
            // The line itself does not have the word in one piece.
            try terminal.type("\(setup); echo rea''dy\r")
            try await terminal.waitForText("ready")
            try terminal.type("tinymqtt pub -t ho\t")
            try await terminal.waitForText("tinymqtt pub -t house/attic/lamp ")
            // What is typed behind Ctrl-C may be lost with the line; Ctrl-U takes away the line alone.
            try terminal.type("\u{15}tinymqtt get -h 127.0.0.1 'a \t")
            try await terminal.waitForText("tinymqtt get -h 127.0.0.1 'a l:amp'")
        }
    }

    @Test(
        "without a broker there is nothing, soon and without a word",
        arguments: [
            ["-p", "PORT"], ["-h", "nowhere.invalid"], ["--unix", "/nowhere"], ["-p", "none"], ["-o", "/nowhere"],
        ]
    )
    func noBroker(options: [String]) async throws {
        let port = "\(try RunningBroker.freePort())"
        try await Self.expectNothing(try Self.completion(options.map { $0 == "PORT" ? port : $0 }))
    }

    @Test("a broker that does not answer is not waited for", arguments: [false, true])
    func silentBroker(acceptsClients: Bool) async throws {
        let server = try await ScriptedServer.start(version: .v3_1_1)
        let child = try Self.completion(["-h", "127.0.0.1", "-p", "\(server.port)"])
        if acceptsClients {
            let peer = try await server.acceptClient().peer
            // SUBSCRIBE is read, and that is all.
            _ = try await peer.receive()
            try await Self.expectNothing(child)
        } else {
            try await Self.expectNothing(child)
        }
        try await server.stop()
    }

    /// Begins to complete the topic of a command with these options, as the script for bash does.
    private static func completion(_ options: [String]) throws -> ChildProcess {
        let words = ["tinymqtt", "sub"] + options + ["-t", ""]
        return try ChildProcess(
            Peers.tinymqtt,
            ["---completion", "sub", "--", "--topic", "\(words.count - 1)", "0"] + words,
            environment: ["SAP_SHELL": "bash"]
        )
    }

    /// Waits for the end, which comes in less than a second on an idle machine.
    private static func expectNothing(_ child: ChildProcess) async throws {
        let ended = try await child.waitForEnd(within: 10)
        #expect(ended.status == 0)
        #expect(ended.text.isEmpty)
        #expect(ended.errorText == "")
    }

    private static let bashScript = SourceTree.root.appending(path: "completions/tinymqtt.bash").path

    /// The script calls the program by its name.
    private static let environment: [String: String?] = {
        let folder = URL(filePath: Peers.tinymqtt).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return [
            "PATH": "\(folder):\(path)", "MQTT_HOST": "127.0.0.1", "MQTT_PORT": nil,
            "MQTT_BROKER_HOST": nil, "MQTT_BROKER_PORT": nil,
        ]
    }()

    /// What bash offers, sorted, when a person presses the key behind these words: it calls the function that `complete`
    /// has registered.
    private static func candidates(_ words: [String]) async throws -> [String] {
        let script = """
            source "$1" || exit
            shift
            COMP_WORDS=(tinymqtt "$@")
            COMP_CWORD=$#
            COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            registration=$(complete -p tinymqtt)
            [[ $registration =~ -F\\ ([^ ]+) ]] || exit
            "${BASH_REMATCH[1]}" tinymqtt "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let ended = try await ChildProcess.run(
            "bash",
            ["--norc", "--noprofile", "-c", script, "bash", bashScript] + words,
            environment: environment
        )
        #expect(ended.errorText == "")
        return ended.lines.map(String.init).filter { !$0.isEmpty }.sorted()
    }

    /// Runs `body` with a broker that has retained a message for each of these topics.
    private func withTopics(_ topics: [String], _ body: (RunningBroker) async throws -> Void) async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let ended = try await ChildProcess.run(
            Peers.tinymqtt,
            ["pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-l", "--split", "|", "-r", "-q", "1"],
            input: topics.map { "\($0)|1\n" }.joined()
        )
        #expect(ended.status == 0)
        try await body(broker)
        _ = try await broker.stop()
    }
}
