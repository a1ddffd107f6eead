import ArgumentParser
import MQTT

/// Where the broker is, and how to reach it.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("h"), .long],
        parsing: .unconditional,
        help: "The broker's host (default: MQTT_BROKER_HOST, MQTT_HOST, or localhost)."
    )
    var host: String?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: "The broker's port (default: MQTT_BROKER_PORT, MQTT_PORT, or 1883)."
    )
    var port: String?

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
        )
    )
    var retry: Retry?

    @Option(
        name: [.customShort("k"), .customLong("keepalive")],
        parsing: .unconditional,
        help: ArgumentHelp("After how much silence the connection is checked, from 5 to 65535.", valueName: "seconds")
    )
    var keepAlive: UInt16 = 60

    func validate() throws {
        guard keepAlive >= 5 else { throw ValidationError("the keep-alive is at least 5 seconds") }
        guard host != "" else { throw ValidationError("the host is empty") }
        _ = try portNumber
    }

    private var portNumber: Int {
        get throws {
            guard let text = port ?? Environment.port else { return 1_883 }
            guard let number = Int(text), 1...65_535 ~= number else {
                let source = port == nil ? "the environment's port" : "the port"
                throw ValidationError("\(source) \(text) is not a number from 1 to 65535")
            }
            return number
        }
    }

    var address: ServerAddress {
        get throws { .host(host ?? Environment.host ?? "localhost", port: try portNumber) }
    }

    func apply(to configuration: inout MQTTClientConfiguration) throws {
        configuration.address = try address
        configuration.connectTimeout = connectTimeout.duration
        configuration.keepAlive = keepAlive
        if let retry { configuration.reconnect = retry.policy }
    }
}

extension Seconds {
    fileprivate static let thirty = Self(duration: .seconds(30))

    private init(duration: Duration) {
        self.duration = duration
    }

    /// How a default is shown.
    var defaultValueDescription: String { "\(duration.components.seconds)" }
}
