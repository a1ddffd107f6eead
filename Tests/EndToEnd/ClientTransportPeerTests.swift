import Foundation
import Testing

@testable import MQTT
@testable import Support

/// The client library at every kind of listener of other people's servers.
@Suite("The client with other people's servers", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
struct ClientTransportPeerTests {
    /// Runs `body` with a mosquitto that has one listener.
    private func withMosquitto(_ configuration: String, _ body: (ServerAddress) async throws -> Void) async throws {
        // It would give up its rights before it reads the keys.
        let broker = try await RunningBroker.startMosquitto("allow_anonymous true\nuser root\n\(configuration)\n")
        try await body(.host("127.0.0.1", port: broker.port))
        _ = try await broker.stop()
    }

    @Test("mosquitto by TLS, where it wants a certificate", arguments: [TLSSettings.Version.v1_2, .v1_3])
    func tls(version: TLSSettings.Version) async throws {
        let files = try await TestCertificates.make()
        try await files.add("device")
        let configuration = """
            certfile \(files.certificate("server"))
            keyfile \(files.key("server"))
            cafile \(files.certificate("ca"))
            require_certificate true
            """
        try await withMosquitto(configuration) { address in
            let isWhole = try await ClientExchange.run(address) {
                $0.useTLS(files) {
                    $0.use("device", of: files)
                    ($0.minimumVersion, $0.maximumVersion) = (version, version)
                }
            }
            #expect(isWhole)
            let failure = try await ClientExchange.failure(address) {
                $0.useTLS(files) { $0.maximumVersion = version }
            }
            #expect(failure?.code == .tlsFailed)
        }
    }

    @Test("mosquitto by a pre-shared key")
    func preSharedKey() async throws {
        let folder = try TemporaryFolder("keys")
        let keys = try folder.write("lamp:0123456789abcdef\n", to: "keys")
        try await withMosquitto("psk_hint here\npsk_file \(keys)") { address in
            func failure(_ key: String) async throws -> MQTTClientError? {
                try await ClientExchange.failure(address) {
                    $0.tls = ClientTLS()
                    $0.tls?.preSharedKey = try ClientTLS.PreSharedKey(identity: "lamp", hexadecimal: key)
                }
            }
            let right = try await failure("0123456789abcdef")
            #expect(right == nil)
            let wrong = try await failure("0123456789abcdee")
            #expect(wrong?.code == .tlsFailed)
        }
    }

    @Test("mosquitto by WebSocket, plain and secure", arguments: [false, true])
    func webSocket(isSecure: Bool) async throws {
        let files = try await TestCertificates.make()
        let security = isSecure ? "certfile \(files.certificate("server"))\nkeyfile \(files.key("server"))" : ""
        // It does not start without a listener for plain MQTT.
        let port = try RunningBroker.freePort()
        let listener = "listener \(port) 127.0.0.1\nsocket_domain ipv4\nprotocol websockets"
        try await withMosquitto("\(listener)\n\(security)") { _ in
            // It takes 4 KiB at a time, and waits in between.
            let isWhole = try await ClientExchange.run(.host("127.0.0.1", port: port), byteCount: 10_000) {
                if isSecure { $0.useTLS(files) }
                $0.webSocket = ClientWebSocket()
            }
            #expect(isWhole)
        }
    }

    @Test(
        "openssl takes the versions, the cipher, the name and the protocol that are asked for",
        arguments: [
            (TLSSettings.Version.v1_2, TLSSettings.Version.v1_2, "-tls1_2", true), (.v1_2, .v1_3, "-tls1_3", true),
            (.v1_2, .v1_3, "-tls1_2", true), (.v1_3, .v1_3, "-tls1_2", false), (.v1_2, .v1_2, "-tls1_3", false),
        ]
    )
    func openssl(lowest: TLSSettings.Version, highest: TLSSettings.Version, option: String, agrees: Bool) async throws {
        let files = try await TestCertificates.make()
        let port = try RunningBroker.freePort()
        // It looks at one of the two only.
        let words =
            option == "-tls1_2"
            ? ["-alpn", "x,mqtt"]
            : ["-servername", "broker.test", "-cert2", files.certificate("server"), "-key2", files.key("server")]
        let server = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", files.certificate("server"), "-key",
                files.key("server"), "-naccept", "1", option,
            ] + words,
            takesInput: true
        )
        try await server.wait(for: "ACCEPT") { $0.text.contains("ACCEPT") }
        var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: port)
        configuration.reconnect = .never
        configuration.transport.useTLS(files) {
            ($0.minimumVersion, $0.maximumVersion) = (lowest, highest)
            $0.serverName = "broker.test"
            $0.verification = .withoutName
            $0.applicationProtocols = ["mqtt"]
            $0.cipherSuites = "ECDHE-ECDSA-CHACHA20-POLY1305"
        }
        let client = try MQTTClient(configuration: configuration)
        let connecting = Task {
            await MQTTClientError.of { () throws(MQTTClientError) in try await client.connect() }
        }
        if agrees {
            try await server.wait(for: "the CONNECT of the client") { $0.text.contains("MQTT") }
            let said = server.soFar.text
            if option == "-tls1_2" {
                #expect(said.contains("ALPN protocols selected: mqtt"))
                #expect(said.contains("CIPHER is ECDHE-ECDSA-CHACHA20-POLY1305"))
            } else {
                #expect(said.contains("Hostname in TLS extension: \"broker.test\""))
            }
            server.send(signal: SIGTERM)
            #expect(await connecting.value?.code == .connectionLost)
        } else {
            let failure = await connecting.value
            #expect(failure?.code == .tlsFailed)
            #expect(failure?.text == "the server and the client speak no version of TLS in common")
            server.send(signal: SIGTERM)
        }
        _ = try await server.waitForEnd()
    }
}
