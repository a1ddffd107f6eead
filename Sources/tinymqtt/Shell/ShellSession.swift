import ArgumentParser
import MQTT
import Synchronization

/// What a shell is: its connections, its settings, what it has received, and the commands that work on them.
///
/// Commands are carried out one after the other; messages and events come meanwhile.
final class ShellSession: Sendable {
    private struct State: Sendable {
        var connections: [String: ShellConnection] = [:]
        var currentName = ShellSession.firstName
        var settings = ShellSettings()
        var running: Task<Void, any Error>?
        /// The commands that `save` writes.
        var commands: [String] = []
        var isOver = false
        /// Programs that messages are led to.
        var programs: [Int: Task<Void, Never>] = [:]
        var programCount = 0
        /// How many `source` commands are under way, one in the other.
        var depth = 0
    }

    /// The name of a connection that was given none.
    static let firstName = "main"
    /// How many connections there may be.
    static let maximumConnectionCount = 100
    /// How many commands `save` writes.
    private static let maximumCommandCount = 1_000
    private static let maximumDepth = 10

    let screen: ShellScreen
    let desk = MessageDesk()
    private let state = Mutex(State())

    init(screen: ShellScreen) {
        self.screen = screen
    }

    // MARK: What there is

    var settings: ShellSettings { state.withLock(\.settings) }
    var connections: [ShellConnection] { state.withLock { $0.connections.values.sorted { $0.name < $1.name } } }
    var currentName: String { state.withLock(\.currentName) }
    var isOver: Bool { state.withLock(\.isOver) }
    var savedCommands: [String] { state.withLock(\.commands) }
    var history: [String] { screen.editor?.history ?? savedCommands }

    func change(_ body: (inout ShellSettings) throws(ShellFailure) -> Void) throws(ShellFailure) {
        try state.withLock { state throws(ShellFailure) in try body(&state.settings) }
    }

    /// The connection with this name.
    func connection(named name: String) -> ShellConnection? { state.withLock { $0.connections[name] } }

    /// The connection that commands work on.
    func connection() throws(ShellFailure) -> ShellConnection {
        let (name, connection, others) = state.withLock { state in
            (state.currentName, state.connections[state.currentName], state.connections.keys.sorted())
        }
        if let connection, connection.phase != .over { return connection }
        if connection == nil, let other = others.first {
            throw ShellFailure(
                "\(name) is not connected; try: use \(other)",
                status: ExitStatus.connectionLost.rawValue
            )
        }
        throw ShellFailure("not connected; try: connect localhost", status: ExitStatus.connectionLost.rawValue)
    }

    func add(_ connection: ShellConnection) throws(ShellFailure) {
        let hasRoom = state.withLock { state in
            guard state.connections.count < Self.maximumConnectionCount else { return false }
            state.connections[connection.name] = connection
            state.currentName = connection.name
            return true
        }
        guard hasRoom else {
            throw ShellFailure("there are \(Self.maximumConnectionCount) connections; disconnect one before")
        }
        showState()
    }

    func use(_ name: String) {
        state.withLock { $0.currentName = name }
        showState()
    }

    func remove(_ name: String) {
        state.withLock { state in
            state.connections[name] = nil
            if state.currentName == name { state.currentName = state.connections.keys.min() ?? Self.firstName }
        }
        showState()
    }

    /// Puts into the prompt which broker commands go to, and how the connection to it stands.
    func showState() { screen.editor?.setPrompt(prompt) }

    var prompt: String {
        let (name, connection) = state.withLock { ($0.currentName, $0.connections[$0.currentName]) }
        guard let connection else { return "tinymqtt> " }
        let place = (name == Self.firstName ? "" : "\(name) ") + "\(connection.address)".harmless
        return switch connection.phase {
        case .connecting, .connected: "\(place)> "
        case .lost: "\(place) (reconnecting)> "
        case .over: "\(place) (disconnected)> "
        }
    }

