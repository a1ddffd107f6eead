import Dispatch

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A command line that `/bin/sh` runs for the shell.
final class ChildCommand: Sendable {
    /// Why it could not be started.
    struct Failure: Error {
        let text: String
    }

    private let identifier: pid_t
    /// Where what the command reads is written; `nil` where it reads what the shell reads.
    private let input: Int32?
    /// Where what it writes is read; `nil` where it writes to where the shell writes.
    private let output: Int32?
    /// Writing may wait for a slow reader, which must not hold up anything else.
    private let queue = DispatchQueue(label: "input of a command")

    /// - Parameters:
    ///   - hasInput: Whether the shell writes what the command reads.
    ///   - hasOutput: Whether the shell reads what the command writes, also to standard error.
    init(_ command: String, hasInput: Bool, hasOutput: Bool) throws(Failure) {
        let inputPipe = hasInput ? try Self.makePipe() : nil
        let outputPipe = hasOutput ? try Self.makePipe() : nil
        input = inputPipe?.writeEnd
        output = outputPipe?.readEnd
        let (error, identifier) = Self.spawn(command, input: inputPipe?.readEnd, output: outputPipe?.writeEnd)
        self.identifier = identifier
        if let inputPipe { close(inputPipe.readEnd) }
        if let outputPipe { close(outputPipe.writeEnd) }
        guard error == 0 else {
            if let input { close(input) }
            if let output { close(output) }
            // `strerror` returns a string that ends with a zero byte and is copied at once.
            throw Failure(text: unsafe "/bin/sh cannot be started: \(String(cString: strerror(error)))")
        }
    }

    private static func makePipe() throws(Failure) -> (readEnd: Int32, writeEnd: Int32) {
        var ends: [Int32] = [-1, -1]
        // The function fills the two elements that are there.
        guard unsafe pipe(&ends) == 0 else {
            // `strerror` returns a string that ends with a zero byte and is copied at once.
            throw Failure(text: unsafe "no pipe for the command: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        return (ends[0], ends[1])
    }

    /// Starts the command with the signals as they are for a fresh program: the shell ignores some.
    private static func spawn(_ command: String, input: Int32?, output: Int32?) -> (error: Int32, pid_t) {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        // Filled below, before anything reads it.
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()  // filled below, before anything reads it
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
        // See above.
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // See above.
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        // See above.
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        // See above.
        if let input { unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        if let output {
            // See above.
            unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
            // See above.
            unsafe posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        }
        var identifier: pid_t = 0
        // See above; both lists end with a null pointer.
        let error = unsafe ChildProgram.withPointers(to: ["sh", "-c", command]) { arguments in
            // See above.
            unsafe posix_spawn(&identifier, "/bin/sh", &actions, &attributes, arguments, environ)
        }
        return (error, identifier)
    }

    /// Gives the command something to read; returns when it has taken it, or has gone, and whether it has taken it.
    @discardableResult
    func write(_ bytes: [UInt8]) async -> Bool {
        guard let input else { return false }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Self.writeAll(bytes, to: input)) }
        }
    }

    /// Writes all bytes, and waits where it has to; says whether it could. SIGPIPE is ignored.
    @discardableResult
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // The pointer does not outlive the call, and the count is that of the bytes.
            let count = unsafe rest.withUnsafeBytes { unsafe writeSome(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// `write`, by a name that the method does not hide.
    private static func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        // As safe as what it is given.
        return unsafe Glibc.write(descriptor, bytes, count)
        #elseif canImport(Musl)
        // As above.
        return unsafe Musl.write(descriptor, bytes, count)
        #else
        // As above.
        return unsafe Darwin.write(descriptor, bytes, count)
        #endif
    }

    /// Says that there is nothing more to read.
    func closeInput() {
        guard let input else { return }
        queue.async { close(input) }
    }

    /// The longest line that is handed on in one piece.
    private static let maximumLineLength = 64 << 10

    /// Hands on what the command writes, in whole lines as they come, until it writes no more.
    func readOutput(_ body: @escaping @Sendable (String) -> Void) async {
        guard let output else { return }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "output of a command").async {
                Self.readLines(output, body)
                close(output)
                continuation.resume()
            }
        }
    }

    private static func readLines(_ descriptor: Int32, _ body: (String) -> Void) {
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        var lines: [UInt8] = []
        while true {
            let size = chunk.count
            // The function fills no more than is there.
            let count = unsafe read(descriptor, &chunk, size)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            lines += chunk[..<count]
            let end = lines.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
            guard let end = end ?? (lines.count > maximumLineLength ? lines.count : nil) else { continue }
            body(String(decoding: lines[..<end], as: UTF8.self))
            lines.removeFirst(end)
        }
        if !lines.isEmpty { body(String(decoding: lines, as: UTF8.self)) }
    }

    /// Waits for the end; the exit code, or 128 and the number of the signal.
    func waitForEnd() async -> Int32 {
        let identifier = identifier
        return await withCheckedContinuation { continuation in
            DispatchQueue(label: "end of a command").async {
                continuation.resume(returning: ChildProgram.exitCode(of: identifier))
            }
        }
    }
}
