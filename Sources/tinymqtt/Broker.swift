import ArgumentParser
import MQTT

/// `tinymqtt broker`: runs a broker until a signal, or a word at its console, stops it.
struct Broker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run a broker.",
        discussion: """
            Without a configuration it listens on this machine's own addresses only, port 1883, and lets everybody in. \
            It takes a mosquitto.conf as it is; tinymqtt.conf(5) has all options. SIGINT or SIGTERM stops it, a second \
            one stops it at once, and SIGHUP has it read its configuration again. On a terminal it takes words like help \
            and stop.
            """,
        helpNames: .shortAndLong
    )

    @Option(
        name: [.short, .customLong("config-file")],
        parsing: .unconditional,
        help: ArgumentHelp("The configuration, in the syntax of mosquitto.conf.", valueName: "file"),
        completion: .file()
    )
    var configurationFile: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "The address to listen on; 0.0.0.0 and :: let other machines connect (default: MQTT_BROKER_HOST, MQTT_HOST, or "
                + "localhost). A configuration with listeners wins.",
            valueName: "host"
        )
    )
    var host: String?

    @Option(
        name: [.customShort("p"), .customLong("port")],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A port to listen on, up to ten times; 0 lets the system choose (default: MQTT_BROKER_PORT, MQTT_PORT, or "
                + "1883). A configuration with listeners wins.",
            valueName: "port"
        )
    )
    var ports: [String] = []

    @Flag(name: [.short, .long], help: "Go to the background when the broker listens.")
    var daemon = false

    @Option(
        name: .long,
        help: ArgumentHelp("What to log: debug, info, notice, warning or error.", valueName: "level")
    )
    var logLevel: LogLevel?

    @Flag(name: [.short, .long], help: "Log everything, each packet and each subscription as well.")
    var verbose = false

    @Flag(name: [.short, .long], help: "Log nothing; wins over --verbose.")
    var quiet = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "The file that sessions, their messages and retained messages are kept in, so that they survive the broker; "
                + "the configuration's persistence is ignored.",
            valueName: "file"
        ),
        completion: .file()
    )
    var store: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many threads share the work, 1 to 64 (default: the number of cores). A broker with a store has one.",
            valueName: "count"
        )
    )
    var threads: Int?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "Look over the store in this file, say what is in it and what is wrong with it, and end.",
            valueName: "file"
        ),
        completion: .file()
    )
    var checkStore: String?

    @Flag(name: .long, help: "Read the configuration with all its files, say what is wrong with it, and end.")
    var testConfig = false

    @Flag(name: .long, help: "Run a room server in this process as well: see room-server, join and send-room.")
    var rooms = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "A file that the secrets of TLS connections are appended to, for tools that look into captured packets.",
            valueName: "file"
        ),
        completion: .file()
    )
    var tlsKeylog: String?

    func validate() throws {
        _ = try portNumbers
        if let threads, !(1...ServerSettings.mostThreads ~= threads) {
            throw ValidationError("--threads is \(threads); allowed is 1 to \(ServerSettings.mostThreads)")
        }
        guard !testConfig || configurationFile != nil else {
            throw ValidationError("--test-config needs a configuration: --config-file FILE")
        }
    }

    private var portNumbers: [Int] {
        get throws {
            let texts = ports.isEmpty ? [Environment.port].compactMap { $0 } : ports
            guard texts.count <= ConfigurationOverrides.mostPorts else {
                throw ValidationError("there are \(texts.count) ports; at most ten are listened on")
            }
            return try texts.map { text in
                guard let number = Int(text), 0...65_535 ~= number else {
                    let source = ports.isEmpty ? "the environment's port" : "the port"
                    throw ValidationError("\(source) \(text) is not a number from 0 to 65535")
                }
                return number
            }
        }
    }

    func run() async throws {
        if let checkStore { return try StoreReport(path: checkStore).print() }
        let overrides = try overrides
        if testConfig {
            _ = try readSettings(overrides)
            return printError("tinymqtt broker: the configuration is right")
        }
        let daemon = daemon ? try Daemon.enter() : nil
        ProcessHabits.ignoreWriteSignals()
        try ProcessHabits.applyFileMask()
        var service = try BrokerService(
            settings: try readSettings(overrides),
            hasConfiguration: configurationFile != nil,
            daemon: daemon
        ) { () throws(ConfigurationError) in
            try readSettings(overrides)
        }
        service.hasRooms = rooms
        try await service.run()
    }

    private var overrides: ConfigurationOverrides {
        get throws {
            var overrides = ConfigurationOverrides(environment: Environment.all)
            overrides.ports = try portNumbers
            overrides.isVerbose = verbose
            overrides.isQuiet = quiet
            overrides.keyLogFile = tlsKeylog
            overrides.storePath = store
            overrides.versionText = "tinymqtt \(TinyMQTT.version)"
            overrides.threads = threads
            return overrides
        }
    }

    /// The settings, with what only the command line says.
    private func readSettings(_ overrides: ConfigurationOverrides) throws(ConfigurationError) -> ServerSettings {
        var settings = try ServerSettings.read(configurationFile: configurationFile, overrides: overrides)
        try MQTTServer.check(settings)
        if settings.isLocalOnly, let host = host ?? Environment.host {
            settings.listen(on: host)
        }
        if let logLevel { settings.log.kinds = logLevel.kinds }
        return settings
    }
}

extension ServerSettings {
    /// Has what would listen on this machine's own addresses listen on `host`.
    fileprivate mutating func listen(on host: String) {
        for index in listeners.indices {
            guard case .tcp(_, let port) = listeners[index].address else { continue }
            listeners[index].address = .tcp(host: host, port: port)
        }
    }
}

/// How much the log tells, as it is named on the command line, in any case.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case debug
    case info
    case notice
    case warning
    case error

    init?(argument: String) {
        self.init(rawValue: argument.lowercased())
    }

    /// The kinds of log lines of this level and those above.
    var kinds: Set<LogSettings.Kind> {
        switch self {
        case .debug: Set(LogSettings.Kind.allCases)
        case .info: [.error, .warning, .notice, .information]
        case .notice: [.error, .warning, .notice]
        case .warning: [.error, .warning]
        case .error: [.error]
        }
    }
}
