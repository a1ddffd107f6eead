/// What is logged, and where to.
public struct LogSettings: Sendable, Equatable {
    /// A kind of log line.
    public enum Kind: String, Sendable, CaseIterable {
        case error
        case warning
        case notice
        case information
        case debug
        case subscribe
        case unsubscribe
        case webSockets = "websockets"
        case `internal`
    }

    /// A place where log lines go.
    public enum Destination: Sendable, Hashable {
        case standardError
        case standardOutput
        case systemLog
        /// `$SYS/broker/log/…`.
        case topic
        case file(path: String)
    }

    /// How a line begins.
    public enum Timestamp: Sendable, Equatable {
        case none
        /// Seconds since 1970.
        case seconds
        /// A format of `strftime`.
        case format(String)
    }

    /// Where log lines go; empty for nowhere.
    public var destinations: Set<Destination> = [.standardError]
    /// What is logged.
    public var kinds: Set<Kind> = [.error, .warning, .notice, .information]
    /// How a line begins.
    public var timestamp = Timestamp.seconds
    /// The facility in the system's log: `daemon` where `nil`, else the number of a local one, 0 to 7.
    public var facility: Int?
    /// Whether the coming and going of Clients is logged.
    public var logsConnections = true

    /// The settings of a configuration that is silent about the log.
    public init() {}

    /// The settings of a broker without a configuration, whose log a person reads: notices and what is worse, with the
    /// local time as in `2026-01-31T12:00:00+0100`.
    public static var forTerminal: LogSettings {
        var settings = LogSettings()
        settings.kinds = [.error, .warning, .notice]
        settings.timestamp = .format("%Y-%m-%dT%H:%M:%S%z")
        return settings
    }
}
