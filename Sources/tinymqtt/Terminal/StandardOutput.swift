import Dispatch
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Standard output for data: what one batch brings is collected and written in one piece.
struct StandardOutput {
    /// Nothing more can be written: the reader has gone, or something failed.
    struct Closed: Error {
        fileprivate let errorNumber: Int32

        /// What failed, in the system's words; `nil` where only the reader of a pipe has gone.
        var failure: String? {
            guard errorNumber != EPIPE else { return nil }
            // `strerror` returns a string that ends with a zero byte and is copied at once.
            return unsafe String(cString: strerror(errorNumber))
        }
    }

    /// The batch, to add to.
    var buffer = ByteBuffer()

    /// Adds bytes to the batch.
    mutating func append(_ bytes: ByteBuffer) {
        buffer.writeImmutableBuffer(bytes)
    }

    /// Adds text to the batch.
    mutating func append(_ text: StaticString) {
        buffer.writeStaticString(text)
    }

    /// Writes the batch, and waits while the reader is slow.
    mutating func flush() throws(Closed) {
        while buffer.readableBytes > 0 {
            // The pointer does not outlive the call.
            let count = unsafe buffer.withUnsafeReadableBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                buffer.moveReaderIndex(forwardBy: count)
            } else if errno == EAGAIN {
                // Whoever shares the output has made it non-blocking.
                var poll = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                // One element is passed, and one is said to be there.
                _ = unsafe Self.wait(&poll, 1, -1)
            } else if errno != EINTR {
                throw Closed(errorNumber: errno)
            }
        }
        buffer.clear()
    }

    /// Writes a line at once, for the next program of a pipe to see it now; when that has gone, nobody misses it.
    static func writeLine(_ line: String) {
        var output = StandardOutput()
        output.buffer.writeString(line + "\n")
        try? output.flush()
    }

    /// A write to a pipe without a reader is to return an error, not to end the process.
    static func ignoreBrokenPipe() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Calls `body` when the reader of a pipe has gone, also while nothing is written.
    static func whenReaderHasGone(_ body: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "output").async {
            var poll = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while true {
                // One element is passed, and one is said to be there.
                let count = unsafe wait(&poll, 1, -1)
                if count > 0, Int32(poll.revents) & (POLLERR | POLLNVAL) != 0 { return body() }
                if count < 0, errno != EINTR { return }
                // Something else that poll always tells, such as a hang-up of a terminal: writing will show what it means.
                if count > 0 { return }
            }
        }
    }

    /// `poll`, by a name that its argument does not hide.
    private static let wait = unsafe poll
}
