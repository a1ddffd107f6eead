import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

/// What the options of listeners change for Clients of a running broker.
@Suite("Options in effect: listeners")
struct OptionListenerTests {
    @Test("listener, and port with bind_address as its older form")
    func addresses() async throws {
        let (first, second) = (try RunningBroker.freePort(), try RunningBroker.freePort())
        let text = "port \(first)\nbind_address 127.0.0.1\nallow_anonymous true\nlistener \(second) 127.0.0.1\n"
        try await ConfiguredServer.run(text) { (server) async throws in
            #expect(Set(server.server.addressTexts) == ["127.0.0.1:\(first)", "127.0.0.1:\(second)"])
            for listener in 0..<2 {
                #expect(try await server.connect("c\(listener)", at: listener).answer == .success)
            }
        }
    }

    @Test("listener 0 and a path is a Unix domain socket")
    func unixSocket() async throws {
        let directory = try TemporaryFolder("option")
        let path = directory.path("broker.sock")
        try await ConfiguredServer.run("listener 0 \(path)\nallow_anonymous true\n") { _ in
            let client = try await TestClient.connect(over: try await SocketPeer.connect(path: path), .make("a"))
            #expect(client.answer == .success)
        }
    }

    @Test("socket_domain and bind_interface leave addresses out")
    func fewerAddresses() async throws {
        let families = [("ipv4", "127.0.0.1:"), ("ipv6", "[::1]:")]
        for (family, beginning) in families {
            try await ConfiguredServer.run("listener 0 localhost\nsocket_domain \(family)\n") { (server) async throws in
                #expect(server.server.addressTexts.allSatisfy { $0.hasPrefix(beginning) })
                #expect(!server.server.addressTexts.isEmpty)
            }
        }
        let loopback = try System.enumerateDevices().first { $0.address?.description.contains("127.0.0.1") == true }
        let name = try #require(loopback?.name)
        let port = try RunningBroker.freePort()
        try await ConfiguredServer.run("listener \(port)\nbind_interface \(name)\nsocket_domain ipv4\n") {
            (server) async throws in
            #expect(server.server.addressTexts == ["127.0.0.1:\(port)"])
        }
    }

