/// Bytes written for people to read: the notation of all tables of packets.
///
///     10 {                # a byte, and the length of what the braces hold as a Variable Byte Integer
///         'MQTT' 05       # a string with its two-byte length
///         02 003C {}      # digits in groups of any even number
///         [ 01 02 ]       # Binary Data: what the brackets hold after its two-byte length
///         |text| 61*300   # characters as they are; a byte 300 times
///     }
struct HexNotation {
    private var text: ArraySlice<UInt8>

    /// The bytes that `notation` stands for; a mistake in it is a mistake in the test, and traps.
    static func bytes(_ notation: String) -> [UInt8] {
        var parser = HexNotation(text: ArraySlice(notation.utf8))
        return parser.parse(until: nil)
    }

    private mutating func parse(until closing: UInt8?) -> [UInt8] {
        var bytes: [UInt8] = []
        while let character = text.popFirst() {
            if character == closing { return bytes }
            switch character {
            case UInt8(ascii: " "), UInt8(ascii: "\n"): continue
            case UInt8(ascii: "#"): _ = take(until: UInt8(ascii: "\n"))
            case UInt8(ascii: "'"): bytes += Self.withTwoByteLength(take(until: character))
            case UInt8(ascii: "|"): bytes += take(until: character)
            case UInt8(ascii: "{"): bytes += Self.withVariableLength(parse(until: UInt8(ascii: "}")))
            case UInt8(ascii: "["): bytes += Self.withTwoByteLength(parse(until: UInt8(ascii: "]")))
            case UInt8(ascii: "*"):
                guard let last = bytes.last else { preconditionFailure("nothing to repeat") }
                bytes += Array(repeating: last, count: takeNumber() - 1)
            default:
                guard let upper = Self.digit(character), let lower = text.popFirst().flatMap(Self.digit) else {
                    preconditionFailure("no pair of hexadecimal digits before \(String(decoding: text, as: UTF8.self))")
                }
                bytes.append(upper << 4 | lower)
            }
        }
        precondition(closing == nil, "a brace or bracket is not closed")
        return bytes
    }

    private mutating func take(until closing: UInt8) -> [UInt8] {
        let taken = text.prefix { $0 != closing }
        text = text.dropFirst(taken.count + 1)
        return Array(taken)
    }

    private mutating func takeNumber() -> Int {
        let digits = text.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        text = text.dropFirst(digits.count)
        guard let number = Int(String(decoding: digits, as: UTF8.self)), number > 0 else {
            preconditionFailure("a repetition without a number")
        }
        return number
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        Character(UnicodeScalar(character)).hexDigitValue.map { UInt8($0) }
    }

    private static func withTwoByteLength(_ content: [UInt8]) -> [UInt8] {
        precondition(content.count <= 65_535, "too long for a two-byte length")
        return [UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }

    /// A Variable Byte Integer and the content; written here once more, so that the tests do not use what they test.
    private static func withVariableLength(_ content: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        var rest = content.count
        repeat {
            length.append(UInt8(rest % 128) + (rest >= 128 ? 128 : 0))
            rest /= 128
        } while rest > 0
        return length + content
    }
}
