import ArgumentParser
import MQTT
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Who the client is, and which session it has with the broker.
struct SessionOptions: ParsableArguments {
    @Option(
        name: [.customShort("i"), .customLong("id")],
        parsing: .unconditional,
        help: ArgumentHelp("The client identifier (default: MQTT_CLIENT_ID, or a new one).", valueName: "id")
    )
    var identifier: String?

    @Option(
        name: [.customShort("I"), .customLong("id-prefix")],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The beginning of the client identifier; the number of the process follows.",
            valueName: "text"
        )
    )
    var identifierPrefix: String?

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
            "The password; a dash asks for it (default: MQTT_PASSWORD, which other users cannot see).",
            valueName: "password"
        )
    )
    var password: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("A file whose first line is the password.", valueName: "path"),
        completion: .file()
    )
    var passwordFile: String?

    @Option(
        name: [.customShort("V"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("The version of MQTT: 5, 311 or 31 (default: 311; 5 with -x or -D).", valueName: "version")
    )
    var protocolVersion: ProtocolVersion?

    @Flag(
        name: [.customShort("c"), .customLong("disable-clean-session")],
        help: "Go on with the session that the broker has, and have it kept."
    )
    var keepsSession = false

    @Option(
        name: [.customShort("x"), .long],
        parsing: .unconditional,
        help: ArgumentHelp(
            "For how long the broker keeps the session; -1 for ever. Means MQTT 5.",
            valueName: "seconds"
        )
    )
    var sessionExpiry: SessionExpiry?

    @Option(
        name: [.customShort("M"), .customLong("max-inflight")],
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many messages may be unacknowledged, each way in MQTT 5 (default: 20 to send, no limit to receive).",
            valueName: "count"
        )
    )
    var maximumInFlight: UInt16?

    private var knownIdentifier: String? {
        identifier ?? identifierPrefix.map { "\($0)\(getpid())" } ?? Environment.clientIdentifier
    }

    func validate() throws {
        for (name, word) in [("client identifier", knownIdentifier), ("user name", username)] {
            guard ArgumentBytes.isText(word ?? "") else { throw ValidationError("the \(name) is not in UTF-8") }
        }
        guard maximumInFlight != 0 else { throw ValidationError("-M is at least 1") }
        guard identifier == nil || identifierPrefix == nil else {
            throw ValidationError("either --id or --id-prefix, not both")
        }
        guard password == nil || passwordFile == nil else {
            throw ValidationError("either --pw or --password-file, not both")
        }
        if sessionExpiry != nil, let protocolVersion, protocolVersion != .v5_0, !ProgramName.current.isLink {
            throw ValidationError("-x needs MQTT 5; leave out --protocol-version, or give it 5")
        }
        guard knownIdentifier == nil else { return }
        guard !keepsSession else { throw ValidationError("-c needs a client identifier; give one with --id") }
        guard sessionExpiry?.isForever != true else {
            throw ValidationError("a session that is kept for ever needs a client identifier; give one with --id")
        }
    }

    /// The version of MQTT to speak.
    ///
    /// - Parameter default: What is spoken where neither an option nor a need says which.
    func version(default: ProtocolVersion = .v3_1_1) -> ProtocolVersion {
        protocolVersion ?? (sessionExpiry == nil ? `default` : .v5_0)
    }

    /// Takes over what the options say; what an address in one word has said stays where they say nothing.
    func apply(to configuration: inout MQTTClientConfiguration, defaultVersion: ProtocolVersion = .v3_1_1) throws {
        let version = version(default: defaultVersion)
        configuration.version = version
        configuration.cleanStart = !keepsSession
        configuration.userName = username ?? configuration.userName ?? Environment.userName
        if let password = try explicitPassword() ?? configuration.password {
            guard version == .v5_0 || configuration.userName != nil else {
                throw ValidationError("a password without a user name needs MQTT 5; give --username, or -V 5")
            }
            configuration.password = password
        } else if let password = Environment.password, version == .v5_0 || configuration.userName != nil {
            configuration.password = ByteBuffer(string: password)
        }
        configuration.maximumInFlight = maximumInFlight ?? ClientDefaults.maximumInFlight
        // What MQTT 5 calls the receive maximum; older versions have no word for it.
        if let maximumInFlight { configuration.receiveMaximum = maximumInFlight }
        if let knownIdentifier {
            configuration.clientIdentifier = knownIdentifier
        } else if version != .v5_0 {
            configuration.clientIdentifier = ClientDefaults.makeIdentifier(.current)
        }
        if version == .v5_0 {
            configuration.sessionExpiryInterval = sessionExpiry?.seconds ?? (keepsSession ? .max : 0)
        }
    }

    /// The password of the command line, of a file, or of the person at the terminal.
    private func explicitPassword() throws -> ByteBuffer? {
        do {
            if let passwordFile {
                var content = try StandardInput.readFile(passwordFile)
                let line = content.readableBytesView.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
                return content.readSlice(length: line.count)
            }
            guard password == "-" else { return password.map(ArgumentBytes.of) }
            return ByteBuffer(bytes: try PasswordPrompt.password("Password: "))
        } catch let failure as StandardInput.Failure {
            throw ValidationError("the password cannot be read: \(failure.text)")
        } catch let failure as PasswordPrompt.Failure {
            if failure.isInterruption { throw CancellationError() }
            throw ValidationError(failure.text)
        }
    }
}
