import MQTT
import NIOCore

/// `pub` in its simplest form, which scripts call all day: one message over plain TCP, with the options that most calls have.
///
/// The long way (the parser of the command line, a Client, its threads) takes several times as long as the publishing. What
/// is not understood here, or is wrong, goes that way: it alone says what is wrong, and does all the rest.
struct QuickPublish {
    private var host = Environment.host ?? "localhost"
    private var port = Environment.port ?? "1883"
    private var topic: String?
    private var payload: Payload?
    private var qos = QoS.atMostOnce
    private var retain = false
    private var version = ProtocolVersion.v3_1_1
    private var identifier = Environment.clientIdentifier
    private var userName = Environment.userName
    private var password = Environment.password
    private var keepAlive: UInt16 = 60
    private var isQuiet = false

    private enum Payload {
        case text(String)
        case file(String)
        case empty
    }

    /// - Returns: `nil` where it takes the long way.
    init?(_ words: ClientWords) {
        for part in words.parts {
            guard case .option(let option, let values) = part, take(option, values.first ?? "") else { return nil }
        }
    }

    /// Takes an option; `false` where it takes the long way.
    private mutating func take(_ option: ClientOption, _ value: String) -> Bool {
        switch option.long {
        case "--host": host = value
        case "--port": port = value
        case "--topic": topic = value
        case "--message": return take(.text(value))
        case "--file": return take(.file(value))
        case "--null-message": return take(.empty)
        case "--qos":
            guard let number = UInt8(value), let qos = QoS(rawValue: number) else { return false }
            self.qos = qos
        case "--retain": retain = true
        case "--protocol-version":
            guard let version = ProtocolVersion(optionValue: value) else { return false }
            self.version = version
        case "--id": identifier = value
        case "--username": userName = value
        case "--pw":
            // A single dash asks for it.
            guard value != "-" else { return false }
            password = value
        case "--keepalive":
            guard let seconds = UInt16(value), seconds >= ClientDefaults.leastKeepAlive else { return false }
            keepAlive = seconds
        case "--quiet": isQuiet = true
        default: return false
        }
        return true
    }

    private mutating func take(_ payload: Payload) -> Bool {
        guard self.payload == nil else { return false }
        self.payload = payload
        return true
    }

    /// Publishes the message and returns the exit code; `nil` where it takes the long way.
    func run(as program: ProgramName) -> Int32? {
        guard let topic, !topic.isEmpty, [topic, identifier ?? "", userName ?? ""].allSatisfy(ArgumentBytes.isText),
            !topic.utf8.contains(where: { "+#".utf8.contains($0) }), !host.isEmpty,
            let port = Int(port), 1...65_535 ~= port, port != ConnectionOptions.securePort, let content,
            version == .v5_0 || password == nil || userName != nil
        else { return nil }
        var configuration = MQTTClientConfiguration(address: .host(host, port: port))
        configuration.version = version
        configuration.keepAlive = keepAlive
        configuration.userName = userName
        configuration.password = password.map(ArgumentBytes.of)
        configuration.maximumInFlight = ClientDefaults.maximumInFlight
        configuration.clientIdentifier = identifier ?? (version == .v5_0 ? "" : ClientDefaults.makeIdentifier(program))
        let report = ClientReport(
            program: program,
            command: "pub",
            address: configuration.address,
            version: version,
            isQuiet: isQuiet
        )
        ProcessList.hidePassword()
        do throws(MQTTClientError) {
            let message = Message(topic: topic, payload: content, qos: qos, retain: retain)
            guard let result = try MQTTClient.publishBlocking(message, configuration: configuration) else { return nil }
            return report.status(of: result, topic: topic)
        } catch {
            return report.status(of: error)
        }
    }

    /// The payload; `nil` where there is none, or it cannot be read, or only once: what is found out afterwards may still
    /// lead the long way.
    private var content: ByteBuffer? {
        switch payload {
        case .text(let text): ArgumentBytes.of(text)
        case .file(let path): StandardInput.isRepeatable(path) ? try? StandardInput.readFile(path) : nil
        case .empty: ByteBuffer()
        case nil: nil
        }
    }
}
