import ArgumentParser
import MQTT

/// `tinymqtt send-room`: has the room server send a message to all members of a room.
struct SendRoom: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-room",
        abstract: "Send a message to all members of a room.",
        discussion: """
            Prints how many members the room server has sent it to. The exit code tells what went wrong: see tinymqtt help \
            exit-codes. It speaks MQTT 5 unless -V says otherwise.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @OptionGroup(title: "Message")
    var message: RoomMessageOptions

    @OptionGroup(title: "Rooms")
    var rooms: RoomPrefixOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func validate() throws {
        _ = try participantName(message.room, "the room")
    }

    func run() async throws {
        let configuration = try MQTTClientConfiguration(connection, session)
        let runner = try ClientRunner(command: "send-room", configuration: configuration, diagnostics: diagnostics)
        let room = try participantName(message.room, "the room")
        try await message.send(.sendRoom(room, message: message.message), runner, topics: try rooms.topics) { count in
            "sent to \(count) \(count == 1 ? "member" : "members") of \(room)"
        }
    }
}

/// `tinymqtt send-client`: has the room server send a message to one member of a room.
struct SendClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send-client",
        abstract: "Send a message to one member of a room.",
        discussion: """
            The room server refuses where the client is not in the room. The exit code tells what went wrong: see tinymqtt \
            help exit-codes. It speaks MQTT 5 unless -V says otherwise.
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
        help: ArgumentHelp("The member, by the name that it has joined under.", valueName: "name")
    )
    var clientID: String

    @OptionGroup(title: "Message")
    var message: RoomMessageOptions

    @OptionGroup(title: "Rooms")
    var rooms: RoomPrefixOptions

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func validate() throws {
        _ = try participantName(message.room, "the room")
        _ = try participantName(clientID, "the client")
    }

    func run() async throws {
        let configuration = try MQTTClientConfiguration(connection, session)
        let runner = try ClientRunner(command: "send-client", configuration: configuration, diagnostics: diagnostics)
        let room = try participantName(message.room, "the room")
        let client = try participantName(clientID, "the client")
        let action = RoomCommand.Action.sendClient(room: room, client, message: message.message)
        try await message.send(action, runner, topics: try rooms.topics) { _ in "sent to \(client) in \(room)" }
    }
}

/// What an operator says, and how.
struct RoomMessageOptions: ParsableArguments {
    @Option(name: .long, parsing: .unconditional, help: ArgumentHelp("The room.", valueName: "name"))
    var room: String

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("What to say; 65536 bytes at most.", valueName: "text")
    )
    var message: String

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("How surely the message arrives: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atLeastOnce

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long the room server may take to answer.", valueName: "seconds")
    )
    var timeout = Seconds.five

    @Flag(name: .long, help: "Print the outcome as JSON.")
    var json = false

    func validate() throws {
        guard message.utf8.count <= RoomCommand.maximumMessageByteCount else {
            throw ValidationError(
                "the message has \(message.utf8.count) bytes; \(RoomCommand.maximumMessageByteCount) are allowed"
            )
        }
        guard timeout.duration > .zero else { throw ValidationError("--timeout is more than 0") }
    }

    /// Sends it, and prints what has become of it.
    ///
    /// - Parameter success: What to print, for a number of members.
    func send(
        _ action: RoomCommand.Action,
        _ runner: ClientRunner,
        topics: RoomTopics,
        success: (Int) -> String
    ) async throws {
        guard !message.isEmpty else {
            runner.tell(.error, "the message is empty; give some text with --message")
            throw ExitStatus.emptyMessage.code
        }
        let answer = try await runner.perform(action, topics: topics, qos: qos, timeout: timeout)
        if json { print(answer.json) }
        guard let refusal = answer.refusal else {
            if !json { print(success(answer.delivered ?? 0)) }
            return
        }
        runner.tell(.error, Self.text(refusal, action))
        throw refusal.status.code
    }

    private static func text(_ refusal: RoomRefusal, _ action: RoomCommand.Action) -> String {
        var place = ("", "")
        switch action {
        case .sendRoom(let room, _): place.0 = room.description
        case .sendClient(let room, let client, _): place = (room.description, client.description)
        case .status: break
        }
        let (room, client) = place
        switch refusal {
        case .unknownRoom: return "nobody is in the room \(room); tinymqtt room-server --status shows the rooms"
        case .notAMember: return "\(client) is not in the room \(room); tinymqtt room-server --status shows who is"
        case .emptyMessage: return "the room server does not take an empty message"
        case .tooLarge: return "the message is too large for the room server"
        case .rateLimited: return "the room server gets more commands than it takes; try again later"
        case .full, .clientIdentifierInUse, .malformed: return "the room server refused: \(refusal.rawValue)"
        }
    }
}
