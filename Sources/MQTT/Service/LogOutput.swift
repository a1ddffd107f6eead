#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file, a pipe or a terminal that log lines are written to, a line at a time.
///
/// What goes wrong stays here: a full disk or a reader that does not read costs lines, and never more than a moment.
struct LogOutput: Sendable {
    /// How long a reader that has kept up so far may let the broker wait, in milliseconds.
    private static let patience: Int32 = 500
    private static let silence = "its reader does not read"
    private static let mode: mode_t = 0o640

    /// The path of the file; `nil` for an output of the process itself.
    let path: String?
    private let descriptor: Int32
    /// Whether writing may have to wait for a reader.
    private let mayWait: Bool
    /// Whether the reader has not read for so long that it is not waited for.
    private var isStalled = false
    /// How many lines were lost since the last one that was written.
    private var lostCount = 0
    /// Whether only a part of the last line could be written.
    private var isInsideLine = false
    /// Whether it was told that lines cannot be written.
    private var hasComplained = false

    private init(path: String?, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
        mayWait = FileStatus(of: descriptor)?.kind != .regular
    }

    static let standardError = LogOutput(path: nil, descriptor: STDERR_FILENO)
    static let standardOutput = LogOutput(path: nil, descriptor: STDOUT_FILENO)

    /// Opens a file to add lines at its end, and creates it where it is missing.
    ///
    /// Root is careful: it does not follow a link that somebody else has put there, by which it would write to, and give
    /// away, whatever that link leads to.
    static func file(_ path: String) throws(ConfigurationError) -> LogOutput {
        let isRoot = geteuid() == 0
        // Opening a pipe without a reader would wait for one; so it fails.
        var flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        if isRoot, !isLinkOfRoot(path) { flags |= O_NOFOLLOW }
        // The compiler passes the string as one that ends with a zero byte, for the length of the call.
        let descriptor = unsafe open(path, flags, mode)
        guard descriptor >= 0 else {
            guard errno != ELOOP else {
                throw ConfigurationError("the log is a symbolic link, which root does not follow", file: path)
            }
            throw .system("the log cannot be opened for writing", path)
        }
        let output = LogOutput(path: path, descriptor: descriptor)
        guard !isRoot || output.hasOneName else {
            output.end()
            throw ConfigurationError(
                "the log has another name, under which root may not want to write to it",
                file: path
            )
        }
        return output
    }

    private static func isLinkOfRoot(_ path: String) -> Bool {
        guard let status = FileStatus(of: path) else { return false }
        return status.kind == .link && status.user == 0
    }

    /// Whether no other name leads to the file; to a pipe or a terminal others may.
    private var hasOneName: Bool {
        mayWait || FileStatus(of: descriptor).map { $0.nameCount <= 1 } ?? false
    }

    /// Closes a file; the outputs of the process stay open.
    func end() {
        if path != nil { close(descriptor) }
    }

    /// Gives a file to another user, who is to open it again later.
    func give(toUser user: UInt32, group: UInt32) throws(ConfigurationError) {
        guard let path, !mayWait else { return }
        guard fchown(descriptor, user, group) == 0 else {
            throw .system("the log cannot be given to user \(user)", path)
        }
    }

    /// Adds a line in one piece, or loses it.
    ///
    /// - Returns: What is wrong, the first time that something is, for somebody to be told elsewhere.
    mutating func add(_ line: LogLine) -> String? {
        var bytes: [UInt8] = isInsideLine ? [UInt8(ascii: "\n")] : []
        if lostCount > 0 {
            let lost = LogLine(.warning, "\(lostCount) lines of the log were lost here", stamp: line.stamp)
            bytes += lost.stamped.utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        bytes += line.stamped.utf8
        bytes.append(UInt8(ascii: "\n"))
        return add(bytes)
    }

    private mutating func add(_ bytes: [UInt8]) -> String? {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard waitForRoom() else {
                lose(hasBegun: rest.count < bytes.count)
                return complaint(Self.silence)
            }
            // The pointer does not outlive the call, which reads `rest.count` bytes.
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            let error = errno
            if count < 0, error == EINTR { continue }
            guard count > 0 else {
                // With EAGAIN there was room, but not for a whole line.
                isStalled = error == EAGAIN
                lose(hasBegun: rest.count < bytes.count)
                // `strerror` returns a string that ends with a zero byte and is copied at once.
                let reason = unsafe String(cString: strerror(error))
                return complaint(isStalled ? Self.silence : reason)
            }
            rest = rest.dropFirst(count)
        }
        isInsideLine = false
        lostCount = 0
        return nil
    }

    private mutating func lose(hasBegun: Bool) {
        lostCount += 1
        if hasBegun { isInsideLine = true }
    }

    private mutating func complaint(_ reason: String) -> String? {
        guard !hasComplained, descriptor != STDERR_FILENO else { return nil }
        hasComplained = true
        return "\(path ?? "standard output"): log lines cannot be written and are lost: \(reason)"
    }

    /// Whether something can be written now, or within a moment.
    private mutating func waitForRoom() -> Bool {
        guard mayWait else { return true }
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // One element is passed, and one is said to be there. After an error, `write` tells what is wrong.
        isStalled = unsafe poll(&entry, 1, isStalled ? 0 : Self.patience) == 0
        return !isStalled
    }
}
