import Foundation

/// A program that a test runs on a pseudo-terminal of its own, as a person does: with a session, job control and the
/// keys that send signals. What it writes to standard output and to standard error comes as one.
final class TerminalProcess: Sendable {
    /// What the screen has shown, and how the program ended.
    struct Transcript: Sendable {
        fileprivate(set) var bytes: [UInt8] = []
        /// `nil` while it runs; of a program that a signal ended 128 and the signal's number, as a shell has it.
        fileprivate(set) var status: Int32?
        /// Whether the program, and all that it has started, have closed the terminal.
        fileprivate(set) var isClosed = false

        /// What the screen has shown, with the carriage returns that a terminal puts before line feeds.
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// A key that means something to a terminal.
    enum Key: String {
        case controlC = "\u{03}"
        case controlD = "\u{04}"
        case controlZ = "\u{1A}"
        case controlBackslash = "\u{1C}"
        case enter = "\r"
        case escape = "\u{1B}"
        case up = "\u{1B}[A"
        case down = "\u{1B}[B"
    }

    let name: String
    let processIdentifier: Int32
    /// The test's side of the terminal.
    private let controller: FileHandle
    private let transcript = Monitor(Transcript())

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program, as an absolute path.
    ///   - environment: Variables beside those that this process has; `nil` takes one away.
    ///   - columns: The width of the screen.
    ///   - rows: The height of the screen.
    init(
        _ path: String,
        _ arguments: [String] = [],
        environment: [String: String?] = [:],
        columns: UInt16 = 80,
        rows: UInt16 = 24
    ) throws {
        name = ([path] + arguments).joined(separator: " ")
        var variables = ProcessInfo.processInfo.environment
        variables["TERM"] = "xterm"
        for (key, value) in environment {
            variables[key] = value
        }
        var descriptor: Int32 = -1
        var programSide: Int32 = -1
        // The pointers do not outlive the call, and what may be nil is.
        guard unsafe openpty(&descriptor, &programSide, nil, nil, nil) == 0 else { throw Self.systemError }
        controller = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // Open until the program has it open, or the terminal would be closed before it began.
        defer { close(programSide) }
        for side in [descriptor, programSide] {
            _ = fcntl(side, F_SETFD, FD_CLOEXEC)
        }
        let nameSize = 128
        var terminal = [CChar](repeating: 0, count: nameSize)
        // The pointer does not outlive the call, and the function is told how much memory there is.
        let error = unsafe ttyname_r(programSide, &terminal, nameSize)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
        try Self.resize(descriptor, columns: columns, rows: rows)
        processIdentifier = try Self.spawn(
            path,
            [path] + arguments,
            variables.map { "\($0.key)=\($0.value)" },
            terminal: String(decoding: terminal.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        )
        follow()
    }

    deinit {
        if transcript.value.status == nil { kill(processIdentifier, SIGKILL) }
    }

    private static var systemError: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

    /// Starts the program in a session of its own, whose terminal is the first that it opens.
    private static func spawn(
        _ path: String,
        _ arguments: [String],
        _ environment: [String],
        terminal: String
    ) throws -> Int32 {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        let newSession = Int16(POSIX_SPAWN_SETSID)
        #else
        // Filled below, before anything reads it.
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()  // filled below, before anything reads it
        // POSIX_SPAWN_SETSID of glibc and musl, which their headers show to programs in C for GNU only.
        let newSession = Int16(0x80)
        #endif
        var none = sigset_t()
        var all = sigset_t()
        // The pointers do not outlive the calls; what is initialised here is destroyed at the end.
        unsafe sigemptyset(&none)
        // See above.
        unsafe sigfillset(&all)
        // See above.
        unsafe posix_spawn_file_actions_init(&actions)
        // See above.
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        // See above.
        unsafe posix_spawnattr_init(&attributes)
        // See above.
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        // See above. The threads on which tests run block signals, and may ignore some; a child inherits that.
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // See above.
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = newSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        // See above.
        unsafe posix_spawnattr_setflags(&attributes, flags)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            // See above; the function copies the name of the terminal.
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, terminal, O_RDWR, 0)
        }
        // Copies in C's memory, that are freed when the child has its own.
        let argumentPointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        // See above.
        let environmentPointers = unsafe environment.map { unsafe strdup($0) } + [nil]
        // See above.
        defer { unsafe (argumentPointers + environmentPointers).forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        // Both lists end with nil, and the pointers do not outlive the call.
        let error = unsafe posix_spawn(&identifier, path, &actions, &attributes, argumentPointers, environmentPointers)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
        return identifier
    }

