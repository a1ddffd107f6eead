/// All that a configuration says: what a broker is started with, and what it changes to when it reads it again.
public struct ServerSettings: Sendable {
    /// What the process itself is to do.
    public struct Process: Sendable, Equatable {
        /// The user whose rights the broker has once it listens, where it was started by root.
        public var user: String? = "mosquitto"
        /// The file that holds the number of the process while it runs.
        public var processIdentifierFile: String?

        /// Nothing special.
        public init() {}
    }

    /// Where messages are kept when the broker is not running.
    public struct Persistence: Sendable, Equatable {
        /// What an acknowledgement waits for.
        public enum Synchronization: Sendable {
            /// Until the disk has what is acknowledged: it survives a loss of power.
            case full
            /// Until the system has it: it survives the end of the process.
            case normal
            /// As ``normal``, and the system may write it in any order.
            case off
        }

        /// Whether they are kept.
        public var isEnabled = false
        /// The directory; `nil` for the one that the broker is started in.
        public var location: String?
        /// The name of the file.
        public var file = "tinymqtt.db"
        /// What an acknowledgement waits for.
        public var synchronization = Synchronization.full

        /// Nothing is kept.
        public init() {}

        /// The path of the file.
        public var path: String {
            guard let location, !location.isEmpty else { return file }
            return location.hasSuffix("/") ? location + file : "\(location)/\(file)"
        }

        /// Keeps everything in the file at `path`.
        mutating func keep(in path: String) {
            isEnabled = true
            location = nil
            file = path
        }
    }

    /// The rules of the protocol. Its listeners are filled in from ``listeners`` when the broker starts.
    public var broker = BrokerConfiguration()
    /// Where to listen.
    public var listeners: [ListenerSettings] = []
    /// Whether no listener was configured, so that only this machine is served.
    public var isLocalOnly = false
    /// How guessing of passwords is slowed down.
    public var loginLimits = LoginLimits()
    /// What is logged, and where to.
    public var log = LogSettings()
    /// What the process itself is to do.
    public var process = Process()
    /// Where messages are kept.
    public var persistence = Persistence()
    /// How often the topics below `$SYS` are brought up to date, in seconds; 0 for never.
    public var systemInterval = 10
    /// Whether `$CONTROL/broker/v1` answers.
    public var isControlEnabled = false
    /// How many event loops share the work, each with a thread of its own: from 1 to ``mostThreads``; `nil` for as many as
    /// the machine has cores for this process. A broker with ``persistence`` has one in any case.
    public var threads: Int?
    /// What was accepted and has no effect, each a line for the log.
    public var warnings: [ConfigurationError] = []
    /// What was set of the options that hold until a restart.
    var restartOptions = RestartOptions()

    /// How many event loops there may be.
    public static let mostThreads = BrokerSet.mostBrokers

    /// The settings of a broker that is told nothing; it has no listener.
    public init() {}
}
