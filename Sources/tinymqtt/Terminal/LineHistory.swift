import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The lines that were entered, in a file that only its owner may read. It belongs to the editor's thread.
///
/// Each line is appended when it is entered, so that several programs may share the file and none loses a line by being
/// killed. A file that has grown to twice the limit is cut when it is read.
struct LineHistory {
    /// How many lines are recalled.
    static let maximumCount = 1_000
    /// The longest line that is kept, in bytes.
    static let maximumLength = 4_096

    private let path: String?
    /// The lines, the oldest first.
    private(set) var lines: [String] = []

    /// - Parameter path: The file; `nil` keeps lines until the program ends.
    init(path: String?) {
        self.path = path
        guard let path, let content = try? StandardInput.readFile(path) else { return }
        let all = content.readableBytesView.split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
        lines = all.suffix(Self.maximumCount)
        if all.count > 2 * Self.maximumCount { rewrite(path) }
    }

    /// The file for a program of this name, in the folder that the XDG specification has for such state; makes the
    /// folders that are missing. `nil` where there is no place for it.
    static func file(named name: String) -> String? {
        var folder: String
        if let state = Environment.value("XDG_STATE_HOME"), state.hasPrefix("/") {
            folder = state
        } else if let home = Environment.value("HOME") {
            folder = home
            for part in [".local", "state"] {
                folder += "/\(part)"
                makePrivateFolder(folder)
            }
        } else {
            return nil
        }
        for part in ["", "/tinymqtt"] {
            folder += part
            makePrivateFolder(folder)
        }
        return "\(folder)/\(name)"
    }

    private static func makePrivateFolder(_ path: String) {
        // The compiler passes the string as one that ends with a zero byte. What fails, fails again with the file.
        _ = unsafe mkdir(path, 0o700)
    }

    /// Keeps a line, unless it repeats the one before, begins with a blank or is too long; says whether it did.
    mutating func append(_ line: String) -> Bool {
        guard let first = line.first, !first.isWhitespace, line != lines.last, line.utf8.count <= Self.maximumLength,
            !line.utf8.contains(UInt8(ascii: "\n"))
        else { return false }
        lines.append(line)
        if lines.count > Self.maximumCount { lines.removeFirst() }
        if let path { Self.store([line], in: path, flags: O_APPEND) }
        return true
    }

    /// Replaces the file by one with the lines that are kept; at no time is there half a file.
    private func rewrite(_ path: String) {
        let replacement = "\(path).\(getpid())"
        guard Self.store(lines, in: replacement, flags: O_TRUNC) else { return }
        // The compiler passes the strings as ones that end with a zero byte. A failure leaves the longer file.
        _ = unsafe rename(replacement, path)
    }

    /// Writes lines in one piece; a history that cannot be written is not worth an error.
    @discardableResult
    private static func store(_ lines: [String], in path: String, flags: Int32) -> Bool {
        // The compiler passes the string as one that ends with a zero byte.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Also where an older program, or a person, has made it.
        fchmod(descriptor, 0o600)
        var text = lines.map { $0 + "\n" }.joined()
        // The pointer does not outlive the call.
        return text.withUTF8 { unsafe write(descriptor, $0.baseAddress, $0.count) == $0.count }
    }
}
