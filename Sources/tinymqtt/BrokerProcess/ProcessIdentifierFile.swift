#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The file that holds the number of the process while it runs.
struct ProcessIdentifierFile {
    private static let mode: mode_t = 0o644

    let path: String
    /// Which file it was, so that no other one is removed.
    private let device: dev_t
    private let number: ino_t

    /// Writes the number of this process, in place of what the file holds.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - followsLinks: Whether `path` may be a symbolic link. Root would otherwise overwrite whatever somebody who
    ///     may write to the directory points it to.
    /// - Throws: ``ProcessFailure`` with what the system said.
    static func create(
        at path: String,
        followsLinks: Bool = Environment.value("MOSQUITTO_UNSAFE_ALLOW_SYMLINKS") != nil
    ) throws(ProcessFailure) -> ProcessIdentifierFile {
        // Opening a pipe without a reader would wait for one; so it fails.
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
        // The string lives for the length of the call.
        let descriptor = unsafe open(path, flags, mode)
        guard descriptor >= 0 else {
            guard errno != ELOOP || followsLinks else {
                throw ProcessFailure(
                    "the pid file \(path) is a symbolic link, and is not written; remove it, or set "
                        + "MOSQUITTO_UNSAFE_ALLOW_SYMLINKS=1"
                )
            }
            throw .system("the pid file \(path) cannot be written")
        }
        defer { close(descriptor) }
        var status = stat()
        // The pointer does not outlive the call.
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink <= 1 else {
            throw ProcessFailure("the pid file \(path) is not written: it is no regular file, or has another name too")
        }
        var text = "\(getpid())\n"
        let count = text.withUTF8 { text in
            // The pointer does not outlive the call, which reads as many bytes as it is told of.
            ftruncate(descriptor, 0) == 0 ? unsafe write(descriptor, text.baseAddress, text.count) : -1
        }
        let file = ProcessIdentifierFile(path: path, device: status.st_dev, number: status.st_ino)
        guard count == text.utf8.count else {
            let failure = ProcessFailure.system("the pid file \(path) cannot be written")
            try file.remove()
            throw failure
        }
        return file
    }

    /// Removes the file, unless it is gone or another one has its name.
    ///
    /// - Throws: ``ProcessFailure`` with what the system said.
    func remove() throws(ProcessFailure) {
        var status = stat()
        // The pointer and the strings live for the length of the calls.
        guard unsafe stat(path, &status) == 0, status.st_dev == device, status.st_ino == number else { return }
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw .system("the pid file \(path) cannot be removed")
        }
    }
}
