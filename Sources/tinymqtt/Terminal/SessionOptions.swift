import ArgumentParser
import MQTT
import NIOCore

/// Who the client is, and which session it has with the broker.
struct SessionOptions: ParsableArguments {
    @Option(
        name: [.customShort("i"), .customLong("id")],
        parsing: .unconditional,
        help: ArgumentHelp("The client identifier (default: MQTT_CLIENT_ID, or a new one).", valueName: "id")
    )
    var identifier: String?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The user name (default: MQTT_USERNAME).", valueName: "name")
    )
    var username: String?

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
        help: ArgumentHelp("The version of MQTT: 5, 311 or 31 (default: 311, and 5 with -x).", valueName: "version")
    )
    var protocolVersion: ProtocolVersion?

    @Flag(
        name: [.customShort("c"), .customLong("disable-clean-session")],
        help: "Go on with the session that the broker has, and have it kept."
    )
    var keepsSession = false

    @Option(
        name: .customShort("x"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "For how long the broker keeps the session; -1 for ever. Means MQTT 5.",
            valueName: "seconds"
        )
    )
    var sessionExpiry: SessionExpiry?

    @Option(
        name: .customShort("M"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).",
            valueName: "count"
        )
    )
    var maximumInFlight: UInt16?

    private static let defaultMaximumInFlight: UInt16 = 20

    var version: ProtocolVersion { protocolVersion ?? (sessionExpiry == nil ? .v3_1_1 : .v5_0) }
    private var knownIdentifier: String? { identifier ?? Environment.clientIdentifier }

    func validate() throws {
        guard maximumInFlight != 0 else { throw ValidationError("-M is at least 1") }
        guard sessionExpiry == nil || version == .v5_0 else {
            throw ValidationError("-x needs MQTT 5; leave out --protocol-version, or give it 5")
        }
        if knownIdentifier == nil {
            guard !keepsSession else { throw ValidationError("-c needs a client identifier; give one with --id") }
            guard sessionExpiry?.isForever != true else {
                throw ValidationError("a session that is kept for ever needs a client identifier; give one with --id")
            }
        }
        if version != .v5_0, password != nil, username == nil, Environment.userName == nil {
            throw ValidationError("a password without a user name needs MQTT 5; give --username, or -V 5")
        }
    }

    func apply(to configuration: inout MQTTClientConfiguration) {
        configuration.version = version
        configuration.cleanStart = !keepsSession
        configuration.userName = username ?? Environment.userName
        if let password = password ?? Environment.password, version == .v5_0 || configuration.userName != nil {
            configuration.password = .init(string: password)
        }
        configuration.maximumInFlight = maximumInFlight ?? Self.defaultMaximumInFlight
        // What MQTT 5 calls the receive maximum; older versions have no word for it.
        if let maximumInFlight { configuration.receiveMaximum = maximumInFlight }
        if let knownIdentifier {
            configuration.clientIdentifier = knownIdentifier
        } else if version != .v5_0 {
            configuration.clientIdentifier = Self.makeIdentifier()
        }
        if version == .v5_0 {
            configuration.sessionExpiryInterval = sessionExpiry?.seconds ?? (keepsSession ? .max : 0)
        }
    }

    /// A client identifier that nobody else has, in the 23 characters that every broker takes.
    private static func makeIdentifier() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 36)
        return "tinymqtt-" + digits
    }
}

/// The message that the broker publishes when the client is gone without a farewell.
struct WillOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The topic of the will.", valueName: "topic")
    )
    var willTopic: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The payload of the will; empty without it.", valueName: "payload")
    )
    var willPayload: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The QoS of the will: 0, 1 or 2.", valueName: "qos")
    )
    var willQos = QoS.atMostOnce

    @Flag(name: .long, help: "Have the broker retain the will.")
    var willRetain = false

    func validate() throws {
        guard willTopic == nil else {
            return try checkTopic(willTopic ?? "", "the topic of the will")
        }
        guard willPayload == nil else { throw ValidationError("--will-payload needs --will-topic") }
        guard !willRetain else { throw ValidationError("--will-retain needs --will-topic") }
    }

    func apply(to configuration: inout MQTTClientConfiguration) {
        guard let willTopic else { return }
        configuration.will = Will(
            Message(topic: willTopic, payload: willPayload ?? "", qos: willQos, retain: willRetain)
        )
    }
}

/// What to tell beside the data, on standard error.
struct DiagnosticOptions: ParsableArguments {
    /// How much is told.
    enum Level: String, CaseIterable, ExpressibleByArgument, Comparable {
        case error
        case warning
        case notice
        case info
        case debug

        init?(argument: String) {
            self.init(rawValue: argument.lowercased())
        }

        static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    @Flag(name: [.short, .long], help: "Tell every packet; the same as --log-level debug.")
    var debug = false

    @Flag(name: .long, help: "Tell nothing at run time, not even errors; the exit code does.")
    var quiet = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("What to tell: error, warning, notice, info or debug.", valueName: "level")
    )
    var logLevel = Level.notice

    /// Says something, if it is to be said.
    func tell(_ level: Level, _ text: String, command: String) {
        guard !quiet, level <= (debug ? .debug : logLevel) else { return }
        printError("tinymqtt \(command): \(text)")
    }

    func apply(to configuration: inout MQTTClientConfiguration, command: String) {
        guard debug || logLevel == .debug, !quiet else { return }
        configuration.trace = { packet in
            printError("tinymqtt \(command): \(packet.direction == .sent ? "sent" : "received") \(packet.summary)")
        }
    }
}

/// Checks a topic to publish to, before anything is connected.
func checkTopic(_ topic: String, _ name: String) throws {
    guard !topic.isEmpty else { throw ValidationError("\(name) is empty") }
    guard !topic.contains("+"), !topic.contains("#") else {
        throw ValidationError("\(name) \(topic) has a wildcard; those are for subscribing")
    }
}
