import NIOCore

/// Measures how fast something comes, against a rate that is allowed: a bucket that fills with time, up to what a
/// second brings, and may be overdrawn. Whoever overdraws it waits until it is level again.
struct RateMeter: Sendable {
    /// What has come and has not been paid for by time, in messages and in bytes; nothing where there is no rate.
    private var messagesUsed: Float = 0
    private var bytesUsed: Float = 0
    private var lastTaken = NIODeadline.uptimeNanoseconds(0)

    /// Notes a message of `byteCount` bytes. A rate of 0 is none.
    mutating func take(byteCount: Int, messageRate: Int, byteRate: Int, now: NIODeadline) {
        let seconds = Float((now - lastTaken).nanoseconds) / 1e9
        lastTaken = now
        messagesUsed = messageRate > 0 ? max(0, messagesUsed - seconds * Float(messageRate)) + 1 : 0
        bytesUsed = byteRate > 0 ? max(0, bytesUsed - seconds * Float(byteRate)) + Float(byteCount) : 0
    }

    /// How long to wait until no more has come than a second's worth beyond what is allowed; `nil` for not at all.
    func pause(messageRate: Int, byteRate: Int) -> TimeAmount? {
        var seconds: Float = 0
        if messageRate > 0 { seconds = max(seconds, messagesUsed / Float(messageRate) - 1) }
        if byteRate > 0 { seconds = max(seconds, bytesUsed / Float(byteRate) - 1) }
        guard seconds > 0 else { return nil }
        return .nanoseconds(Int64(Double(seconds) * 1e9))
    }
}
