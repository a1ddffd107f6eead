#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A text file that people write, read whole: its lines with their numbers.
struct TextFile: Sendable {
    private static let chunkSize = 64 << 10
    /// What some editors begin a file with, U+FEFF.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// What the file is called in messages.
    let path: String
    /// All of it, without a byte order mark.
    let bytes: [UInt8]

    /// A file that has been read.
    init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes.starts(with: Self.byteOrderMark) ? Array(bytes.dropFirst(Self.byteOrderMark.count)) : bytes
    }

    /// Reads a file that has at most `maximumSize` bytes.
    init(reading path: String, maximumSize: Int) throws(ConfigurationError) {
        // The compiler passes the string as one that ends with a zero byte, for the length of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("cannot be opened", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: Self.chunkSize)
        while true {
            // The pointer does not outlive the call, and `read` fills no more than it is told of.
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("cannot be read", path)
            }
            bytes += chunk[..<count]
            guard bytes.count <= maximumSize else {
                throw ConfigurationError(
                    "is larger than the \(maximumSize) bytes that such a file may have",
                    file: path
                )
            }
        }
        self.init(path: path, bytes: bytes)
    }

    /// The lines, without what ends them.
    var lines: Lines { Lines(bytes: bytes) }

    /// An error in a line.
    func error(_ problem: String, line: Int) -> ConfigurationError {
        ConfigurationError(problem, file: path, line: line)
    }

    /// See ``TextFile/lines``. One after the other, so that a file of nothing but empty lines takes no memory.
    struct Lines: Sequence, IteratorProtocol {
        private let bytes: [UInt8]
        private var start = 0
        private var number = 0

        fileprivate init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func next() -> TextLine? {
            guard start < bytes.count else { return nil }
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            defer { start = end + 1 }
            number += 1
            return TextLine(number: number, bytes: bytes[start..<end])
        }
    }
}

/// A line of a ``TextFile``.
struct TextLine: Sendable {
    /// From 1.
    let number: Int
    /// What stands in it, without the line feed.
    let bytes: ArraySlice<UInt8>

    /// Without the blanks at both ends, and without the carriage return of files from Windows.
    var trimmed: ArraySlice<UInt8> { bytes.trimmingBlanks }

    /// Whether it says nothing: it is blank, or begins with `#`.
    var isEmptyOrComment: Bool {
        guard let first = trimmed.first else { return true }
        return first == UInt8(ascii: "#")
    }
}

extension ArraySlice<UInt8> {
    /// Without the blanks at both ends: spaces and the control characters that C counts among them.
    var trimmingBlanks: ArraySlice<UInt8> {
        let end = lastIndex { !$0.isBlank }.map { $0 + 1 } ?? startIndex
        return self[..<end].drop { $0.isBlank }
    }

    /// The text, with a sign in place of each byte that is not UTF-8.
    var text: String { String(decoding: self, as: UTF8.self) }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || 9...13 ~= self }
}

extension ConfigurationError {
    /// What the system has just said of a file; `errno` is still that of the failed call.
    static func system(_ problem: String, _ path: String) -> ConfigurationError {
        let number = errno
        // `strerror` returns a string that ends with a zero byte and is copied at once.
        let reason = unsafe String(cString: strerror(number))
        return ConfigurationError("\(problem): \(reason)", file: path)
    }
}
