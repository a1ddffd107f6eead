/// How far a publisher may run ahead of the slowest of its subscribers.
///
/// The window is counted in segments of a quarter of it, so that a publisher learns of what has arrived a few times a
/// window, not a message: a subscriber tells it when it has passed the end of a segment.
struct SendWindow {
    /// How many messages a segment has.
    let segmentSize: UInt64
    private let receiverCount: Int
    /// By how many receivers each segment on its way was passed, the oldest first in the ring.
    private var passes: [Int]
    private var passedSegments: UInt64 = 0

    private static let segmentsInWindow = 4

    /// - Parameters:
    ///   - size: How many messages may be on their way, at least 1.
    ///   - receiverCount: How many subscribers get each of them, at least 1.
    init(size: Int, receiverCount: Int) {
        let size = max(size, 1)
        let segmentSize = max(size / Self.segmentsInWindow, 1)
        self.segmentSize = UInt64(segmentSize)
        self.receiverCount = receiverCount
        passes = Array(repeating: 0, count: size / segmentSize)
    }

    /// The number of the first message that may not be sent yet.
    var limit: UInt64 { (passedSegments + UInt64(passes.count)) * segmentSize }

    /// A receiver has passed the ends of these segments; each tells so once, and in order.
    ///
    /// - Returns: Whether the window has moved.
    mutating func passed(_ segments: Range<UInt64>) -> Bool {
        let before = passedSegments
        // Others would be messages that nobody has sent.
        for segment in segments.clamped(to: passedSegments..<(passedSegments + UInt64(passes.count))) {
            passes[index(of: segment)] += 1
        }
        while passes[index(of: passedSegments)] >= receiverCount {
            passes[index(of: passedSegments)] = 0
            passedSegments += 1
        }
        return passedSegments > before
    }

    private func index(of segment: UInt64) -> Int { Int(segment % UInt64(passes.count)) }
}
