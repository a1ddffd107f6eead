import MQTT

/// A command with where its words come from and where its output goes.
final class ShellCall {
    let session: ShellSession
    /// The name of the command, and what stands behind it.
    let words: [ShellWord]
    private var output: ShellStep.Output?
    /// What the command has said so far, where it goes elsewhere when the command has ended.
    private var collected: [String] = []

    init(session: ShellSession, words: [ShellWord], output: ShellStep.Output?) {
        self.session = session
        self.words = words
        self.output = output
    }

    /// Says what the command was asked for.
    func say(_ text: String) {
        if output == nil { session.screen.show(text) } else { collected.append(text) }
    }

    /// Says that something was done, unless the shell is to be quiet.
    func confirm(_ text: String) {
        if !session.settings.isQuiet { session.screen.show(text) }
    }

    /// Where the command leads what it brings later; only once, and then nothing is collected.
    func takeOutput() -> ShellStep.Output? {
        defer { output = nil }
        return output
    }

    /// Hands over what was said to where it goes.
    func finish() async throws {
        guard let output else { return }
        let text = collected.map { $0.hasSuffix("\n") || $0.isEmpty ? $0 : $0 + "\n" }.joined()
        switch output {
        case .file(let path, let appends):
            let file = try OutputFile(path, appends: appends)
            defer { file.close() }
            guard file.write(Array(text.utf8)) else {
                throw ShellFailure("\(path): cannot be written; is the disk full?")
            }
        case .command(let command):
            let status = try await session.screen.withTerminal {
                let child = try ChildCommand(command, hasInput: true, hasOutput: false)
                await child.write(Array(text.utf8))
                child.closeInput()
                return await child.waitForEnd()
            }
            if status != 0 { throw ShellFailure("the command ended with exit code \(status)", status: status) }
        }
    }
}
