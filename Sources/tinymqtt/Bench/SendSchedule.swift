/// When each message is due at a fixed rate, whatever happened before: the publishers take turns.
struct SendSchedule: Equatable {
    /// When the first message is due, in nanoseconds.
    let start: UInt64
    /// Messages a second, of all publishers together.
    let rate: Double
    let publisherCount: Int

    /// Nothing is due later than this, in nanoseconds: centuries, and far from the end of the clock.
    private static let latest = Double(UInt64.max / 4)

    /// When a message of a publisher is due, in nanoseconds.
    func due(publisher: Int, sequence: UInt64) -> UInt64 {
        let turn = Double(sequence) * Double(publisherCount) + Double(publisher)
        return start + UInt64(min(turn * 1e9 / rate, Self.latest))
    }
}
