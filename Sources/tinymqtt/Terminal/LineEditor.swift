import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An input line at the bottom of the terminal, and output that appears above it.
///
/// The line is GNU readline's, with its key bindings, its modes and `~/.inputrc`. Whatever is printed meanwhile, the line
/// is taken from the screen, the output is written, and the line stands below again, with its text and its cursor. Output
/// that comes in a burst is collected, so that the line is drawn a few dozen times a second at most, and keys are
/// answered between.
///
/// ```swift
/// let editor = LineEditor(LineEditor.Configuration(prompt: "> "))
/// editor.start()
/// while let line = await editor.nextLine() {
///     editor.print(above: "you said \(line)")
/// }
/// await editor.stop()
/// ```
///
/// All readline work is done on one thread, which ``start()`` starts; a program has one editor at a time. Ctrl-C clears the
/// line, forgets lines that wait to be taken, and calls `onInterrupt`; Ctrl-D on an empty line, SIGTERM, SIGHUP and a
/// terminal that is gone end the input.
final class LineEditor: Sendable {
    /// What an editor needs to know.
    struct Configuration: Sendable {
        /// What stands before the line; plain text.
        var prompt: String
        /// The file in which lines survive, see ``LineHistory/file(named:)``; `nil` keeps them in memory.
        var historyFile: String?
        /// Whether a line may be recalled and kept. Lines with a password may not.
        var isKept: @Sendable (String) -> Bool = { _ in true }
        /// Completes what stands before the cursor; called on the editor's thread, which shows nothing meanwhile.
        var complete: @Sendable (String) -> LineCompletion? = { _ in nil }
        /// Called on the editor's thread when Ctrl-C was pressed.
        var onInterrupt: @Sendable () -> Void = {}
        /// The name by which `~/.inputrc` knows the program.
        var applicationName = "tinymqtt"
    }

    /// How many bytes may wait to be shown before ``room()`` suspends.
    static let comfortableByteCount = 1 << 20
    /// How many bytes wait to be shown at most; what comes then is dropped, and how much is told.
    static let maximumByteCount = 4 << 20
    /// How many entered lines wait at most; nothing is read from the terminal then.
    static let maximumLineCount = 1_000

    /// What the editor's thread shares with all others.
    struct State: ~Copyable {
        var output: [UInt8] = []
        var droppedByteCount = 0
        var isStopWanted = false
        var prompt: String?
        /// What was entered and nobody has asked for yet.
        var lines: [String] = []
        /// Whether Ctrl-C was pressed behind the last line that was entered.
        var isInterrupted = false
        /// Where nothing more is entered.
        var isEnded = false
        /// While another program, or another part of this one, has the terminal.
        var isReleased = false
        var releaseWaiter: CheckedContinuation<Void, Never>?
        var lineWaiter: CheckedContinuation<String?, Never>?
        var answerWaiter: CheckedContinuation<String?, Never>?
        var roomWaiters: [CheckedContinuation<Void, Never>] = []
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
        /// Where the thread has given the terminal back for good, or was never started.
        var isStopped = true
        var history: [String] = []
        /// The prompt without a question.
        var usualPrompt: String
    }

    let configuration: Configuration
    let state: Mutex<State>
    private let wakeUp = WakeUpPipe()

    init(_ configuration: Configuration) {
        self.configuration = configuration
        state = Mutex(State(usualPrompt: configuration.prompt))
    }

    /// Whether there is a terminal to edit lines on.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// Whether the line is on the screen, or will be at once.
    var isRunning: Bool { state.withLock { !$0.isStopped } }

    /// Shows the prompt, and begins to read.
    func start() {
        state.withLock { $0.isStopped = false }
        let thread = LineEditorThread(editor: self, wakeUp: wakeUp)
        DispatchQueue(label: "line editor").async { thread.run() }
    }

    /// The next line that was entered; waits for it. `nil` at the end of the input. For one task at a time.
    ///
    /// Several lines that were pasted at once come one by one.
    func nextLine() async -> String? {
        await withCheckedContinuation { continuation in
            let (line, isKnown): (String?, Bool) = state.withLock { state in
                if !state.lines.isEmpty { return (state.lines.removeFirst(), true) }
                if state.isEnded { return (nil, true) }
                state.lineWaiter = continuation
                return (nil, false)
            }
            // The thread may have stopped to read because too many lines waited.
            wakeUp.signal()
            if isKnown { continuation.resume(returning: line) }
        }
    }

