/// The way that a Client's packets take to the Server.
///
/// ```swift
/// var configuration = MQTTClientConfiguration(host: "broker.example", port: 443)
/// configuration.transport.tls = ClientTLS()
/// configuration.transport.webSocket = ClientWebSocket()
/// configuration.transport.proxy = try SOCKSProxy(url: "socks5h://gateway.example")
/// ```
public struct ClientTransport: Sendable {
    /// Where the Server listens.
    public var address: ServerAddress
    /// How to speak TLS; `nil` for none.
    public var tls: ClientTLS?
    /// How to open a WebSocket, inside TLS where there is TLS; `nil` for plain MQTT.
    public var webSocket: ClientWebSocket?
    /// Who passes the connection on to the Server; it also looks the Server's name up.
    public var proxy: SOCKSProxy?
    /// The address, or its name, that connections come from; `nil` lets the system choose.
    public var localAddress: String?
    /// Whether what is written leaves at once, and does not wait for an acknowledgement of what left before
    /// (`TCP_NODELAY`). The Client writes all it has at once, so that to wait saves little.
    public var sendsWithoutDelay = true

    /// A plain connection to `address`.
    public init(address: ServerAddress) {
        self.address = address
    }

    /// Whether nothing lies on the way, and nothing is said of the connection.
    var isPlain: Bool {
        tls == nil && webSocket == nil && proxy == nil && localAddress == nil && sendsWithoutDelay
    }
}
