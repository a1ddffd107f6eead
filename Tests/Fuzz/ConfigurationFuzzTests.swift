// Invariant: on any bytes, reading a configuration returns settings or throws a ConfigurationError that names the file
// and prints on one line; it never traps. What is returned has a listener, and rules for each one in the same order.

import Testing

@testable import MQTT
@testable import Support

/// Fuzzes configurations.
@Suite("Fuzzing configurations")
struct ConfigurationFuzzTests {
    /// Values that are right for some options and wrong for others.
    private static let values = [
        "true", "false", "0", "1", "2", "-1", "65536", "9223372036854775807", "9223372036854775808", "3d", "1883",
        "0 /s", "1883 127.0.0.1", "tlsv1.2", "websockets", "none", "file x", "a b c", "# both 2 \"\" x/", "host:1883",
        "\"\"", "", "mosquitto_acl_file.so", "mosquitto_persist_sqlite.so", "p /x.so", "p", "éé", "+/#", "4,5",
        // No file of this name is there, and none is read.
        "/nowhere/file",
    ]

    @Test("configurations")
    func configurations() {
        let settings = FuzzSettings(target: "configurations")
        var mutator = Mutator(random: SeededGenerator(seed: settings.seed))
        let names = ConfigurationTable.all.flatMap(\.names)
        var counts = (accepted: 0, refused: 0)
        // A configuration is a thousand times as long as a packet.
        for number in 0..<settings.inputCount / 5 {
            var lines: [String] = []
            for _ in 0..<mutator.random.pick(1...8) {
                lines.append(Self.line(names, &mutator.random))
            }
            var bytes = Array(lines.joined(separator: "\n").utf8)
            if mutator.random.oneIn(2) { bytes = mutator.mutate(bytes, with: Array("listener 1\n\u{1B}".utf8)) }
            let outcome = Self.outcome(of: bytes)
            if outcome == nil { counts.accepted += 1 } else { counts.refused += 1 }
            if let outcome, !outcome.isEmpty {
                Issue.record("input \(number), \(bytes): \(outcome)")
                return
            }
        }
        let least = settings.inputCount / 500
        #expect(counts.accepted > least && counts.refused > least)
    }

    /// A line that is right more often than not.
    private static func line(_ names: [String], _ random: inout SeededGenerator) -> String {
        if random.oneIn(3) { return "listener \(random.pick(1...99))" }
        let name = random.pick(names)
        guard random.oneIn(2), let option = ConfigurationTable.option(named: name) else {
            return "\(name) \(random.pick(values))"
        }
        if case .value(let text) = option.defaultValue { return "\(name) \(text)" }
        return "\(name) \(random.pick(values))"
    }

    /// `nil` for settings that are whole, an empty text for a proper refusal, else what is wrong.
    private static func outcome(of bytes: [UInt8]) -> String? {
        do throws(ConfigurationError) {
            let directives = try ConfigurationFile.parse(TextFile(path: "fuzz.conf", bytes: bytes))
            let settings = try ServerSettings.read(directives, mainFile: "fuzz.conf", overrides: .init())
            let isWhole = !settings.listeners.isEmpty && settings.listeners.count == settings.broker.listeners.count
            return isWhole ? nil : "\(settings.listeners.count) listeners"
        } catch {
            guard error.file != nil else { return "no file in: \(error)" }
            return error.description.contains { $0.isNewline || $0 == "\u{1B}" } ? "not one line: \(error)" : ""
        }
    }
}