    /// Asks something in place of the prompt, and returns what is entered as the answer; `nil` where the input ends or
    /// Ctrl-C is pressed. Lines that were entered before the question are not taken for its answer.
    func ask(_ question: String) async -> String? {
        await withCheckedContinuation { continuation in
            let isEnded = state.withLock { state in
                guard !state.isEnded, state.answerWaiter == nil else { return true }
                state.answerWaiter = continuation
                state.prompt = question
                return false
            }
            wakeUp.signal()
            if isEnded { continuation.resume(returning: nil) }
        }
    }

    /// Changes what stands before the line.
    func setPrompt(_ prompt: String) {
        state.withLock { state in
            state.usualPrompt = prompt
            if state.answerWaiter == nil { state.prompt = prompt }
        }
        wakeUp.signal()
    }

    /// Shows text above the line, beginning and ending with a line of its own. It returns at once; who has much to show
    /// waits for ``room()``.
    ///
    /// - Parameter text: As the terminal is to get it: what strangers have written is made harmless before.
    func print(above text: String) {
        state.withLock { state in
            guard !state.isStopped else { return }
            guard state.output.count + text.utf8.count < Self.maximumByteCount else {
                state.droppedByteCount += text.utf8.count
                return
            }
            state.output.append(contentsOf: text.utf8)
            if state.output.last != UInt8(ascii: "\n") { state.output.append(UInt8(ascii: "\n")) }
        }
        wakeUp.signal()
    }

    /// Returns as soon as the terminal has kept up with what was printed. While the terminal is released it returns at
    /// once, and ``print(above:)`` drops what is too much.
    func room() async {
        await withCheckedContinuation { continuation in
            let hasRoom = state.withLock { state in
                if state.isStopped || state.isReleased || state.output.count < Self.comfortableByteCount { return true }
                state.roomWaiters.append(continuation)
                return false
            }
            if hasRoom { continuation.resume() }
        }
    }

    /// Gives the terminal to somebody else while `body` runs, such as another program. Output waits meanwhile, and keys
    /// are not read.
    func withTerminalReleased<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                guard !state.isStopped else { return true }
                state.isReleased = true
                state.releaseWaiter = continuation
                return false
            }
            wakeUp.signal()
            if isStopped { continuation.resume() }
        }
        defer {
            state.withLock { $0.isReleased = false }
            wakeUp.signal()
        }
        return try await body()
    }

    /// Whether Ctrl-C was pressed, and no line has been entered since. So who has just taken a line knows that it is not
    /// to be carried out, also where `onInterrupt` came too early to stop it.
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// The lines that can be recalled, the oldest first.
    var history: [String] { state.withLock { $0.history } }

    /// Shows what was printed, removes the line from the screen and gives the terminal back.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isStopped = state.withLock { state in
                guard !state.isStopped else { return true }
                state.isStopWanted = true
                state.stopWaiters.append(continuation)
                return false
            }
            wakeUp.signal()
            if isStopped { continuation.resume() }
        }
    }
}

/// What the editor's thread waits for beside the terminal: a pipe. A byte of it is the number of a signal, or 0, which says
/// that something else has changed.
final class WakeUpPipe: Sendable {
    /// The end to wait for; negative where the system has no more descriptors.
    let readEnd: Int32
    let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        // The function fills the two elements that are there.
        unsafe _ = pipe(&ends)
        (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            // A full pipe says the same as one byte; and emptying it must not wait.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func signal() {
        var byte: UInt8 = 0
        // One byte is passed, and one is said to be there.
        _ = unsafe write(writeEnd, &byte, 1)
    }

    /// Empties it, and returns the signals that there were.
    func takeSignals() -> [Int32] {
        var signals: [Int32] = []
        var bytes = [UInt8](repeating: 0, count: 64)
        while true {
            // The function fills no more than is there.
            let count = unsafe read(readEnd, &bytes, 64)
            guard count > 0 else { return signals }
            signals += bytes[..<count].filter { $0 != 0 }.map(Int32.init)
        }
    }
}
