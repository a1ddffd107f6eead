#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What log lines begin with: the time as the settings want it. The text is made once a second.
struct LogTimestamp: Sendable {
    /// How many bytes a formatted time may have.
    static let longest = 1_024

    private let style: LogSettings.Timestamp
    /// The second that ``text`` is of.
    private var second: time_t?
    private var text = ""

    init(_ style: LogSettings.Timestamp) {
        self.style = style
        // `localtime_r` need not look at the time zone by itself.
        tzset()
    }

    /// The beginning of a line.
    ///
    /// - Parameter time: Seconds since 1970.
    mutating func prefix(at time: time_t) -> String {
        guard style != .none else { return "" }
        if second != time {
            second = time
            text = "\(Self.text(of: time, style)): "
        }
        return text
    }

    private static func text(of time: time_t, _ style: LogSettings.Timestamp) -> String {
        guard case .format(let format) = style else { return "\(time)" }
        var time = time
        // All that is pointed to are variables of this function, but for the time zone's name in `parts`, which the C
        // library owns and keeps. `strftime` is told how long the buffer is, and returns how much of it is text.
        var parts = unsafe tm()
        _ = unsafe localtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: longest)
        // As above.
        let length = unsafe strftime(&buffer, buffer.count, format, &parts)
        // A format whose text is too long, or empty, is no reason to log without a time.
        guard length > 0 else { return "\(time)" }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
