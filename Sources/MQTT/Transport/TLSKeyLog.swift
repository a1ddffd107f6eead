import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file to which the secrets of connections are appended, so that a person can look into captured packets.
final class TLSKeyLog: Sendable {
    private let descriptor: Int32

    /// Opens the file, or makes one that only the broker's user can read.
    init(_ path: String) throws(ConfigurationError) {
        // The compiler passes the string with a zero byte at its end, for the length of the call.
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("cannot be opened to log keys", path) }
    }

    deinit {
        close(descriptor)
    }

    /// Appends a line. What the disk does not take is lost: it is a help, and no connection shall suffer from it.
    func append(_ line: ByteBuffer) {
        // The pointer does not outlive the call, and the count is that of what it points to.
        _ = unsafe line.withUnsafeReadableBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }
}
