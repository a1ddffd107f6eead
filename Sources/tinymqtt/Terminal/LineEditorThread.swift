import CReadline
import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The one thread that calls readline, and what only it knows.
///
/// Each turn it does what others have asked for, shows what was printed, and then waits for a key or for them.
final class LineEditorThread: @unchecked Sendable {  // handed to its queue once, and used there only
    /// The shortest time between two bursts of output, in nanoseconds; the line stays still in between.
    private static let drawingInterval: UInt64 = 25_000_000
    /// For how long output waits below a list of candidates that is being read, in nanoseconds; the next key ends it.
    private static let listInterval: UInt64 = 2_000_000_000
    /// How many bytes are shown before keys are looked at again.
    private static let burstByteCount = 64 << 10
    private static let millisecond: UInt64 = 1_000_000

    private let editor: LineEditor
    private let wakeUp: WakeUpPipe
    private var history: LineHistory
    private var completion: LineCompletion?
    /// What had to wait, because the line shows something else than the prompt.
    private var waitingPrompt: String?
    /// Before that nothing is drawn but the line itself.
    private var nextDrawing: UInt64 = 0
    private var isReleased = false
    private var isInputOver = false
    /// Whether the line stands on the screen.
    private var hasLine: Bool { !isReleased && !isInputOver }

    init(editor: LineEditor, wakeUp: WakeUpPipe) {
        self.editor = editor
        self.wakeUp = wakeUp
        history = LineHistory(path: editor.configuration.historyFile)
    }

    /// Works until somebody stops it.
    func run() {
        watchSignals()
        prepare()
        // The compiler passes the string as one that ends with a zero byte; readline copies it.
        unsafe line_editor_begin(editor.configuration.prompt)
        while !editor.state.withLock({ $0.isStopWanted }) {
            followRelease()
            changePrompt()
            let hasMore = showOutput()
            readKeys(timeout: hasMore ? waitingTime : -1)
        }
        finish()
    }

    private func prepare() {
        // The thread lives until `run` returns, and readline calls back only from calls in it.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        // See above: the context is this object whenever readline calls.
        unsafe line_editor_prepare(
            editor.configuration.applicationName,
            { context, text in
                // See above; the text ends with a zero byte and is copied at once.
                guard let context = unsafe context, let text = unsafe text else { return }
                // See above.
                let thread = unsafe Unmanaged<LineEditorThread>.fromOpaque(context).takeUnretainedValue()
                // See above.
                thread.complete(unsafe String(cString: text))
            },
            { context in
                // See above.
                guard let context = unsafe context else { return }
                // See above.
                unsafe Unmanaged<LineEditorThread>.fromOpaque(context).takeUnretainedValue().showList()
            },
            context
        )
        line_editor_limit_history(Int32(LineHistory.maximumCount))
        for line in history.lines {
            // The compiler passes the string as one that ends with a zero byte; readline copies it.
            unsafe line_editor_remember(line)
        }
        publishHistory()
    }

    private func publishHistory() {
        let lines = history.lines
        editor.state.withLock { $0.history = lines }
    }

    // MARK: Signals

    private static let signals = [SIGINT, SIGWINCH, SIGTSTP, SIGQUIT, SIGTERM, SIGHUP]

    /// Has signals tell this thread: they would end the program with the terminal as it is.
    private func watchSignals() {
        for number in Self.signals {
            line_editor_watch_signal(number, wakeUp.writeEnd)
        }
    }

    private func handle(_ signals: [Int32]) {
        // A key that is held down says the same many times.
        for number in Set(signals) {
            switch number {
            case SIGINT: interrupt()
            case SIGWINCH: if hasLine { line_editor_resize() }
            case SIGTSTP, SIGQUIT: giveWay(to: number)
            default:
                endInput()
                stopCommand()
            }
        }
    }

    /// Ends what was entered: what waits, and what is under way.
    private func stopCommand() {
        editor.state.withLock { state in
            state.isInterrupted = true
            state.lines.removeAll()
        }
        editor.configuration.onInterrupt()
    }

