import Testing

@testable import MQTT
@testable import Support

/// Which listeners there are, and which lines belong to which.
@Suite("Listeners of a configuration")
struct ConfigurationListenerTests {
    @Test("without a file the broker serves this machine, lets everybody in and has its own limits")
    func noFile() throws {
        let settings = try ServerSettings.read(configurationFile: nil)
        #expect(settings.isLocalOnly)
        #expect(settings.listeners.map(\.address) == [.tcp(host: "localhost", port: 1_883)])
        #expect(settings.rules.access.allowsAnonymous)
        #expect(!settings.rules.access.checksPasswords)
        #expect(settings.limits.queuedMessages == BrokerConfiguration.Limits().queuedMessages)
        #expect(settings.limits.receiveMaximum == BrokerConfiguration.Limits().receiveMaximum)
        #expect(settings.broker.listeners.count == 1)
    }

    @Test("a configuration without a listener serves this machine, with mosquitto's limits")
    func localOnly() throws {
        let settings = try ServerSettings.parsing("max_queued_messages 5\nlog_type all")
        #expect(settings.isLocalOnly)
        #expect(settings.listeners.map(\.address) == [.tcp(host: "localhost", port: 1_883)])
        #expect(settings.rules.access.allowsAnonymous)
        #expect(settings.limits.queuedMessages == 5)
        #expect(settings.limits.receiveMaximum == 20)
        #expect(try !ServerSettings.parsing("allow_anonymous false").rules.access.allowsAnonymous)
    }

    @Test("ports of the command line count where there is no listener, and only there")
    func ports() throws {
        var overrides = ConfigurationOverrides()
        overrides.ports = [1_884, 0]
        let expected: [ListenerSettings.Address] = [
            .tcp(host: "localhost", port: 1_884), .tcp(host: "localhost", port: 0),
        ]
        let without = try ServerSettings.read(configurationFile: nil, overrides: overrides)
        #expect(without.listeners.map(\.address) == expected && without.isLocalOnly)
        let local = try ServerSettings.parsing("", overrides: overrides)
        #expect(local.listeners.map(\.address) == expected && local.isLocalOnly)
        #expect(local.broker.listeners.count == 2)
        let listener = try ServerSettings.parsing("listener 1", overrides: overrides)
        #expect(listener.listeners.map(\.address) == [.tcp(host: nil, port: 1)] && !listener.isLocalOnly)
    }

    @Test("the command line and the environment win over the file")
    func overrides() throws {
        var overrides = ConfigurationOverrides(environment: [
            "MOSQUITTO_PERSISTENCE_LOCATION": "/data", "MOSQUITTO_UNSAFE_ALLOW_SYMLINKS": "1",
        ])
        overrides.isVerbose = true
        let verbose = try ServerSettings.parsing("persistence_location /x\nlog_type error", overrides: overrides)
        #expect(verbose.persistence.location == "/data")
        #expect(verbose.log.kinds == Set(LogSettings.Kind.allCases))
        #expect(verbose.log.destinations == [.standardError])
        overrides.isQuiet = true
        #expect(try ServerSettings.parsing("log_dest stdout", overrides: overrides).log.destinations == [])
        let empty = ConfigurationOverrides(environment: ["MOSQUITTO_PERSISTENCE_LOCATION": ""])
        #expect(empty.persistenceLocation == nil)
    }

    @Test("secrets of TLS go to the file of the command line, at listeners with TLS")
    func keyLog() throws {
        var overrides = ConfigurationOverrides()
        overrides.keyLogFile = "/keys"
        let settings = try ServerSettings.parsing(
            "listener 1\nlistener 2\ncertfile c\nkeyfile k",
            overrides: overrides
        )
        #expect(settings.listeners.map(\.tls?.keyLogFile) == [nil, "/keys"])
    }

