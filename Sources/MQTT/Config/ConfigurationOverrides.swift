/// What the command line and the environment say beside a configuration.
public struct ConfigurationOverrides: Sendable {
    /// How many ports there may be.
    public static let mostPorts = 10

    /// Ports of this machine's own addresses that are listened on where the configuration has no listener; port 0 lets
    /// the system choose. Without any, it is 1883.
    public var ports: [Int] = []
    /// Whether everything is logged.
    public var isVerbose = false
    /// Whether nothing is logged; wins over ``isVerbose``.
    public var isQuiet = false
    /// A file to which the secrets of each TLS connection are appended.
    public var keyLogFile: String?
    /// The directory for what is kept, instead of the one in the configuration.
    public var persistenceLocation: String?

    /// The file of the store: what lasts is kept there, whatever the configuration says of it.
    public var storePath: String?

    /// What the broker calls itself, in `$SYS/broker/version` and where it is asked by HTTP.
    public var versionText: String?

    /// How many event loops share the work, whatever the configuration says of it.
    public var threads: Int?

    /// Nothing but the configuration.
    public init() {}

    /// Takes what mosquitto looks for in the environment; an empty variable counts as none.
    ///
    /// `MOSQUITTO_PERSISTENCE_LOCATION` is the directory for what is kept. `MOSQUITTO_UNSAFE_ALLOW_SYMLINKS` lets
    /// mosquitto read files through symbolic links, which this broker does in any case.
    public init(environment: [String: String]) {
        if let location = environment["MOSQUITTO_PERSISTENCE_LOCATION"], !location.isEmpty {
            persistenceLocation = location
        }
    }

    /// The ports for a configuration without a listener.
    var localPorts: [Int] { ports.isEmpty ? [1_883] : ports }

    /// - Throws: ``ConfigurationError`` for ports that are none, or too many.
    func check() throws(ConfigurationError) {
        guard ports.count <= Self.mostPorts else {
            throw ConfigurationError("there are \(ports.count) ports; \(Self.mostPorts) are allowed")
        }
        if let threads, !(1...ServerSettings.mostThreads ~= threads) {
            throw ConfigurationError("there are \(threads) threads; 1 to \(ServerSettings.mostThreads) are allowed")
        }
        for port in ports where !(0...65_535 ~= port) {
            throw ConfigurationError("the port is \(port); allowed is a number from 0 to 65535")
        }
        guard Set(ports.filter { $0 != 0 }).count == ports.count(where: { $0 != 0 }) else {
            throw ConfigurationError("a port is given twice")
        }
    }

    func apply(to settings: inout ServerSettings) {
        if let persistenceLocation { settings.persistence.location = persistenceLocation }
        if let threads { settings.threads = threads }
        if let storePath { settings.persistence.keep(in: storePath) }
        if let versionText { settings.broker.versionText = versionText }
        if isVerbose { settings.log.kinds = Set(LogSettings.Kind.allCases) }
        if isQuiet { settings.log.destinations = [] }
    }
}

extension ListenerSettings {
    /// The name of this machine's own addresses.
    static let localHost = "localhost"
}

extension ListenerSettings.Address {
    /// The address as a `listener` gives it.
    var configurationText: String {
        switch self {
        case .tcp(let host?, let port): "\(port) \(host)"
        case .tcp(nil, let port): "\(port)"
        case .unix(let path): "0 \(path)"
        }
    }
}
