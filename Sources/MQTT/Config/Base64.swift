/// Base64 as in RFC 4648, strict: of each sequence of bytes there is one text only.
package enum Base64 {
    /// Whether the last group is filled up to four characters.
    package enum Padding {
        /// With `=`.
        case full
        /// It is not, as in hashes of Argon2.
        case none
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let filler = UInt8(ascii: "=")

    /// The text of `bytes`.
    package static func encode(_ bytes: [UInt8], padding: Padding) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for position in 0...group.count {
                text.append(alphabet[bits >> (18 - 6 * position) & 0x3F])
            }
            if padding == .full { text += repeatElement(filler, count: 3 - group.count) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `text`; `nil` where another character stands in it, where it is filled up otherwise than `padding`
    /// says, and where bits that belong to no byte are not zero.
    package static func decode(_ text: some Collection<UInt8>, padding: Padding) -> [UInt8]? {
        var digits = Array(text)
        if padding == .full {
            guard digits.count.isMultiple(of: 4) else { return nil }
            for _ in 0..<2 where digits.last == filler {
                digits.removeLast()
            }
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3 + 2)
        var bits = 0
        var bitCount = 0
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            bits = bits << 6 | value
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(bits >> bitCount))
                bits &= (1 << bitCount) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func value(of digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(digit) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(digit) - 97 + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit) - 48 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
