import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Service: who is let in, and who may stay", .onSeveralLoops)
struct LoginTests {
    /// A server that a configuration has been read for, with the files that it names.
    private struct Login {
        let folder: TemporaryFolder
        let server: MQTTServer
        let log: LogRecorder

        var port: Int { server.addresses.first?.port ?? 0 }

        static func start(_ users: [String: String], _ lines: String = "") async throws -> Login {
            let folder = try TemporaryFolder()
            let log = LogRecorder()
            var settings = try Self.settings(users, lines, in: folder)
            settings.threads = ServerThreads.count
            return Login(folder: folder, server: try await MQTTServer.start(settings, logger: log.logger), log: log)
        }

        static func settings(
            _ users: [String: String],
            _ lines: String,
            in folder: TemporaryFolder
        ) throws -> ServerSettings {
            // A form that is quick to compute: these tests are not about hashes.
            let hashes = try users.sorted { $0.key < $1.key }.map { user, password in
                let hash = try #require(PasswordHash(of: Array(password.utf8), by: .pbkdf2(iterations: 1)))
                return "\(user):\(hash.text)\n"
            }
            let passwords = try folder.write(hashes.joined(), to: "passwords")
            let text = "listener 0 127.0.0.1\npassword_file \(passwords)\n" + lines
            return try ServerSettings.read(configurationFile: try folder.write(text, to: "tinymqtt.conf"))
        }

        func reload(_ users: [String: String], _ lines: String = "") async throws {
            try await server.reload(try Self.settings(users, lines, in: folder))
        }

        /// A connection whose CONNECT has been answered, with the answer.
        func connect(_ userName: String?, _ password: String?) async throws -> (peer: SocketPeer, answer: ReasonCode?) {
            let peer = try await SocketPeer.connect(port: port)
            var connect = Connect.make("client-\(userName ?? "nobody")-\(password ?? "")")
            connect.userName = userName.map { .text($0) }
            connect.password = password.map { Array($0.utf8) }
            peer.send(.connect(connect))
            guard case .connack(let connack)? = try await peer.receive() else { return (peer, nil) }
            return (peer, connack.reasonCode)
        }
    }

    @Test("the users of the password file are let in with their passwords, and nobody else")
    func passwords() async throws {
        let login = try await Login.start(["ann": "secret"])
        #expect(try await login.connect("ann", "secret").answer == .success)
        #expect(try await login.connect("ann", "guess").answer == .badUserNameOrPassword)
        #expect(try await login.connect("ann", nil).answer == .badUserNameOrPassword)
        #expect(try await login.connect("bob", "secret").answer == .badUserNameOrPassword)
        #expect(try await login.connect(nil, nil).answer == .notAuthorized)
        let line = try await login.log.wait(for: "user bob")
        #expect(line.contains("connection from 127.0.0.1:"), "a log scanner needs the address: \(line)")
        #expect(line.contains("bad user name or password"))
        await login.server.stop()
    }

    @Test("an address that guesses waits longer and longer, and is not let in meanwhile")
    func brake() async throws {
        let login = try await Login.start(["ann": "secret"], "login_failure_limit 2\nlogin_failure_delay 1\n")
        for _ in 1...2 { #expect(try await login.connect("ann", "guess").answer == .badUserNameOrPassword) }
        let started = NIODeadline.now()
        #expect(try await login.connect("ann", "guess").answer == .badUserNameOrPassword)
        #expect(NIODeadline.now() - started >= .milliseconds(900), "the third attempt waits a second")
        // The right password waits too, and is right nevertheless.
        #expect(try await login.connect("ann", "secret").answer == .success)
        await login.server.stop()
    }

    @Test("a reload lets new users in and lets go of those that have gone; the others notice nothing")
    func reload() async throws {
        let login = try await Login.start(["ann": "1", "bob": "1", "eve": "1"])
        let ann = try await login.connect("ann", "1").peer
        let bob = try await login.connect("bob", "1").peer
        let eve = try await login.connect("eve", "1").peer
        // The same hash for ann, whose line stays; another password for bob; none for eve.
        let line = try #require(
            try login.folder.text("passwords").split(separator: "\n").first { $0.hasPrefix("ann:") }
        )
        var settings = try Login.settings(["bob": "2", "dan": "1"], "", in: login.folder)
        let text = try login.folder.text("passwords")
        try login.folder.write(text + line + "\n", to: "passwords")
        settings = try ServerSettings.read(configurationFile: login.folder.path("tinymqtt.conf"))
        try await login.server.reload(settings)
        #expect(try await bob.receive() == .disconnect(Disconnect(reasonCode: .notAuthorized)))
        #expect(try await eve.receive() == .disconnect(Disconnect(reasonCode: .notAuthorized)))
        try await ann.ping()
        #expect(try await login.connect("dan", "1").answer == .success)
        #expect(try await login.connect("eve", "1").answer == .badUserNameOrPassword)
        await login.server.stop()
    }

    @Test("limits and access control change at a reload; what is wrong changes nothing")
    func reloadRules() async throws {
        let login = try await Login.start(["ann": "1"], "max_keepalive 100\n")
        let ann = try await login.connect("ann", "1").peer
        let acl = try login.folder.write("user ann\ntopic read t\n", to: "acl")
        let text = try login.folder.text("tinymqtt.conf")
        try login.folder.write(text + "acl_file \(acl)\nmax_packet_size 5000\n", to: "tinymqtt.conf")
        let settings = try ServerSettings.read(configurationFile: login.folder.path("tinymqtt.conf"))
        try await login.server.reload(settings)
        ann.send(.publish(Publish("t", "x", qos: .atLeastOnce, packetIdentifier: 1)))
        let puback = Acknowledgement(packetIdentifier: 1, reasonCode: .notAuthorized)
        #expect(try await ann.receive() == .puback(puback))
        let second = try await SocketPeer.connect(port: login.port)
        var connect = Connect.make("second")
        connect.userName = .text("ann")
        connect.password = Array("1".utf8)
        second.send(.connect(connect))
        guard case .connack(let connack)? = try await second.receive() else {
            return #expect(Bool(false), "no CONNACK")
        }
        #expect(connack.properties[integer: .maximumPacketSize] == 5_000)
        try login.folder.write("user ann\ntopic nonsense t x\n", to: "acl")
        #expect(throws: ConfigurationError.self) {
            try ServerSettings.read(configurationFile: login.folder.path("tinymqtt.conf"))
        }
        await login.server.stop()
    }
}
