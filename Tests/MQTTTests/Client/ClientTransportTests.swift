import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// The ways to a Server, with the broker of this package at their end.
@Suite("Ways to the broker", .timeLimit(.minutes(1)))
struct ClientTransportTests {
    private func host(_ port: Int) -> ServerAddress { .host("127.0.0.1", port: port) }

    @Test("a Unix socket")
    func unixSocket() async throws {
        let path = try TemporaryFolder("client")
        let server = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path.path("s")))])
        #expect(try await ClientExchange.run(.unix(path: path.path("s"))))
        await server.stop()
        #expect(try await ClientExchange.failure(.unix(path: path.path("s")))?.code == .connectionRefused)
    }

    @Test("a local address, by any name of the host, and without waiting or with it", arguments: [true, false])
    func localAddress(sendsWithoutDelay: Bool) async throws {
        try await ListenerTestServer.run { _ in
        } _: { server in
            let isWhole = try await ClientExchange.run(.host("localhost", port: server.port)) {
                $0.localAddress = "127.0.0.1"
                $0.sendsWithoutDelay = sendsWithoutDelay
            }
            #expect(isWhole)
            // The address is one for documents, and no machine's.
            let failure = try await ClientExchange.failure(host(server.port)) { $0.localAddress = "192.0.2.1" }
            #expect(failure?.code == .connectionFailed)
        }
    }

    @Test("a WebSocket, with and without TLS", arguments: [true, false])
    func webSocket(isSecure: Bool) async throws {
        let files = try await TestCertificates.make()
        try await ListenerTestServer.run {
            $0.exchange = .webSocket
            $0.webSocketOrigins = ["https://here.example"]
            if isSecure { $0.useTLS(files) }
        } _: { server in
            let way = { (transport: inout ClientTransport, origin: String) in
                if isSecure { transport.useTLS(files) }
                transport.webSocket = ClientWebSocket(headers: [ClientWebSocket.Header("Origin", origin)])
            }
            #expect(try await ClientExchange.run(host(server.port)) { way(&$0, "https://here.example") })
            let refusal = try await ClientExchange.failure(host(server.port)) { way(&$0, "https://there.example") }
            #expect(refusal?.code == .webSocketRefused)
            #expect(refusal?.text.contains("403 Forbidden") == true)
        }
    }

    @Test("a WebSocket where there is none, and MQTT where there is a WebSocket")
    func mixedUp() async throws {
        try await ListenerTestServer.run { _ in
        } _: { server in
            let failure = try await ClientExchange.failure(host(server.port)) { $0.webSocket = ClientWebSocket() }
            #expect(failure?.code == .webSocketRefused)
            let tls = try await ClientExchange.failure(host(server.port)) { $0.tls = ClientTLS() }
            #expect(tls?.code == .tlsFailed)
            #expect(tls?.text.contains("does it speak TLS on this port?") == true)
        }
    }

    @Test("TLS of both versions, by the name and by the address of the host")
    func tls() async throws {
        let files = try await TestCertificates.make()
        let keyLog = files.directory.path("keys.log")
        try await ListenerTestServer.run {
            $0.useTLS(files)
        } _: { server in
            for version in [TLSSettings.Version.v1_2, .v1_3] {
                let isWhole = try await ClientExchange.run(.host("localhost", port: server.port)) {
                    $0.useTLS(files) {
                        ($0.minimumVersion, $0.maximumVersion) = (version, version)
                        $0.keyLogFile = keyLog
                    }
                }
                #expect(isWhole)
            }
            #expect(try await ClientExchange.run(host(server.port)) { $0.useTLS(files) })
            #expect(try files.directory.text("keys.log").contains("CLIENT_RANDOM "))
            #expect(try files.directory.text("keys.log").contains("CLIENT_TRAFFIC_SECRET_0 "))
        }
    }

    @Test("what the certificate of the Server has to be, and what it need not")
    func verification() async throws {
        let files = try await TestCertificates.make()
        try await files.addAuthority("stranger")
        try await ListenerTestServer.run {
            $0.useTLS(files)
        } _: { server in
            let failure = { (name: String?, authority: String?, verification: ClientTLS.Verification) in
                try await ClientExchange.failure(host(server.port)) {
                    var settings = ClientTLS()
                    settings.authorityFile = authority.map(files.certificate)
                    settings.serverName = name
                    settings.verification = verification
                    $0.tls = settings
                }
            }
            #expect(try await failure("localhost", "ca", .full) == nil)
            #expect(try await failure("127.0.0.1", "ca", .full) == nil)
            for name in ["other.example", "127.0.0.2"] {
                let wrong = try await failure(name, "ca", .full)
                #expect(wrong?.code == .tlsFailed)
                #expect(wrong?.text == "the server's certificate is not for \(name)")
                #expect(try await failure(name, "ca", .withoutName) == nil)
            }
            for authority in ["stranger", nil] {
                let untrusted = try await failure(nil, authority, .withoutName)
                #expect(untrusted?.code == .tlsFailed)
                #expect(untrusted?.text.contains("is not trusted") == true)
                #expect(try await failure(nil, authority, .none) == nil)
            }
        }
    }

    @Test("a directory of authorities, with names of hashes or of any kind")
    func authorityDirectory() async throws {
        let files = try await TestCertificates.make()
        let directory = try TemporaryFolder("authorities")
        try directory.write(try files.directory.text("ca.crt"), to: "anything.pem")
        try directory.write("no certificate", to: "also.pem")
        try await ListenerTestServer.run {
            $0.useTLS(files)
        } _: { server in
            let settings = { (transport: inout ClientTransport) in
                transport.tls = ClientTLS()
                transport.tls?.authorityDirectory = directory.path
                transport.tls?.trustsSystemAuthorities = true
            }
            #expect(try await ClientExchange.run(host(server.port), settings))
            try await files.openssl("rehash", directory.path)
            #expect(try directory.names.contains { $0.hasSuffix(".0") })
            #expect(try await ClientExchange.run(host(server.port), settings))
        }
    }

    @Test("a certificate of the Client, whose key may be encrypted", arguments: [TLSSettings.Version.v1_2, .v1_3])
    func clientCertificate(version: TLSSettings.Version) async throws {
        let files = try await TestCertificates.make()
        try await files.add("device")
        let encrypted = files.directory.path("device.encrypted")
        try await files.openssl(
            "pkey",
            "-in",
            files.key("device"),
            "-out",
            encrypted,
            "-aes256",
            "-passout",
            "pass:open sesame"
        )
        try await ListenerTestServer.run {
            $0.useMutualTLS(files) { $0.userNameSource = .identity }
        } _: { server in
            let failure = { (certificate: String?, passphrase: String?) in
                try await ClientExchange.failure(host(server.port)) {
                    $0.useTLS(files) { settings in
                        settings.maximumVersion = version
                        if let certificate { settings.use(certificate, of: files) }
                        guard let passphrase else { return }
                        settings.keyFile = encrypted
                        settings.passphrase = { passphrase }
                    }
                }
            }
            #expect(try await failure("device", nil) == nil)
            #expect(try await failure("device", "open sesame") == nil)
            try await server.log.wait(for: "user device")
            let wrong = try await failure("device", "open")
            #expect(wrong?.code == .invalidArgument)
            #expect(wrong?.text == "\(encrypted): the private key cannot be decrypted; is the passphrase right?")
            let nobody = try await failure(nil, nil)
            #expect(nobody?.code == .tlsFailed, "\(String(describing: nobody))")
        }
    }

    @Test("a pre-shared key")
    func preSharedKey() async throws {
        let directory = try TemporaryFolder("keys")
        let keys = try PreSharedKeyFile.read(try directory.write("lamp:0123456789abcdef\n", to: "keys"))
        try await ListenerTestServer.run {
            $0.tls = TLSSettings()
            $0.tls?.preSharedKeyHint = "tinymqtt"
            $0.security.preSharedKeys = keys
        } _: { server in
            let failure = { (identity: String, key: String) in
                try await ClientExchange.failure(host(server.port)) {
                    $0.tls = ClientTLS()
                    $0.tls?.preSharedKey = try ClientTLS.PreSharedKey(identity: identity, hexadecimal: key)
                }
            }
            #expect(try await failure("lamp", "0123456789ABCDEF") == nil)
            #expect(try await failure("lamp", "0123")?.code == .tlsFailed)
            let unknown = try await failure("door", "0123456789abcdef")
            #expect(unknown?.code == .tlsFailed)
        }
    }
}
