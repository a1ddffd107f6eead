import ArgumentParser
import MQTT

/// `tinymqtt chat`: talks with others.
struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk with others.",
        discussion: """
            Each line of input is a message, and /help shows what else can be typed. It works without a chat server as \
            well, which would know the latest messages and who is there. With --topic all happens on that topic, without a \
            server. It leaves at /quit, at Ctrl-C and at the end of its input.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var arguments: AddressArguments

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var login: ChatLoginOptions

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "Your name in the chat (default: that of -u, or of your account here).",
            valueName: "name"
        )
    )
    var username: String?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("Talk on this one topic, without a server.", valueName: "topic")
    )
    var topic: String?

    @Flag(name: .long, help: "Only listen: no name, no input.")
    var readOnly = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How often to give a sign of life.", valueName: "seconds")
    )
    var heartbeat = Seconds(seconds: 30)

    @OptionGroup(title: "Chat")
    var times: ChatTimeOptions

    @Flag(name: .long, help: "Print each line as JSON.")
    var json = false

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    func validate() throws {
        if let topic { try checkTopic(topic, "the topic") }
        guard heartbeat.duration > .zero else { throw ValidationError("--heartbeat is more than 0") }
        guard !readOnly || username == nil else { throw ValidationError("--read-only has no use for --username") }
        if let username { _ = try participantName(username, "the name") }
    }

    func run() async throws {
        let user = readOnly ? nil : try participantName(try name, "the name")
        let request = ChatParticipant.Request(participant(user), topic: topic)
        let names = ChatNames()
        let (enough, isEnough) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let terminal = LineTerminal(
            completions: { ChatInput.completions(of: $0, users: names.users) },
            readerGone: { isEnough.yield() }
        )
        let runner = try runner(request, terminal)
        let end = ServiceEnd(runner.client)
        let format = ChatLineFormat(isJSON: json, hasColours: terminal.hasColours)
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let report = runner.serviceReport
        let handlers = ChatParticipant.Handlers(
            show: { line in
                names.take(line)
                await terminal.show(format.text(line))
            },
            report: report,
            ready: { isReady.yield() },
            refused: {
                report(.error, "the name \(user?.description ?? "") is taken; choose another one with --username")
                // Not in place: the participant is in the middle of telling this.
                Task { await end.end(.nameInUse) }
            }
        )
        let participant = ChatParticipant(request, client: runner.client, handlers: handlers)
        end.setFarewell { () async throws(MQTTClientError) in try await participant.leave() }
        let signals = end.watchSignals()
        let reader = Task {
            for await _ in enough {
                await end.end()
            }
        }
        let conversation = ChatConversation(participant: participant, terminal: terminal, end: end, report: report)
        let rate = times.rate
        let input =
            user == nil || !LineTerminal.hasInput ? nil : Task { await conversation.run(after: ready, rate: rate) }
        defer {
            signals.cancel()
            reader.cancel()
            input?.cancel()
        }
        do {
            try await runner.run(observer: { await participant.handle($0) }) { () async throws(MQTTClientError) in
                try await end.run { () async throws(MQTTClientError) in
                    try await runner.client.connect()
                    try await participant.run()
                }
            }
        } catch {
            // Every exit code but 0 comes as an error, and the terminal must not stay as the prompt had it.
            await terminal.endPrompting()
            throw error
        }
        await terminal.endPrompting()
        let dropped = await participant.droppedCount
        if dropped > 0 { runner.tell(.info, "\(dropped) messages were not understood or came too fast") }
    }

    private func runner(_ request: ChatParticipant.Request, _ terminal: LineTerminal) throws -> ClientRunner {
        var configuration = try MQTTClientConfiguration(arguments.completing(connection), login.session)
        configuration.will = request.will
        return try ClientRunner(
            command: "chat",
            configuration: configuration,
            diagnostics: diagnostics,
            destination: { terminal.tell($0) }
        )
    }

    private func participant(_ user: ParticipantName?) -> ChatParticipantConfiguration {
        var participant = ChatParticipantConfiguration(user: user)
        participant.heartbeat = heartbeat.duration
        participant.timeout = times.timeout.duration
        participant.qos = times.qos
        participant.limit(messagesPerSecond: times.rate)
        return participant
    }

    private var name: String {
        get throws {
            guard let name = username ?? login.user ?? Environment.userName ?? Environment.value("USER") else {
                throw ValidationError("no name; give one with --username")
            }
            return name
        }
    }
}

/// What a user types, and what is done about it.
struct ChatConversation: Sendable {
    let participant: ChatParticipant
    let terminal: LineTerminal
    let end: ServiceEnd
    let report: Report

    /// Takes lines until there are no more, or until the user has had enough; then leaves.
    ///
    /// - Parameters:
    ///   - ready: Tells when the name is known to be the user's own.
    ///   - rate: How many messages of one user the others take in a second.
    func run(after ready: AsyncStream<Void>, rate: Int) async {
        for await _ in ready { break }
        guard !Task.isCancelled else { return }
        await terminal.beginPrompting()
        var pace = ChatPace(messagesPerSecond: rate)
        do {
            try await terminal.forEachLine { line in
                guard try await perform(ChatInput(line, isTyped: terminal.isInteractive), &pace) else { throw Quit() }
            }
        } catch is Quit {
        } catch let failure as StandardInput.Failure {
            report(.error, failure.text)
            return await end.end(.usage)
        } catch {
            // The client is at its end, and says why itself.
            return
        }
        await end.end()
    }

    /// The user has had enough.
    private struct Quit: Error {}

    /// Does what a line says; `false` where the user leaves.
    private func perform(_ input: ChatInput, _ pace: inout ChatPace) async throws -> Bool {
        do throws(ChatParticipant.Problem) {
            switch input {
            case .nothing: break
            case .quit: return false
            case .help:
                for command in ChatInput.commands {
                    let arguments = command.arguments.isEmpty ? "" : " \(command.arguments)"
                    await terminal.show("-- \(command.name)\(arguments): \(command.meaning)")
                }
            case .users: try await participant.askForUsers()
            case .history: try await participant.askForHistory()
            case .problem(let text): report(.error, text)
            case .say(let text):
                await pace.wait()
                try await participant.say(text)
            case .tell(let user, let text):
                await pace.wait()
                try await participant.tell(user, text)
            }
        } catch {
            switch error {
            case .tooLong:
                report(.error, "a message has at most \(ChatMessage.maximumByteCount) bytes; this one was not sent")
            case .needsManagedChat:
                report(.error, "on one topic there are neither users, nor history, nor private messages")
            case .client(let error): throw error
            }
        }
        return true
    }
}
