#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Changes a file in one step: whoever opens it finds all of the old content or all of the new, also after a crash.
///
/// The new content is written to a file beside the old one, forced to the disk, and given the old one's name. The new
/// file has the owner, the group and the permissions of the old one; where there was none, only its owner may read it.
/// A symbolic link stays one: the file that it names is replaced.
public enum FileReplacement {
    /// Reads, changes and replaces a file, while no other call of this function does the same in its directory.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - content: Gives the new content. It is called when nobody else changes the file, and so may read it.
    /// - Throws: ``ConfigurationError`` with what the system said, or what `content` throws.
    public static func replace(
        _ path: String,
        with content: () throws(ConfigurationError) -> [UInt8]
    ) throws(ConfigurationError) {
        let target = try target(of: path)
        let directory = try openDirectory(of: target)
        defer { close(directory) }
        // Held until the directory is closed. It only keeps apart those who ask for it, as this function does.
        while flock(directory, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .system("its directory cannot be locked", path) }
        }
        let bytes = try content()
        let old = try status(of: target)
        let (new, descriptor) = try createBeside(target)
        do throws(ConfigurationError) {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, new)
            if let old { try keepOwnerAndMode(of: old, descriptor, path) }
            guard fsync(descriptor) == 0 else { throw ConfigurationError.system("cannot be forced to the disk", new) }
        } catch {
            remove(new)
            throw error
        }
        // Both strings live for the length of the call.
        guard unsafe rename(new, target) == 0 else {
            let error = ConfigurationError.system("cannot be replaced", path)
            remove(new)
            throw error
        }
        // Or the old name could be back after a crash.
        guard fsync(directory) == 0 else { throw .system("its directory cannot be forced to the disk", path) }
    }

    /// The file that a path means, behind symbolic links; `path` itself where there is nothing yet.
    private static func target(of path: String) throws(ConfigurationError) -> String {
        guard !path.isEmpty else { throw ConfigurationError("the path of the file is empty") }
        // The compiler passes the string as one that ends with a zero byte; `realpath` gives memory that is ours to
        // free, after it has been copied.
        if let resolved = unsafe realpath(path, nil) {
            // See above.
            defer { unsafe free(resolved) }
            // See above.
            return unsafe String(cString: resolved)
        }
        guard errno == ENOENT else { throw .system("cannot be found", path) }
        guard FileStatus(of: path) == nil else {
            throw ConfigurationError("is a symbolic link to a file that does not exist", file: path)
        }
        return path
    }

    private static func openDirectory(of target: String) throws(ConfigurationError) -> Int32 {
        let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
        let directory = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
        // The compiler passes the string as one that ends with a zero byte, for the length of the call.
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("the directory cannot be opened", directory) }
        return descriptor
    }

    /// What there is at `target`; `nil` where there is nothing.
    private static func status(of target: String) throws(ConfigurationError) -> FileStatus? {
        guard let status = FileStatus(of: target) else {
            guard errno == ENOENT else { throw .system("cannot be looked at", target) }
            return nil
        }
        guard status.kind == .regular else {
            throw ConfigurationError("is no regular file, and only such a one can be replaced", file: target)
        }
        return status
    }

    /// Creates a file in the directory of `target` that only its owner may read.
    private static func createBeside(_ target: String) throws(ConfigurationError) -> (path: String, descriptor: Int32) {
        var template = Array("\(target).XXXXXX".utf8CString)
        // The template ends with a zero byte, and `mkstemp` changes it in its place.
        let descriptor = unsafe template.withUnsafeMutableBufferPointer { template in
            // `utf8CString` is never empty: it has at least the zero byte.
            unsafe template.baseAddress.map { unsafe mkstemp($0) } ?? -1
        }
        guard descriptor >= 0 else { throw .system("no file can be created beside it", target) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return (String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self), descriptor)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ConfigurationError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // The pointer does not outlive the call, which reads `rest.count` bytes.
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("cannot be written", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func keepOwnerAndMode(
        of old: FileStatus,
        _ descriptor: Int32,
        _ path: String
    ) throws(ConfigurationError) {
        guard let new = FileStatus(of: descriptor) else { throw .system("cannot be looked at", path) }
        if new.user != old.user || new.group != old.group {
            guard fchown(descriptor, old.user, old.group) == 0 else {
                throw .system("its owner and group cannot be kept; do this as its owner or as root", path)
            }
        }
        // After the owner, which takes special bits away.
        guard fchmod(descriptor, mode_t(old.permissions & 0o777)) == 0 else {
            throw .system("its permissions cannot be kept", path)
        }
    }

    private static func remove(_ path: String) {
        // The string lives for the length of the call. What remains would be found by its name.
        _ = unsafe unlink(path)
    }
}
