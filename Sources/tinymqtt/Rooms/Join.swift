import ArgumentParser
import MQTT

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// `tinymqtt join`: is a member of rooms, and prints what comes.
struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join rooms, and print what is sent to them.",
        discussion: """
            Each message is a line on standard output. It leaves at Ctrl-C, at the end of its input, and when it is killed; \
            it joins again when the broker or the room server was gone. It speaks MQTT 5 unless -V says otherwise.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The name to join under, which nobody else may have.", valueName: "name")
    )
    var clientID: String

    @Option(
        name: .long,
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A room to join; may be given several times.", valueName: "name")
    )
    var room: [String] = []

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The highest QoS at which messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atLeastOnce

    @Flag(name: .long, help: "Print each message as JSON.")
    var json = false

    @OptionGroup(title: "Rooms")
    var rooms: RoomPrefixOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    /// As many as the room server takes for one client.
    private static let maximumRooms = 100

    func validate() throws {
        _ = try request
    }

    private var request: RoomMember.Request {
        get throws {
            let client = try participantName(clientID, "the client")
            guard !room.isEmpty else { throw ValidationError("no room; give one with --room") }
            guard room.count <= Self.maximumRooms else {
                throw ValidationError("there are \(room.count) rooms; \(Self.maximumRooms) are allowed")
            }
            let names = try room.map { try participantName($0, "the room") }
            return RoomMember.Request(client: client, rooms: names, topics: try rooms.topics)
        }
    }

    func run() async throws {
        let request = try request
        var configuration = try MQTTClientConfiguration(connection, session)
        configuration.will = request.will
        let runner = try ClientRunner(command: "join", configuration: configuration, diagnostics: diagnostics)
        let end = ServiceEnd(runner.client)
        let terminal = LineTerminal {
            Task { await end.end() }
        }
        let (clientID, json) = (clientID, json)
        let handlers = RoomMember.Handlers(
            show: { message in await terminal.show(json ? PrintableText.json(message.json) : Self.line(message)) },
            report: runner.serviceReport,
            end: { refusal in
                runner.tell(.error, Self.text(refusal, clientID))
                // Not in place: the member is in the middle of telling this.
                Task { await end.end(refusal.status) }
            }
        )
        let member = RoomMember(request, client: runner.client, handlers: handlers)
        end.setFarewell { () async throws(MQTTClientError) in try await member.leave() }
        let signals = end.watchSignals()
        let input = Self.watchInput(end)
        defer {
            signals.cancel()
            input?.cancel()
        }
        let qos = qos
        try await runner.run(observer: { await member.handle($0) }) { () async throws(MQTTClientError) in
            try await end.run { () async throws(MQTTClientError) in
                try await runner.client.connect()
                try await member.run(qos: qos)
            }
        }
    }

    /// Leaves at the end of the input, where there is some.
    private static func watchInput(_ end: ServiceEnd) -> Task<Void, Never>? {
        guard LineTerminal.hasInput, !isInBackground else { return nil }
        return Task {
            do {
                // What is typed is of no interest.
                try await StandardInput.lines().forEach { _ in }
            } catch {
                // An input that cannot be read has not ended: nobody has said that this is enough.
                return
            }
            await end.end()
        }
    }

    /// Whether the shell has this run beside other commands, which the terminal's input is for; to read it would stop the
    /// process, or fail.
    private static var isInBackground: Bool {
        isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) != getpgrp()
    }

    private static func line(_ message: RoomMessage) -> String {
        let room = message.room.map(PrintableText.line) ?? "?"
        return "[\(room)\(message.client == nil ? "" : ", direct")] \(PrintableText.line(message.text))"
    }

    private static func text(_ refusal: RoomRefusal, _ client: String) -> String {
        switch refusal {
        case .clientIdentifierInUse:
            "the name \(client) is in use by another client; choose another --client-id, or stop that one first"
        case .full: "the room server has as many rooms or members as it takes"
        default: "the room server refused: \(refusal.rawValue)"
        }
    }
}