    private func interrupt() {
        if hasLine {
            line_editor_interrupt()
            nextDrawing = 0
            let waiter = editor.state.withLock { state in
                if state.answerWaiter != nil { state.prompt = state.usualPrompt }
                return state.answerWaiter.take()
            }
            waiter?.resume(returning: nil)
        }
        stopCommand()
    }

    /// Stops the program as Ctrl-Z does, or ends it as Ctrl-\ does, with the terminal as it was before; returns when it
    /// goes on.
    private func giveWay(to number: Int32) {
        if hasLine { line_editor_release() }
        DefaultAction.take(number)
        if hasLine { line_editor_resume() }
    }

    // MARK: The screen

    private func followRelease() {
        let (isWanted, waiter) = editor.state.withLock { ($0.isReleased, $0.releaseWaiter.take()) }
        if isWanted, !isReleased {
            showOutput(all: true)
            if hasLine { line_editor_release() }
        } else if !isWanted, isReleased, !isInputOver {
            // Whoever had the terminal may have handled signals in its own way.
            watchSignals()
            line_editor_resume()
        }
        isReleased = isWanted
        let rooms = editor.state.withLock { state in
            guard state.isReleased else { return [CheckedContinuation<Void, Never>]() }
            defer { state.roomWaiters.removeAll() }
            return state.roomWaiters
        }
        for room in rooms {
            room.resume()
        }
        waiter?.resume()
    }

    private func changePrompt() {
        guard hasLine, let prompt = editor.state.withLock({ $0.prompt.take() }) ?? waitingPrompt else { return }
        // The compiler passes the string as one that ends with a zero byte; readline copies it.
        waitingPrompt = unsafe line_editor_set_prompt(prompt) ? nil : prompt
    }

    private var now: UInt64 { DispatchTime.now().uptimeNanoseconds }
    private var waitingTime: Int32 {
        let now = now
        return now >= nextDrawing ? 0 : Int32((nextDrawing - now) / Self.millisecond + 1)
    }

    /// Shows what was printed, above the line, if it is time; returns whether there is more.
    @discardableResult
    private func showOutput(all: Bool = false) -> Bool {
        guard !isReleased else { return false }
        guard all || now >= nextDrawing else { return editor.state.withLock { !$0.output.isEmpty } }
        let (bytes, dropped, rooms, hasMore) = editor.state.withLock { state in
            let (bytes, hasMore) = state.takeOutput(all ? .max : Self.burstByteCount)
            var rooms: [CheckedContinuation<Void, Never>] = []
            if state.output.count < LineEditor.comfortableByteCount { swap(&rooms, &state.roomWaiters) }
            defer { state.droppedByteCount = 0 }
            return (bytes, state.droppedByteCount, rooms, hasMore)
        }
        for room in rooms {
            room.resume()
        }
        guard !bytes.isEmpty || dropped > 0 else { return false }
        let notice = dropped > 0 ? "(\(dropped) bytes were not shown: too much came for this terminal)\n" : ""
        show(bytes + Array(notice.utf8))
        nextDrawing = now + Self.drawingInterval
        return hasMore
    }

