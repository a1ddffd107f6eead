import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import MQTT
@testable import Support

@Suite("Listeners")
struct ListenerTests {
    @Test("without a host, both families are listened on, on the same port")
    func allInterfaces() async throws {
        let addresses = try await ListenerAddresses(host: nil, port: 7, family: .any, networkInterface: nil).resolve()
        #expect(addresses.map(\.text) == ["0.0.0.0:7", "[::]:7"])
        let ipv6 = try await ListenerAddresses(host: nil, port: 7, family: .ipv6, networkInterface: nil).resolve()
        #expect(ipv6.map(\.text) == ["[::]:7"])
    }

    @Test(
        "a family that was not asked for is left out",
        arguments: [(ListenerSettings.AddressFamily.ipv4, "127.0.0.1:"), (.ipv6, "[::1]:")]
    )
    func family(family: ListenerSettings.AddressFamily, beginning: String) async throws {
        var settings = ListenerSettings.tcp(host: "localhost", port: 0)
        settings.addressFamily = family
        let server = try await MQTTServer.start(at: [settings])
        #expect(server.addressTexts.count == 1)
        #expect(server.addressTexts.first?.hasPrefix(beginning) == true)
        await server.stop()
    }

    @Test("an IPv6 socket leaves the IPv4 addresses of its port to another one")
    func onlyIPv6() async throws {
        var settings = ListenerSettings.tcp(host: "localhost", port: 0)
        let server = try await MQTTServer.start(at: [settings])
        let port = try #require(server.addresses.first?.port)
        #expect(server.addressTexts == ["127.0.0.1:\(port)", "[::1]:\(port)"])
        await server.stop()
        settings.addressFamily = .ipv6
        settings.address = .tcp(host: "127.0.0.1", port: 0)
        let error = await #expect(throws: MQTTServer.StartError.self) { _ = try await MQTTServer.start(at: [settings]) }
        #expect(error?.cause == "127.0.0.1 has no IPv6 address")
    }

    @Test("a network interface stands for its addresses")
    func networkInterface() async throws {
        let loopback = try #require(
            try System.enumerateDevices().first { $0.address?.ipAddress == "127.0.0.1" }
        ).name
        var settings = ListenerSettings.tcp(host: nil, port: 0)
        settings.networkInterface = loopback
        let server = try await MQTTServer.start(at: [settings])
        #expect(server.addressTexts.first?.hasPrefix("127.0.0.1:") == true)
        #expect(server.isLocalOnly)
        await server.stop()

        settings.networkInterface = "none7"
        let missing = await #expect(throws: MQTTServer.StartError.self) {
            _ = try await MQTTServer.start(at: [settings])
        }
        #expect(missing?.cause.hasPrefix("there is no network interface none7; this machine has ") == true)
        settings = .tcp(host: "192.0.2.1", port: 0)
        settings.networkInterface = loopback
        let foreign = await #expect(throws: MQTTServer.StartError.self) {
            _ = try await MQTTServer.start(at: [settings])
        }
        #expect(foreign?.cause.hasPrefix("192.0.2.1 is no address of the network interface \(loopback)") == true)
    }

    @Test("a host that does not exist is told with the listener's place in the configuration")
    func unknownHost() async throws {
        var settings = ListenerSettings.tcp(host: "no-such-host.invalid", port: 1)
        (settings.file, settings.line) = ("tinymqtt.conf", 3)
        let error = await #expect(throws: MQTTServer.StartError.self) { _ = try await MQTTServer.start(at: [settings]) }
        let beginning =
            "tinymqtt.conf:3: cannot listen on no-such-host.invalid:1: no-such-host.invalid has no address: "
        #expect(error?.description.hasPrefix(beginning) == true)
    }

    @Test("each listener has its own rules")
    func rules() async throws {
        var listeners = [ListenerSettings.tcp(host: "127.0.0.1", port: 0), .tcp(host: "127.0.0.1", port: 0)]
        listeners[1].rules.maximumQoS = .atMostOnce
        let server = try await MQTTServer.start(at: listeners)
        var answers: [UInt32?] = []
        for port in server.addresses.compactMap(\.port) {
            let peer = try await SocketPeer.connect(port: port)
            peer.send(.connect(.make("a\(port)")))
            guard case .connack(let connack)? = try await peer.receive() else { continue }
            answers.append(connack.properties[integer: .maximumQoS])
        }
        #expect(answers == [nil, 0])
        await server.stop()
    }
}

