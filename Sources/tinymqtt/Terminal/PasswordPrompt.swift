import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Asks for a new password: twice on a terminal, without showing it; elsewhere two lines of standard input.
enum PasswordPrompt {
    /// Why there is no password.
    struct Failure: Error {
        let text: String
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
        silence.ask("\nReenter password: ")
        let second = try readLine(maximumLength, missing)
        printError("")
        return try same(first, second)
    }

    private static func same(_ first: [UInt8], _ second: [UInt8]) throws(Failure) -> [UInt8] {
        guard first == second else { throw Failure(text: "the two passwords are not the same") }
        guard !first.isEmpty else { throw Failure(text: "the password is empty") }
        return first
    }

    /// The next line of standard input, without its line feed. Byte by byte, so that nothing behind it is taken.
    private static func readLine(_ maximumLength: Int, _ missing: String) throws(Failure) -> [UInt8] {
        var line: [UInt8] = []
        while true {
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

    private let before: termios
    private let sources: [any DispatchSourceSignal]

    /// Makes the terminal at standard input silent.
    init() {
        var settings = termios()
        // The pointer does not outlive the call. Where it fails there is nothing to restore, and `silence` fails alike.
        _ = unsafe tcgetattr(STDIN_FILENO, &settings)
        let before = settings
        self.before = before
        let queue = DispatchQueue(label: "terminal")
        sources = Self.signals.map { number in
            // Without this the signal ends the process before the source sees it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                Self.apply(before)
                // Now let it do what it does.
                signal(number, SIG_DFL)
                kill(getpid(), number)
                // Only after SIGTSTP, when the program goes on.
                signal(number, SIG_IGN)
                Self.silence(before)
            }
            source.activate()
            return source
        }
        Self.silence(before)
    }

    /// Lets the terminal show again what is typed.
    func end() {
        Self.apply(before)
        for (source, number) in zip(sources, Self.signals) {
            source.cancel()
            signal(number, SIG_DFL)
        }
    }

    /// Shows a question on standard error.
    func ask(_ question: String) {
        var question = question
        // The pointer does not outlive the call.
        question.withUTF8 { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func silence(_ settings: termios) {
        var settings = settings
        settings.c_lflag &= ~tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
        // What was typed before the question was seen on the screen, and is thrown away.
        apply(settings, TCSAFLUSH)
    }

    private static func apply(_ settings: termios, _ when: Int32 = TCSADRAIN) {
        var settings = settings
        // The pointer does not outlive the call.
        _ = unsafe tcsetattr(STDIN_FILENO, when, &settings)
    }
}
