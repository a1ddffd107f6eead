import Foundation

/// A program on a terminal of which a test sees the screen, as pyte has it.
final class TerminalScreen {
    /// What stands on the screen.
    struct Display: Decodable, Sendable {
        let lines: [String]
        let row: Int
        let column: Int

        /// The lines with something on them.
        var text: [String] { Array(lines[..<((lines.lastIndex { !$0.isEmpty } ?? -1) + 1)]) }

        /// The lines from the last one that begins so, as one: a long input line with its continuations.
        func line(from beginning: String) -> String? {
            guard let start = lines.lastIndex(where: { $0.hasPrefix(beginning) }) else { return nil }
            return lines[start...].joined()
        }
    }

    let process: TerminalProcess
    private let model: ChildProcess
    private var fedCount = 0
    private var answerCount = 0

    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String?] = [:],
        columns: UInt16 = 80,
        rows: UInt16 = 24
    ) throws {
        let script = SourceTree.root.appending(path: "Tests/EndToEnd/terminal_screen.py").path
        model = try ChildProcess(
            Peers.pythonWithScreen ?? "python3",
            [script, "\(columns)", "\(rows)"],
            takesInput: true
        )
        process = try TerminalProcess(path, arguments, environment: environment, columns: columns, rows: rows)
    }

    /// What stands on the screen now.
    func display() async throws -> Display {
        try feed()
        answerCount += 1
        try model.write("show\n")
        let count = answerCount
        let said = try await model.wait(for: "screen") { $0.lines.count >= count }
        return try JSONDecoder().decode(Display.self, from: Data(said.lines[count - 1].utf8))
    }

    private func feed() throws {
        let bytes = process.soFar.bytes
        guard bytes.count > fedCount else { return }
        try model.write("feed " + bytes[fedCount...].map { String(format: "%02x", $0) }.joined() + "\n")
        fedCount = bytes.count
    }

    /// Waits until the screen meets a condition; looks again whenever the program has written something.
    @discardableResult
    func wait(for expectation: String, until condition: (Display) -> Bool) async throws -> Display {
        let deadline = ContinuousClock.now + .seconds(ChildProcess.patience)
        while true {
            let display = try await display()
            if condition(display) { return display }
            let seen = fedCount
            let patience = Double((deadline - ContinuousClock.now).components.seconds)
            do {
                try await process.wait(for: expectation, within: max(patience, 0)) { $0.bytes.count > seen }
            } catch {
                let text = display.lines.joined(separator: "\n")
                throw ChildProcess.Timeout(description: "no \(expectation); the screen shows:\n\(text)")
            }
        }
    }

    /// Waits until the last line on the screen is this one, with the cursor behind it or at a column.
    @discardableResult
    func waitForLine(_ line: String) async throws -> Display {
        try await wait(for: "‘\(line)’ at the end") { $0.text.last == line }
    }

    func type(_ text: String) throws { try process.type(text) }

    func press(_ key: TerminalProcess.Key) throws { try process.press(key) }

    /// Gives the screen another size; the program is told of it by a signal.
    func resize(columns: UInt16, rows: UInt16) throws {
        try feed()
        try model.write("resize \(columns) \(rows)\n")
        try process.resize(columns: columns, rows: rows)
    }
}
