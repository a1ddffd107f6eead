import ArgumentParser
import MQTT

/// `tinymqtt ping`: tells whether a broker is there, what it can do, and how long it takes to answer.
struct Ping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ping",
        abstract: "Check what a broker can do, and how fast it is.",
        discussion: """
            Without --protocol-version the newest version is tried first. What fails is told with its cause and what to try \
            next; the exit code tells it too: see tinymqtt help exit-codes.
            """,
        helpNames: .long
    )

    @OptionGroup(title: "Connection")
    var connection: ConnectionOptions

    @OptionGroup(title: "Session")
    var session: SessionOptions

    @Option(
        name: [.customShort("C"), .customLong("count")],
        parsing: .unconditional,
        help: ArgumentHelp("How often to ask.", valueName: "count")
    )
    var count = 3

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait between two questions.", valueName: "seconds")
    )
    var interval = Seconds.one

    @Option(
        name: [.customShort("W"), .long],
        parsing: .unconditional,
        help: ArgumentHelp("End after this time, with exit code 27.", valueName: "seconds")
    )
    var timeout: Seconds?

    @Flag(name: .customLong("json"), help: "Print the result as one JSON object.")
    var isJSON = false

    @OptionGroup(title: "Diagnosis")
    var diagnostics: DiagnosticOptions

    /// How long the broker may be silent at most, in seconds; to wait longer tells nothing.
    private static let longestKeepAlive: UInt16 = 10

    func validate() throws {
        try timeout?.checkTimeout()
        guard 1...PingReport.mostRoundTrips ~= count else {
            throw ValidationError("-C is a number from 1 to \(PingReport.mostRoundTrips)")
        }
    }

    /// What is tried, the best first.
    private var versions: [ProtocolVersion] {
        if session.protocolVersion != nil || session.sessionExpiry != nil { return [session.version()] }
        return [.v5_0, .v3_1_1, .v3_1]
    }

    func run() async throws {
        for (index, version) in versions.enumerated() {
            let runner = try ClientRunner(command: "ping", diagnostics: diagnostics) { configuration in
                try connection.apply(to: &configuration)
                try session.apply(to: &configuration, defaultVersion: version)
                if connection.retry == nil { configuration.reconnect = .never }
                configuration.keepAlive = min(configuration.keepAlive, Self.longestKeepAlive)
            }
            runner.endProcess(after: timeout)
            let isLast = index == versions.count - 1
            var isTooNew = false
            var isConnected = false
            try await runner.run { () async throws(MQTTClientError) in
                do throws(MQTTClientError) {
                    let clock = ContinuousClock()
                    let start = clock.now
                    let result = try await runner.client.connect()
                    isConnected = true
                    try await examine(runner, version, result, connectTime: clock.now - start)
                } catch {
                    // A broker that knows the version answers CONNECT, whatever it says; old ones only close.
                    isTooNew =
                        !isLast && !isConnected
                        && (error.reasonCode == .unsupportedProtocolVersion || error.code == .connectionLost)
                    guard isTooNew else { throw error }
                    runner.tell(.notice, "\(runner.address) does not speak MQTT \(version)")
                }
                return 0
            }
            if !isTooNew { return }
        }
    }

    private func examine(
        _ runner: ClientRunner,
        _ version: ProtocolVersion,
        _ result: ConnectResult,
        connectTime: Duration
    ) async throws(MQTTClientError) {
        var report = PingReport(address: runner.address, version: version, result: result, connectTime: connectTime)
        if !isJSON { StandardOutput.writeLine(report.introduction) }
        for round in 0..<count {
            if round > 0 {
                // It can only be cancelled, which nobody does.
                try? await Task.sleep(for: interval.duration)
            }
            let time = try await runner.client.ping()
            report.append(time)
            if !isJSON { StandardOutput.writeLine("round trip \(round + 1): \(time.milliseconds) ms") }
        }
        try await runner.client.disconnect()
        StandardOutput.writeLine(isJSON ? report.json.text : report.summary)
    }
}

/// What a broker has shown of itself.
struct PingReport {
    /// How many round trips are remembered.
    static let mostRoundTrips = 10_000

