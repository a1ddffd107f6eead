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
    /// What stands before the line that is typed.
    private static let prompt = "> "

    /// Whether a person types here and sees what comes.
    nonisolated let isInteractive: Bool
    /// Whether names may have colours.
    nonisolated let hasColours: Bool
    /// Is called when nobody reads any more.
    private let readerGone: @Sendable () -> Void
    /// The line, where a person types one.
    private let editor: LineEditor?
    private var output = StandardOutput()
    private var isPrompting = false
    /// Whether it has said farewell: whoever comes late with a prompt would take a terminal that nobody gives back.
    private var isOver = false
    private var isClosed = false

    /// - Parameters:
    ///   - completions: What the last word of a line could become; called on a thread of its own.
    ///   - readerGone: Is called when nobody reads any more, and when the person has had enough (Ctrl-C).
    init(
        completions: @escaping @Sendable (String) -> [String] = { _ in [] },
        readerGone: @escaping @Sendable () -> Void
    ) {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        isInteractive = LineEditor.isPossible
        hasColours = isTerminal && Environment.value("NO_COLOR") == nil && Environment.value("TERM") != "dumb"
        self.readerGone = readerGone
        if isInteractive {
            var configuration = LineEditor.Configuration(prompt: Self.prompt)
            configuration.onInterrupt = readerGone
            configuration.complete = { Self.completion(of: $0, completions) }
            editor = LineEditor(configuration)
        } else {
            editor = nil
        }
        StandardOutput.ignoreBrokenPipe()
        StandardOutput.whenReaderHasGone(readerGone)
    }

    private static func completion(
        of line: String,
        _ completions: @Sendable (String) -> [String]
    ) -> LineCompletion? {
        let start = line.utf8.lastIndex(of: UInt8(ascii: " ")).map {
            line.utf8.distance(from: line.startIndex, to: $0) + 1
        }
        return LineCompletion(
            start: start ?? 0,
            candidates: completions(line).map { LineCompletion.Candidate(text: $0, label: $0) }
        )
    }

    /// Shows a line.
    func show(_ line: String) async {
        if isPrompting, let editor {
            editor.print(above: line)
            return await editor.room()
        }
        guard !isClosed else { return }
        output.buffer.writeString(line + "\n")
        do throws(StandardOutput.Closed) {
            try output.flush()
        } catch {
            isClosed = true
            readerGone()
        }
    }

    /// Tells the person something that is no data: above the line while there is one, else on standard error.
    nonisolated func tell(_ text: String) {
        if let editor, editor.isRunning {
            editor.print(above: PrintableText.line(text))
        } else {
            printError(text)
        }
    }

    /// Asks for lines, where a person types.
    func beginPrompting() {
        guard let editor, !isPrompting, !isOver else { return }
        isPrompting = true
        editor.start()
    }

    /// Says farewell to the prompt.
    func endPrompting() async {
        isOver = true
        guard isPrompting, let editor else { return }
        await editor.stop()
        isPrompting = false
    }

    /// Hands every line that is typed to `body`, until there are no more; text that is not UTF-8 is repaired.
    nonisolated func forEachLine(_ body: (String) async throws -> Void) async throws {
        if let editor {
            while let line = await editor.nextLine() {
                try await body(line)
            }
            return
        }
        try await StandardInput.lines().forEach { line in
            var text = String(buffer: line)
            if text.hasSuffix("\r") { text.removeLast() }
            try await body(text)
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
