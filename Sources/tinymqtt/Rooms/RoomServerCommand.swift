import ArgumentParser
import MQTT

/// `tinymqtt room-server`: relays what operators send to those who have joined a room.
struct RoomServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room-server",
        abstract: "Run a room server on a broker.",
        discussion: """
            It knows who has joined which room, and sends what operators say to members and to nobody else. It asks who is \
            there when it starts, and when its broker was gone. It speaks MQTT 5 unless -V says otherwise.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @OptionGroup(title: "Rooms")
    var rooms: RoomPrefixOptions

    @Flag(name: .long, help: "Print the rooms and members of the server that runs, and end.")
    var status = false

    @Flag(name: .long, help: "Print the status as JSON.")
    var json = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for the status.", valueName: "seconds")
    )
    var timeout = Seconds.five

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func validate() throws {
        guard status || !json else { throw ValidationError("--json needs --status") }
    }

    func run() async throws {
        let configuration = try MQTTClientConfiguration(connection, session)
        let runner = try ClientRunner(command: "room-server", configuration: configuration, diagnostics: diagnostics)
        guard !status else { return try await printStatus(runner) }
        let server = RoomServer(
            client: runner.client,
            configuration: RoomServerConfiguration(topics: try rooms.topics),
            report: runner.serviceReport
        )
        let end = ServiceEnd(runner.client)
        let signals = end.watchSignals()
        defer { signals.cancel() }
        try await runner.run(observer: { await server.handle($0) }) { () async throws(MQTTClientError) in
            try await end.run { () async throws(MQTTClientError) in
                try await runner.client.connect()
                runner.tell(.notice, "serving rooms at \(runner.address); members are asked to say that they are there")
                try await server.run()
            }
        }
        if !diagnostics.quiet { printError(await Self.summary(server.status)) }
    }

    private static func summary(_ status: RoomStatus) -> String {
        let counts = status.counters.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
        return "tinymqtt room-server: ended; \(counts)"
    }

    private func printStatus(_ runner: ClientRunner) async throws {
        let answer = try await runner.perform(.status, topics: try rooms.topics, qos: .atLeastOnce, timeout: timeout)
        guard let status = answer.status else { throw answer.refusal?.status.code ?? ExitStatus.protocolError.code }
        if json { return print(PrintableText.json(status.text)) }
        for room in status.rooms {
            let more =
                room.memberCount > room.members.count ? ", and \(room.memberCount - room.members.count) more" : ""
            print(PrintableText.line("\(room.name): \(room.members.joined(separator: ", "))\(more)"))
        }
        if status.rooms.isEmpty { runner.tell(.notice, "nobody is in any room") }
    }
}

extension Seconds {
    /// How long a room server has to answer, where nobody says otherwise.
    static let five = Self(seconds: 5)
}

extension ClientRunner {
    /// Connects, gives a command to the room server, and returns its answer; tells what is wrong, where there is none.
    func perform(
        _ action: RoomCommand.Action,
        topics: RoomTopics,
        qos: QoS,
        timeout: Seconds
    ) async throws -> RoomAnswer {
        let roomOperator = RoomOperator(client: client, topics: topics)
        var answer: RoomAnswer?
        try await run { () async throws(MQTTClientError) in
            try await client.connect()
            do {
                answer = try await roomOperator.perform(action, qos: qos, timeout: timeout.duration)
            } catch let error as MQTTClientError {
                throw error
            } catch {
                tell(
                    .error,
                    "no room server answered at \(address); is one running, and may this user publish commands? start one "
                        + "with: tinymqtt room-server"
                )
                return ExitStatus.noRoomServer.rawValue
            }
            try await client.disconnect()
            return 0
        }
        // `run` has thrown where there is no answer.
        guard let answer else { throw ExitStatus.noRoomServer.code }
        return answer
    }
}
