import Foundation
import Testing

@testable import Support

/// The tour in README.md, run from top to bottom as it is written; CONTRIBUTING.md says what its blocks mean.
@Suite("The README's tour", .enabled(if: Peers.path(of: "bash") != nil, "bash is not installed"))
struct TourTests {
    @Test("every step does what it says")
    func tour() async throws {
        let steps = try ReadmeBlock.all(in: SourceTree.text("README.md")).filter { block in
            block.label.split(separator: " ").dropFirst().first == "tour"
        }
        try #require(steps.count > 5, "README.md has no tour")
        let walk = try TourWalk()
        defer { walk.abandon() }
        for step in steps {
            switch step.label {
            case "sh tour terminal": try await walk.open(step.text)
            case "sh tour": try await walk.run(step.text)
            case "text tour": try await walk.see(step.text)
            default: Issue.record("README.md has a block that no test runs: \(step.label)")
            }
        }
        try await walk.leave()
    }
}

/// Somebody who takes the tour: their terminals, and what they have seen in them.
private final class TourWalk {
    private let environment: [String: String?]
    /// The terminals whose commands go on, the broker's first.
    private var terminals: [Terminal] = []
    /// What the last step that ended by itself has written, until somebody looks.
    private var output = ""
    private var subscriptionCount = 0

    /// A command that goes on.
    private struct Terminal {
        let process: ChildProcess
        /// How many bytes of its output were looked at.
        var seen = 0
    }

    init() throws {
        let folder = URL(filePath: Peers.tinymqtt).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        // The tour uses the port of MQTT, which may be taken on this machine.
        environment = [
            "PATH": "\(folder):\(path)", "MQTT_PORT": "\(try RunningBroker.freePort())",
            "MQTT_HOST": nil, "MQTT_BROKER_HOST": nil, "MQTT_BROKER_PORT": nil,
            "MQTT_CLIENT_ID": nil, "MQTT_USERNAME": nil, "MQTT_PASSWORD": nil,
        ]
    }

    /// Runs a command that goes on, in a terminal of its own, and waits until it is ready.
    func open(_ command: String) async throws {
        try expectNothingUnseen()
        let process = try ChildProcess("bash", ["-c", command], environment: environment)
        terminals.append(Terminal(process: process))
        guard let broker = terminals.first?.process, terminals.count > 1 else {
            try await process.waitForError("listening on")
            return
        }
        // Every later terminal of the tour subscribes to something, and the broker tells.
        subscriptionCount += 1
        try await waitForSubscriptions(subscriptionCount, at: broker)
    }

    /// Runs commands that end by themselves.
    func run(_ commands: String) async throws {
        try expectNothingUnseen()
        let ended = try await ChildProcess.run("bash", ["-e", "-c", commands], environment: environment)
        #expect(ended.status == 0, "\(commands)")
        #expect(ended.errorText == "", "\(commands)")
        output = ended.text
        // Subscribers among them have been counted by the broker, too; some make several subscriptions.
        guard let broker = terminals.first?.process else { return }
        for command in ["tinymqtt sub", "tinymqtt get", "tinymqtt rr"] {
            subscriptionCount += commands.split(separator: "\n").count { $0.hasPrefix(command) }
        }
        try await waitForSubscriptions(subscriptionCount, at: broker)
        subscriptionCount = broker.soFar.errorCount(of: "subscribed to")
    }

    /// Looks at the output of the last step, or where that has none, at the newest terminal.
    func see(_ text: String) async throws {
        guard output.isEmpty else {
            #expect(output == text)
            output = ""
            return
        }
        let newest = terminals.count - 1
        let end = terminals[newest].seen + text.utf8.count
        let process = terminals[newest].process
        let said = try await process.wait(for: "‘\(text)’") { $0.output.count >= end || $0.status != nil }
        #expect(String(decoding: said.output.dropFirst(terminals[newest].seen), as: UTF8.self) == text)
        terminals[newest].seen = end
    }

    /// Presses Ctrl-C in each terminal, the broker's last.
    func leave() async throws {
        try expectNothingUnseen()
        while let terminal = terminals.popLast() {
            signal(SIGINT, terminal)
            let ended = try await terminal.process.waitForEnd()
            #expect(ended.status == 0, "\(terminal.process.name): \(ended.errorText)")
            #expect(ended.output.count == terminal.seen, "\(terminal.process.name) wrote more than the tour shows")
        }
    }

    /// Ends what still runs, where the tour failed.
    func abandon() {
        for terminal in terminals {
            signal(SIGKILL, terminal)
        }
    }

    private func expectNothingUnseen() throws {
        #expect(output == "", "the tour does not show this")
        output = ""
    }

    private func waitForSubscriptions(_ count: Int, at broker: ChildProcess) async throws {
        try await broker.wait(for: "\(count) subscriptions") { said in
            said.errorCount(of: "subscribed to") >= count
        }
    }

    /// Signals all processes of a terminal; each has a process group of its own.
    private func signal(_ number: Int32, _ terminal: Terminal) {
        guard terminal.process.soFar.status == nil else { return }
        kill(-terminal.process.processIdentifier, number)
    }
}
