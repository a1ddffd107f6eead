import NIOCore
import NIOEmbedded
import Testing

@testable import MQTT
@testable import Support

/// What a Client says to a proxy.
@Suite("SOCKS handshakes of the client")
struct SOCKSHandshakeTests {
    /// Plays a handshake; the answers of the proxy and what follows them come byte by byte, or all at once.
    private func play(
        to address: ServerAddress,
        userName: String? = nil,
        password: String? = nil,
        answers: [UInt8],
        isWhole: Bool
    ) throws -> (sent: [UInt8], passedOn: [UInt8], failure: ClientConnector.Failure?) {
        let channel = EmbeddedChannel()
        let proxy = SOCKSProxy(host: "gateway", userName: userName, password: password)
        let step = ConnectionStep(on: channel.eventLoop)
        var failure: ClientConnector.Failure?
        step.future.assumeIsolated().whenFailure { failure = $0 as? ClientConnector.Failure }
        try channel.pipeline.syncOperations.addHandler(SOCKSHandler(SOCKSHandshake(to: address, by: proxy), step))
        for bytes in isWhole ? [answers] : answers.map({ [$0] }) {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        }
        var sent: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { sent += buffer.readableBytesView }
        var passedOn: [UInt8] = []
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { passedOn += buffer.readableBytesView }
        _ = try? channel.finish()
        return (sent, passedOn, failure)
    }

    @Test("names, and addresses of both versions", arguments: [true, false])
    func addresses(isWhole: Bool) throws {
        let reply: [UInt8] = [5, 0, 0, 4] + [UInt8](repeating: 0, count: 18)
        let rows: [(String, [UInt8])] = [
            ("b.test", [3, 6] + Array("b.test".utf8)), ("127.0.0.9", [1, 127, 0, 0, 9]),
            ("::1", [4] + [UInt8](repeating: 0, count: 15) + [1]),
        ]
        for (host, encoded) in rows {
            let result = try play(to: .host(host, port: 0x1234), answers: [5, 0] + reply + [7, 8], isWhole: isWhole)
            #expect(result.sent == [5, 1, 0, 5, 1, 0] + encoded + [0x12, 0x34])
            #expect(result.passedOn == [7, 8])
            #expect(result.failure == nil)
        }
    }

    @Test("a login, where the proxy asks for one", arguments: [true, false])
    func login(isWhole: Bool) throws {
        let reply: [UInt8] = [5, 0, 0, 3, 1, 0x61, 0, 0]
        let address = ServerAddress.host("b", port: 1)
        let result = try play(
            to: address,
            userName: "me",
            password: "pw",
            answers: [5, 2, 1, 0] + reply,
            isWhole: isWhole
        )
        #expect(
            result.sent == [5, 2, 0, 2, 1, 2] + Array("me".utf8) + [2] + Array("pw".utf8) + [5, 1, 0, 3, 1, 0x62, 0, 1]
        )
        #expect(result.failure == nil)
        let free = try play(to: address, userName: "me", answers: [5, 0] + reply, isWhole: isWhole)
        #expect(free.sent == [5, 2, 0, 2, 5, 1, 0, 3, 1, 0x62, 0, 1])
    }

    @Test(
        "each refusal has its words",
        arguments: [
            ([4, 0], "another language than SOCKS 5"), ([5, 0xFF], "wants a login"), ([5, 1], "that was not offered"),
            ([5, 2], "that was not offered"), ([5, 0, 4, 0], "another language"), ([5, 0, 5, 1], "does not say why"),
            ([5, 0, 5, 2], "does not allow"), ([5, 0, 5, 3], "network"), ([5, 0, 5, 4], "does not know its name"),
            ([5, 0, 5, 5], "refused by the server"), ([5, 0, 5, 6], "time to live"), ([5, 0, 5, 7], "command"),
            ([5, 0, 5, 8], "addresses of this kind"), ([5, 0, 5, 9], "unknown code 9"),
            ([5, 0, 5, 0, 0, 2], "an unknown kind"),
        ] as [([UInt8], String)]
    )
    func refusals(answers: [UInt8], words: String) throws {
        let result = try play(to: .host("b", port: 1), answers: answers, isWhole: true)
        #expect(result.failure?.reason == .proxy)
        #expect(result.failure?.text.hasPrefix("the proxy gateway:1080 ") == true)
        #expect(result.failure?.text.contains(words) == true)
    }

    @Test("a login that is refused, and one that is not offered")
    func wrongLogin() throws {
        let address = ServerAddress.host("b", port: 1)
        let wrong = try play(to: address, userName: "me", answers: [5, 2, 1, 1], isWhole: true)
        #expect(wrong.failure?.text.hasSuffix("refuses the user name or the password") == true)
        let other = try play(to: address, userName: "me", answers: [5, 0xFF], isWhole: true)
        #expect(other.failure?.text.hasSuffix("takes no login by user name and password") == true)
    }

    @Test("a proxy that closes")
    func closed() throws {
        let result = try play(to: .host("b", port: 1), answers: [5], isWhole: true)
        #expect(result.failure == ClientConnector.Failure(reason: .proxy, text: "the proxy closed the connection"))
    }
}

