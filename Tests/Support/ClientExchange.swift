@testable import MQTT

/// A Client at the end of any way to a Server.
enum ClientExchange {
    /// Connects, sends a message to itself that is longer than one frame or record, and says farewell; returns whether
    /// it came back whole.
    static func run(
        _ address: ServerAddress,
        byteCount: Int = 200_000,
        _ change: (inout ClientTransport) throws -> Void = { _ in }
    ) async throws -> Bool {
        var configuration = MQTTClientConfiguration(address: address)
        configuration.reconnect = .never
        configuration.connectTimeout = .seconds(20)
        try change(&configuration.transport)
        let client = try MQTTClient(configuration: configuration)
        try await client.connect()
        let payload = String(repeating: "0123456789", count: byteCount / 10)
        try await client.subscribe("exchange/#", maximumQoS: .atLeastOnce)
        try await client.publish("exchange/one", payload, qos: .atLeastOnce)
        let message = try await client.messages.next(atMost: 1)?.first
        try await client.disconnect()
        return message?.text == payload
    }

    /// How a connection fails that is to fail; `nil` where it does not.
    static func failure(
        _ address: ServerAddress,
        _ change: (inout ClientTransport) throws -> Void = { _ in }
    ) async throws -> MQTTClientError? {
        do {
            _ = try await run(address, change)
            return nil
        } catch let error as MQTTClientError {
            return error
        }
    }
}

extension ClientTransport {
    /// TLS with the authority of a test.
    mutating func useTLS(_ certificates: TestCertificates, _ change: (inout ClientTLS) -> Void = { _ in }) {
        var settings = ClientTLS()
        settings.authorityFile = certificates.certificate("ca")
        change(&settings)
        tls = settings
    }
}

extension ClientTLS {
    /// The Client's own certificate.
    mutating func use(_ name: String, of certificates: TestCertificates) {
        certificateFile = certificates.certificate(name)
        keyFile = certificates.key(name)
    }
}
