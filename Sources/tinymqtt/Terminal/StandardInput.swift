import Dispatch
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Reading files, standard input among them.
enum StandardInput {
    /// What went wrong with a file.
    struct Failure: Error {
        let text: String

        init(_ name: String) {
            // `strerror` returns a string that ends with a zero byte and is copied at once.
            text = unsafe "\(name): \(String(cString: strerror(errno)))"
        }

        init(text: String) {
            self.text = text
        }
    }

    /// The most bytes that one message can have.
    static let maximumSize = 268_435_455
    private static let chunkSize = 64 << 10
    /// How many chunks are read ahead.
    private static let maximumChunks = 4

    /// Everything up to the end of the file.
    static func readAll(_ descriptor: Int32, name: String) throws(Failure) -> ByteBuffer {
        var content = ByteBuffer()
        while let chunk = try readChunk(descriptor, name: name) {
            content.writeImmutableBuffer(chunk)
            guard content.readableBytes <= maximumSize else {
                throw Failure(text: "\(name): more than the \(maximumSize) bytes that a message can have")
            }
        }
        return content
    }

    /// The content of the file at `path`.
    static func readFile(_ path: String) throws(Failure) -> ByteBuffer {
        // The compiler passes the string as one that ends with a zero byte, for the length of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path) }
        defer { close(descriptor) }
        return try readAll(descriptor, name: path)
    }

    /// Whether the file at `path` has the same content when it is read once more: a file on a disk has, a pipe has not.
    static func isRepeatable(_ path: String) -> Bool {
        var status = stat()
        // Names of descriptors: some systems go on reading where the last reader has stopped.
        guard !path.hasPrefix("/dev/") else { return false }
        // The string ends with a zero byte, and it and the place for the answer are valid for the length of the call.
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// The next bytes; `nil` at the end.
    private static func readChunk(_ descriptor: Int32, name: String) throws(Failure) -> ByteBuffer? {
        var chunk = ByteBuffer()
        while true {
            var result = 0
            // The pointer does not outlive the call, and what `read` returns is what it has filled.
            _ = unsafe chunk.writeWithUnsafeMutableBytes(minimumWritableBytes: chunkSize) { bytes in
                unsafe result = read(descriptor, bytes.baseAddress, bytes.count)
                return max(0, result)
            }
            if result > 0 { return chunk }
            if result == 0 { return nil }
            guard errno == EINTR else { throw Failure(name) }
        }
    }

    /// The lines of standard input as they come, without their line feeds. A thread of its own reads them, no further
    /// ahead than a few chunks.
    static func lines() -> Lines {
        Lines()
    }

    /// See `lines`.
    struct Lines {
        private let chunks: AsyncThrowingStream<ByteBuffer, any Error>
        private let room = DispatchSemaphore(value: 0)

        fileprivate init() {
            let (chunks, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self, throwing: (any Error).self)
            self.chunks = chunks
            let room = room
            // Counted up from 0, because a semaphore may not go while it stands below where it began.
            for _ in 0..<maximumChunks {
                room.signal()
            }
            DispatchQueue(label: "input").async {
                do {
                    while true {
                        room.wait()
                        guard let chunk = try readChunk(STDIN_FILENO, name: "standard input") else { break }
                        continuation.yield(chunk)
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }

        /// Hands every line to `body`, the last one also where no line feed ends it.
        func forEach(_ body: (ByteBuffer) async throws -> Void) async throws {
            /// The beginning of a line whose end is still to come.
            var beginning = ByteBuffer()
            for try await chunk in chunks {
                var chunk = chunk
                while let length = chunk.lengthOfLine, var line = chunk.readSlice(length: length) {
                    chunk.moveReaderIndex(forwardBy: 1)
                    if beginning.readableBytes > 0 {
                        beginning.writeBuffer(&line)
                        line = beginning
                        beginning = ByteBuffer()
                    }
                    try await body(line)
                }
                beginning.writeBuffer(&chunk)
                guard beginning.readableBytes <= maximumSize else {
                    throw Failure(text: "a line is longer than the \(maximumSize) bytes that a message can have")
                }
                room.signal()
            }
            if beginning.readableBytes > 0 { try await body(beginning) }
        }
    }
}

extension ByteBuffer {
    /// How many bytes there are before the first line feed; `nil` where there is none.
    fileprivate var lengthOfLine: Int? {
        // The pointers do not outlive the call, and `memchr` stays within the bytes.
        unsafe withUnsafeReadableBytes { bytes in
            guard let start = bytes.baseAddress,
                let end = unsafe memchr(start, Int32(UInt8(ascii: "\n")), bytes.count)
            else { return nil }
            return unsafe start.distance(to: UnsafeRawPointer(end))
        }
    }
}
