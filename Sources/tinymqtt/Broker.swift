import ArgumentParser
import Dispatch
import Logging
import MQTT

/// `tinymqtt broker`: runs a broker until a signal stops it.
struct Broker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Run a broker.",
        discussion: """
            Without options it listens on the loopback addresses only, port 1883, and keeps everything in memory. \
            SIGINT or SIGTERM stops it; a second one stops it at once.
            """,
        helpNames: .long
    )

    @Option(name: [.customLong("host")], help: ArgumentHelp("The address to listen on.", valueName: "host"))
    var host = "localhost"

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The port to listen on; 0 lets the system choose.", valueName: "port")
    )
    var port = 1883

    @Option(
        name: .long,
        help: ArgumentHelp("What to log: debug, info, notice, warning or error.", valueName: "level")
    )
    var logLevel = LogLevel.notice

    func run() async throws {
        var logger = Logger(label: "tinymqtt broker") { _ in StandardErrorLogHandler() }
        logger.logLevel = logLevel.level
        let stop = StopSignals()
        let server = try await MQTTServer.start(at: [.tcp(host: host, port: port)], logger: logger)
        for address in server.addresses {
            logger.critical("listening on \(address)")
        }
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
