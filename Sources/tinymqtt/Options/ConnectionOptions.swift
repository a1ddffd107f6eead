import ArgumentParser
import MQTT
import NIOCore

/// Where the broker is, and how to reach it.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("h"), .customLong("host")],
        parsing: .unconditional,
        help: "The broker's host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost)."
    )
    var givenHost: String?

    @Option(
        name: [.customShort("p"), .customLong("port")],
        parsing: .unconditional,
        help: "The broker's port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883; with TLS 8883)."
    )
    var givenPort: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The Unix socket on which the broker listens.", valueName: "path"),
        completion: .file()
    )
    var unix: String?

    @Option(
        name: [.customShort("L"), .customLong("url")],
        parsing: .unconditional,
        help: ArgumentHelp(
            "All in one: mqtt, mqtts, ws or wss, then ://[user[:password]@]host[:port]/topic.",
            valueName: "url"
        )
    )
    var url: BrokerURL?

    @Option(
        name: [.customShort("A"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("The address of this machine that connections come from.", valueName: "address")
    )
    var bind: String?

    @Flag(
        name: [.customShort("S"), .long],
        help: "Look up the broker of the host's domain in its service records (DNS SRV)."
    )
    var srv = false

    @Flag(name: .long, help: "Speak MQTT in a WebSocket.")
    var ws = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The path of the WebSocket.", valueName: "path")
    )
    var wsPath = "/mqtt"

    @Flag(name: .long, help: "Accepted: what is written always leaves at once (TCP_NODELAY).")
    var nodelay = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("A SOCKS proxy: socks5h://[user[:password]@]host[:port].", valueName: "url")
    )
    var proxy: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait until the broker has accepted the connection.", valueName: "seconds")
    )
    var connectTimeout = Seconds.thirty

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "How often to connect again: never, forever, or a number of times in a row (default: forever, but the first "
                + "connection once).",
            valueName: "policy"
        ),
        completion: .list(["never", "forever"])
    )
    var retry: Retry?

    @Option(
        name: [.customShort("k"), .customLong("keepalive")],
        parsing: .unconditional,
        help: ArgumentHelp("After how much silence the connection is checked, from 5 to 65535.", valueName: "seconds")
    )
    var keepAlive: UInt16 = 60

    @OptionGroup(title: "TLS")
    var security: SecurityOptions

    func validate() throws {
        guard keepAlive >= ClientDefaults.leastKeepAlive else {
            throw ValidationError("the keep-alive is at least \(ClientDefaults.leastKeepAlive) seconds")
        }
        guard host != "" else { throw ValidationError("the host is empty") }
        guard unix == nil || givenHost == nil else { throw ValidationError("either --unix or --host, not both") }
        _ = try portNumber
    }

    private var host: String { givenHost ?? url?.host ?? Environment.host ?? "localhost" }

    /// An address in one word names another broker than the environment.
    private var portText: String? { givenPort ?? (url == nil ? Environment.port : url?.port) }

    private var portNumber: Int {
        get throws {
            guard let text = portText else { return defaultPort }
            // As mosquitto has it: with port 0 the host is the path of a Unix socket.
            let least = host.hasPrefix("/") ? 0 : 1
            guard let number = Int(text), least...65_535 ~= number else {
                let source = givenPort == nil && url?.port == nil ? "the environment's port" : "the port"
                throw ValidationError("\(source) \(text) is not a number from 1 to 65535")
            }
            return number
        }
    }

    private var defaultPort: Int {
        security.isWanted || url?.isSecure == true ? Self.securePort : Self.plainPort
    }

    private static let plainPort = 1_883
    /// On this port TLS is spoken without being asked for.
    static let securePort = 8_883

    var address: ServerAddress {
        get throws {
            if let unix { return .unix(path: unix) }
            if srv { return .service(domain: host) }
            let port = try portNumber
            return port == 0 ? .unix(path: host) : .host(host, port: port)
        }
    }

    func apply(to configuration: inout MQTTClientConfiguration) throws {
        configuration.address = try address
        configuration.connectTimeout = connectTimeout.duration
        configuration.keepAlive = keepAlive
        configuration.userName = url?.userName
        configuration.password = url?.password.map { ByteBuffer(string: $0) }
        if let retry { configuration.reconnect = retry.policy }
        let isSecurePort = try url?.isSecure == true || unix == nil && portNumber == Self.securePort
        configuration.transport.tls = try security.settings(isSecurePort: isSecurePort)
        if ws || url?.isWebSocket == true { configuration.transport.webSocket = ClientWebSocket(path: wsPath) }
        configuration.transport.localAddress = bind
        do {
            configuration.transport.proxy = try proxy.map { try SOCKSProxy(url: $0) }
        } catch let error as ConfigurationError {
            throw ValidationError(error.description)
        }
    }
}
