#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The time as the user's clock shows it.
enum LocalTime {
    /// Seconds since 1970, with fractions.
    static var now: Double {
        var time = timespec()
        // The pointer does not outlive the call.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Hours, minutes and seconds.
    static func text(_ seconds: Double) -> String {
        var time = time_t(seconds)
        // Filled by the call; the pointers do not outlive it.
        var parts = unsafe tm()
        // See above.
        _ = unsafe localtime_r(&time, &parts)
        // Numbers, beside a pointer that is not looked at.
        let numbers = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec]
        return numbers.map { ($0 < 10 ? "0" : "") + "\($0)" }.joined(separator: ":")
    }
}

extension Duration {
    /// Milliseconds with one digit behind the point, as in `0.8 ms`.
    var milliseconds: String {
        let tenths = components.seconds * 10_000 + components.attoseconds / 100_000_000_000_000
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
