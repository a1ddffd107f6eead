import ArgumentParser
import MQTT

/// What to tell beside the data, on standard error.
struct DiagnosticOptions: ParsableArguments {
    /// How much is told.
    enum Level: String, CaseIterable, ExpressibleByArgument, Comparable {
        case error
        case warning
        case notice
        case info
        case debug

        init?(argument: String) {
            self.init(rawValue: argument.lowercased())
        }

        static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    @Flag(name: [.short, .long], help: "Tell every packet; the same as --log-level debug.")
    var debug = false

    @Flag(name: .long, help: "Tell nothing at run time, not even errors; the exit code does.")
    var quiet = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("What to tell: error, warning, notice, info or debug.", valueName: "level")
    )
    var logLevel = Level.notice

    /// Says something, if it is to be said.
    func tell(_ level: Level, _ text: String, _ report: ClientReport) {
        guard level <= (debug ? .debug : logLevel) else { return }
        report.tell(text)
    }

    /// Has every packet told, if that is asked for: on standard error, or as mosquitto's clients do on standard output.
    func apply(to configuration: inout MQTTClientConfiguration, report: ClientReport) {
        guard debug || logLevel == .debug, !quiet else { return }
        configuration.trace = { packet in
            let isSent = packet.direction == .sent
            if report.program.isLink {
                StandardOutput.writeLine("Client \(isSent ? "sending" : "received") \(packet.summary)")
            } else {
                report.tell("\(isSent ? "sent" : "received") \(packet.summary)")
            }
        }
    }
}