    private let address: ServerAddress
    private let version: ProtocolVersion
    private let result: ConnectResult
    private let connectTime: Duration
    private var roundTrips: [Duration] = []

    init(address: ServerAddress, version: ProtocolVersion, result: ConnectResult, connectTime: Duration) {
        self.address = address
        self.version = version
        self.result = result
        self.connectTime = connectTime
    }

    mutating func append(_ roundTrip: Duration) {
        roundTrips.append(roundTrip)
    }

    /// What is known as soon as the connection is there.
    var introduction: String {
        let width = abilities.map(\.name.count).max() ?? 0
        let lines = abilities.map { ability in
            "  \(ability.name)\(String(repeating: " ", count: width - ability.name.count))  \(ability.text)"
        }
        return (["connected to \(address) with MQTT \(version) in \(connectTime.milliseconds) ms"] + lines)
            .joined(separator: "\n")
    }

    /// The round trips in a line.
    var summary: String {
        guard let least = roundTrips.min(), let most = roundTrips.max() else { return "no round trip" }
        let mean = roundTrips.reduce(.zero, +) / roundTrips.count
        return "\(roundTrips.count) round trips: least \(least.milliseconds), mean \(mean.milliseconds), "
            + "most \(most.milliseconds) ms"
    }

    /// Everything as JSON, times in milliseconds.
    var json: JSONValue {
        .object(
            [
                JSONValue.Member("broker", .string("\(address)")),
                JSONValue.Member("version", .string("\(version)")),
                JSONValue.Member("connect_ms", .number(connectTime.milliseconds)),
                JSONValue.Member("client_id", .string(result.clientIdentifier)),
            ] + abilities.filter { $0.json != nil }.map { JSONValue.Member($0.key, $0.json ?? .null) } + [
                JSONValue.Member("round_trip_ms", .array(roundTrips.map { .number($0.milliseconds) }))
            ]
        )
    }

    /// Something that a broker can do, or how much of it.
    private struct Ability {
        let name: String
        let key: String
        let text: String
        let json: JSONValue?

        init(_ name: String, _ key: String, _ number: Int, _ unit: String = "") {
            self.name = name
            self.key = key
            text = "\(number)\(unit)"
            json = JSONValue(number)
        }

        init(_ name: String, _ key: String, _ isThere: Bool) {
            self.name = name
            self.key = key
            text = isThere ? "yes" : "no"
            json = .bool(isThere)
        }

        init(_ name: String, text: String) {
            self.name = name
            key = ""
            self.text = text
            json = nil
        }
    }

    private var abilities: [Ability] {
        let server = result.server
        guard version == .v5_0 else {
            return [Ability("limits", text: "not told; MQTT \(version) has no words for them")]
        }
        let client = Ability("client identifier", text: result.clientIdentifier)
        return [
            client,
            Ability("highest QoS", "maximum_qos", Int(server.maximumQoS.rawValue)),
            Ability("retained messages", "retain_available", server.isRetainAvailable),
            Ability("wildcards", "wildcard_subscriptions", server.areWildcardSubscriptionsAvailable),
            Ability("shared subscriptions", "shared_subscriptions", server.areSharedSubscriptionsAvailable),
            Ability("subscription identifiers", "subscription_identifiers", server.areSubscriptionIdentifiersAvailable),
            Ability("messages in flight", "receive_maximum", Int(server.receiveMaximum)),
            Ability("largest packet", "maximum_packet_size", server.maximumPacketSize, " bytes"),
            Ability("topic aliases", "topic_alias_maximum", Int(server.topicAliasMaximum)),
            Ability("keep-alive", "keep_alive", Int(server.keepAlive), " s"),
            Ability("session expiry", "session_expiry_interval", Int(server.sessionExpiryInterval), " s"),
        ]
    }
}

extension Duration {
    /// The time in milliseconds, with three digits behind the point.
    fileprivate var milliseconds: String {
        let (seconds, attoseconds) = components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        let digits = "\(microseconds % 1_000)"
        return "\(microseconds / 1_000).\(String(repeating: "0", count: 3 - digits.utf8.count))\(digits)"
    }
}