    @Test("protocol: websockets and http_api; websockets_origin and packet_buffer_size bound what a browser may ask")
    func protocols() async throws {
        let text = """
            allow_anonymous true
            packet_buffer_size 2000
            listener 0 127.0.0.1
            protocol websockets
            websockets_origin https://home.example
            listener 0 127.0.0.1
            protocol http_api
            """
        try await ConfiguredServer.run(text) { (server) async throws in
            func status(of request: String, at listener: Int) async throws -> String {
                let peer = try await SocketPeer.connect(port: server.port(listener))
                peer.send(Array(request.utf8))
                while !peer.unread.contains(10), try await peer.readMore() {}
                let line = String(decoding: peer.unread.prefix { $0 != 13 }, as: UTF8.self)
                peer.close()
                return line
            }
            let origin = "https://home.example"
            #expect(try await status(of: WebSocketBytes.request(origin: origin), at: 0).contains(" 101 "))
            #expect(
                try await status(of: WebSocketBytes.request(origin: "https://evil.example"), at: 0).contains(" 403 ")
            )
            let long = WebSocketBytes.request(origin: origin) {
                $0.dropLast(2) + "X: \(String(repeating: "x", count: 2_000))\r\n\r\n"
            }
            #expect(try await status(of: long, at: 0).contains(" 431 "))
            #expect(try await status(of: "GET /health HTTP/1.1\r\nHost: x\r\n\r\n", at: 1).contains(" 200 "))
        }
    }

    @Test("accept_protocol_versions: others are refused")
    func versions() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "accept_protocol_versions 4,5\n") {
            (server) async throws in
            #expect(try await server.connect("a").answer == .success)
            #expect(try await server.connect("b", version: .v3_1_1).answer == .success)
            #expect(try await server.connect("c", version: .v3_1).answer == .unsupportedProtocolVersion)
        }
    }

    @Test("max_connections: one more is closed, and there is room again when one has gone")
    func connections() async throws {
        let text = ConfiguredServer.open + "max_connections 1\nlistener 0 127.0.0.1\n"
        try await ConfiguredServer.run(text) { (server) async throws in
            let first = try await server.connect("a")
            #expect(first.answer == .success)
            #expect(try await server.connect("b").answer == nil)
            #expect(try await server.connect("b", at: 1).answer == .success, "each listener counts by itself")
            try await first.disconnect()
            #expect(try await server.connect("c").answer == .success)
        }
    }

    @Test("max_qos and its older name: announced, granted, and enforced", arguments: ["max_qos", "maximum_qos"])
    func qos(option: String) async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "\(option) 1\n") { (server) async throws in
            let client = try await server.connect("a")
            #expect(client.connack?.properties[integer: .maximumQoS] == 1)
            #expect(try await client.subscribe("t", .exactlyOnce) == .grantedQoS1)
            client.send(.publish(Publish("t", qos: .exactlyOnce, packetIdentifier: 9)))
            #expect(try await client.disconnectReason() == .qosNotSupported)
        }
    }

    @Test("max_topic_alias bounds a Client's aliases, max_topic_alias_broker the broker's")
    func topicAliases() async throws {
        let text = ConfiguredServer.open + "max_topic_alias 3\nmax_topic_alias_broker 2\n"
        try await ConfiguredServer.run(text) { (server) async throws in
            let client = try await server.connect("a") { $0.properties[integer: .topicAliasMaximum] = 10 }
            #expect(client.connack?.properties[integer: .topicAliasMaximum] == 3)
            try await client.subscribe("#", .atMostOnce)
            for number in [1, 2, 3, 1, 2, 3] {
                try await client.publish("topic/\(number)", "", .atMostOnce)
            }
            #expect(try await client.messages().map(\.topicAlias) == [1, 2, 0, 1, 2, 0])
            client.send(.publish(Publish("t").with(alias: 4)))
            #expect(try await client.disconnectReason() == .topicAliasInvalid)
        }
    }

    @Test("mount_point: topics lie below it in the broker, and Clients do not see that")
    func mountPoint() async throws {
        let text = ConfiguredServer.open + "mount_point tenant/\nlistener 0 127.0.0.1\n"
        try await ConfiguredServer.run(text) { (server) async throws in
            let inside = try await server.connect("a")
            let outside = try await server.connect("b", at: 1)
            try await inside.subscribe("#", .atMostOnce)
            try await outside.subscribe("tenant/#", .atMostOnce)
            try await inside.publish("t", "1", .atLeastOnce)
            try await outside.publish("u", "2", .atLeastOnce)
            #expect(try await inside.messages().map(\.topicText) == ["t"])
            #expect(try await outside.messages().map(\.topicText) == ["tenant/t"])
        }
    }

    @Test("use_username_as_clientid: nobody takes the session of another user")
    func userNameAsClientIdentifier() async throws {
        try await ConfiguredServer.run(ConfiguredServer.open + "use_username_as_clientid true\n") {
            (server) async throws in
            #expect(try await server.connect("made-up", userName: "ann").answer == .success)
            #expect(await server.server.clients().map(\.clientIdentifier) == ["ann"])
        }
    }

    @Test("set_tcp_nodelay is the option of each connection's socket", arguments: [true, false])
    func noDelay(isSet: Bool) async throws {
        try await ConfiguredServer.run("set_tcp_nodelay \(isSet)\n" + ConfiguredServer.open) { (server) async throws in
            let client = try await server.connect("a")
            let port = try #require(client.peer.localPort)
            #expect(Self.sendsAtOnce(toPort: port) == isSet)
        }
    }

    /// Whether the socket of this process whose other end has a port sends small packets at once; `nil` where there is no
    /// such socket.
    private static func sendsAtOnce(toPort port: Int) -> Bool? {
        for descriptor in CInt(3)..<65_536 {
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            // The pointers do not outlive the call, and `length` is the size of what they point to.
            let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getpeername(descriptor, $0, &length)
                }
            }
            guard status == 0, Int(UInt16(bigEndian: address.sin_port)) == port else { continue }
            var value: CInt = -1
            var size = socklen_t(MemoryLayout<CInt>.size)
            // The pointers do not outlive the call, and `size` is the size of `value`.
            guard unsafe getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0 else { return nil }
            return value != 0
        }
        return nil
    }

    @Test("enable_proxy_protocol: a connection begins with the header, whose address is the Client's")
    func proxy() async throws {
        let text = """
            allow_anonymous true
            listener 0 127.0.0.1
            enable_proxy_protocol 1
            listener 0 127.0.0.1
            enable_proxy_protocol 2
            proxy_protocol_v2_require_tls true
            """
        try await ConfiguredServer.run(text) { (server) async throws in
            let peer = try await SocketPeer.connect(port: server.port())
            peer.send(Array("PROXY TCP4 192.0.2.1 127.0.0.1 56090 1883\r\n".utf8))
            #expect(try await TestClient.connect(over: peer, .make("behind")).answer == .success)
            try await server.log.wait(for: "behind connected from 192.0.2.1:56090 ")
            #expect(try await server.connect("bare").answer == nil)
            // A header of version 2 that tells an address, and no TLS.
            let plain = try await SocketPeer.connect(port: server.port(1))
            plain.send(HexNotation.bytes("0D0A0D0A 000D0A51 5549540A 2111000C C0000201 7F000001 DB1A075B"))
            #expect(try await TestClient.connect(over: plain, .make("plain")).answer == nil)
            try await server.log.wait(for: "connection from 192.0.2.1:56090 closed: ")
        }
    }
}
