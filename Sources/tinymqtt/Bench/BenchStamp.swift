import NIOCore

/// What a message of a benchmark says of itself, at the beginning of its payload: whose it is, which one, and when it was
/// due.
struct BenchStamp: Equatable {
    /// How many bytes it takes, and so how large a payload is at least.
    static let byteCount = 32
    /// What every stamp begins with, so that other people's messages are not taken for ours: `mqtB`.
    private static let mark: UInt32 = 0x6D71_7442
    /// No publisher has so many messages; a larger number is not counted up from.
    private static let mostMessages: UInt64 = 1 << 48

    /// The benchmark that has sent the message; each has a number of its own.
    var run: UInt64
    /// The publisher, counted from 0.
    var sender: UInt32
    /// Which message of this publisher it is, counted from 0.
    var sequence: UInt64
    /// When it was due, or was sent where nothing was due, in nanoseconds of the machine's clock that never jumps.
    var due: UInt64

    init(run: UInt64, sender: UInt32, sequence: UInt64, due: UInt64) {
        self.run = run
        self.sender = sender
        self.sequence = sequence
        self.due = due
    }

    /// - Returns: `nil` where the payload has no stamp.
    init?(_ payload: ByteBuffer) {
        var payload = payload
        guard
            let (mark, sender, run, sequence, due) = payload.readMultipleIntegers(
                as: (UInt32, UInt32, UInt64, UInt64, UInt64).self
            ), mark == Self.mark, sequence < Self.mostMessages
        else { return nil }
        self.init(run: run, sender: sender, sequence: sequence, due: due)
    }

    /// A payload of this size that begins with the stamp; the rest is zeros.
    func payload(size: Int) -> ByteBuffer {
        var payload = ByteBuffer()
        payload.reserveCapacity(size)
        payload.writeMultipleIntegers(Self.mark, sender, run, sequence, due)
        payload.writeRepeatingByte(0, count: max(0, size - Self.byteCount))
        return payload
    }
}
