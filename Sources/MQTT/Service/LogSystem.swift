#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The system's log. There is one for the whole process, and it takes lines from every thread.
enum LogSystem {
    /// What the lines of this program are found by.
    private static let identifier: StaticString = "tinymqtt"

    /// Says what is to be found with the lines from now on.
    static func open(_ settings: LogSettings) {
        // The C library keeps the pointer: it is to text of the program itself, which stays, and ends with a zero byte.
        unsafe UnsafeRawPointer(identifier.utf8Start).withMemoryRebound(to: CChar.self, capacity: 1) {
            unsafe openlog($0, LOG_PID, facility(settings.facility))
        }
    }

    /// Writes a line; the system adds the time.
    static func write(_ line: LogLine) {
        // The text takes the place of `%s` and is not read as a format; the string lives for the length of the calls.
        unsafe line.text.withCString { text in
            unsafe withVaList([text]) { unsafe vsyslog(line.kind.severity, "%s", $0) }
        }
    }

    /// The number of a facility of the system: that of programs in the background, or one of `local0` to `local7`.
    static func facility(_ number: Int?) -> Int32 {
        guard let number, 0...7 ~= number else { return LOG_DAEMON }
        return LOG_LOCAL0 + Int32(number) * (LOG_LOCAL1 - LOG_LOCAL0)
    }
}