    @Test("listener options belong to the last listener, and its rules to the same place in the broker")
    func lastListener() throws {
        let settings = try ServerSettings.parsing(
            "listener 1\nmax_connections 1\nlistener 2\nmax_connections 2\nmax_qos 0\nlistener 3"
        )
        #expect(settings.listeners.map(\.rules.maximumConnections) == [1, 2, nil])
        #expect(settings.broker.listeners.map(\.maximumConnections) == [1, 2, nil])
        #expect(settings.broker.listeners.map(\.maximumQoS) == [.exactlyOnce, .atMostOnce, .exactlyOnce])
        #expect(settings.listeners.map(\.line) == [1, 3, 6])
        #expect(settings.listeners.map(\.file) == [configurationName, configurationName, configurationName])
    }

    @Test("listener options before the first listener belong to the default one, which they open")
    func defaultListener() throws {
        let older = try ServerSettings.parsing("bind_address 127.0.0.1\nmax_qos 1\nport 1884\nlistener 1\nport 1885")
        #expect(older.listeners.map(\.address) == [.tcp(host: "127.0.0.1", port: 1_885), .tcp(host: nil, port: 1)])
        #expect(older.listeners.map(\.rules.maximumQoS) == [.atLeastOnce, .exactlyOnce])
        #expect(older.warnings == [] && !older.isLocalOnly)
        let surprising = try ServerSettings.parsing("\nmax_connections 5\nmax_qos 1\nlistener 1")
        #expect(surprising.listeners.map(\.address) == [.tcp(host: nil, port: 1_883), .tcp(host: nil, port: 1)])
        #expect(surprising.warnings.map(\.line) == [2])
        #expect(surprising.warnings.first?.problem.hasPrefix("max_connections stands before the first") == true)
        #expect(surprising.listeners.first?.line == 2)
    }

    @Test("an included file begins with the default listener, and leaves the last one of the main file alone")
    func includedFile() throws {
        let directory = try TemporaryFolder("configuration")
        try directory.write("listener 2\nmax_qos 1", to: "a.conf")
        try directory.write("include_dir /nowhere\nmax_qos 0", to: "b.conf")
        let main = try directory.write("listener 1\ninclude_dir \(directory.path)\nmax_connections 9", to: "main")
        let settings = try ServerSettings.read(configurationFile: main)
        #expect(settings.listeners.map(\.address) == [1_883, 1, 2].map { .tcp(host: nil, port: $0) })
        #expect(settings.listeners.map(\.rules.maximumQoS) == [.atMostOnce, .exactlyOnce, .atLeastOnce])
        #expect(settings.listeners.map(\.rules.maximumConnections) == [nil, 9, nil])
        #expect(
            settings.warnings.map(\.description).contains { $0.contains("b.conf:1: include_dir has no effect here") }
        )
    }

    @Test("words after a simple value are of no interest")
    func trailingWords() throws {
        let settings = try ServerSettings.parsing(
            "listener 1883 127.0.0.1 # x\nmax_connections 3 or so\nallow_anonymous true # yes\r\nlistener 1884 # all\r\n"
        )
        #expect(
            settings.listeners.map(\.address) == [.tcp(host: "127.0.0.1", port: 1_883), .tcp(host: nil, port: 1_884)]
        )
        #expect(settings.rules.maximumConnections == 3)
        #expect(settings.rules.access.allowsAnonymous)
    }

    @Test("one listener for each family of addresses may have the same port")
    func families() throws {
        let settings = try ServerSettings.parsing("listener 1\nsocket_domain ipv4\nlistener 1\nsocket_domain ipv6")
        #expect(settings.listeners.map(\.addressFamily) == [.ipv4, .ipv6])
    }

    @Test("the last of repeated values wins")
    func lastWins() throws {
        let settings = try ServerSettings.parsing("listener 1\nsys_interval 1\nsys_interval 2\npid_file a\npid_file b")
        #expect(settings.systemInterval == 2)
        #expect(settings.process.processIdentifierFile == "b")
    }
}
