import ArgumentParser
import Logging
import MQTT

/// `tinymqtt broker`: runs a broker until a signal, or a word at its console, stops it.
struct Broker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run a broker.",
        discussion: """
            Without options it listens on this machine's own addresses only, port 1883, and keeps everything in memory. \
            SIGINT or SIGTERM stops it; a second one stops it at once. On a terminal it takes the words help and stop.
            """,
        helpNames: .long
    )

    @Option(
        name: [.customShort("h"), .long],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The address to listen on; 0.0.0.0 and :: let other machines connect (default: MQTT_BROKER_HOST, MQTT_HOST, or "
                + "localhost).",
            valueName: "host"
        )
    )
    var host: String?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The port to listen on; 0 lets the system choose (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883).",
            valueName: "port"
        )
    )
    var port: String?

    @Option(
        name: .long,
        help: ArgumentHelp("What to log: debug, info, notice, warning or error.", valueName: "level")
    )
    var logLevel = LogLevel.notice

    @Flag(name: [.short, .long], help: "Log everything; the same as --log-level debug.")
    var verbose = false

    func validate() throws {
        _ = try portNumber
    }

    private var portNumber: Int {
        get throws {
            guard let text = port ?? Environment.port else { return 1_883 }
            guard let number = Int(text), 0...65_535 ~= number else {
                let source = port == nil ? "the environment's port" : "the port"
                throw ValidationError("\(source) \(text) is not a number from 0 to 65535")
            }
            return number
        }
    }

    func run() async throws {
        var logger = Logger(label: "tinymqtt broker") { _ in StandardErrorLogHandler() }
        logger.logLevel = verbose ? .debug : logLevel.level
        let listener = ListenerSettings.tcp(host: host ?? Environment.host ?? "localhost", port: try portNumber)
        let stop = StopSignals()
        let server: MQTTServer
        do {
            server = try await MQTTServer.start(at: [listener], logger: logger)
        } catch {
            let advice = error.isAddressInUse ? "; stop that one, or choose another port with --port" : ""
            printError("tinymqtt broker: \(error)\(advice)")
            throw ExitStatus.usage.code
        }
        let reach = server.isLocalOnly ? " (this machine only; --host 0.0.0.0 lets others connect)" : ""
        printError("tinymqtt broker: listening on \(server.addressTexts.joined(separator: " and "))\(reach)")
        printError("tinymqtt broker: everything is kept in memory and gone when the broker stops")
        BrokerConsole.start(stop)
        await stop.wait()
        await server.stop()
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

    /// The level of the logging library.
    var level: Logger.Level {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
