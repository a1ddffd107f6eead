import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A point in time, as a state machine is told of it: one clock to measure with, and one to show.
struct Moment: Sendable {
    /// For time spans; it never goes back.
    var deadline: NIODeadline
    /// For people: seconds since the begin of 1970.
    var secondsSince1970: Int

    /// Now, by the clocks of the machine.
    static var current: Moment {
        var seconds = time_t()
        // The pointer does not outlive the call.
        unsafe time(&seconds)
        return Moment(deadline: .now(), secondsSince1970: Int(seconds))
    }

    /// The time as ISO 8601 has it, to the second and in UTC, like `2026-11-21T10:30:00Z`.
    var timestamp: String {
        var seconds = time_t(secondsSince1970)
        // Both are variables of this function, and the call fills one from the other.
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        // Numbers that the call has just filled in.
        let fields = unsafe (
            parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec
        )
        let day = "\(fields.0)-\(Self.twoDigits(fields.1))-\(Self.twoDigits(fields.2))"
        return "\(day)T\(Self.twoDigits(fields.3)):\(Self.twoDigits(fields.4)):\(Self.twoDigits(fields.5))Z"
    }

    private static func twoDigits(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The longest text that is looked at as a time.
    private static let longestTimestamp = 40

    /// Whether a text is a time as ISO 8601 has it, with or without fractions of a second and a zone.
    static func isTimestamp(_ text: String) -> Bool {
        text.utf8.count <= longestTimestamp
            && text.wholeMatch(of: /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?/) != nil
    }
}
