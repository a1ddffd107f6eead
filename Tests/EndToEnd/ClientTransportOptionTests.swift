import Foundation
import Testing

@testable import Support
@testable import tinymqtt

/// The options of the clients that say how the broker is reached: each one reaches the transport.
@Suite("Ways to a broker by options", .enabled(if: TestCertificates.isPossible, "openssl is not installed"))
struct ClientTransportOptionTests {
    private func pub(_ arguments: [String], environment: [String: String?] = [:]) async throws -> Int32? {
        let ended = try await ChildProcess.run(
            Peers.tinymqtt,
            ["pub", "-h", "127.0.0.1", "-t", "x", "-m", "hi", "-q", "1", "--connect-timeout", "20"] + arguments,
            environment: environment
        )
        #expect((ended.status == 0) == ended.errorText.isEmpty)
        return ended.status
    }

    @Test("--cafile, --capath, --cert, --key, --insecure, --tls-version, --ciphers, --no-tls, mqtts://")
    func certificates() async throws {
        let files = try await TestCertificates.make()
        try await files.add("lamp")
        let authorities = files.directory.path("authorities")
        try FileManager.default.createDirectory(atPath: authorities, withIntermediateDirectories: false)
        let authority = files.certificate("ca")
        let digest = try await files.openssl("x509", "-hash", "-noout", "-in", authority).prefix { $0 != "\n" }
        try FileManager.default.copyItem(atPath: authority, toPath: "\(authorities)/\(digest).0")
        let server = "certfile \(files.certificate("server"))\nkeyfile \(files.key("server"))\n"
        let broker = try await ConfiguredBroker.start(
            """
            per_listener_settings true
            listener 0 127.0.0.1
            allow_anonymous true
            \(server)
            listener 0 127.0.0.1
            allow_anonymous true
            cafile \(authority)
            require_certificate true
            \(server)
            """
        )
        let (open, closed) = ("\(broker.ports[0])", "\(broker.ports[1])")
        let trust = ["--cafile", authority]
        let certificate = ["--cert", files.certificate("lamp"), "--key", files.key("lamp"), "--keyform", "pem"]
        let log = files.directory.path("secrets")
        let cases: [([String], Int32)] = [
            (trust + ["-p", open], 0),
            (trust + ["-p", open, "--tls-keylog", log], 0),
            (["--capath", authorities, "-p", open], 0),
            (["--tls-use-os-certs", "-p", open], 8),
            (["--tls-use-os-certs", "--insecure", "-p", open], 0),
            (["-L", "mqtts://127.0.0.1:\(open)/x", "--insecure"], 0),
            (["-L", "mqtts://127.0.0.1:\(open)/x"], 8),
            (trust + ["-p", open, "--no-tls"], 2),
            (trust + ["-p", open, "--tls-version", "tlsv1.2", "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"], 0),
            (trust + ["-p", open, "--ciphers", "NO-SUCH-SUITE"], 1),
            (trust + ["-p", open, "--tls-version", "tlsv1.3"], 0),
            (trust + certificate + ["-p", closed], 0),
            (trust + ["-p", closed, "--tls-version", "tlsv1.2"], 8),
        ]
        try await withThrowingTaskGroup { group in
            for (words, expected) in cases {
                group.addTask {
                    let status = try await pub(words)
                    #expect(status == expected, "\(words.joined(separator: " "))")
                }
            }
            try await group.waitForAll()
        }
        #expect(try files.directory.text("secrets").contains("CLIENT_TRAFFIC_SECRET_0 "))
        #expect(try await broker.stop().status == 0)
    }

    @Test("--tls-alpn and --ws-path are what the server is asked for")
    func applicationProtocol() async throws {
        let files = try await TestCertificates.make()
        let port = try RunningBroker.freePort()
        let server = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", files.certificate("server"), "-key",
                files.key("server"), "-naccept", "1", "-tls1_2", "-alpn", "x,mine",
            ],
            takesInput: true
        )
        try await server.wait(for: "ACCEPT") { $0.text.contains("ACCEPT") }
        let trust = ["--cafile", files.certificate("ca")]
        async let status = pub(["-p", "\(port)", "--tls-alpn", "mine", "--ws", "--ws-path", "/elsewhere"] + trust)
        try await server.wait(for: "a request") { $0.text.contains("GET /elsewhere HTTP/1.1") }
        #expect(server.soFar.text.contains("ALPN protocols selected: mine"))
        server.send(signal: SIGTERM)
        #expect(try await status != 0)
        _ = try await server.waitForEnd()
    }

    @Test("port 8883 means TLS: the short way of publishing, which knows none, does not take it")
    func securePort() throws {
        let words = try ClientWords(
            ["-h", "127.0.0.1", "-p", "8883", "-t", "x", "-m", "hi"],
            of: .publish,
            isLink: false
        )
        let status = try #require(QuickPublish(words)).run(as: .tinymqtt)
        #expect(status == nil)
    }

    @Test("--psk and --psk-identity")
    func preSharedKey() async throws {
        let broker = try await ConfiguredBroker.start(
            "listener 0 127.0.0.1\nallow_anonymous true\npsk_hint here\npsk_file @/keys\n",
            files: ["keys": "lamp:0123456789abcdef\n"]
        )
        let common = ["-p", "\(broker.port)", "--psk-identity", "lamp", "--psk"]
        #expect(try await pub(common + ["0123456789abcdef"]) == 0)
        #expect(try await pub(common + ["0123456789abcdee"]) == 8)
        #expect(try await broker.stop().status == 0)
    }

    @Test("--ws, ws://, --unix, -p 0 and --proxy")
    func otherWays() async throws {
        let folder = try TemporaryFolder("socket")
        let socket = folder.path("broker")
        let broker = try await ConfiguredBroker.start(
            """
            allow_anonymous true
            listener 0 127.0.0.1
            listener 0 127.0.0.1
            protocol websockets
            listener 0 \(socket)
            """
        )
        let (plain, webSocket) = ("\(broker.ports[0])", "\(broker.ports[1])")
        #expect(try await pub(["-p", webSocket, "--ws"]) == 0)
        #expect(try await pub(["-L", "ws://127.0.0.1:\(webSocket)/x"]) == 0)
        #expect(try await pub(["--unix", socket]) == 0)
        #expect(try await pub(["-h", socket, "-p", "0"]) == 0)
        let proxy = try await SOCKSTestServer.start(.init(login: "me:a@%b", names: ["far.test": "127.0.0.1"]))
        let login = "socks5h://me:a%40%25b@127.0.0.1:\(proxy.port)"
        #expect(try await pub(["-h", "far.test", "-p", plain, "--proxy", login]) == 0)
        #expect(try await proxy.nextRequest() == "me:a@%b name far.test:\(plain)")
        #expect(try await pub(["-p", plain, "--proxy", "socks5h://me:wrong@127.0.0.1:\(proxy.port)"]) == 16)
        try await proxy.stop()
        #expect(try await broker.stop().status == 0)
    }

    @Test("-A is the address that the broker sees; -S asks for records that are not there")
    func addresses() async throws {
        let broker = try await RunningBroker.start(.tinymqtt)
        #expect(try await pub(["-p", "\(broker.port)", "-A", "127.0.0.9"]) == 0)
        try await broker.process.waitForError("127.0.0.9")
        #expect(try await pub(["-h", "invalid", "-S", "--connect-timeout", "3"]) != 0)
        _ = try await broker.stop()
    }
}
