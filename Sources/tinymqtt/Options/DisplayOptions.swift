import ArgumentParser
import MQTT

/// What is done with messages instead of printing them one after the other.
struct DisplayOptions: ParsableArguments {
    @Flag(name: [.customShort("w"), .long], help: "Show the last message of each topic in a line of the screen.")
    var watch = false

    @Flag(name: .long, help: "Print how many messages come in each second, and not the messages.")
    var messageRate = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "Run a command of the shell for each message: its payload is the input, MQTT_TOPIC and others the environment.",
            valueName: "command"
        ),
        completion: .shellCommand("compgen -c")
    )
    var exec: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many commands run at a time; with 1 in the order of the messages.", valueName: "count")
    )
    var jobs = 1

    func validate() throws {
        guard [watch && !messageRate, messageRate, exec != nil].count(where: \.self) <= 1 else {
            throw ValidationError("only one of --watch, --message-rate and --exec")
        }
        guard 1...MessageCommand.mostAtATime ~= jobs else {
            throw ValidationError("--jobs is a number from 1 to \(MessageCommand.mostAtATime)")
        }
    }

    /// Where messages go.
    func sink(_ output: OutputOptions, _ runner: ClientRunner) throws -> MessageSink {
        let writer = try output.writer()
        let report = runner.report
        if messageRate { return MessageSink(.rate(RateReport()), report: report) }
        if watch {
            let size = TerminalSize.ofStandardOutput
            let screen = WatchScreen(host: "\(runner.address)", rows: size.rows, columns: size.columns)
            return MessageSink(.watch(screen, writer), report: report)
        }
        if let exec {
            let command = MessageCommand(exec, atATime: jobs) { report.tell($0) }
            return MessageSink(.execute(command), report: report)
        }
        return MessageSink(.print(writer), report: report)
    }
}
