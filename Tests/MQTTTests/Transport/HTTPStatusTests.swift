import NIOCore
import NIOPosix
import Testing

@testable import MQTT
@testable import Support

@Suite("Status by HTTP", .onSeveralLoops)
struct HTTPStatusTests {
    /// Sends a request, and returns the answer's head and body when the server has closed.
    private static func ask(
        _ server: ListenerTestServer,
        _ request: String
    ) async throws -> (head: String, body: String) {
        let peer = try await SocketPeer.connect(port: server.port)
        peer.send(Array(request.utf8))
        while try await peer.readMore() {}
        let text = String(decoding: peer.unread, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    private static func get(_ path: String, method: String = "GET") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
    }

    private static func run(_ body: (ListenerTestServer) async throws -> Void) async throws {
        try await ListenerTestServer.run {
            $0.exchange = .status
        } _: {
            try await body($0)
        }
    }

    @Test("each path has its answer")
    func answers() async throws {
        try await Self.run { server in
            let health = try await Self.ask(server, Self.get("/health"))
            #expect(health.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(health.body == "ok\n")
            let listeners = try await Self.ask(server, Self.get("/api/v1/listeners?x=1"))
            #expect(listeners.head.contains("Content-Type: application/json"))
            #expect(
                listeners.body
                    == #"{"listeners":[{"address":"127.0.0.1","port":0,"protocol":"http_api","tls":false}]}"# + "\n"
            )
            let version = try await Self.ask(server, Self.get("/api/v1/version"))
            #expect(version.body.hasPrefix(#"{"version":""#))
            #expect(try await Self.ask(server, Self.get("/api/v1/systree")).body.hasPrefix("{"))
            let head = try await Self.ask(server, Self.get("/health", method: "HEAD"))
            #expect(head.head.contains("Content-Length: 3"))
            #expect(head.body.isEmpty)
        }
    }

    @Test(
        "what is no question that is answered is refused",
        arguments: [
            (get("/"), 404), (get("/health", method: "POST"), 405), (get("/health", method: "DELETE"), 405),
            ("what?\r\n\r\n", 400), (get("/" + String(repeating: "x", count: 5_000)), 431),
        ]
    )
    func refused(request: String, status: Int) async throws {
        try await Self.run { server in
            let answer = try await Self.ask(server, request)
            #expect(answer.head.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("there are only so many connections at once")
    func bound() async throws {
        try await Self.run { server in
            var peers: [SocketPeer] = []
            for _ in 0..<HTTPStatusHandler.mostConnections {
                peers.append(try await SocketPeer.connect(port: server.port))
                peers.last?.send(Array("GET /health HTTP/1.1\r\n".utf8))
            }
            let further = try await Self.ask(server, "")
            #expect(further.head.isEmpty)
            // One that has its answer makes room.
            peers[0].send(Array("\r\n".utf8))
            while try await peers[0].readMore() {}
            peers[0].close()
            for peer in peers.dropFirst() {
                peer.send(Array("\r\n".utf8))
                #expect(try await peer.readMore())
            }
        }
    }

    @Test("numbers become metrics, and strings stay strings")
    func formats() throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let source = HTTPStatusSource(
            version: "1",
            listeners: [ListenerSettings(.unix(path: "/run/\"a\".sock"))],
            systemTopics: {
                [
                    ("$SYS/broker/version", "tinymqtt 1.0"), ("$SYS/broker/uptime", "12 seconds"),
                    ("$SYS/broker/retained messages/count", "3"), ("$SYS/broker/load/sockets/1min", "0.25"),
                ]
            },
            connectionCount: NIOLoopBoundBox.makeBoxSendingValue(0, eventLoop: eventLoop)
        )
        let metrics = try #require(source.report(for: "/metrics")).body.split(separator: "\n")
        #expect(
            metrics == [
                "# TYPE tinymqtt_uptime gauge", "tinymqtt_uptime 12",
                "# TYPE tinymqtt_retained_messages_count gauge", "tinymqtt_retained_messages_count 3",
                "# TYPE tinymqtt_load_sockets_1min gauge", "tinymqtt_load_sockets_1min 0.25",
            ]
        )
        let tree = try #require(source.report(for: "/api/v1/systree")).body
        #expect(tree.contains(#""$SYS/broker/uptime":"12 seconds","$SYS/broker/retained messages/count":3,"#))
        let listeners = try #require(source.report(for: "/api/v1/listeners")).body
        #expect(listeners == #"{"listeners":[{"path":"/run/\"a\".sock","protocol":"mqtt","tls":false}]}"# + "\n")
        #expect(source.report(for: "/healthy") == nil)
    }

    @Test(
        "values of JSON",
        arguments: [
            ("1", "1"), ("-0.5", "-0.5"), ("01", #""01""#), ("1.", #""1.""#), ("", #""""#),
            ("a\u{1}\n", #""a\u0001\u000a""#),
        ]
    )
    func json(text: String, json: String) {
        #expect(JSONText.value(text) == json)
    }
}
