import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The words of the command line as the bytes that they are: a string has others in place of those that are no UTF-8, and
/// a payload may be any bytes.
enum ArgumentBytes {
    /// What a string has where bytes were no UTF-8.
    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// The bytes of a word of the command line, or of any other text.
    static func of(_ word: String) -> ByteBuffer {
        let text = ByteBuffer(string: word)
        guard word.unicodeScalars.contains(replacement), let index = CommandLine.arguments.firstIndex(of: word),
            // The index is one of the arguments, of which there are as many as strings.
            let argument = unsafe CommandLine.unsafeArgv[index]
        else { return text }
        // An argument ends with a zero byte, and the bytes before it are copied at once.
        return unsafe ByteBuffer(bytes: UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
    }

    /// Whether a word of the command line is UTF-8, as topics have to be.
    static func isText(_ word: String) -> Bool { of(word) == ByteBuffer(string: word) }
}
