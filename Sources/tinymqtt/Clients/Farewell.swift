import MQTT

/// How a client says farewell: what DISCONNECT tells the broker.
struct Farewell: Sendable {
    /// For how many seconds the session is to be kept, if otherwise than agreed on.
    var sessionExpiryInterval: UInt32?
    var userProperties: [UserProperty] = []

    /// One that says nothing.
    init() {}

    /// What the properties of the command line say. A session that ends with its connection cannot be kept; only under a
    /// name of mosquitto's is it asked for all the same, and the broker is not told.
    init(_ properties: PropertyOptions, of configuration: MQTTClientConfiguration) throws {
        if configuration.sessionExpiryInterval != 0 {
            sessionExpiryInterval = try properties.finalSessionExpiryInterval()
        }
        userProperties = try properties.userProperties(of: .disconnect)
    }

    /// Says it, and returns when the connection is closed.
    ///
    /// - Parameter publishesWill: Whether the broker publishes the will all the same; MQTT 5 only.
    func say(_ client: MQTTClient, publishesWill: Bool = false) async throws(MQTTClientError) {
        try await client.disconnect(
            reasonCode: publishesWill ? .disconnectWithWillMessage : .success,
            sessionExpiryInterval: sessionExpiryInterval,
            userProperties: userProperties
        )
    }
}