    /// Shows messages that have come, each with how it is kept.
    func show(_ messages: [(message: ReceivedMessage, entry: MessageLog.Entry)]) async {
        if desk.takeFullness() {
            screen.tell("the list of topics is full: topics that are new from now on are not completed or listed")
        }
        let settings = settings
        guard !messages.isEmpty, !settings.isQuiet else { return }
        screen.show(messages.map { settings.lines($0.message, $0.entry) + "\n" }.joined())
        await screen.room()
    }

    // MARK: Carrying out

    /// Ends what is under way, as Ctrl-C asks for.
    func interrupt() { state.withLock(\.running)?.cancel() }

    /// Asks for the end.
    func quit() { state.withLock { $0.isOver = true } }

    /// Carries out a line so that it can be interrupted.
    func runInterruptibly(_ line: String) async throws {
        let task = Task { try await run(line) }
        state.withLock { $0.running = task }
        // Ctrl-C may have come before there was anything to end.
        if screen.editor?.isInterrupted == true { task.cancel() }
        defer { state.withLock { $0.running = nil } }
        try await task.value
    }

    /// Carries out the commands of a line, up to the first that fails.
    func run(_ line: String) async throws {
        do {
            for step in try Self.steps(of: line) where !isOver {
                try await run(step, in: line)
            }
        } catch let error as ShellSyntaxError {
            throw ShellFailure(error.text)
        } catch let error as ChildCommand.Failure {
            throw ShellFailure(error.text)
        } catch let error as StandardInput.Failure {
            throw ShellFailure(error.text)
        }
        keep(line)
    }

    /// The commands of a line. Where quotes do not close, and all commands are in the notation `type@topic@contents`,
    /// which knows no quotes, they are signs like others.
    private static func steps(of line: String) throws(ShellSyntaxError) -> [ShellStep] {
        do {
            return try ShellLine.parse(line)
        } catch {
            let scan = ShellLine(line, hasQuotes: false)
            let isNotation =
                scan.openQuote == nil && !scan.steps.isEmpty
                && scan.steps.allSatisfy { step in
                    guard case .words(let words) = step.action, let type = words.first?.text else { return false }
                    return LegacyRequest.isNotation(type)
                }
            guard isNotation else { throw error }
            return scan.steps
        }
    }

    private func keep(_ line: String) {
        guard !line.allSatisfy(\.isWhitespace), !Secrets.isSecret(line) else { return }
        state.withLock { state in
            state.commands.append(line)
            if state.commands.count > Self.maximumCommandCount { state.commands.removeFirst() }
        }
    }

    private func run(_ step: ShellStep, in line: String) async throws {
        switch step.action {
        case .system(let command): try await runSystemCommand(command)
        case .words(let words):
            var words = words
            if let first = words.first, let last = words.last,
                let request = try LegacyRequest(line.bytes(first.range.lowerBound..<last.range.upperBound))
            {
                if !request.hint.isEmpty { screen.tell(request.hint.harmless) }
                words = request.words.map { ShellWord(text: $0, range: first.range, isPlain: false) }
            }
            try await run(words, output: step.output)
        }
    }

    private func run(_ words: [ShellWord], output: ShellStep.Output?) async throws {
        let name = words[0].text
        guard let command = ShellCommands.named(name) else {
            let guess =
                ShellCommands.nearest(to: name, among: ShellCommands.names).map { "; did you mean \($0)?" } ?? ""
            throw ShellFailure("there is no command \(name.harmless)\(guess)\(guess.isEmpty ? "; see help" : "")")
        }
        try await run(command, words, output: output)
    }

