import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A person, or a program, that types lines and reads others: output goes above the line that is being typed.
///
/// With a pipe on either side there is no prompt and no colour: a line in, a line out.
actor LineTerminal {
    /// Whether a person types here and sees what comes.
    nonisolated let isInteractive: Bool
    /// Whether names may have colours.
    nonisolated let hasColours: Bool
    /// Is called when nobody reads any more.
    private let readerGone: @Sendable () -> Void
    private var output = StandardOutput()
    private var isPrompting = false
    private var isClosed = false

    private static let prompt = "> "
    /// Goes to the begin of the line and clears it.
    private static let clearLine = "\r\u{1B}[K"

    init(readerGone: @escaping @Sendable () -> Void) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        isInteractive = isatty(STDIN_FILENO) == 1 && isTerminal
        hasColours = isTerminal && Environment.value("NO_COLOR") == nil && Environment.value("TERM") != "dumb"
        self.readerGone = readerGone
        StandardOutput.ignoreBrokenPipe()
        StandardOutput.whenReaderHasGone(readerGone)
    }

    /// Shows a line.
    func show(_ line: String) {
        guard !isClosed else { return }
        if isPrompting { output.append(ByteBuffer(string: Self.clearLine)) }
        output.append(ByteBuffer(string: line))
        output.append("\n")
        if isPrompting { output.append(ByteBuffer(string: Self.prompt)) }
        flush()
    }

    /// Asks for a line, where a person types.
    func beginPrompting() {
        guard isInteractive else { return }
        isPrompting = true
        showPrompt()
    }

    /// Says farewell to the prompt.
    func endPrompting() {
        guard isPrompting else { return }
        isPrompting = false
        output.append(ByteBuffer(string: Self.clearLine))
        flush()
    }

    private func showPrompt() {
        guard isPrompting else { return }
        output.append(ByteBuffer(string: Self.prompt))
        flush()
    }

    private func flush() {
        do throws(StandardOutput.Closed) {
            try output.flush()
        } catch {
            isClosed = true
            readerGone()
        }
    }

    /// Hands every line that is typed to `body`, until there are no more; text that is not UTF-8 is repaired.
    nonisolated func forEachLine(_ body: (String) async throws -> Void) async throws {
        try await StandardInput.lines().forEach { line in
            var text = String(buffer: line)
            if text.hasSuffix("\r") { text.removeLast() }
            try await body(text)
            await showPrompt()
        }
    }

    /// Whether standard input is something that comes to an end when somebody ends it: a terminal, a pipe, a socket or a
    /// file. What is no input at all, like the null device of a service, is none.
    static var hasInput: Bool {
        var status = stat()
        // The pointer does not outlive the call, which fills in the structure.
        guard unsafe fstat(STDIN_FILENO, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFCHR || isatty(STDIN_FILENO) == 1
    }
}
