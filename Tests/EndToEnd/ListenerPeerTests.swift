import Foundation
import Testing

@testable import MQTT
@testable import Support

/// Other people's programs at every kind of listener.
@Suite("Listeners with other people's clients", .enabled(if: Peers.hasMosquitto, "mosquitto is not installed"))
struct ListenerPeerTests {
    /// Publishes a message that is retained, and takes it back with a subscriber; returns how both ended.
    private func exchange(
        _ options: [String],
        version: String = "mqttv311"
    ) async throws -> (publisher: ChildProcess.Transcript, received: String) {
        let common = options + ["-V", version, "-t", "here", "-q", "1"]
        let publisher = try await ChildProcess.run("mosquitto_pub", common + ["-m", "hello", "-r"])
        guard publisher.status == 0 else { return (publisher, "") }
        let subscriber = try await ChildProcess.run("mosquitto_sub", common + ["-C", "1", "-W", "30"])
        return (publisher, subscriber.text)
    }

    private func tcp(_ port: Int) -> [String] { ["-h", "127.0.0.1", "-p", "\(port)"] }

    @Test("mosquitto's clients come by TLS", arguments: ["tlsv1.2", "tlsv1.3"], ["mqttv311", "mqttv5"])
    func tls(tlsVersion: String, version: String) async throws {
        let files = try await TestCertificates.make()
        try await ListenerTestServer.run {
            $0.useTLS(files)
        } _: { server in
            let options = tcp(server.port) + ["--cafile", files.certificate("ca"), "--tls-version", tlsVersion]
            let result = try await exchange(options, version: version)
            #expect(result.publisher.status == 0, "\(result.publisher.errorText)")
            #expect(result.received == "hello\n")
        }
    }

    @Test("a lowest version keeps older ones out, and the log says why")
    func minimumVersion() async throws {
        let files = try await TestCertificates.make()
        try await ListenerTestServer.run {
            $0.useTLS(files) { $0.minimumVersion = .v1_3 }
        } _: { server in
            let old = try await ChildProcess.run(
                "openssl",
                ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2"]
            )
            #expect(old.status != 0)
            let line = try await server.log.wait(for: ": TLS: ")
            #expect(line.hasSuffix(" closed: TLS: unsupported protocol"))
            let options = tcp(server.port) + ["--cafile", files.certificate("ca")]
            #expect(try await exchange(options + ["--tls-version", "tlsv1.3"]).received == "hello\n")
        }
    }

    @Test("a Client needs a certificate where one is required, and its name is its user's", arguments: [true, false])
    func mutualTLS(checksDates: Bool) async throws {
        let files = try await TestCertificates.make()
        try await files.add("device", subject: "/O=Home/CN=device 7", extensions: "extendedKeyUsage=clientAuth")
        try await files.add("expired", validity: .expired)
        try await files.add("other", extensions: "extendedKeyUsage=serverAuth")
        try await files.addAuthority("stranger")
        try await files.add("foreign", by: "stranger")
        try await ListenerTestServer.run {
            $0.useMutualTLS(files) { ($0.userNameSource, $0.checksCertificateDates) = (.identity, checksDates) }
        } _: { server in
            let options = tcp(server.port) + ["--cafile", files.certificate("ca")]
            func with(_ name: String) -> [String] {
                options + ["--cert", files.certificate(name), "--key", files.key(name)]
            }
            #expect(try await exchange(with("device")).received == "hello\n")
            try await server.log.wait(for: "user device 7")
            #expect(try await exchange(with("expired")).received == (checksDates ? "" : "hello\n"))
            #expect(try await exchange(with("foreign")).publisher.status != 0)
            try await server.log.wait(for: "TLS: certificate verify failed")
            #expect(try await exchange(with("other")).publisher.status != 0)
            #expect(try await exchange(options).publisher.status != 0)
            try await server.log.wait(for: "TLS: peer did not return a certificate")
        }
    }

    @Test("the whole subject can be the user's name, and a revoked certificate is refused")
    func revoked() async throws {
        let files = try await TestCertificates.make()
        try await files.add("good", subject: "/C=AT/O=Home/CN=good")
        try await files.add("bad")
        try await files.revoke("bad")
        let list = try await files.revocationList()
        try await ListenerTestServer.run {
            $0.useMutualTLS(files) { ($0.userNameSource, $0.revocationListFile) = (.subject, list) }
        } _: { server in
            let options = tcp(server.port) + ["--cafile", files.certificate("ca")]
            func with(_ name: String) -> [String] {
                options + ["--cert", files.certificate(name), "--key", files.key(name)]
            }
            #expect(try await exchange(with("good")).received == "hello\n")
            try await server.log.wait(for: "user CN=good,O=Home,C=AT")
            #expect(try await exchange(with("bad")).publisher.status != 0)
            let line = try await server.log.wait(for: "the certificate has been revoked")
            #expect(line.hasPrefix("connection from 127.0.0.1:"))
        }
    }

    @Test("a list of revoked certificates that is out of date lets nobody in")
    func outdatedList() async throws {
        let files = try await TestCertificates.make()
        try await files.add("good")
        let list = try await files.revocationList(validity: .expired)
        try await ListenerTestServer.run {
            $0.useMutualTLS(files) { $0.revocationListFile = list }
        } _: { server in
            let options = tcp(server.port) + ["--cafile", files.certificate("ca")]
            let result = try await exchange(
                options + ["--cert", files.certificate("good"), "--key", files.key("good")]
            )
            #expect(result.publisher.status != 0)
            try await server.log.wait(for: "the list of revoked certificates of its issuer is out of date")
        }
    }