/// Certificates that change while the broker runs.
@Suite("TLS listeners", .enabled(if: TestCertificates.isPossible, "openssl is not installed"))
struct TLSListenerTests {
    /// What a Client needs that trusts one authority.
    private static func trusting(_ authority: String, _ files: TestCertificates) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(files.certificate(authority))
        configuration.certificateVerification = .noHostnameVerification
        return configuration
    }

    @Test("new connections get the certificate of a new configuration, and old ones stay")
    func renewal() async throws {
        let files = try await TestCertificates.make()
        try await files.addAuthority("new")
        try await files.add("renewed", by: "new")
        var listener = ListenerSettings.tcp(host: "127.0.0.1", port: 0)
        listener.useTLS(files)
        let server = try await MQTTServer.start(at: [listener], threads: 2)
        let port = try #require(server.addresses.first?.port)
        let old = try await SocketPeer.connect(port: port, tls: Self.trusting("ca", files))
        // From here on connections go to the two event loops in turn, both of which have the new certificate.
        old.send(.connect(.make("old")))
        #expect(try await old.receive()?.type == .connack)

        listener.tls?.certificateFile = files.certificate("renewed")
        listener.tls?.keyFile = files.key("renewed")
        var settings = ServerSettings()
        settings.listeners = [listener]
        try await server.reload(settings)
        let new = try await SocketPeer.connect(port: port, tls: Self.trusting("new", files))
        new.send(.connect(.make("new")))
        #expect(try await new.receive()?.type == .connack)
        try await old.ping()
        let late = try await SocketPeer.connect(port: port, tls: Self.trusting("ca", files))
        late.send(.connect(.make("late")))
        #expect(try await late.receive() == nil)

        // What cannot be used changes nothing.
        listener.tls?.keyFile = files.key("server")
        settings.listeners = [listener]
        await #expect(throws: ConfigurationError.self) { try await server.reload(settings) }
        let last = try await SocketPeer.connect(port: port, tls: Self.trusting("new", files))
        last.send(.connect(.make("last")))
        #expect(try await last.receive()?.type == .connack)
        await server.stop()
    }

    @Test("a certificate that cannot be used stops the start, and names the listener and the file")
    func start() async throws {
        let files = try await TestCertificates.make()
        var listener = ListenerSettings.tcp(host: "127.0.0.1", port: 0)
        listener.useTLS(files) { $0.keyFile = "/no/such/key" }
        (listener.file, listener.line) = ("t.conf", 4)
        let error = await #expect(throws: MQTTServer.StartError.self) { _ = try await MQTTServer.start(at: [listener]) }
        #expect(
            error?.description
                == "t.conf:4: cannot listen on 127.0.0.1:0: /no/such/key: cannot be opened: No such file or directory"
        )
    }

    @Test("a handshake that does not end is not waited for longer than a CONNECT, and who speaks no TLS is told of")
    func handshake() async throws {
        let files = try await TestCertificates.make()
        var configuration = BrokerConfiguration()
        configuration.connectTimeout = 1
        try await ListenerTestServer.run(configuration: configuration) {
            $0.useTLS(files)
        } _: { server in
            let silent = try await SocketPeer.connect(port: server.port)
            #expect(try await !silent.readMore())
            let plain = try await SocketPeer.connect(port: server.port)
            plain.send(.connect(.make("plain")))
            while try await plain.readMore() {}
            let line = try await server.log.wait(for: "closed: TLS: wrong version number")
            #expect(line.hasPrefix("connection from 127.0.0.1:"))
        }
    }
}

/// Unix domain sockets, and the files that they are bound to.
@Suite("Unix socket listeners")
struct UnixSocketListenerTests {
    private let directory: TemporaryFolder
    private let path: String

    init() throws {
        directory = try TemporaryFolder("unix")
        path = directory.path("broker.sock")
    }

    @Test("a Client comes by a Unix socket, whose file is gone when the server has stopped")
    func connect() async throws {
        let server = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        #expect(server.addressTexts == [path])
        #expect(server.isLocalOnly)
        let peer = try await SocketPeer.connect(path: path)
        peer.send(.connect(.make("a")))
        #expect(try await peer.receive()?.type == .connack)
        await server.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("the socket of a dead program is removed")
    func stale() async throws {
        // A socket that is closed and keeps its file, as one of a process that was killed does.
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path).get()
        let kept = directory.path("kept.sock")
        try FileManager.default.moveItem(atPath: path, toPath: kept)
        try await channel.close()
        try FileManager.default.moveItem(atPath: kept, toPath: path)

        let server = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        let peer = try await SocketPeer.connect(path: path)
        peer.send(.connect(.make("a")))
        #expect(try await peer.receive()?.type == .connack)
        await server.stop()
    }

    @Test("the socket of a program that lives is left alone")
    func live() async throws {
        let server = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        let error = await #expect(throws: MQTTServer.StartError.self) {
            _ = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        }
        #expect(error?.isAddressInUse == true)
        #expect(error?.description == "the socket \(path) is in use by another program")
        let peer = try await SocketPeer.connect(path: path)
        peer.send(.connect(.make("a")))
        #expect(try await peer.receive()?.type == .connack)
        await server.stop()
    }

    @Test("a file that is no socket is left alone")
    func file() async throws {
        try Data("mine".utf8).write(to: URL(filePath: path))
        let error = await #expect(throws: MQTTServer.StartError.self) {
            _ = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        }
        #expect(error?.cause == "there is a file of that name that is no socket; it was left alone")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }

    @Test("a socket that somebody else has put in the place of ours is not removed")
    func replaced() async throws {
        let server = try await MQTTServer.start(at: [ListenerSettings(.unix(path: path))])
        try FileManager.default.removeItem(atPath: path)
        try Data("mine".utf8).write(to: URL(filePath: path))
        await server.stop()
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("a path that is too long is told with both lengths")
    func tooLong() async throws {
        let long = "/tmp/" + String(repeating: "x", count: 120)
        let error = await #expect(throws: MQTTServer.StartError.self) {
            _ = try await MQTTServer.start(at: [ListenerSettings(.unix(path: long))])
        }
        #expect(error?.cause == "the path has 125 bytes, and a Unix domain socket may have 103")
    }
}
