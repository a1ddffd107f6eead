import NIOCore
import Testing

@testable import MQTT

/// A client for the scripted server, with little patience.
func makeClient(
    _ server: ScriptedServer,
    reconnect: ReconnectPolicy = .never,
    _ change: (inout MQTTClientConfiguration) -> Void = { _ in }
) throws -> MQTTClient {
    var configuration = MQTTClientConfiguration(host: "127.0.0.1", port: server.port)
    configuration.clientIdentifier = "c"
    configuration.reconnect = reconnect
    configuration.connectTimeout = .seconds(5)
    change(&configuration)
    return try MQTTClient(configuration: configuration)
}

extension ReconnectPolicy {
    /// Connects again at once, as far as a policy can.
    static func quick(_ scope: Scope) -> Self {
        Self(scope: scope, baseDelay: .milliseconds(1), maximumDelay: .milliseconds(20))
    }
}

extension MQTTClientError {
    /// Runs `body`, which is to fail, and returns how.
    static func of<Value>(_ body: () async throws(MQTTClientError) -> Value) async -> MQTTClientError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }
}

extension ControlPacket {
    /// A PUBLISH of the server.
    static func message(
        _ payload: String,
        topic: String = "t",
        qos: QoS = .atMostOnce,
        identifier: UInt16 = 0,
        duplicate: Bool = false
    ) -> ControlPacket {
        .publish(
            Publish(
                topic: Array(topic.utf8).span,
                properties: [UInt8]().span,
                payload: Array(payload.utf8).span,
                qos: qos,
                duplicate: duplicate,
                packetIdentifier: identifier
            )
        )
    }

    /// The SUBACK or UNSUBACK that grants everything; the packet itself where it asks for nothing.
    var granted: ControlPacket {
        switch self {
        case .subscribe(let packet):
            .suback(
                SubscriptionAcknowledgement(
                    packetIdentifier: packet.packetIdentifier,
                    reasonCodes: packet.subscriptions.map { _ in .grantedQoS2 }
                )
            )
        case .unsubscribe(let packet):
            .unsuback(
                SubscriptionAcknowledgement(
                    packetIdentifier: packet.packetIdentifier,
                    reasonCodes: packet.topicFilters.map { _ in .success }
                )
            )
        default: self
        }
    }
}
