import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The request that a Client begins a WebSocket with (RFC 6455, section 4.1).
struct WebSocketUpgrade {
    private static let subprotocol = "mqtt"  // [MQTT-6.0.0-3]

    private let upgrader: NIOWebSocketClientUpgrader
    /// The request as it is sent.
    let text: String

    /// - Parameter key: 16 bytes in Base64, by chance.
    init(
        _ settings: ClientWebSocket,
        to address: ServerAddress,
        isSecure: Bool,
        key: String = NIOWebSocketClientUpgrader.randomRequestKey()
    ) {
        upgrader = NIOWebSocketClientUpgrader(requestKey: key) { channel, _ in
            channel.eventLoop.makeSucceededVoidFuture()
        }
        var lines = [
            "GET \(settings.path) HTTP/1.1", "Host: \(Self.host(of: address, isSecure: isSecure))",
            "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: \(Self.subprotocol)",
        ]
        lines += settings.headers.map { "\($0.name): \($0.value)" }
        text = lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static func host(of address: ServerAddress, isSecure: Bool) -> String {
        guard case .host(let name, let port) = address else { return "localhost" }
        guard port == (isSecure ? 443 : 80) else { return address.description }
        return name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]" : name
    }

    /// Throws unless the Server agrees.
    func check(_ response: WebSocketResponse) throws(ClientConnector.Failure) {
        let head = response.head
        guard head.status == .switchingProtocols else {
            throw WebSocketResponse.failure(
                "the server answered \(head.status.code) \(head.status.reasonPhrase.printable) to the request of a "
                    + "WebSocket; check its path"
            )
        }
        let upgrade = head.headers[canonicalForm: "Upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "Connection"].map { $0.lowercased() }
        guard upgrade == ["websocket"], connection.contains("upgrade"),
            upgrader.shouldAllowUpgrade(upgradeResponse: head)
        else { throw WebSocketResponse.failure("the server's answer opens no WebSocket; something else listens there") }
        // Servers that name none are let pass, as MQTT is all that is asked for.
        guard head.headers["Sec-WebSocket-Protocol"].allSatisfy({ $0 == Self.subprotocol }) else {
            throw WebSocketResponse.failure("the server wants to speak something else than MQTT inside the WebSocket")
        }
        guard head.headers["Sec-WebSocket-Extensions"].isEmpty else {
            throw WebSocketResponse.failure("the server uses an extension of WebSocket that was not offered")
        }
    }
}

/// The head of a Server's answer.
struct WebSocketResponse {
    private static let maximumFieldCount = 128

    static let tooLong = failure("the server's answer to the request of a WebSocket is too long")

    let head: HTTPResponseHead

    static func failure(_ text: String) -> ClientConnector.Failure {
        ClientConnector.Failure(reason: .webSocket, text: text)
    }

    /// Takes the head of an answer from the front; `nil` while it is not complete.
    static func take(from received: inout ByteBuffer) throws(ClientConnector.Failure) -> WebSocketResponse? {
        let bytes = received.readableBytesView
        // What is no HTTP need not have an end.
        guard bytes.starts(with: Array("HTTP/".utf8.prefix(bytes.count))) else { throw noHTTP }
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        received.moveReaderIndex(to: end.upperBound)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].utf8.count == 3,
            let code = UInt(words[1]), lines.count <= maximumFieldCount
        else { throw noHTTP }
        var fields = HTTPHeaders()
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { throw noHTTP }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            fields.add(name: String(line[..<colon]), value: String(value.reversed().drop { $0 == " " }.reversed()))
        }
        let phrase = words.count == 3 ? String(words[2]) : ""
        let status: HTTPResponseStatus =
            code == 101 ? .switchingProtocols : .custom(code: code, reasonPhrase: phrase)
        return WebSocketResponse(head: HTTPResponseHead(version: .http1_1, status: status, headers: fields))
    }

    private static let noHTTP = failure("the server's answer is no HTTP; does it take WebSockets on this port?")
}
