import Foundation
import NIOSSL
import Testing

@testable import MQTT
@testable import Support

/// What the options about TLS change for Clients of a running broker; `ListenerPeerTests` has more of them, with other
/// people's clients.
@Suite("Options in effect: TLS", .enabled(if: TestCertificates.isPossible, "openssl is not installed"))
struct OptionTLSTests {
    /// A configuration with the certificate `server`, and a way to connect to it.
    private struct Setup {
        let files: TestCertificates
        var text: String

        init() async throws {
            files = try await TestCertificates.make()
            text =
                ConfiguredServer.open
                + "certfile \(files.certificate("server"))\nkeyfile \(files.key("server"))\n"
        }

        /// Connects by TLS; `nil` where nothing comes of it.
        func connect(
            _ server: ConfiguredServer,
            _ change: (inout TLSConfiguration) throws -> Void = { _ in }
        ) async throws -> ReasonCode? {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(files.certificate("ca"))
            tls.certificateVerification = .noHostnameVerification
            try change(&tls)
            // A refusal may come while the connection is made or after it.
            guard let peer = try? await SocketPeer.connect(port: server.port(), tls: tls) else { return nil }
            return try? await TestClient.connect(over: peer, .make("a")).answer
        }

        /// Has the Client bring a certificate.
        func bring(_ name: String, _ tls: inout TLSConfiguration) throws {
            tls.certificateChain = try NIOSSLCertificate.fromPEMFile(files.certificate(name)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: files.key(name), format: .pem))
        }
    }

    @Test("certfile and keyfile: the listener speaks TLS, and nothing else")
    func certificates() async throws {
        let setup = try await Setup()
        try await ConfiguredServer.run(setup.text) { (server) async throws in
            #expect(try await setup.connect(server) == .success)
            // An alert of TLS is no packet.
            #expect((try? await server.connect("plain").answer) == nil)
            // Who does not know the authority sees that this is the configured certificate.
            #expect(try await setup.connect(server) { $0.trustRoots = .default } == nil)
        }
    }

    @Test(
        "require_certificate with cafile lets nobody in without one; use_identity_as_username makes its name the user's"
    )
    func clientCertificates() async throws {
        let setup = try await Setup()
        try await setup.files.add("device", subject: "/CN=device", extensions: "extendedKeyUsage=clientAuth")
        let text =
            setup.text + "cafile \(setup.files.certificate("ca"))\nrequire_certificate true\n"
            + "use_identity_as_username true\n"
        try await ConfiguredServer.run(text) { (server) async throws in
            #expect(try await setup.connect(server) == nil)
            #expect(try await setup.connect(server) { try setup.bring("device", &$0) } == .success)
            try await server.log.wait(for: "user device")
        }
    }

    @Test("capath is a directory of authorities")
    func authorityDirectory() async throws {
        let setup = try await Setup()
        try await setup.files.add("device", extensions: "extendedKeyUsage=clientAuth")
        let directory = try TemporaryFolder()
        let text = setup.text + "capath \(directory.path)\nrequire_certificate true\n"
        try directory.write(try String(contentsOfFile: setup.files.certificate("ca"), encoding: .utf8), to: "ca.pem")
        _ = try await ChildProcess.run("openssl", ["rehash", directory.path])
        try await ConfiguredServer.run(text) { (server) async throws in
            #expect(try await setup.connect(server) { try setup.bring("device", &$0) } == .success)
            #expect(try await setup.connect(server) == nil)
        }
    }

    @Test("tls_version is the lowest; ciphers and ciphers_tls1.3 leave out what they do not name")
    func versionsAndCiphers() async throws {
        let setup = try await Setup()
        func connect(_ lines: String, _ change: (inout TLSConfiguration) -> Void) async throws -> ReasonCode? {
            var answer: ReasonCode?
            try await ConfiguredServer.run(setup.text + lines) { (server) async throws in
                answer = try await setup.connect(server, change)
            }
            return answer
        }
        let second: (inout TLSConfiguration) -> Void = { $0.maximumTLSVersion = .tlsv12 }
        #expect(try await connect("tls_version tlsv1.2\n", second) == .success)
        #expect(try await connect("tls_version tlsv1.3\n", second) == nil)
        #expect(try await connect("tls_version tlsv1.3\n") { _ in } == .success)
        for cipher in ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"] {
            let answer = try await connect("ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256\n") {
                $0.maximumTLSVersion = .tlsv12
                $0.cipherSuites = "\(cipher):\(cipher.replacing("ECDSA", with: "RSA"))"
            }
            #expect(answer == (cipher.contains("128") ? .success : nil), "\(cipher)")
        }
    }
}
