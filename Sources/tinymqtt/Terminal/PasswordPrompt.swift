import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Asks for a password without showing it: a new one twice, and from two lines of standard input where that is no terminal.
enum PasswordPrompt {
    /// Why there is no password.
    struct Failure: Error {
        let text: String
        /// Whether the person has pressed Ctrl-C instead, see ``isInterruptible``.
        var isInterruption = false
    }

    /// Whether Ctrl-C ends the question only, because the program has more to do; otherwise it ends the program.
    @TaskLocal static var isInterruptible = false

    /// The most bytes of a password that MQTT can carry.
    private static let longestPassword = 65_535

    /// A password that is known to somebody, asked for once.
    ///
    /// - Parameter question: What to ask.
    static func password(_ question: String) throws(Failure) -> [UInt8] {
        guard isatty(STDIN_FILENO) == 1 else {
            throw Failure(
                text: "standard input is no terminal to ask on; give the password by MQTT_PASSWORD or --password-file"
            )
        }
        let interruption = isInterruptible ? WakeUpPipe() : nil
        let silence = TerminalSilence(interruption: interruption)
        defer { silence.end() }
        silence.ask(question)
        let password = try readLine(longestPassword, "no password was given", interruption)
        printError("")
        return password
    }

    /// The passphrase of a key; `nil` where nobody can be asked.
    static func passphrase(_ question: String) -> String? {
        (try? password(question)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A password that has been given twice.
    ///
    /// - Parameter maximumLength: How many bytes it may have.
    static func newPassword(maximumLength: Int) throws(Failure) -> [UInt8] {
        guard isatty(STDIN_FILENO) == 1 else {
            return try same(
                try readLine(
                    maximumLength,
                    "standard input has no password; it is read from two lines that are the same"
                ),
                try readLine(maximumLength, "standard input has the password only once; it is read from two lines")
            )
        }
        let silence = TerminalSilence()
        defer { silence.end() }
        let missing = "no password was given"
        // Standard output may be the password file.
        silence.ask("Password: ")
        let first = try readLine(maximumLength, missing)
        printError("")
        silence.ask("Reenter password: ")
        let second = try readLine(maximumLength, missing)
        printError("")
        return try same(first, second)
    }

    /// Returns when there is something to read.
    private static func waitForInput(_ interruption: WakeUpPipe) throws(Failure) {
        var waits = [
            pollfd(fd: interruption.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        ]
        // The array has the two elements that are said to be there. What fails here fails in `read`, which says why.
        guard unsafe poll(&waits, 2, -1) > 0, waits[0].revents != 0 else { return }
        printError("")
        throw Failure(text: "interrupted", isInterruption: true)
    }

    private static func same(_ first: [UInt8], _ second: [UInt8]) throws(Failure) -> [UInt8] {
        guard first == second else { throw Failure(text: "the two passwords are not the same") }
        guard !first.isEmpty else { throw Failure(text: "the password is empty") }
        return first
    }

    /// The next line of standard input, without its line feed. Byte by byte, so that nothing behind it is taken.
    private static func readLine(
        _ maximumLength: Int,
        _ missing: String,
        _ interruption: WakeUpPipe? = nil
    ) throws(Failure) -> [UInt8] {
        var line: [UInt8] = []
        while true {
            if let interruption { try waitForInput(interruption) }
            var byte: UInt8 = 0
            // One byte is passed, and one is said to be there.
            let count = unsafe read(STDIN_FILENO, &byte, 1)
            if count < 0 {
                if errno == EINTR { continue }
                // `strerror` returns a string that ends with a zero byte and is copied at once.
                throw Failure(text: unsafe "standard input cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 {
                guard !line.isEmpty else { throw Failure(text: missing) }
                return line
            }
            if byte == UInt8(ascii: "\n") { return line }
            guard line.count < maximumLength else {
                throw Failure(text: "the password is longer than \(maximumLength) bytes")
            }
            line.append(byte)
        }
    }
}

/// A terminal that does not show what is typed, until it ends. A signal that ends the program, or stops it for a while,
/// finds the terminal as it was before.
final class TerminalSilence {
    /// The signals that a terminal or another program may send meanwhile.
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

    /// What the thread that asks shares with the one that takes signals.
    private final class Shared: Sendable {
        let before: termios
        let interruption: WakeUpPipe?
        let question = Mutex("")
        let isOver = Atomic(false)

        init(before: termios, interruption: WakeUpPipe?) {
            self.before = before
            self.interruption = interruption
        }
    }

    private let shared: Shared
    private let queue = DispatchQueue(label: "terminal")
    private let sources: [any DispatchSourceSignal]

    /// Makes the terminal at standard input silent.
    ///
    /// - Parameter interruption: What SIGINT wakes, instead of ending the program.
    init(interruption: WakeUpPipe? = nil) {
        var settings = termios()
        // The pointer does not outlive the call. Where it fails there is nothing to restore, and `silence` fails alike.
        _ = unsafe tcgetattr(STDIN_FILENO, &settings)
        let shared = Shared(before: settings, interruption: interruption)
        self.shared = shared
        let queue = queue
        let registrations = DispatchGroup()
        sources = Self.signals.map { number in
            // Without this the signal ends the process before the source sees it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { Self.pass(number, shared) }
            registrations.enter()
            source.setRegistrationHandler { registrations.leave() }
            source.activate()
            return source
        }
        // Until then signals are ignored, and a key that was pressed at once would be lost.
        registrations.wait()
        // What was typed before the question was seen on the screen, and is thrown away.
        Self.silence(shared.before, TCSAFLUSH)
    }

    /// Lets the terminal show again what is typed.
    func end() {
        // On the queue, so that no signal is just being passed on.
        queue.sync {
            shared.isOver.store(true, ordering: .relaxed)
            Self.apply(shared.before, TCSADRAIN)
        }
        for (source, number) in zip(sources, Self.signals) {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }

    /// Shows a question on standard error, and again after the program was stopped for a while.
    func ask(_ question: String) {
        shared.question.withLock { $0 = question }
        Self.show(question)
    }

    private static func show(_ question: String) {
        var question = question
        // The pointer does not outlive the call.
        question.withUTF8 { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Gives the terminal back and lets a signal do what it does; goes on only after one that stops the program.
    private static func pass(_ number: Int32, _ shared: Shared) {
        guard !shared.isOver.load(ordering: .relaxed) else { return }
        if number == SIGINT, let interruption = shared.interruption { return interruption.signal() }
        apply(shared.before, TCSADRAIN)
        DefaultAction.take(number)
        silence(shared.before, TCSADRAIN)
        show(shared.question.withLock { $0 })
    }

    private static func silence(_ settings: termios, _ when: Int32) {
        var settings = settings
        settings.c_lflag &= ~tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
        apply(settings, when)
    }

    private static func apply(_ settings: termios, _ when: Int32) {
        var settings = settings
        // The pointer does not outlive the call.
        _ = unsafe tcsetattr(STDIN_FILENO, when, &settings)
    }
}