    @Test("a pre-shared key lets a Client in under its identity", arguments: ["mqttv311", "mqttv5"])
    func preSharedKey(version: String) async throws {
        let directory = try TemporaryFolder("keys")
        let keys = try PreSharedKeyFile.read(try directory.write("lamp:0123456789abcdef\n", to: "keys"))
        try await ListenerTestServer.run {
            var settings = TLSSettings()
            settings.preSharedKeyHint = "tinymqtt"
            settings.userNameSource = .identity
            $0.tls = settings
            $0.security.preSharedKeys = keys
        } _: { server in
            let good = tcp(server.port) + ["--psk", "0123456789abcdef", "--psk-identity", "lamp"]
            let result = try await exchange(good, version: version)
            #expect(result.publisher.status == 0, "\(result.publisher.errorText)")
            #expect(result.received == "hello\n")
            try await server.log.wait(for: "user lamp")
            let wrong = tcp(server.port) + ["--psk", "0123456789abcdee", "--psk-identity", "lamp"]
            #expect(try await exchange(wrong).publisher.status != 0)
            let unknown = tcp(server.port) + ["--psk", "0123456789abcdef", "--psk-identity", "door"]
            #expect(try await exchange(unknown).publisher.status != 0)
            try await server.log.wait(for: "TLS: psk identity not found")
        }
    }

    @Test("mosquitto's clients come by a Unix socket")
    func unixSocket() async throws {
        let directory = try TemporaryFolder("peer")
        let path = directory.path("broker.sock")
        let server = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        let result = try await exchange(["--unix", path])
        #expect(result.publisher.status == 0, "\(result.publisher.errorText)")
        #expect(result.received == "hello\n")
        await server.stop()
    }

    @Test("openssl resumes a session, and a file has the keys", .enabled(if: TestCertificates.isPossible))
    func openssl() async throws {
        let files = try await TestCertificates.make()
        try await files.add("device")
        let keyLog = files.directory.path("keys.log")
        let session = files.directory.path("session")
        try await ListenerTestServer.run {
            $0.useMutualTLS(files) { ($0.keyLogFile, $0.userNameSource) = (keyLog, .identity) }
        } _: { server in
            // Two CONNECTs: the first is answered, and the second ends the connection.
            let packets = HexNotation.bytes("10 { 'MQTT' 04 02 003C 's' }")
            let input = String(decoding: packets + packets, as: UTF8.self)
            let options = [
                "s_client", "-connect", "127.0.0.1:\(server.port)", "-CAfile", files.certificate("ca"), "-ign_eof",
                "-cert", files.certificate("device"), "-key", files.key("device"), "-verify_return_error", "-tls1_2",
            ]
            let first = try await ChildProcess.run("openssl", options + ["-sess_out", session], input: input)
            #expect(first.text.contains("New, TLSv1.2"), "\(first.errorText)")
            let second = try await ChildProcess.run("openssl", options + ["-sess_in", session], input: input)
            #expect(second.text.contains("Reused, TLSv1.2"), "\(second.errorText)")
            let users = server.log.lines(with: "user device")
            #expect(users.count == 2)
        }
        let keys = try String(contentsOfFile: keyLog, encoding: .utf8)
        #expect(keys.contains("CLIENT_RANDOM "))
        let mode = try FileManager.default.attributesOfItem(atPath: keyLog)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    // MARK: Paho

    private func paho(_ arguments: [String], version: Int, port: Int) async throws -> ChildProcess.Transcript {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "paho_stream.py").path
        let python = Peers.python ?? "python3"
        let common = ["\(port)", "\(version)", "1", "500"] + arguments
        let subscriber = try ChildProcess(python, [script, "sub"] + common)
        try await subscriber.waitForError("subscribed")
        let publisher = try await ChildProcess.run(python, [script, "pub"] + common)
        #expect(publisher.status == 0, "\(publisher.errorText)")
        return try await subscriber.waitForEnd()
    }

    private static let numbers = (1...500).map { "\($0)\n" }.joined()

    @Test("Paho comes by TLS", .enabled(if: Peers.hasPaho, "no Python with paho-mqtt"), arguments: [4, 5])
    func pahoByTLS(version: Int) async throws {
        let files = try await TestCertificates.make()
        try await ListenerTestServer.run {
            $0.useTLS(files)
        } _: { server in
            let said = try await paho(["ca=\(files.certificate("ca"))"], version: version, port: server.port)
            #expect(said.text == Self.numbers)
        }
    }

    @Test(
        "Paho comes by WebSocket, plain and secure",
        .enabled(if: Peers.hasPaho, "no Python with paho-mqtt"),
        arguments: [4, 5],
        [false, true]
    )
    func pahoByWebSocket(version: Int, isSecure: Bool) async throws {
        let files = try await TestCertificates.make()
        try await ListenerTestServer.run {
            $0.exchange = .webSocket
            if isSecure { $0.useTLS(files) }
        } _: { server in
            let security = isSecure ? ["ca=\(files.certificate("ca"))"] : []
            let said = try await paho(["websockets"] + security, version: version, port: server.port)
            #expect(said.text == Self.numbers)
        }
    }
}
