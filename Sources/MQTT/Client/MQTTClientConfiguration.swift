public import NIOCore

/// Everything that an `MQTTClient` needs to know before it connects.
///
/// ```swift
/// var configuration = MQTTClientConfiguration(host: "broker.example")
/// configuration.clientIdentifier = "thermometer-7"
/// configuration.userName = "sensor"
/// configuration.password = "secret"
/// configuration.cleanStart = false
/// configuration.sessionExpiryInterval = 3_600
/// configuration.will = Will(Message(topic: "thermometers/7", payload: "gone", retain: true))
/// let client = try MQTTClient(configuration: configuration)
/// ```
public struct MQTTClientConfiguration: Sendable {
    /// Where the Server listens, and what lies on the way: TLS, a WebSocket, a proxy.
    public var transport: ClientTransport
    /// Which version of MQTT to speak.
    public var version = ProtocolVersion.v5_0
    /// The name of the session. Empty: the Server gives one; version 3.1 does not allow that, and versions 3.1 and 3.1.1
    /// only with `cleanStart`.
    public var clientIdentifier = ""
    /// Whether to begin without what the Server has kept. In version 3 also whether the session ends with the connection.
    public var cleanStart = true
    /// For how many seconds the Server keeps the session after the connection; `UInt32.max` stands for ever. Version 5.0
    /// only.
    public var sessionExpiryInterval: UInt32 = 0
    /// After how many seconds without a packet the connection is checked; 0 for never.
    public var keepAlive: UInt16 = 60
    /// The name to log in with.
    public var userName: String?
    /// The password to log in with.
    public var password: ByteBuffer?
    /// The message that the Server publishes when the connection ends without a farewell.
    public var will: Will?
    /// Names and values for the Server; version 5.0 only.
    public var userProperties: [UserProperty] = []
    /// Whether the Server may tell reasons in words with every answer; version 5.0 only.
    public var requestsProblemInformation = true
    /// Whether the Server is asked where to expect answers to requests; version 5.0 only.
    public var requestsResponseInformation = false

    /// How the Client proves who it is beside its password, by a name that the Server knows; version 5.0 only. A Server that
    /// asks back is not answered: the exchange is over with what `authenticationData` says.
    public var authenticationMethod: String?
    /// What belongs to `authenticationMethod`, which it needs.
    public var authenticationData: ByteBuffer?

    /// How long it may take until the Server has accepted a connection.
    public var connectTimeout = Duration.seconds(30)
    /// Whether and when to connect again.
    public var reconnect = ReconnectPolicy.afterFirstConnection

    /// How many messages of QoS 1 and 2 the Server may send before the first is consumed; version 5.0 only.
    public var receiveMaximum = UInt16.max
    /// The largest packet to accept, in bytes.
    public var maximumPacketSize = ClientLimits().maximumPacketSize
    /// How many topic aliases the Server may use; version 5.0 only.
    public var topicAliasMaximum: UInt16 = 16
    /// How many received messages wait for the application; beyond it nothing more is read from the network.
    public var maximumBufferedMessages = 1_000
    /// How many bytes of received messages wait for the application; beyond it nothing more is read from the network.
    public var maximumBufferedBytes = 4 << 20

    /// How many messages of QoS 1 and 2 are sent before the first is acknowledged; the Server may want fewer.
    public var maximumInFlight: UInt16 = 100
    /// How many messages wait to be sent; beyond it `send` suspends.
    public var maximumQueuedMessages = 1_000
    /// How many bytes of messages wait to be sent; beyond it `send` suspends.
    public var maximumQueuedBytes = 1 << 20

    /// Is told of every packet that is sent or received, on the event loop; meant for diagnosis.
    public var trace: (@Sendable (PacketTrace) -> Void)?

    /// Opens the network connection in another way than to the address: to a broker in the same process.
    var openChannel: (@Sendable (any EventLoop) -> EventLoopFuture<any Channel>)?

    /// A configuration for the Server at `address`.
    public init(address: ServerAddress) {
        transport = ClientTransport(address: address)
    }

    /// A configuration for the Server at the TCP port `port` of `host`.
    public init(host: String, port: Int = 1883) {
        self.init(address: .host(host, port: port))
    }
}

extension MQTTClientConfiguration {
    /// Where the Server listens.
    public var address: ServerAddress {
        get { transport.address }
        set { transport.address = newValue }
    }
}

extension MQTTClientConfiguration {
    /// What CONNECT says.
    func connectPacket() throws(MQTTClientError) -> Connect {
        guard !clientIdentifier.isEmpty || version == .v5_0 || version == .v3_1_1 && cleanStart else {
            throw .invalidArgument("MQTT \(version) needs a client identifier here")  // [MQTT-3.1.3-7] of 3.1.1
        }
        var connect = Connect(
            version: version,
            cleanStart: cleanStart,
            keepAlive: keepAlive,
            clientIdentifier: try UTF8String(checking: clientIdentifier, "client identifier")
        )
        if let userName { connect.userName = try UTF8String(checking: userName, "user name") }
        if let password {
            guard version == .v5_0 || userName != nil else {
                throw .invalidArgument("a password without a user name needs MQTT 5.0")
            }
            connect.password = try [UInt8](checking: password, "password")
        }
        connect.will = try will?.wireWill(version: version)
        guard version.hasProperties else { return connect }
        if sessionExpiryInterval != 0 {
            connect.properties[integer: .sessionExpiryInterval] = sessionExpiryInterval
        }
        if !requestsProblemInformation { connect.properties[integer: .requestProblemInformation] = 0 }
        if requestsResponseInformation { connect.properties[integer: .requestResponseInformation] = 1 }
        if let authenticationMethod {
            let method = try UTF8String(checking: authenticationMethod, "authentication method")
            connect.properties.append(.authenticationMethod, .string(method))
        }
        if let authenticationData {
            guard authenticationMethod != nil else {
                throw .invalidArgument("authentication data needs an authentication method")  // section 3.1.2.11.10
            }
            let data = try [UInt8](checking: authenticationData, "authentication data")
            connect.properties.append(.authenticationData, .binaryData(data))
        }
        try connect.properties.append(userProperties)
        return connect
    }

    /// What opens the Client's connections.
    func connector() throws(MQTTClientError) -> ClientConnector {
        do {
            return try ClientConnector(transport)
        } catch {
            throw .invalidArgument(error.description)
        }
    }

    var limits: ClientLimits {
        var limits = ClientLimits()
        limits.maximumPacketSize = maximumPacketSize
        limits.receiveMaximum = max(receiveMaximum, 1)
        limits.topicAliasMaximum = topicAliasMaximum
        limits.maximumInFlight = max(maximumInFlight, 1)
        limits.maximumQueuedMessages = max(maximumQueuedMessages, 1)
        limits.maximumQueuedBytes = max(maximumQueuedBytes, 1)
        return limits
    }
}