    private func run(_ type: (some ShellCommand).Type, _ words: [ShellWord], output: ShellStep.Output?) async throws {
        let call = ShellCall(session: self, words: words, output: output)
        do {
            let command = try type.parse(words.dropFirst().map(\.text))
            try await command.perform(call)
        } catch let error as MQTTClientError where error.code == .cancelled {
            throw ShellFailure("interrupted", status: 130)
        } catch let error as MQTTClientError {
            let address = (try? connection().address) ?? .host("localhost", port: 1_883)
            let failure = ClientFailureText(error, address: address)
            throw ShellFailure(failure.text.harmless, status: failure.status)
        } catch let error as ShellFailure {
            throw error
        } catch is CancellationError {
            throw ShellFailure("interrupted", status: 130)
        } catch let error as StandardInput.Failure {
            throw error
        } catch let error as ChildCommand.Failure {
            throw error
        } catch {
            // What the words said, be it a question for help or a mistake.
            guard type.exitCode(for: error) == .success else {
                let advice = "see: help \(type.configuration.commandName ?? words[0].text)"
                throw ShellFailure("\(type.message(for: error).harmless); \(advice)")
            }
            call.say(type.fullMessage(for: error))
        }
        try await call.finish()
    }

    private func runSystemCommand(_ command: String) async throws {
        guard !command.isEmpty else { throw ShellFailure("no command behind !; write ! COMMAND") }
        let status = try await screen.withTerminal {
            try await ChildCommand(command, hasInput: false, hasOutput: false).waitForEnd()
        }
        if status != 0 { throw ShellFailure("the command ended with exit code \(status)", status: status) }
    }

    /// Carries out the lines of a script, up to the first that fails.
    func runScript(_ text: String, name: String) async throws {
        let depth = state.withLock { state in
            state.depth += 1
            return state.depth
        }
        defer { state.withLock { $0.depth -= 1 } }
        guard depth <= Self.maximumDepth else {
            throw ShellFailure("\(name): more than \(Self.maximumDepth) scripts, one in the other")
        }
        // In bytes: a carriage return and the line feed behind it are one character, which parts nothing.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !isOver {
            try Task.checkCancellation()
            do {
                try await run(String(Substring(line)).withoutCarriageReturn)
            } catch let failure as ShellFailure {
                throw ShellFailure("\(name), line \(index + 1): \(failure.text)", status: failure.status)
            }
        }
    }

    /// For how long programs that messages were led to may go on when all is over.
    private static let patience = Duration.seconds(2)

    /// Says farewell to all brokers, and waits for programs that messages were led to.
    func end() async {
        for connection in connections where connection.phase != .over {
            try? await connection.disconnect()
        }
        let programs = state.withLock { Array($0.programs.values) }
        guard !programs.isEmpty else { return }
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        Task {
            for program in programs { await program.value }
            continuation.finish()
        }
        Task {
            // Nobody cancels it.
            try? await Task.sleep(for: Self.patience)
            continuation.finish()
        }
        for await _ in ends {}
    }

    /// Remembers a program that messages are led to, until it has ended.
    func follow(_ program: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.programCount += 1
            let number = state.programCount
            state.programs[number] = Task {
                await program()
                self.forget(number)
            }
        }
    }

    private func forget(_ number: Int) { state.withLock { $0.programs[number] = nil } }
}

extension String {
    /// A line of a script without the carriage return that some editors put before each line feed.
    var withoutCarriageReturn: String { utf8.last == UInt8(ascii: "\r") ? String(unicodeScalars.dropLast()) : self }

    /// The text between two places in its UTF-8 form.
    fileprivate func bytes(_ range: Range<Int>) -> String {
        String(decoding: utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
    }
}

extension ShellSession {
    /// What an input line can be completed to.
    func complete(_ text: String) -> LineCompletion? {
        let desk = desk
        let knowledge = ShellCompleter.Knowledge(
            topics: { beginning, limit in desk.withBook { $0.continuations(of: beginning, limit: limit) } },
            connections: connections.map(\.name),
            files: FileNames.completions(of:)
        )
        return ShellCompleter(knowledge: knowledge).complete(text)
    }
}
