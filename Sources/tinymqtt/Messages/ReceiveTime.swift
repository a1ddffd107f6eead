import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How `strftime` is to write a time; kept as C wants it, so that writing one allocates nothing.
struct TimeForm: Sendable, Hashable {
    static let second = TimeForm("%Y-%m-%dT%H:%M:%S")
    static let zone = TimeForm("%z")
    static let zoned = TimeForm("%Y-%m-%dT%H:%M:%S%z")

    /// With a zero at the end.
    fileprivate let characters: [CChar]

    init(_ text: String) {
        characters = Array(text.utf8CString)
    }
}

/// When a message arrived, by the clock of the system.
struct ReceiveTime: Hashable, Sendable {
    /// In which zone a time is written.
    enum Zone {
        /// That of this machine, or of the variable `TZ`.
        case local
        case utc
    }

    /// The longest text that `write` adds; mosquitto has the same limit.
    static let longestText = 100

    /// Whole seconds since the begin of 1970.
    let seconds: Int
    /// What is beyond them: from 0 to 999,999,999.
    let nanoseconds: Int

    /// The time now.
    static func now() -> ReceiveTime {
        var time = timespec()
        // The pointer does not outlive the call, and every system has this clock.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return ReceiveTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// `localtime_r` need not look at the time zone by itself.
    private static let hasZone: Void = tzset()

    /// Adds the time, as the C locale has it; nothing where that is empty or too long.
    func write(_ form: TimeForm, in zone: Zone, to buffer: inout ByteBuffer) {
        _ = Self.hasZone
        var time = time_t(seconds)
        // All that is pointed to are variables of this function, but for the time zone's name in `parts`, which the C
        // library owns and keeps.
        var parts = unsafe tm()
        switch zone {
        // As above.
        case .local: _ = unsafe localtime_r(&time, &parts)
        // As above.
        case .utc: _ = unsafe gmtime_r(&time, &parts)
        }
        // `strftime` is told how much room there is, one byte of it for the zero at the end, and returns how much is text.
        _ = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.longestText) { bytes in
            guard let text = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
            return unsafe strftime(text, Self.longestText, form.characters, &parts)
        }
    }

    /// Adds the first digits of the nanoseconds, nine at most.
    func writeFraction(digits: Int, to buffer: inout ByteBuffer) {
        let text = String(nanoseconds)
        let zeros = max(0, 9 - text.utf8.count)
        buffer.writeRepeatingByte(UInt8(ascii: "0"), count: min(zeros, digits))
        buffer.writeString(String(text.prefix(max(0, digits - zeros))))
    }

    /// Adds the time as `2026-11-21T12:34:56.789012+0100`, as in mosquitto's JSON.
    func writeLocalStamp(to buffer: inout ByteBuffer) {
        write(.second, in: .local, to: &buffer)
        buffer.writeStaticString(".")
        writeFraction(digits: 6, to: &buffer)
        write(.zone, in: .local, to: &buffer)
    }

    /// Adds the time as `2026-11-21T12:34:56.789012Z`, which means the same everywhere.
    func writeUniversalStamp(to buffer: inout ByteBuffer) {
        write(.second, in: .utc, to: &buffer)
        buffer.writeStaticString(".")
        writeFraction(digits: 6, to: &buffer)
        buffer.writeStaticString("Z")
    }
}
