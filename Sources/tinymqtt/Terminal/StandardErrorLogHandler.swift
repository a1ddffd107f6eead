import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Writes log lines to standard error: the time in UTC, the level, the text.
struct StandardErrorLogHandler: LogHandler {
    var logLevel = Logger.Level.notice
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        printError("\(Self.timestamp()) \(event.level): \(event.message)")
    }

    /// The time as in `2026-01-31T12:00:00Z`.
    private static func timestamp() -> String {
        var now = time(nil)
        var buffer = [CChar](repeating: 0, count: 32)
        // All that is pointed to are variables of this function; `strftime` is told how long the buffer is, and returns
        // how much of it is text. The format does not ask for the time zone's name, the one pointer inside `parts`.
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&now, &parts)
        let length = unsafe strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