    private func show(_ bytes: [UInt8]) {
        if hasLine { line_editor_erase() }
        // The pointer does not outlive the call, and the count is that of the bytes.
        unsafe bytes.withUnsafeBytes { bytes in
            // See above.
            guard let start = bytes.baseAddress else { return }
            // See above.
            unsafe line_editor_write(start.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        if hasLine { line_editor_draw() }
        line_editor_flush()
    }

    // MARK: Keys

    /// Waits for a key, for others or for the time, and hands keys to readline.
    private func readKeys(timeout: Int32) {
        let isListening = hasLine && editor.state.withLock { $0.lines.count < LineEditor.maximumLineCount }
        var waits = [
            pollfd(fd: wakeUp.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: isListening ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        ]
        // The array has the two elements that are said to be there.
        guard unsafe poll(&waits, 2, timeout) > 0 else { return }
        if waits[0].revents != 0 { handle(wakeUp.takeSignals()) }
        guard isListening, hasLine, waits[1].revents != 0 else { return }
        if nextDrawing > now + Self.drawingInterval { nextDrawing = 0 }
        line_editor_read()
        line_editor_flush()
        takeLine()
    }

    private func takeLine() {
        var text: UnsafeMutablePointer<CChar>? = nil
        // The function fills the variable; what it puts there ends with a zero byte and is freed here.
        guard unsafe line_editor_take(&text) else { return }
        // See above.
        guard let text = unsafe text else {
            // Readline has given the terminal back already.
            isInputOver = true
            return endInput()
        }
        // See above.
        defer { unsafe free(text) }
        // See above.
        enter(unsafe String(cString: text))
    }

    /// Passes on what was entered, line by line.
    private func enter(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let isAnswer = editor.state.withLock { $0.answerWaiter != nil }
        if !isAnswer {
            for line in lines where editor.configuration.isKept(line) && history.append(line) {
                // The compiler passes the string as one that ends with a zero byte; readline copies it.
                unsafe line_editor_remember(line)
            }
            publishHistory()
        }
        for line in lines {
            let (waiter, answered) = editor.state.withLock { state in
                state.isInterrupted = false
                let answered = state.answerWaiter.take()
                if answered != nil { state.prompt = state.usualPrompt }
                let waiter = answered ?? state.lineWaiter.take()
                if waiter == nil { state.lines.append(line) }
                return (waiter, answered != nil)
            }
            waiter?.resume(returning: line)
            // The rest of what was pasted as an answer is none.
            if answered { return }
        }
    }

    // MARK: Completion

    private func complete(_ text: String) {
        completion = editor.configuration.complete(text)
        guard let completion, !completion.candidates.isEmpty else { return }
        let beginning = String(decoding: text.utf8.prefix(completion.start), as: UTF8.self)
        for candidate in completion.candidates {
            // The compiler passes the string as one that ends with a zero byte; it is copied.
            unsafe line_editor_offer(beginning + candidate.text)
        }
        let following: CChar = completion.following == .blank ? CChar(UInt8(ascii: " ")) : 0
        // The compiler passes the string as one that ends with a zero byte; it is copied.
        unsafe line_editor_conclude(beginning + completion.common, following)
    }

    private func showList() {
        guard let completion else { return }
        showOutput(all: true)
        show(Array((completion.list(columns: Int(line_editor_columns())) + "\n").utf8))
        nextDrawing = now + Self.listInterval
    }

    // MARK: The end

    /// Nothing more is entered; what is printed from now on stands alone.
    private func endInput() {
        if !isInputOver, !isReleased {
            line_editor_erase()
            line_editor_end()
        }
        isInputOver = true
        let (line, answer) = editor.state.withLock { state in
            state.isEnded = true
            return (state.lineWaiter.take(), state.answerWaiter.take())
        }
        line?.resume(returning: nil)
        answer?.resume(returning: nil)
    }

    private func finish() {
        endInput()
        // The pipe goes with the editor.
        for number in Self.signals {
            signal(number, SIG_DFL)
        }
        isReleased = false
        showOutput(all: true)
        let (stops, rooms, release) = editor.state.withLock { state in
            state.isStopped = true
            var stops: [CheckedContinuation<Void, Never>] = []
            swap(&stops, &state.stopWaiters)
            var rooms: [CheckedContinuation<Void, Never>] = []
            swap(&rooms, &state.roomWaiters)
            return (stops, rooms, state.releaseWaiter.take())
        }
        for waiter in stops + rooms {
            waiter.resume()
        }
        release?.resume()
    }
}

extension LineEditor.State {
    /// What is to be shown next, in whole lines where they fit into `limit` bytes; and whether there is more.
    fileprivate mutating func takeOutput(_ limit: Int) -> ([UInt8], hasMore: Bool) {
        guard output.count > limit else {
            defer { output = [] }
            return (output, false)
        }
        let end = output[..<limit].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? limit
        defer { output.removeFirst(end) }
        return (Array(output[..<end]), true)
    }
}
