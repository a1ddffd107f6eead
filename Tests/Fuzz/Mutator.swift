@testable import Support

/// Makes bytes that are nearly right from bytes that are right.
struct Mutator {
    var random: SeededGenerator
    /// Bytes that are edges of something: of lengths, of UTF-8 sequences, of flags, of properties.
    private static let telling: [UInt8] = [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x7F, 0x80, 0x81, 0xC0, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFE, 0xFF, 0x08,
        0x0B,
        0x15, 0x16, 0x1F, 0x22, 0x23, 0x26, 0x2B, 0x2F,
    ]

    /// `bytes` with one to four changes; `other` is what a splice takes its end from.
    mutating func mutate(_ bytes: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<random.pick(1...4) {
            change(&bytes, with: other)
        }
        // With its length put right, a changed packet is read to its end more often.
        if random.oneIn(2) { repairRemainingLength(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], with other: [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = other
            return
        }
        let index = random.pick(bytes.indices)
        switch random.pick(0..<8) {
        case 0: bytes[index] ^= 1 << random.pick(0..<8)
        case 1: bytes[index] = .random(in: 0...255, using: &random)
        case 2: bytes[index] = random.pick(Self.telling)
        case 3: bytes.insert(random.pick(Self.telling), at: index)
        case 4: bytes.removeSubrange(index..<min(bytes.count, index + random.pick(1...4)))
        case 5: bytes.removeSubrange(index...)
        case 6: bytes.replaceSubrange(index..., with: other.suffix(random.pick(0...other.count)))
        default:
            // A length lies, by a little or by much.
            let by: UInt8 = random.pick([1, 2, 0xFF, 0xFE, 0x80])
            bytes[random.pick(0..<min(bytes.count, 16))] &+= by
        }
    }

    /// Makes the Remaining Length say how many bytes there are.
    private func repairRemainingLength(_ bytes: inout [UInt8]) {
        guard bytes.count >= 2 else { return }
        let lengthBytes = bytes.dropFirst().prefix(3).prefix { $0 >= 0x80 }.count + 1
        let content = bytes.dropFirst(1 + lengthBytes)
        var length: [UInt8] = []
        var rest = content.count
        repeat {
            length.append(UInt8(rest % 128) + (rest >= 128 ? 128 : 0))
            rest /= 128
        } while rest > 0
        bytes = [bytes[0]] + length + content
    }

    /// `bytes` in pieces: single bytes, or of random length.
    mutating func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        let longest = random.oneIn(8) ? 1 : 1 + bytes.count
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(random.pick(1...longest))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
