import NIOCore
import NIOHTTP1
import Testing

@testable import MQTT
@testable import Support

/// The request that a WebSocket begins with.
@Suite("WebSocket requests")
struct WebSocketRequestTests {
    /// The head of a request, from its text.
    private static func head(_ text: String) -> HTTPRequestHead {
        let lines = text.split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ": ", maxSplits: 1)
            return (String(parts[0]), String(parts[1]))
        }
        return HTTPRequestHead(
            version: words[2] == "HTTP/1.0" ? .http1_0 : .http1_1,
            method: HTTPMethod(rawValue: String(words[0])),
            uri: String(words[1]),
            headers: HTTPHeaders(fields)
        )
    }

    @Test(
        "the first protocol of the Client's that is known is taken",
        arguments: [("mqtt", "mqtt"), ("mqttv3.1", "mqttv3.1"), ("chat, mqttv3.1, mqtt", "mqttv3.1")]
    )
    func subprotocol(offered: String, taken: String) throws {
        let head = Self.head(WebSocketBytes.request(protocols: offered))
        #expect(try WebSocketRequest(head, origins: []).subprotocol == taken)
    }

    @Test(
        "a request that is none of a WebSocket for MQTT gets the status that says why",
        arguments: [
            ("GET ", "POST ", 405), ("HTTP/1.1", "HTTP/1.0", 400), ("Upgrade: websocket\r\n", "", 426),
            ("keep-alive, Upgrade", "close", 426), ("Version: 13", "Version: 8", 426), ("Key: ", "Key: AAAA", 400),
            ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400), ("Protocol: mqtt", "Protocol: chat", 400),
            ("Sec-WebSocket-Protocol: mqtt\r\n", "", 400),
        ] as [(String, String, UInt)]
    )
    func refused(part: String, replacement: String, status: UInt) {
        let text = WebSocketBytes.request { $0.replacing(part, with: replacement) }
        #expect(text != WebSocketBytes.request())
        let refusal = #expect(throws: HTTPRefusal.self) { try WebSocketRequest(Self.head(text), origins: []) }
        #expect(refusal?.status.code == status)
    }

    @Test("only the origins that are configured may come", arguments: [nil, "https://b.example", "https://a.example"])
    func origins(origin: String?) throws {
        let head = Self.head(WebSocketBytes.request(origin: origin))
        if origin == "https://a.example" {
            #expect(
                try WebSocketRequest(head, origins: ["https://c.example", "https://a.example"]).subprotocol == "mqtt"
            )
        } else {
            let refusal = #expect(throws: HTTPRefusal.self) {
                try WebSocketRequest(head, origins: ["https://a.example"])
            }
            #expect(refusal?.status == .forbidden)
        }
        #expect(try WebSocketRequest(head, origins: []).subprotocol == "mqtt")
    }
}

/// Frames, at a listener.
@Suite("WebSocket listeners")
struct WebSocketListenerTests {
    /// A connection that the server has accepted.
    private static func open(_ server: ListenerTestServer) async throws -> SocketPeer {
        let peer = try await SocketPeer.connect(port: server.port)
        peer.send(Array(WebSocketBytes.request().utf8))
        let head = try await self.head(peer)
        #expect(head.hasPrefix("HTTP/1.1 101 "))
        #expect(head.contains("Sec-WebSocket-Accept: \(WebSocketBytes.accept)"))
        #expect(head.contains("Sec-WebSocket-Protocol: mqtt"))
        return peer
    }

