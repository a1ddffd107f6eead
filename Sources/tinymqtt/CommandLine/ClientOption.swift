import MQTT

/// An option of mosquitto's clients: its names, its values, and who has it.
///
/// This is the part of their syntax that the parser of the command line does not know: how many words an option takes
/// whatever they look like, and which options a link of mosquitto's name accepts. A test holds the table against the
/// parser's options.
struct ClientOption: Equatable {
    /// Like `-h`; empty where there is none.
    let short: String
    /// Like `--host`. Where mosquitto has none it is ours, and a link does not know it.
    let long: String
    /// How many words follow it; a property with a name and a value has one more.
    let valueCount: Int
    /// The letters of the tools that have it.
    private let tools: String
    /// Whether mosquitto has the long name too.
    let isLongNameShared: Bool

    private init(_ short: String, _ long: String, _ valueCount: Int, _ tools: String, ours: Bool = false) {
        self.short = short
        self.long = long
        self.valueCount = valueCount
        self.tools = tools
        isLongNameShared = !ours
    }

    /// Whether a tool has it.
    func belongs(to tool: ClientTool) -> Bool { tools.contains(tool.letter) }

    /// Whether it says what the payload is.
    var isPayload: Bool {
        ["--message", "--file", "--stdin-file", "--stdin-line", "--null-message"].contains(long)
    }

    /// The options, by their long names, of which nothing is left when this one stands behind them.
    func replaced(by values: [String], of tool: ClientTool, isLink: Bool) -> Set<String> {
        switch long {
        case "--host": ["--unix"]
        case "--unix": ["--host", "--port"]
        // A subscriber takes the topic of an address as one more.
        case "--url": tool == .subscribe ? ["--host", "--port", "--unix"] : ["--host", "--port", "--unix", "--topic"]
        // To mosquitto's clients these say version 5, until the version is said again.
        case "--session-expiry", "--property": isLink ? ["--protocol-version"] : []
        case "--protocol-version":
            isLink && values.first.flatMap(ProtocolVersion.init(optionValue:)) != .v5_0
                ? ["--session-expiry", "--property"] : []
        default: []  // every other option stands for itself
        }
    }

    /// The option of this name, of a tool.
    ///
    /// - Parameter isLink: Whether the name has to be one of mosquitto's.
    static func named(_ name: String, of tool: ClientTool, isLink: Bool) -> ClientOption? {
        guard name.utf8.first == UInt8(ascii: "-"), name.utf8.count > 1 else { return nil }
        return all.first { option in
            (option.short == name || option.long == name && (option.isLongNameShared || !isLink))
                && option.belongs(to: tool)
        }
    }

    /// All of them, in the order of the manual.
    static let all: [ClientOption] = connection + identity + will + security + payload + subscription + output

    /// Those that say where the broker is, and who asks.
    static let whereAndWho =
        (connection + identity + security).filter { !whatAndHow.contains($0.long) }

    /// Those among them that say something else: of what is sent, and of a session, which another client has.
    private static let whatAndHow: Set<String> = [
        "--property", "--qos", "--keepalive", "--id", "--id-prefix", "--disable-clean-session", "--session-expiry",
        "--max-inflight", "--tls-keylog",
    ]

    private static let connection = [
        Self("-h", "--host", 1, "PSR"),
        Self("-p", "--port", 1, "PSR"),
        Self("", "--unix", 1, "PSR"),
        Self("-L", "--url", 1, "PSR"),
        Self("-A", "--bind", 1, "PSR", ours: true),
        Self("-S", "--srv", 0, "PSR", ours: true),
        Self("", "--ws", 0, "PSR"),
        Self("", "--nodelay", 0, "PSR"),
        Self("", "--proxy", 1, "PSR"),
        Self("-k", "--keepalive", 1, "PSR"),
    ]

    private static let identity = [
        Self("-u", "--username", 1, "PSR"),
        Self("-P", "--pw", 1, "PSR"),
        Self("-i", "--id", 1, "PSR"),
        Self("-I", "--id-prefix", 1, "PSR"),
        Self("-V", "--protocol-version", 1, "PSR"),
        Self("-c", "--disable-clean-session", 0, "PSR"),
        Self("-x", "--session-expiry", 1, "PSR", ours: true),
        Self("-q", "--qos", 1, "PSR"),
        Self("-M", "--max-inflight", 1, "PSR", ours: true),
        Self("-D", "--property", 3, "PSR"),
    ]

    private static let will = [
        Self("", "--will-topic", 1, "PSR"),
        Self("", "--will-payload", 1, "PSR"),
        Self("", "--will-qos", 1, "PSR"),
        Self("", "--will-retain", 0, "PSR"),
    ]

    private static let security = [
        Self("", "--cafile", 1, "PSR"),
        Self("", "--capath", 1, "PSR"),
        Self("", "--tls-use-os-certs", 0, "PSR"),
        Self("", "--cert", 1, "PSR"),
        Self("", "--key", 1, "PSR"),
        Self("", "--keyform", 1, "PSR"),
        Self("", "--ciphers", 1, "PSR"),
        Self("", "--tls-version", 1, "PSR"),
        Self("", "--tls-alpn", 1, "PSR"),
        Self("", "--insecure", 0, "PSR"),
        Self("", "--no-tls", 0, "PSR"),
        Self("", "--tls-keylog", 1, "PSR"),
        Self("", "--tls-engine", 1, "PSR"),
        Self("", "--tls-engine-kpass-sha1", 1, "PSR"),
        Self("", "--psk", 1, "PSR"),
        Self("", "--psk-identity", 1, "PSR"),
    ]

    private static let payload = [
        Self("-t", "--topic", 1, "PSR"),
        Self("-m", "--message", 1, "PR"),
        Self("-f", "--file", 1, "PR"),
        Self("-s", "--stdin-file", 0, "PR"),
        Self("-l", "--stdin-line", 0, "P"),
        Self("-n", "--null-message", 0, "PR"),
        Self("-r", "--retain", 0, "P"),
        Self("", "--repeat", 1, "P"),
        Self("", "--repeat-delay", 1, "P"),
        Self("-e", "--response-topic", 1, "R", ours: true),
        Self("", "--latency", 0, "R"),
    ]

    private static let subscription = [
        Self("-T", "--filter-out", 1, "S"),
        Self("-U", "--unsubscribe", 1, "S"),
        Self("-C", "--count", 1, "S", ours: true),
        Self("-W", "--timeout", 1, "SR", ours: true),
        Self("-E", "--exit-after-subscribing", 0, "S", ours: true),
        Self("-R", "--no-retained", 0, "SR", ours: true),
        Self("", "--retained-only", 0, "S"),
        Self("", "--remove-retained", 0, "S"),
        Self("", "--random-filter", 1, "S"),
        Self("", "--retain-as-published", 0, "SR"),
        Self("", "--retain-handling", 1, "SR"),
    ]

    private static let output = [
        Self("-v", "--verbose", 0, "SR"),
        Self("-F", "--format", 1, "SR", ours: true),
        Self("-N", "--no-newline", 0, "SR", ours: true),
        Self("", "--pretty", 0, "SR"),
        Self("", "--message-rate", 0, "S"),
        Self("-w", "--watch", 0, "S"),
        Self("-d", "--debug", 0, "PSR"),
        Self("", "--quiet", 0, "PSR"),
        Self("-o", "--options-file", 1, "PSR", ours: true),
        Self("", "--help", 0, "PSR"),
        Self("", "--version", 0, "PSR"),
    ]
}
