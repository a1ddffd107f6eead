import ArgumentParser
import MQTT

/// `connect`: makes a connection, and gives it a name where several are wanted.
struct ConnectCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Connect to a broker.",
        discussion: """
            With two words, the first is a name for the connection: connect work broker.example. Commands go to the \
            connection that was made last, or chosen with use. A lost connection is made again in the background, with \
            its subscriptions.
            """,
        helpNames: .long,
        aliases: ["con"]
    )
    static let subject = ShellSubject.connection

    @Argument(help: ArgumentHelp("A name, the broker as host or host:port, or both.", valueName: "name> <host"))
    var places: [String] = []

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @OptionGroup(title: "Will")
    var will: WillOptions

    func validate() throws {
        guard places.count <= 2 else {
            throw ValidationError("at most a name and a host; there are \(places.count) words")
        }
    }

    func perform(_ call: ShellCall) async throws {
        let (name, place) = try names(call.session)
        if let existing = call.session.connection(named: name), existing.phase != .over {
            let advice = "disconnect it, or give the new one a name: connect NAME HOST"
            throw ShellFailure("\(name) is connected to \(existing.address) already; \(advice)")
        }
        let connection = try ShellConnection(
            name: name,
            configuration: try await configuration(place, call.session.screen),
            session: call.session
        )
        let clock = ContinuousClock()
        let start = clock.now
        let result: ConnectResult
        do throws(MQTTClientError) {
            result = try await connection.connect()
        } catch {
            guard error.code != .cancelled else { throw error }
            let failure = ClientFailureText(error, address: connection.address)
            throw ShellFailure(failure.text.harmless, status: failure.status)
        }
        let time = clock.now - start
        try call.session.add(connection)
        var parts = ["CONNACK \(ReasonCode.success) from \(connection.address), \(time.inMilliseconds)"]
        parts.append("MQTT \(connection.configuration.version)")
        parts.append(result.sessionPresent ? "the session goes on" : "a new session")
        parts.append("client \(result.clientIdentifier.harmless)")
        if let reason = result.reasonString { parts.append(reason.harmless) }
        call.confirm(parts.joined(separator: ", "))
        if call.session.settings.explores, call.session.screen.editor != nil {
            let explorer = TopicExplorer(session: call.session, connection: connection)
            Task { await explorer.run() }
        }
    }

    /// Which word is the name, and which the broker.
    private func names(_ session: ShellSession) throws -> (name: String, place: String?) {
        if places.count == 2 { return (try checked(places[0]), places[1]) }
        guard let word = places.first else { return (ShellSession.firstName, nil) }
        // Where the host stands in an option, the word can only be a name.
        return hasHost ? (try checked(word), nil) : (ShellSession.firstName, word)
    }

    private var hasHost: Bool {
        connection.givenHost != nil || connection.unix != nil || connection.url != nil
    }

    private func checked(_ name: String) throws -> String {
        guard !name.isEmpty, name.isPrintable, !name.contains(" ") else {
            throw ValidationError("a name is a word without control characters")
        }
        return name
    }

    private func configuration(_ place: String?, _ screen: ShellScreen) async throws -> MQTTClientConfiguration {
        var connection = connection
        if let place {
            guard !hasHost else { throw ValidationError("the host is given twice") }
            let parts = try HostAndPort(place)
            connection.givenHost = parts.host
            if let port = parts.port {
                guard connection.givenPort == nil else { throw ValidationError("the port is given twice") }
                connection.givenPort = port
            }
        }
        try connection.validate()
        var configuration = MQTTClientConfiguration(address: try connection.address)
        try connection.apply(to: &configuration)
        // The newest version says most about what happens.
        if session.password == "-" {
            // Whoever asks for it reads the terminal.
            try await screen.withTerminal {
                try PasswordPrompt.$isInterruptible.withValue(true) {
                    try session.apply(to: &configuration, defaultVersion: .v5_0)
                }
            }
        } else {
            try session.apply(to: &configuration, defaultVersion: .v5_0)
        }
        will.apply(to: &configuration)
        return configuration
    }
}

/// A broker as it is written in one word.
struct HostAndPort: Sendable, Hashable {
    let host: String
    let port: String?