    /// Collects what comes, and the end, each on a thread of its own.
    private func follow() {
        let (controller, transcript, identifier) = (controller, transcript, processIdentifier)
        Thread.detachNewThread {
            var chunk = [UInt8](repeating: 0, count: 4_096)
            while true {
                // The pointer does not outlive the call, and `read` fills no more than it is told of.
                let count = unsafe chunk.withUnsafeMutableBytes {
                    unsafe read(controller.fileDescriptor, $0.baseAddress, $0.count)
                }
                if count < 0, errno == EINTR { continue }
                // When nobody has the terminal open any more, reading fails.
                guard count > 0 else { return transcript.update { $0.isClosed = true } }
                let bytes = Array(chunk[..<count])
                transcript.update { $0.bytes += bytes }
            }
        }
        Thread.detachNewThread {
            var status: Int32 = 0
            // The pointer does not outlive the call.
            while unsafe waitpid(identifier, &status, 0) < 0 {
                guard errno == EINTR else { return }
            }
            let signal = status & 0x7F
            let code = signal == 0 ? status >> 8 & 0xFF : 128 + signal
            transcript.update { $0.status = code }
        }
    }

    /// What there has been so far.
    var soFar: Transcript { transcript.value }

    /// Types a text; it ends with `\n` or ``Key/enter`` where the program reads lines.
    func type(_ text: String) throws {
        try controller.write(contentsOf: Data(text.utf8))
    }

    /// Presses a key.
    func press(_ key: Key) throws {
        try type(key.rawValue)
    }

    /// Whether the terminal shows what is typed.
    var showsInput: Bool {
        get throws {
            var settings = termios()
            // The pointer does not outlive the call.
            guard unsafe tcgetattr(controller.fileDescriptor, &settings) == 0 else { throw Self.systemError }
            return settings.c_lflag & tcflag_t(ECHO) != 0
        }
    }

    /// Gives the screen another size, of which the program is told by a signal.
    func resize(columns: UInt16, rows: UInt16) throws {
        try Self.resize(controller.fileDescriptor, columns: columns, rows: rows)
    }

    private static func resize(_ descriptor: Int32, columns: UInt16, rows: UInt16) throws {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        // The pointer does not outlive the call.
        guard unsafe ioctl(descriptor, UInt(TIOCSWINSZ), &size) == 0 else { throw systemError }
    }

    func send(signal: Int32) {
        kill(processIdentifier, signal)
    }

    /// Waits until what has come meets `condition`.
    @discardableResult
    func wait(
        for expectation: String,
        within seconds: Double = ChildProcess.patience,
        until condition: @escaping @Sendable (Transcript) -> Bool
    ) async throws -> Transcript {
        let isMet = await transcript.wait(within: seconds, until: condition)
        let now = transcript.value
        guard isMet else {
            throw ChildProcess.Timeout(
                description: """
                    \(name): no \(expectation) within \(seconds) s; status \(now.status.map { "\($0)" } ?? "running"), \
                    the screen showed:
                    \(now.text.suffix(2_000))
                    """
            )
        }
        return now
    }

    /// Waits until the screen has shown `text`.
    @discardableResult
    func waitForText(_ text: String) async throws -> Transcript {
        try await wait(for: "‘\(text)’ on the screen") { $0.text.contains(text) }
    }

    /// Waits until the program has ended and all that it wrote is there.
    func waitForEnd(within seconds: Double = ChildProcess.patience) async throws -> Transcript {
        try await wait(for: "end", within: seconds) { $0.status != nil && $0.isClosed }
    }
}