    /// The head of the answer to a request.
    private static func head(_ peer: SocketPeer) async throws -> String {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let index = peer.unread.indices.first(where: { peer.unread[$0...].starts(with: end) }) {
                let head = String(decoding: peer.unread[..<index], as: UTF8.self)
                peer.take(index + end.count)
                return head
            }
            guard try await peer.readMore() else { return String(decoding: peer.unread, as: UTF8.self) }
        }
    }

    /// The next frame; `nil` where the server has closed before.
    private static func frame(_ peer: SocketPeer) async throws -> WebSocketBytes? {
        while true {
            var bytes = peer.unread
            if let frame = WebSocketBytes.take(from: &bytes) {
                peer.take(peer.unread.count - bytes.count)
                return frame
            }
            guard try await peer.readMore() else { return nil }
        }
    }

    private static let connect = HexNotation.bytes("10 { 'MQTT' 04 02 003C 'a' }")
    private static let connack = WebSocketBytes(payload: [0x20, 2, 0, 0])

    private static func run(
        _ change: (inout ListenerSettings) -> Void = { _ in },
        configuration: BrokerConfiguration = BrokerConfiguration(),
        _ body: (ListenerTestServer) async throws -> Void
    ) async throws {
        try await ListenerTestServer.run(configuration: configuration) {
            $0.exchange = .webSocket
            change(&$0)
        } _: {
            try await body($0)
        }
    }

    @Test("packets come in frames of their own, in parts, several in one, and byte by byte")
    func carving() async throws {
        try await Self.run { server in
            let peer = try await Self.open(server)
            let (front, back) = (Array(Self.connect.prefix(5)), Array(Self.connect.dropFirst(5)))
            peer.send(WebSocketBytes(isFinal: false, payload: front).encoded())
            peer.send(WebSocketBytes(kind: .ping, payload: [1, 2]).encoded())
            peer.send(WebSocketBytes(kind: .continuation, isFinal: false, payload: []).encoded())
            peer.send(WebSocketBytes(kind: .continuation, payload: back).encoded())
            #expect(try await Self.frame(peer) == WebSocketBytes(kind: .pong, payload: [1, 2]))
            #expect(try await Self.frame(peer) == Self.connack)
            // Two packets and the begin of a third, whose end comes in the next frame.
            peer.send(WebSocketBytes(payload: [0xC0, 0, 0xC0, 0, 0xC0]).encoded())
            for byte in WebSocketBytes(payload: [0]).encoded() {
                peer.send([byte])
            }
            var answers: [UInt8] = []
            while answers.count < 6, let frame = try await Self.frame(peer) {
                #expect(frame.kind == .binary && frame.isFinal)
                answers += frame.payload
            }
            #expect(answers == [0xD0, 0, 0xD0, 0, 0xD0, 0])
        }
    }

    @Test("a whole turn's packets leave in one frame")
    func oneFrame() async throws {
        try await Self.run { server in
            let peer = try await Self.open(server)
            peer.send(WebSocketBytes(payload: Self.connect).encoded())
            #expect(try await Self.frame(peer) == Self.connack)
            peer.send(WebSocketBytes(payload: [0xC0, 0, 0xC0, 0]).encoded())
            #expect(try await Self.frame(peer) == WebSocketBytes(payload: [0xD0, 0, 0xD0, 0]))
        }
    }

    @Test("large messages go through, in a frame with a long length")
    func large() async throws {
        try await Self.run { server in
            let peer = try await SocketPeer.connect(port: server.port, tls: nil, webSocket: true)
            peer.send(.connect(.make("large")))
            #expect(try await peer.receive()?.type == .connack)
            peer.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atMostOnce)])))
            #expect(try await peer.receive()?.type == .suback)
            let message = Publish("t", String(repeating: "x", count: 100_000))
            peer.send(.publish(message))
            #expect(try await peer.receive() == .publish(message))
        }
    }

    @Test(
        "frames that must not be end the connection with the code that says why",
        arguments: [
            (WebSocketBytes(kind: .text, payload: [0x61]).encoded(), 1_003, "a frame of text"),
            (WebSocketBytes(payload: [0xC0]).encoded(mask: nil), 1_002, "is not masked"),
            (WebSocketBytes(payload: [0xC0]).encoded(reservedBits: 0x40), 1_002, "uses an extension"),
            (WebSocketBytes(kind: .continuation, payload: [0xC0]).encoded(), 1_002, "are mixed"),
            (
                WebSocketBytes(isFinal: false, payload: [0xC0]).encoded() + WebSocketBytes(payload: [0]).encoded(),
                1_002,
                "are mixed"
            ),
            (WebSocketBytes(kind: .ping, isFinal: false, payload: []).encoded(), 1_002, "a control frame"),
            (
                WebSocketBytes(kind: .ping, payload: Array(repeating: 0, count: 126)).encoded(), 1_002,
                "a control frame"
            ),
            ([0x83, 0x80, 0, 0, 0, 0], 1_002, "of an unknown kind"),
            ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1_002, "the length of a frame is none"),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], 1_002, "the length of a frame is none"),
            ([0x82, 0xFE, 0, 125, 0, 0, 0, 0], 1_002, "the length of a frame is none"),
            (WebSocketBytes(kind: .close, payload: [3]).encoded(), 1_002, "has half a code"),
        ] as [([UInt8], Int, String)]
    )
    func badFrames(bytes: [UInt8], code: Int, problem: String) async throws {
        try await Self.run { server in
            let peer = try await Self.open(server)
            peer.send(WebSocketBytes(payload: Self.connect).encoded())
            #expect(try await Self.frame(peer) == Self.connack)
            peer.send(bytes)
            let close = try await Self.frame(peer)
            #expect(close == WebSocketBytes(kind: .close, payload: [UInt8(code >> 8), UInt8(code & 0xFF)]))
            #expect(try await Self.frame(peer) == nil)
            let line = try await server.log.wait(for: "closed: WebSocket: ")
            #expect(line.contains(problem))
        }
    }

    @Test("what a frame carries is looked at before its end, and may be as long as it likes")
    func endlessFrame() async throws {
        try await Self.run { server in
            let peer = try await Self.open(server)
            // Together more than any packet may have.
            let publish = ControlPacket.publish(Publish("t", String(repeating: "x", count: 900_000)))
            let publishes = Array(repeating: publish.encoded(for: .v3_1_1), count: 3).joined()
            let bytes = WebSocketBytes(payload: Self.connect + publishes + [0xC0, 0]).encoded()
            peer.send(Array(bytes.prefix(100)))
            #expect(try await Self.frame(peer) == Self.connack)
            peer.send(Array(bytes.dropFirst(100)))
            #expect(try await Self.frame(peer) == WebSocketBytes(payload: [0xD0, 0]))

            // Before CONNECT is accepted, packets have to be small, and frames do not hide them.
            let stranger = try await Self.open(server)
            let large = HexNotation.bytes("10 80 80 40") + Array(repeating: 0, count: 1_000_000)
            stranger.send(Array(WebSocketBytes(payload: large).encoded().prefix(100)))
            #expect(try await Self.frame(stranger) == WebSocketBytes(kind: .close, payload: [0x03, 0xE8]))
        }
    }

    @Test("a Client's close is answered, and a server that stops says so in a frame")
    func closing() async throws {
        try await Self.run { server in
            let polite = try await Self.open(server)
            polite.send(WebSocketBytes(kind: .close, payload: [0x03, 0xE9]).encoded())
            #expect(try await Self.frame(polite) == WebSocketBytes(kind: .close, payload: [0x03, 0xE9]))
            #expect(try await Self.frame(polite) == nil)

            let last = try await Self.open(server)
            last.send(WebSocketBytes(payload: Self.connect).encoded())
            #expect(try await Self.frame(last) == Self.connack)
            async let stopped: Bool = server.server.stop()
            #expect(try await Self.frame(last) == WebSocketBytes(kind: .close, payload: [0x03, 0xE8]))
            #expect(try await Self.frame(last) == nil)
            #expect(await stopped)
        }
    }

    @Test(
        "requests that are refused get an answer, and the log one line",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426, "only WebSockets are served here"),
            ("\u{10}\u{0C}\u{00}\u{04}MQTT", 400, "this is no HTTP request"),
            (
                WebSocketBytes.request(protocols: nil, origin: "https://a.example"), 400,
                "offers neither mqtt nor mqttv3.1"
            ),
            (WebSocketBytes.request(origin: "https://b.example"), 403, "the Origin is not among"),
            ("GET /" + String(repeating: "x", count: 5_000), 431, "the head of the request is too large"),
        ] as [(String, Int, String)]
    )
    func refused(request: String, status: Int, problem: String) async throws {
        try await Self.run {
            $0.webSocketOrigins = ["https://a.example"]
        } _: { server in
            let peer = try await SocketPeer.connect(port: server.port)
            peer.send(Array(request.utf8))
            #expect(try await Self.head(peer).hasPrefix("HTTP/1.1 \(status) "))
            while try await peer.readMore() {}
            let line = try await server.log.wait(for: "closed: WebSocket: ")
            #expect(line.contains(problem))
        }
    }

    @Test("a request that does not end is not waited for longer than a CONNECT")
    func unfinished() async throws {
        var configuration = BrokerConfiguration()
        configuration.connectTimeout = 1
        try await Self.run(configuration: configuration) { server in
            let peer = try await SocketPeer.connect(port: server.port)
            peer.send(Array("GET / HTTP/1.1\r\n".utf8))
            #expect(try await !peer.readMore())
        }
    }
}