    /// `host`, `host:port`, `[::1]`, `[::1]:port`, or an address of version 6 alone.
    init(_ text: String) throws(ValidationError) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw ValidationError("\(text): the ] is missing") }
            host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") && rest.count > 1 else {
                throw ValidationError("\(text): behind ] stands :PORT or nothing")
            }
            port = rest.isEmpty ? nil : String(rest.dropFirst())
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let hasPort = parts.count == 2
            host = hasPort ? String(parts[0]) : text
            port = hasPort ? String(parts[1]) : nil
        }
        guard !host.isEmpty, port != "" else { throw ValidationError("\(text): the host or the port is empty") }
    }
}

/// `disconnect`: ends a connection.
struct DisconnectCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect",
        abstract: "Say farewell to a broker.",
        helpNames: .long,
        aliases: ["dis"]
    )
    static let subject = ShellSubject.connection

    @Argument(help: ArgumentHelp("Which connection; the current one without it.", valueName: "name"))
    var name: String?

    func perform(_ call: ShellCall) async throws {
        let connection: ShellConnection
        if let name {
            connection = try call.session.existingConnection(name)
        } else {
            connection = try call.session.connection()
        }
        try await connection.disconnect()
        call.session.remove(connection.name)
        call.confirm("DISCONNECT sent, the connection to \(connection.address) is closed")
    }
}

/// `use`: chooses the connection that commands go to.
struct UseCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Choose the connection that commands go to.",
        helpNames: .long
    )
    static let subject = ShellSubject.connection

    @Argument(help: "Which connection.")
    var name: String

    func perform(_ call: ShellCall) async throws {
        let connection = try call.session.existingConnection(name)
        call.session.use(connection.name)
        call.confirm("commands go to \(connection.name), \(connection.address)")
    }
}

extension ShellSession {
    /// The connection with this name; an error where there is none.
    func existingConnection(_ name: String) throws(ShellFailure) -> ShellConnection {
        if let connection = connection(named: name) { return connection }
        let names = connections.map(\.name)
        let guess = ShellCommands.nearest(to: name, among: names).map { "; did you mean \($0)?" }
        let list = names.isEmpty ? "; there is none" : "; there are: \(names.joined(separator: ", "))"
        throw ShellFailure("there is no connection \(name.harmless)\(guess ?? list)")
    }
}

/// `ping`: measures the way to the broker and back.
struct PingCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Measure how long the broker takes to answer.",
        helpNames: .long
    )
    static let subject = ShellSubject.nothing

    func perform(_ call: ShellCall) async throws {
        let connection = try call.session.connection()
        let time = try await connection.client.ping()
        call.say("PINGRESP from \(connection.address), \(time.inMilliseconds)")
    }
}

/// `status`: says how everything stands.
struct StatusCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how connections stand, and what the shell remembers.",
        helpNames: .long,
        aliases: ["st"]
    )
    static let subject = ShellSubject.nothing

    func perform(_ call: ShellCall) async throws {
        var lines = call.session.connections.map { connection in
            let mark = connection.name == call.session.currentName ? "*" : " "
            let phase =
                switch connection.phase {
                case .connecting: "connecting"
                case .connected: "connected"
                case .lost: "lost, connecting again"
                case .over: "disconnected"
                }
            let client = connection.result?.clientIdentifier.harmless ?? ""
            return """
                \(mark) \(connection.name): \(connection.address), \(phase), MQTT \(connection.configuration.version), client \
                \(client), \(connection.subscriptions.count) subscriptions, \(connection.messageCount) messages received
                """
        }
        if lines.isEmpty { lines = ["not connected"] }
        lines.append(
            call.session.desk.withLog { log in
                """
                messages: the last \(log.count) of \(log.totalCount) are kept, \(log.byteCount >> 10) KiB \
                (at most \(log.limits.count), \(log.limits.byteCount >> 10) KiB)
                """
            }
        )
        lines.append(
            call.session.desk.withBook { book in
                let dropped = book.droppedCount == 0 ? "" : "; \(book.droppedCount) times a new topic was passed over"
                return """
                    topics: \(book.topicCount), \(book.byteCount >> 10) KiB (at most \(book.limits.byteCount >> 10) \
                    KiB)\(dropped)
                    """
            }
        )
        if let memory = ProcessMemory.residentKibibytes { lines.append("memory: \(memory) KiB") }
        call.say(lines.joined(separator: "\n"))
    }
}
