/// A UTF-8 Encoded String as MQTT defines it (section 1.5.4): at most 65,535 bytes, well formed, without U+0000.
///
/// Bytes and not a `String`: two strings are the same when their bytes are [MQTT-4.7.3-4], whereas `String` compares by
/// canonical equivalence, so that a topic in one normalisation would reach subscribers of another.
struct UTF8String: Sendable {
    /// The longest that a two-byte length can announce.
    static let maximumLength = 65_535

    let bytes: [UInt8]

    /// The string of `bytes`, which the caller has validated.
    init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The string of `text`, or `nil` where it is too long or holds U+0000 [MQTT-1.5.4-2].
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumLength, !bytes.contains(0) else { return nil }
        self.bytes = bytes
    }

    /// The string of `bytes`, or `nil` where they are not what MQTT allows.
    init?(validating bytes: [UInt8]) {
        guard bytes.count <= Self.maximumLength, bytes.span.isWellFormedUTF8 else { return nil }
        self.bytes = bytes
    }

    var count: Int { bytes.count }
    var isEmpty: Bool { bytes.isEmpty }
}

extension UTF8String: Hashable {
    func hash(into hasher: inout Hasher) {
        // Hashing in one go: the hash of an array takes it element by element, three times as slow.
        // The pointer does not outlive the call.
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension UTF8String: CustomStringConvertible {
    var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The text for a log or a terminal; see `String.printable`.
    var printable: String { description.printable }
}

extension String {
    /// The text for a log or a terminal: control characters, by which a stranger could forge lines or drive the
    /// terminal, are written as numbers.
    var printable: String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isControl {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether it moves the cursor, ends a line or turns the direction of writing instead of showing something.
    fileprivate var isControl: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension Span<UInt8> {
    /// Whether the bytes are a UTF-8 Encoded String: no surrogates, no overlong forms, nothing above U+10FFFF
    /// [MQTT-1.5.4-1], and no U+0000 [MQTT-1.5.4-2].
    var isWellFormedUTF8: Bool {
        var index = 0
        while index < count {
            let first = self[index]
            index += 1
            if first < 0x80 {
                if first == 0 { return false }
                continue
            }
            let continuationCount: Int
            // The range of the second byte is what keeps out overlong forms, surrogates and what is beyond U+10FFFF.
            var lowest: UInt8 = 0x80
            var highest: UInt8 = 0xBF
            switch first {
            case 0xC2...0xDF: continuationCount = 1
            case 0xE0: (continuationCount, lowest) = (2, 0xA0)
            case 0xE1...0xEC, 0xEE...0xEF: continuationCount = 2
            case 0xED: (continuationCount, highest) = (2, 0x9F)
            case 0xF0: (continuationCount, lowest) = (3, 0x90)
            case 0xF1...0xF3: continuationCount = 3
            case 0xF4: (continuationCount, highest) = (3, 0x8F)
            default: return false
            }
            guard count - index >= continuationCount else { return false }
            guard self[index] >= lowest, self[index] <= highest else { return false }
            for offset in 1..<3 where offset < continuationCount {
                guard self[index + offset] & 0xC0 == 0x80 else { return false }
            }
            index += continuationCount
        }
        return true
    }
}
