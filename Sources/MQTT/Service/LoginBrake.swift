import NIOCore

/// Slows down whoever guesses passwords: an address that fails often waits longer and longer for each further attempt.
///
/// It keeps the times of the last failures of each address. A value without a clock: whoever has it tells the time.
struct LoginBrake: Sendable {
    /// How many addresses are remembered. Beyond that the one is forgotten whose last failure is the oldest.
    static let maximumAddressCount = 4_096
    /// How many failures of one address are told apart; ``LoginLimits/failures`` above it counts as this.
    static let maximumFailureCount = 256

    /// The longest window and the longest delay, in seconds: a day.
    static let longestTime = 86_400

    /// Who is meant by an address: of IPv6 the network, of which one machine has all addresses.
    private struct Origin: Hashable {
        let bytes: [UInt8]

        /// `nil` for an address that all programs of this machine share.
        init?(_ address: SocketAddress) {
            switch address {
            // Where the address lies in `sockaddr_in` and `sockaddr_in6`: behind the port, there with the flow between.
            case .v4(let address): bytes = Array(Self.bytes(of: address.address)[4..<8])
            case .v6(let address):
                let all = Array(Self.bytes(of: address.address)[8..<24])
                // An address of IPv4, as a listener for both kinds sees it.
                let isVersion4 = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
                bytes = isVersion4 ? Array(all.suffix(4)) : Array(all.prefix(8))
            case .unixDomainSocket: return nil
            }
        }

        private static func bytes<Address>(of address: Address) -> [UInt8] {
            // The pointer does not outlive the call, and C's types for addresses have no padding.
            unsafe withUnsafeBytes(of: address) { unsafe Array($0) }
        }
    }

    private let limits: LoginLimits
    /// The times of the last failures, oldest first.
    private var failures: [Origin: [NIODeadline]] = [:]

    /// - Parameter limits: What counts as often, and how long to wait. Negative numbers count as 0, and times beyond
    ///   ``longestTime`` as that.
    init(limits: LoginLimits) {
        let allowed = 0...Self.longestTime
        var limits = limits
        limits.failures = min(max(limits.failures, 0), Self.maximumFailureCount)
        limits.window = min(max(limits.window, allowed.lowerBound), allowed.upperBound)
        limits.longestDelay = min(max(limits.longestDelay, allowed.lowerBound), allowed.upperBound)
        limits.delay = min(max(limits.delay, allowed.lowerBound), limits.longestDelay)
        self.limits = limits
    }

    /// How many addresses are remembered now.
    var addressCount: Int { failures.count }

    /// How long an attempt from `address` has to wait before it is looked at; `nil` where it need not.
    func delay(for address: SocketAddress, now: NIODeadline) -> TimeAmount? {
        guard isOn, let origin = Origin(address), let times = failures[origin] else { return nil }
        let excess = times.count { counts($0, now) } - limits.failures
        guard excess >= 0 else { return nil }
        // Doubled until nothing changes any more; the number of failures bounds the loop.
        var seconds = limits.delay
        for _ in 0..<excess where seconds < limits.longestDelay {
            seconds *= 2
        }
        let delay = TimeAmount.seconds(Int64(min(seconds, limits.longestDelay)))
        return delay > .zero ? delay : nil
    }

    /// An attempt from `address` has failed.
    mutating func failed(_ address: SocketAddress, now: NIODeadline) {
        guard isOn, let origin = Origin(address) else { return }
        if failures[origin] == nil { makeRoom(now) }
        var times = failures[origin, default: []].filter { counts($0, now) }
        times.append(now)
        // Further ones would not make the delay longer.
        let useful = limits.failures + doublings
        if times.count > useful { times.removeFirst(times.count - useful) }
        failures[origin] = times
    }

    /// An attempt from `address` has succeeded: what it failed before is forgotten.
    mutating func succeeded(_ address: SocketAddress, now: NIODeadline) {
        guard let origin = Origin(address) else { return }
        failures[origin] = nil
    }

    private var isOn: Bool { limits.failures > 0 && limits.window > 0 }

    /// How many failures beyond the allowed ones it takes to the longest delay: twice as long each time.
    private var doublings: Int {
        Int.bitWidth - (limits.longestDelay / max(1, limits.delay)).leadingZeroBitCount + 1
    }

    /// Whether a failure of that time still counts.
    private func counts(_ time: NIODeadline, _ now: NIODeadline) -> Bool {
        now - time < .seconds(Int64(limits.window))
    }

    /// Makes room for one address more.
    private mutating func makeRoom(_ now: NIODeadline) {
        guard failures.count >= Self.maximumAddressCount else { return }
        failures = failures.filter { $0.value.last.map { counts($0, now) } ?? false }
        guard failures.count >= Self.maximumAddressCount else { return }
        let oldest = failures.min { ($0.value.last ?? .distantPast) < ($1.value.last ?? .distantPast) }
        if let oldest { failures[oldest.key] = nil }
    }
}
