import NIOHTTP1

/// Why an HTTP request is refused.
struct HTTPRefusal: Error, Equatable {
    let status: HTTPResponseStatus
    /// What is wrong, for the other side and for the log.
    let problem: String
    /// What else the answer says, as what would be right.
    var headers: [(name: String, value: String)] = []

    static func == (one: HTTPRefusal, other: HTTPRefusal) -> Bool {
        one.status == other.status && one.problem == other.problem
    }
}

/// The request that a WebSocket begins with (RFC 6455, section 4).
struct WebSocketRequest {
    /// What may be spoken inside, by the names that were registered for it.
    private static let knownProtocols: Set<String> = ["mqtt", "mqttv3.1"]
    /// How long the random key is: 16 bytes in Base64.
    private static let keyLength = 24

    /// The name that is answered with: the first one of the Client's that is known [MQTT-6.0.0-4].
    let subprotocol: String

    /// Looks at a request.
    ///
    /// - Parameter origins: The values of `Origin` that are accepted; empty for all.
    /// - Throws: `HTTPRefusal` with the answer.
    init(_ head: HTTPRequestHead, origins: [String]) throws(HTTPRefusal) {
        guard head.method == .GET else {
            throw HTTPRefusal(
                status: .methodNotAllowed,
                problem: "the method of a WebSocket is GET",
                headers: [("Allow", "GET")]
            )
        }
        let upgrade = head.headers[canonicalForm: "Upgrade"].map { $0.lowercased() }
        let connection = head.headers[canonicalForm: "Connection"].map { $0.lowercased() }
        guard upgrade.contains("websocket"), connection.contains("upgrade") else {
            throw HTTPRefusal(
                status: .upgradeRequired,
                problem: "only WebSockets are served here",
                headers: [("Upgrade", "websocket")]
            )
        }
        guard head.version.major == 1, head.version.minor >= 1 else {
            throw HTTPRefusal(status: .badRequest, problem: "a WebSocket needs HTTP 1.1")
        }
        guard head.headers["Sec-WebSocket-Version"] == ["13"] else {
            throw HTTPRefusal(
                status: .upgradeRequired,
                problem: "the version of WebSocket is not 13",
                headers: [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
            )
        }
        let keys = head.headers["Sec-WebSocket-Key"]
        guard keys.count == 1, keys[0].utf8.count == Self.keyLength else {
            throw HTTPRefusal(status: .badRequest, problem: "Sec-WebSocket-Key is not 16 bytes in Base64")
        }
        if !origins.isEmpty {
            let asked = head.headers["Origin"]
            guard asked.count == 1, origins.contains(asked[0]) else {
                throw HTTPRefusal(status: .forbidden, problem: "the Origin is not among those that are allowed")
            }
        }
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
        guard let subprotocol = offered.first(where: Self.knownProtocols.contains) else {
            // [MQTT-6.0.0-3]
            throw HTTPRefusal(
                status: .badRequest,
                problem: "Sec-WebSocket-Protocol offers neither mqtt nor mqttv3.1"
            )
        }
        self.subprotocol = subprotocol
    }
}
