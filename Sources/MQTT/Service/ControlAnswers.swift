import NIOCore

/// What the broker answers about itself at ``ControlRequest/topic``, in the form of mosquitto 2.1: a list of commands
/// comes, and a list of responses goes back in the same order.
struct ControlAnswers: Sendable {
    /// The longest request that is read, in bytes.
    static let longestRequest = 65_536
    /// How many commands of a request are answered at most.
    static let mostCommands = 32

    /// Where the broker listens, each place as JSON.
    let listeners: [String]

    init(_ listeners: [Listener]) {
        self.listeners = listeners.map { listener in
            var settings = listener.settings
            if case .tcp(let host, _) = settings.address, let port = listener.addresses.first?.port {
                settings.address = .tcp(host: host, port: port)  // the port that the system chose
            }
            return settings.json
        }
    }

    /// The answer to a request, whatever it is.
    func response(to request: [UInt8]) -> [UInt8] {
        let responses: [String]
        do throws(JSONReader.Problem) {
            guard request.count <= Self.longestRequest else {
                throw JSONReader.Problem("a request ends at the latest", at: Self.longestRequest)
            }
            responses = try Self.commands(in: request).map(response)
        } catch {
            responses = [Self.failure("the request is not understood: \(error.text)", of: Command())]
        }
        return Array(JSONText.object([("responses", JSONText.array(responses))]).utf8)
    }

    // MARK: Commands

    /// One of the things that a request asks for.
    private struct Command {
        var name: String?
        /// What the Client wants to find in the response.
        var correlation: String?
    }

    private static func commands(in request: [UInt8]) throws(JSONReader.Problem) -> [Command] {
        var commands: [Command]?
        var reader = try JSONReader(request)
        try reader.object { (reader, name) throws(JSONReader.Problem) in
            guard name == "commands" else { return try reader.skip() }
            var found: [Command] = []
            try reader.array { (reader) throws(JSONReader.Problem) in
                guard found.count < mostCommands else {
                    throw JSONReader.Problem(
                        "at most \(mostCommands) commands are answered; the next one begins",
                        at: reader.position
                    )
                }
                found.append(try command(&reader))
            }
            commands = found
        }
        try reader.end()
        guard let commands else { throw JSONReader.Problem("no list “commands”", at: request.count) }
        return commands
    }

    private static func command(_ reader: inout JSONReader) throws(JSONReader.Problem) -> Command {
        var command = Command()
        try reader.object { (reader, name) throws(JSONReader.Problem) in
            switch name {
            case "command": command.name = try reader.string()
            case "correlationData": command.correlation = try reader.string()
            default: try reader.skip()
            }
        }
        return command
    }

    private func response(to command: Command) -> String {
        switch command.name {
        case "listListeners": Self.success(("listeners", listeners), of: command)
        // What is built in counts as no plugin: mosquitto lists the libraries that it has loaded.
        case "listPlugins": Self.success(("plugins", []), of: command)
        case nil: Self.failure("a command needs a member “command”", of: command)
        default: Self.failure("an unknown command; there are listListeners and listPlugins", of: command)
        }
    }

    // MARK: Responses

    private static func success(_ data: (name: String, list: [String]), of command: Command) -> String {
        response(("data", JSONText.object([(data.name, JSONText.array(data.list))])), of: command)
    }

    private static func failure(_ problem: String, of command: Command) -> String {
        response(("error", JSONText.string(problem)), of: command)
    }

    private static func response(_ member: (String, String), of command: Command) -> String {
        let correlation = command.correlation.map { [("correlationData", JSONText.string($0))] } ?? []
        // The word that mosquitto has where it cannot tell which command it was.
        let name = command.name ?? "Unknown command"
        return JSONText.object([("command", JSONText.string(name)), member] + correlation)
    }
}
