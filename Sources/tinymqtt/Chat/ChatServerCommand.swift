import ArgumentParser
import MQTT

/// `tinymqtt chat-server`: knows who is in the chat, and keeps the latest messages for those who come.
struct ChatServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat-server",
        abstract: "Run a chat server on a broker.",
        discussion: """
            It tells who comes and who goes, keeps the list of users, and gives newcomers the latest messages. Messages \
            themselves go through the broker alone. It speaks MQTT 5 unless -V says otherwise.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var arguments: AddressArguments

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many messages newcomers get; 0 for none.", valueName: "count")
    )
    var history = 50

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The file that the history is kept in (default: in memory).", valueName: "file"),
        completion: .file()
    )
    var store: String?

    @OptionGroup(title: "Chat")
    var times: ChatTimeOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    private static let maximumHistory = 10_000

    func validate() throws {
        guard 0...Self.maximumHistory ~= history else {
            throw ValidationError("--history is from 0 to \(Self.maximumHistory)")
        }
    }

    func run() async throws {
        let configuration = try MQTTClientConfiguration(arguments.completing(connection), session)
        let runner = try ClientRunner(command: "chat-server", configuration: configuration, diagnostics: diagnostics)
        let server: ChatServer
        do throws(ChatHistoryFile.Failure) {
            server = try await ChatServer(
                client: runner.client,
                configuration: serverConfiguration,
                file: store.map { ChatHistoryFile($0) },
                report: runner.serviceReport
            )
        } catch {
            runner.tell(.error, "the history cannot be kept: \(error)")
            throw ExitStatus.configuration.code
        }
        let end = ServiceEnd(runner.client)
        let signals = end.watchSignals()
        defer { signals.cancel() }
        let hasStore = store != nil
        try await runner.run(observer: { await server.handle($0) }) { () async throws(MQTTClientError) in
            try await end.run { () async throws(MQTTClientError) in
                try await runner.client.connect()
                let loss = hasStore ? "" : "; the history is in memory, and gone when this ends: --store FILE keeps it"
                runner.tell(.notice, "serving the chat at \(runner.address)\(loss)")
                try await server.run()
            }
        }
        if !diagnostics.quiet { printError("tinymqtt chat-server: ended; \(await server.summary)") }
    }

    private var serverConfiguration: ChatServerConfiguration {
        var configuration = ChatServerConfiguration()
        configuration.historyCount = history
        configuration.timeout = times.timeout.duration
        configuration.qos = times.qos
        configuration.limit(messagesPerSecond: times.rate)
        return configuration
    }
}
