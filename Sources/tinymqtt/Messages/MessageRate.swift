import NIOCore

/// Counts messages, and says how many came in a second.
struct MessageRate {
    /// No line stands for a shorter time, in seconds.
    private static let shortest = 0.001

    private var count = 0

    /// Another message has come.
    mutating func add() {
        count += 1
    }

    /// Adds a line with the messages a second since the last one, and begins to count anew.
    ///
    /// - Parameter time: How long it is since the last line; where that is later than planned, the rate is still right.
    mutating func append(after time: Duration = .seconds(1), to buffer: inout ByteBuffer) {
        let seconds = max(time / .seconds(1), Self.shortest)
        let rate = (Double(count) / seconds).rounded()
        count = 0
        buffer.writeString("\(Int(rate)) msgs/s\n")
    }
}
