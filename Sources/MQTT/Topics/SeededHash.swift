/// A hash of bytes for tables that strangers can fill: the seed is drawn at start, so that nobody outside can prepare
/// topics that collide.
///
/// A topic is hashed for every message; the standard library's hasher takes about five times as long for such short
/// inputs.
struct SeededHash: Sendable {
    /// Drawn once: asking the system for randomness is a system call.
    private static let seedOfProcess = UInt64.random(in: .min ... .max)

    private let seed: UInt64

    init() {
        seed = Self.seedOfProcess
    }

    func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var state = seed ^ UInt64(truncatingIfNeeded: bytes.count)
        // The pointer does not outlive the call, and `offset + 8 <= count` holds for each load.
        unsafe bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                state = Self.mix(state ^ word)
                offset += 8
            }
            var tail: UInt64 = 0
            while offset < bytes.count {
                tail = unsafe tail << 8 | UInt64(bytes[offset])
                offset += 1
            }
            state = Self.mix(state ^ tail)
        }
        return state
    }

    /// Multiplies and folds, so that every bit of the input reaches every bit of the result.
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
