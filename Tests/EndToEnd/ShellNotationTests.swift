import Foundation
import Testing

@testable import Support

/// The notation `type@topic@contents@flag`, with two shells on terminals: what its older client did, and what went wrong
/// there.
@Suite(
    "tinymqtt shell, type@topic@contents@flag",
    .enabled(
        if: Peers.pythonWithScreen != nil || Peers.isContinuousIntegration,
        "pyte is not installed: .build/peers/bin/pip install pyte"
    )
)
struct ShellNotationTests {
    @Test("connect, publish with retain, subscribe with a wildcard, list: line by line")
    func document() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        let prompt = "localhost:\(broker.port)>"
        func start() throws -> ShellTerminal { try ShellTerminal.start([]) }
        func connect(_ shell: ShellTerminal, _ word: String) async throws {
            try shell.enter(word)
            try await shell.screen.wait(for: "CONNACK") { display in
                display.lines.contains { $0.hasPrefix("CONNACK success (0x00) from localhost:\(broker.port), ") }
                    && display.text.last == prompt
            }
        }
        func hasAcknowledgement(_ display: TerminalScreen.Display, _ text: String) -> Bool {
            display.lines.contains { $0.hasPrefix(text) && $0.hasSuffix(" ms") }
        }
        let first = try start()
        let second = try start()
        for shell in [first, second] { try await shell.screen.waitForLine("tinymqtt>") }
        try await connect(first, "connect localhost:\(broker.port)")
        try first.enter("publish@weather/temp@98@retain")
        try await first.screen.wait(for: "PUBACK") {
            hasAcknowledgement($0, "PUBACK ")
        }

        try await connect(second, "CONNECT localhost:\(broker.port)")
        try second.enter("subscribe@weather/*")
        try await second.screen.wait(for: "the retained value") { display in
            display.lines.contains { $0.hasSuffix("weather/temp (retained): 98") }
                && hasAcknowledgement(display, "SUBACK granted QoS 0, weather/+, ")
                && display.lines.contains { $0.hasPrefix("* is no wildcard of MQTT") }
        }
        try second.screen.type("typing, whi")
        try await second.screen.waitForLine(prompt + " typing, whi")

        try first.enter("publish@weather/forecast@cloudy@retain")
        try await first.screen.wait(for: "PUBACK") {
            hasAcknowledgement($0, "PUBACK success (0x00), weather/forecast, ")
        }
        // Where the older client wrote `cloudywith format …` over what was being typed.
        try await second.screen.wait(for: "the live value above the line") { display in
            display.lines.contains { $0.hasSuffix(" weather/forecast: cloudy") }
                && display.text.last == prompt + " typing, whi"
        }
        try first.enter("list")
        try await first.screen.wait(for: "the tree") { display in
            let tree = ["weather", "├── forecast: cloudy", "└── temp: 98"]
            return display.lines.indices.contains { Array(display.lines[$0...].prefix(3)) == tree }
        }
        try first.enter("DISCONNECT")
        try await first.screen.wait(for: "the farewell") { display in
            display.lines.contains { $0.hasPrefix("DISCONNECT sent") } && display.text.last == "tinymqtt>"
        }
    }
}
