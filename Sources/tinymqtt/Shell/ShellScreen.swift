import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the shell writes: above an input line, or on standard output where there is no terminal.
final class ShellScreen: Sendable {
    /// The input line; `nil` without a terminal.
    let editor: LineEditor?
    /// Lines are written whole, whoever writes them.
    private let output = Mutex(())

    init(editor: LineEditor?) {
        self.editor = editor
    }

    /// Shows lines.
    func show(_ text: String) {
        guard !text.isEmpty else { return }
        guard let editor else {
            var standardOutput = StandardOutput()
            standardOutput.append(.init(string: text.hasSuffix("\n") ? text : text + "\n"))
            // A reader that has gone misses nothing.
            return output.withLock { _ in try? standardOutput.flush() }
        }
        editor.print(above: text)
    }

    /// Tells what is no data: of connections, and of what failed.
    func tell(_ text: String) {
        if let editor {
            editor.print(above: text)
        } else {
            printError("tinymqtt shell: \(text)")
        }
    }

    /// Leaves the terminal to what `body` starts.
    func withTerminal<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        guard let editor else { return try await body() }
        return try await editor.withTerminalReleased(body)
    }

    /// Returns when what was shown has been seen, for whoever shows very much.
    func room() async {
        await editor?.room()
    }
}