/// What a Client says to a Server that is to open a WebSocket.
@Suite("WebSocket handshakes of the client")
struct WebSocketUpgradeTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let answer =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: upgrade\r\n"
        + "Sec-WebSocket-Accept:\t\(WebSocketBytes.accept) \r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"

    private static let upgrade = WebSocketUpgrade(ClientWebSocket(), to: .unix(path: "/s"), isSecure: false, key: key)

    /// What a short frame of a Client carries.
    private static func unmasked(_ frame: [UInt8]) -> [UInt8] {
        frame.dropFirst(6).enumerated().map { $1 ^ frame[2 + $0 % 4] }
    }

    private func check(_ text: String) throws {
        var bytes = ByteBuffer(string: text)
        let response = try #require(try WebSocketResponse.take(from: &bytes))
        try Self.upgrade.check(response)
    }

    @Test(
        "the request names the host as browsers do",
        arguments: [
            (ServerAddress.host("b.test", port: 8_080), false, "b.test:8080"),
            (.host("b.test", port: 80), false, "b.test"),
            (.host("b.test", port: 80), true, "b.test:80"), (.host("::1", port: 443), true, "[::1]"),
            (.host("::1", port: 1), true, "[::1]:1"), (.unix(path: "/s"), false, "localhost"),
        ]
    )
    func request(address: ServerAddress, isSecure: Bool, host: String) {
        let settings = ClientWebSocket(path: "/a?b", headers: [ClientWebSocket.Header("Authorization", "Bearer x")])
        let upgrade = WebSocketUpgrade(settings, to: address, isSecure: isSecure, key: Self.key)
        let lines = upgrade.text.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.first == "GET /a?b HTTP/1.1")
        #expect(lines.contains("Host: \(host)"))
        #expect(lines.contains("Sec-WebSocket-Key: \(Self.key)"))
        #expect(lines.contains("Sec-WebSocket-Protocol: mqtt"))
        #expect(lines.suffix(3) == ["Authorization: Bearer x", "", ""])
    }

    @Test(
        "an answer that agrees, and what no answer may say",
        arguments: [
            ("", "", nil), ("Sec-WebSocket-Protocol: mqtt\r\n", "", nil), ("101 Switching Protocols", "101", nil),
            ("101 Switching Protocols", "404 Not\tFound", "answered 404 Not"), ("101 S", "302 S", "answered 302"),
            (WebSocketBytes.accept, "AAAA", "opens no WebSocket"),
            ("upgrade: WebSocket", "upgrade: h2c", "opens no WebSocket"),
            ("Connection: upgrade", "Connection: close", "opens no WebSocket"),
            ("mqtt", "chat", "something else than MQTT"),
            ("Connection:", "Sec-WebSocket-Extensions: x\r\nConnection:", "an extension"),
            ("HTTP/1.1", "HTTP/2", "no HTTP"),
            ("HTTP/1.1 101", "SSH-2.0", "no HTTP"), ("101 ", "99 ", "no HTTP"), ("upgrade: ", "upgrade ", "no HTTP"),
        ]
    )
    func answers(part: String, replacement: String, words: String?) throws {
        let text = part.isEmpty ? Self.answer : Self.answer.replacing(part, with: replacement)
        #expect(part.isEmpty || text != Self.answer)
        guard let words else { return try check(text) }
        let failure = #expect(throws: ClientConnector.Failure.self) { try check(text) }
        #expect(failure?.reason == .webSocket)
        #expect(failure?.text.contains(words) == true)
    }

    @Test("frames may come with the answer, and an answer may come byte by byte", arguments: [true, false])
    func coalesced(isWhole: Bool) throws {
        let channel = EmbeddedChannel()
        let step = ConnectionStep(on: channel.eventLoop)
        let handler = ClientWebSocketHandshakeHandler(Self.upgrade, step)
        try channel.pipeline.syncOperations.addHandler(handler)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == ByteBuffer(string: Self.upgrade.text))
        // A ping in the middle of a message of two frames.
        let received =
            WebSocketBytes(isFinal: false, payload: [1, 2]).encoded(mask: nil)
            + WebSocketBytes(kind: .ping, payload: [9]).encoded(mask: nil)
            + WebSocketBytes(kind: .continuation, payload: [3]).encoded(mask: nil)
        let bytes = Array(Self.answer.utf8) + received
        for bytes in isWhole ? [bytes] : bytes.map({ [$0] }) {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        }
        #expect(step.isDone)
        var passedOn: [UInt8] = []
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { passedOn += buffer.readableBytesView }
        #expect(passedOn == [1, 2, 3])
        // The answer to the ping, and data, each masked with a key of its own.
        try channel.writeOutbound(ByteBuffer(bytes: [4, 5]))
        try channel.writeOutbound(ByteBuffer(bytes: [4, 5]))
        var sent: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { sent += buffer.readableBytesView }
        #expect(sent.count == 7 + 8 + 8)
        let frames: [[UInt8]] = [Array(sent[..<7]), Array(sent[7..<15]), Array(sent[15...])]
        #expect(frames.map { Array($0[..<2]) } == [[0x8A, 0x81], [0x82, 0x82], [0x82, 0x82]])
        #expect(frames.map(Self.unmasked) == [[9], [4, 5], [4, 5]])
        #expect(frames[1][2..<6] != frames[2][2..<6])
        _ = try? channel.finish()
    }

    @Test("a head without an end is given up")
    func endless() throws {
        let channel = EmbeddedChannel()
        let step = ConnectionStep(on: channel.eventLoop)
        var failure: ClientConnector.Failure?
        step.future.assumeIsolated().whenFailure { failure = $0 as? ClientConnector.Failure }
        let handler = ClientWebSocketHandshakeHandler(Self.upgrade, step)
        try channel.pipeline.syncOperations.addHandler(handler)
        let line = "X: " + String(repeating: "x", count: 1_000) + "\r\n"
        try channel.writeInbound(ByteBuffer(string: "HTTP/1.1 200 OK\r\n"))
        for _ in 0..<15 { try channel.writeInbound(ByteBuffer(string: line)) }
        #expect(failure == nil)
        for _ in 0..<2 { try channel.writeInbound(ByteBuffer(string: line)) }
        #expect(failure == WebSocketResponse.tooLong)
        _ = try? channel.finish()
    }

    @Test("a client closes when the server has answered its farewell, and not before")
    func farewell() throws {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/s")).wait()
        try channel.pipeline.syncOperations.addHandlers(HalfCloser(), WebSocketChannelHandler(.client))
        channel.close(mode: .output, promise: nil)
        try channel.writeInbound(ByteBuffer(bytes: WebSocketBytes(payload: [1]).encoded(mask: nil)))
        #expect(channel.isActive)
        try channel.writeInbound(ByteBuffer(bytes: WebSocketBytes(kind: .close, payload: [3, 232]).encoded(mask: nil)))
        #expect(!channel.isActive)
    }

    @Test("frames of a server are not masked")
    func maskedByServer() throws {
        var reader = WebSocketFrameReader(framesOf: .server)
        reader.append(ByteBuffer(bytes: WebSocketBytes(payload: [1]).encoded()))
        let violation = #expect(throws: WebSocketFrameReader.Violation.self) { try reader.next() }
        #expect(violation?.problem == "a frame of a Server is masked")
    }
}

/// Stands for a socket that can close one half; the channel of these tests would close both.
private final class HalfCloser: ChannelOutboundHandler {
    typealias OutboundIn = Any

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode != .output else {
            promise?.succeed()
            return
        }
        context.close(mode: mode, promise: promise)
    }
}
