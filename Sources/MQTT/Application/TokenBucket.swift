import NIOCore

/// How often something may happen: a store of tokens that grows with time up to a bound, and loses one each time.
struct TokenBucket: Sendable {
    /// How many may come each second in the long run, and how many at once.
    struct Rate: Sendable, Hashable {
        var perSecond: Double
        var burst: Double
    }

    let rate: Rate
    private var tokens: Double
    private var lastFilled: NIODeadline

    /// A bucket that is full at `now`.
    init(_ rate: Rate, now: NIODeadline) {
        self.rate = rate
        tokens = rate.burst
        lastFilled = now
    }

    /// Takes a token; `false` where there is none.
    mutating func take(now: NIODeadline) -> Bool {
        fill(now)
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }

    /// How long it is until there is a token.
    mutating func delay(now: NIODeadline) -> TimeAmount {
        fill(now)
        guard tokens < 1 else { return .zero }
        return .nanoseconds(Int64((1 - tokens) / max(rate.perSecond, 1e-6) * 1e9) + 1)
    }

    /// Whether it is as full as it can be, so that a new one would do as well.
    mutating func isFull(now: NIODeadline) -> Bool {
        fill(now)
        return tokens >= rate.burst
    }

    private mutating func fill(_ now: NIODeadline) {
        guard now > lastFilled else { return }
        tokens = min(rate.burst, tokens + Double((now - lastFilled).nanoseconds) / 1e9 * rate.perSecond)
        lastFilled = now
    }
}

/// A token bucket for each name that has come lately.
struct RateLimiter: Sendable {
    /// For how many names there is a bucket; the names beyond share one.
    static let maximumNames = 10_000
    /// The bucket of the names beyond: no name is empty.
    private static let shared = ""

    private let rate: TokenBucket.Rate
    private var buckets: [String: TokenBucket] = [:]

    init(_ rate: TokenBucket.Rate) {
        self.rate = rate
    }

    /// Whether one more is allowed to this name; if so, it counts.
    mutating func allows(_ name: String, now: NIODeadline) -> Bool {
        var name = name
        if buckets[name] == nil, buckets.count >= Self.maximumNames {
            buckets = buckets.filter { entry in
                var bucket = entry.value
                return !bucket.isFull(now: now)
            }
            if buckets.count >= Self.maximumNames { name = Self.shared }
        }
        return buckets[name, default: TokenBucket(rate, now: now)].take(now: now)
    }
}
