import ArgumentParser
import MQTT

/// The broker's address without an option before it: `host port`, or `host:port`.
struct AddressArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The broker's host, or host:port; the same as --host and --port.", valueName: "host"))
    var host: String?

    @Argument(help: ArgumentHelp("The broker's port; the same as --port.", valueName: "port"))
    var port: String?

    func validate() throws {
        guard let host else { return }
        let (name, number) = Self.split(host)
        guard !name.isEmpty else { throw ValidationError("the host is empty") }
        guard number == nil || port == nil else {
            throw ValidationError("the port is given twice: \(host) and \(port ?? "")")
        }
        guard let text = number ?? port else { return }
        guard let number = Int(text), 1...65_535 ~= number else {
            throw ValidationError("the port \(text) is not a number from 1 to 65535")
        }
    }

    /// `connection` with the address that stands here, where it says nothing else itself.
    func completing(_ connection: ConnectionOptions) -> ConnectionOptions {
        guard let host else { return connection }
        var connection = connection
        let (name, number) = Self.split(host)
        connection.givenHost = connection.givenHost ?? name
        connection.givenPort = connection.givenPort ?? number ?? port
        return connection
    }

    /// An address of IPv6 has colons of its own; with a port it stands in brackets.
    private static func split(_ text: String) -> (host: String, port: String?) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...]
            return (String(text[..<end].dropFirst()), rest.hasPrefix(":") ? String(rest.dropFirst()) : nil)
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : (text, nil)
    }
}

/// How a participant of the chat logs in at the broker. The long name of the user is taken by the name in the chat.
struct ChatLoginOptions: ParsableArguments {
    @Option(
        name: [.customShort("i"), .customLong("id")],
        parsing: .unconditional,
        help: ArgumentHelp("The client identifier (default: MQTT_CLIENT_ID, or a new one).", valueName: "id")
    )
    var identifier: String?

    @Option(
        name: .customShort("u"),
        parsing: .unconditional,
        help: ArgumentHelp("The user name at the broker (default: MQTT_USERNAME).", valueName: "name")
    )
    var user: String?

    @Option(
        name: [.customShort("P"), .customLong("pw")],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The password (default: MQTT_PASSWORD, which other users cannot see).",
            valueName: "password"
        )
    )
    var password: String?

    @Option(
        name: [.customShort("V"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("The version of MQTT: 5, 311 or 31 (default: 5).", valueName: "version")
    )
    var protocolVersion: String?

    func validate() throws {
        _ = try session
    }

    /// The same as the options that other commands have.
    var session: SessionOptions {
        get throws {
            let values = [("--id", identifier), ("--username", user), ("--pw", password), ("-V", protocolVersion)]
            let words = values.flatMap { name, value in value.map { [name, $0] } ?? [] }
            do {
                return try SessionOptions.parse(words)
            } catch {
                throw ValidationError(SessionOptions.message(for: error))
            }
        }
    }
}

/// How often messages may come, and how long users may be silent.
struct ChatTimeOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("After how much silence a user is gone.", valueName: "seconds")
    )
    var timeout = Seconds(seconds: 60)

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many messages of each user count each second; five times as many may come at once.",
            valueName: "count"
        )
    )
    var rate = ChatServerConfiguration.defaultMessagesPerSecond

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("How surely messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    private static let maximumRate = 100_000

    func validate() throws {
        guard timeout.duration > .zero else { throw ValidationError("--timeout is more than 0") }
        guard 1...Self.maximumRate ~= rate else { throw ValidationError("--rate is from 1 to \(Self.maximumRate)") }
    }
}
