import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The words of the command line, with all bytes that they have: a payload or a password may be any bytes, and a string
/// holds only UTF-8.
///
/// A byte that is no part of UTF-8 stands in a word as two of Unicode's noncharacters, one for each half of it: U+FDD0 to
/// U+FDDF, then U+FDE0 to U+FDEF. Text has none of these; where it has, they are such bytes too. So a word carries its
/// bytes wherever it goes, also after the arguments have been overwritten.
enum ArgumentBytes {
    private static let highHalves: ClosedRange<UInt32> = 0xFDD0...0xFDDF
    private static let lowHalves: ClosedRange<UInt32> = 0xFDE0...0xFDEF

    /// The words of the command line, the program's name first.
    static let words = CommandLine.arguments.indices.map { index in
        // The index is one of the arguments, of which there are as many as strings.
        guard let argument = unsafe CommandLine.unsafeArgv[index] else { return CommandLine.arguments[index] }
        // An argument ends with a zero byte, and the bytes before it are copied at once.
        return word(unsafe ByteBuffer(bytes: UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
    }

    /// The word that stands for these bytes.
    static func word(_ bytes: ByteBuffer) -> String {
        var rest = bytes.readableBytesView[...]
        if let text = String(validating: rest, as: UTF8.self), isText(text) { return text }
        var word = String.UnicodeScalarView()
        while let first = rest.first {
            // The ones before the first zero of a character's first byte count its bytes; there is none if it is one.
            let character = rest.prefix(max(1, (~first).leadingZeroBitCount))
            if let text = String(validating: character, as: UTF8.self), isText(text) {
                word.append(contentsOf: text.unicodeScalars)
                rest = rest.dropFirst(character.count)
            } else {
                for half in [highHalves.lowerBound + UInt32(first >> 4), lowHalves.lowerBound + UInt32(first & 0xF)] {
                    // Noncharacters are scalars all the same.
                    if let scalar = Unicode.Scalar(half) { word.append(scalar) }
                }
                rest = rest.dropFirst()
            }
        }
        return String(word)
    }

    /// The bytes of a word of the command line, or of any other text.
    static func of(_ word: String) -> ByteBuffer {
        guard !isText(word) else { return ByteBuffer(string: word) }
        var bytes = ByteBuffer()
        var high: UInt8 = 0
        for scalar in word.unicodeScalars {
            switch scalar.value {
            case highHalves: high = UInt8(scalar.value - highHalves.lowerBound)
            case lowHalves: bytes.writeInteger(high << 4 | UInt8(scalar.value - lowHalves.lowerBound))
            default: bytes.writeString(String(scalar))
            }
        }
        return bytes
    }

    /// Whether a word of the command line is UTF-8, as topics and names have to be.
    static func isText(_ word: String) -> Bool {
        !word.unicodeScalars.contains { highHalves.contains($0.value) || lowHalves.contains($0.value) }
    }
}
