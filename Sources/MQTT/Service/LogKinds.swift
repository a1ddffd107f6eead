import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

// Table: what each kind of log line is called in the places that log lines go to.

extension LogSettings.Kind {
    /// What a line of this kind is in the places that know kinds of their own.
    private struct Face {
        /// The last levels of its topic below `$SYS/broker/log/`; `nil` for lines that no topic gets.
        let topic: String?
        /// Its severity in the system's log.
        let severity: Int32
        /// The least important level at which such lines are logged.
        let level: Logger.Level
        /// What its text begins with.
        let prefix: String

        init(_ topic: String?, _ severity: Int32, _ level: Logger.Level, prefix: String = "") {
            self.topic = topic
            self.severity = severity
            self.level = level
            self.prefix = prefix
        }
    }

    private var face: Face {
        switch self {
        case .error: Face("E", LOG_ERR, .error, prefix: "Error: ")
        case .warning: Face("W", LOG_WARNING, .warning, prefix: "Warning: ")
        case .notice: Face("N", LOG_NOTICE, .notice)
        case .information: Face("I", LOG_INFO, .info)
        // Packets are traced at this level: publishing such a line would make the next one, without end.
        case .debug: Face(nil, LOG_DEBUG, .debug)
        case .subscribe: Face("M/subscribe", LOG_NOTICE, .debug)
        case .unsubscribe: Face("M/unsubscribe", LOG_NOTICE, .debug)
        case .webSockets: Face("WS", LOG_DEBUG, .debug)
        // As those for debugging.
        case .internal: Face(nil, LOG_DEBUG, .trace)
        }
    }

    /// The topic that lines of this kind are published to; `nil` for lines that no topic gets.
    var topic: String? { face.topic.map { "$SYS/broker/log/\($0)" } }
    /// The severity in the system's log.
    var severity: Int32 { face.severity }
    /// The least important level at which lines of this kind are logged.
    var level: Logger.Level { face.level }
    /// What the text of a line begins with, so that it can be told from others without its kind.
    var prefix: String { face.prefix }

    /// The kind of a line: the source names those that are no more or less important than others; for all others it
    /// is the level.
    init(level: Logger.Level, source: String) {
        switch source {
        case BrokerEvent.Source.subscribe: self = .subscribe
        case BrokerEvent.Source.unsubscribe: self = .unsubscribe
        case Self.webSockets.rawValue: self = .webSockets
        default:
            switch level {
            case .critical, .error: self = .error
            case .warning: self = .warning
            case .notice: self = .notice
            case .info: self = .information
            case .debug: self = .debug
            case .trace: self = .internal
            }
        }
    }
}
