#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Running in the background.
///
/// A process with threads cannot be copied by `fork`, and this one has threads from its first line. So the same program
/// is started a second time, with the same arguments, in a session of its own; an environment variable tells it that it
/// is the one for the background. The first one waits until the second one says that it serves, and ends with 0, or
/// until that one has ended, and ends as it did. Up to then the second one has the outputs of the first, so that its
/// errors reach whoever started it; its directory stays, so that relative paths keep their meaning.
struct Daemon {
    /// How a process in the background began.
    enum Outcome: Equatable {
        /// It serves; it is still a child of this process.
        case ready(process: pid_t)
        /// It has ended: the exit code, or 128 and the number of a signal, as a shell has it.
        case ended(Int32)
    }

    /// The variable that names the descriptor to which the second process reports.
    static let variable = "TINYMQTT_DAEMON"

    /// How many descriptors are looked at when the second process is started.
    private static let mostInherited: Int32 = 65_536

    private let descriptor: Int32

    /// Goes to the background. To be called before anything else is done or changed; only the process in the background
    /// returns from it.
    ///
    /// - Throws: ``ProcessFailure`` where there cannot be a second process.
    static func enter() throws(ProcessFailure) -> Daemon {
        if let daemon = Daemon(marker: takeMarker()) { return daemon }
        switch try launch(programPath(), arguments: CommandLine.arguments) {
        case .ready: exit(0)
        case .ended(let code): exit(code)
        }
    }

    /// The process in the background; `nil` where the marker is not one that ``launch(_:arguments:)`` has made.
    init?(marker: String?) {
        guard let descriptor = marker.flatMap(Int32.init), descriptor > STDERR_FILENO else { return nil }
        var status = stat()
        // The pointer does not outlive the call.
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
        // From now on no terminal can stop it. It does not fail: a process that was just made leads no group.
        _ = setsid()
    }

    /// Takes the marker out of the environment.
    private static func takeMarker() -> String? {
        let marker = Environment.value(variable)
        // The string lives for the length of the call. Nobody else reads the environment this early.
        _ = unsafe unsetenv(variable)
        return marker
    }

    /// Says that the broker serves, and lets go of the terminal: from now on nobody sees the standard outputs.
    func report() {
        // The string lives for the length of the call.
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        if null >= 0 {
            for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
                dup2(null, standard)
            }
            if null > STDERR_FILENO { close(null) }
        }
        // Where the first process has been ended meanwhile, this must not end the second one.
        signal(SIGPIPE, SIG_IGN)
        var byte: UInt8 = 0
        // One byte is passed, and one is said to be there.
        while unsafe write(descriptor, &byte, 1) < 0, errno == EINTR {}
        close(descriptor)
    }

    /// Starts a program in the background and waits until it reports, or has ended.
    ///
    /// - Parameters:
    ///   - program: Its path.
    ///   - arguments: Its arguments, the name by which it is called first.
    /// - Throws: ``ProcessFailure`` where it cannot be started.
    static func launch(_ program: String, arguments: [String]) throws(ProcessFailure) -> Outcome {
        var ends: [Int32] = [-1, -1]
        // Two descriptors fit into the array.
        guard unsafe pipe(&ends) == 0 else { throw .system("the broker cannot go to the background") }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        // Only the other end is to be there in the second process.
        _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
        let process = try spawn(program, arguments, reportingTo: writing)
        var byte: UInt8 = 0
        while true {
            // One byte is passed, and one is said to be there.
            let count = unsafe read(reading, &byte, 1)
            if count > 0 { return .ready(process: process) }
            if count == 0 || errno != EINTR { break }
        }
        return .ended(ChildProgram.exitCode(of: process))
    }

    private static func spawn(
        _ program: String,
        _ arguments: [String],
        reportingTo descriptor: Int32
    ) throws(ProcessFailure) -> pid_t {
        // Here it would keep the pipe open when the second process has ended.
        defer { close(descriptor) }
        keepOpen(only: descriptor)
        #if canImport(Darwin)
        // Both are pointers there, which the calls below fill in.
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        // The calls below fill in both.
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        var noSignals = sigset_t()
        // All that is pointed to are variables of this function; what the two objects allocate is given back below.
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        // See above.
        defer {
            // See above.
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        // See above. A thread that is not the first one may have signals blocked, and the second process would too.
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe sigemptyset(&noSignals)
        unsafe posix_spawnattr_setsigmask(&attributes, &noSignals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process = pid_t()
        // See above; both lists end with a null pointer, and live for the length of the call.
        let error = unsafe ChildProgram.withPointers(to: arguments) { words in
            unsafe withEnvironment(adding: "\(variable)=\(descriptor)") { variables in
                unsafe posix_spawn(&process, program, &actions, &attributes, words, variables)
            }
        }
        guard error == 0 else {
            // `strerror` returns a string that ends with a zero byte and is copied at once.
            let reason = unsafe String(cString: strerror(error))
            throw ProcessFailure("the broker cannot go to the background: \(program) cannot be started: \(reason)")
        }
        return process
    }

    /// Has the second process find nothing open but its standard outputs and one descriptor. Whoever waits for the end
    /// of something that this process was given, like a pipe or a lock, would wait for the end of the broker.
    private static func keepOpen(only kept: Int32) {
        for descriptor in STDERR_FILENO + 1..<max(STDERR_FILENO + 1, min(getdtablesize(), mostInherited)) {
            _ = fcntl(descriptor, F_SETFD, descriptor == kept ? 0 : FD_CLOEXEC)
        }
    }

    /// The environment of this process with another variable, which wins over one of the same name.
    private static func withEnvironment(
        adding variable: String,
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        // The first list ends with its one string, the second one with a null pointer, and nobody changes it meanwhile.
        unsafe ChildProgram.withPointers(to: [variable]) { added in
            var variables: [UnsafeMutablePointer<CChar>?] = unsafe [added.pointee]
            var next = unsafe environ
            while let variable = unsafe next.pointee {
                unsafe variables.append(variable)
                unsafe next += 1
            }
            unsafe variables.append(nil)
            return unsafe body(&variables)
        }
    }

    /// The file of this program.
    private static func programPath() throws(ProcessFailure) -> String {
        #if canImport(Darwin)
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        var length = UInt32(buffer.count)
        // The call is told how long the buffer is, and ends what it writes with a zero byte.
        guard unsafe _NSGetExecutablePath(&buffer, &length) == 0 else {
            throw ProcessFailure("the broker cannot go to the background: the path of the program is too long")
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        #else
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        // The call is told how long the buffer is, and returns how much of it is text.
        let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard length > 0 else {
            throw .system("the broker cannot go to the background: its program is not to be found in /proc/self/exe")
        }
        return String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        #endif
    }
}
