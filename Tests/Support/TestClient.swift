import NIOCore

@testable import MQTT

/// A Client over a socket that does one thing after the other, and acknowledges what it receives.
final class TestClient {
    let peer: SocketPeer
    let version: ProtocolVersion
    /// The answer to the CONNECT; `nil` where the connection was closed instead.
    private(set) var connack: Connack?
    /// What came while something else was waited for.
    private var waiting: [ControlPacket] = []
    private var lastIdentifier: UInt16 = 0

    /// Whether messages are acknowledged when they are taken.
    var acknowledges = true

    private init(_ peer: SocketPeer, _ version: ProtocolVersion) {
        self.peer = peer
        self.version = version
    }

    /// Connects, and waits for the answer.
    static func connect(to port: Int, _ packet: Connect) async throws -> TestClient {
        try await connect(over: try await SocketPeer.connect(port: port), packet)
    }

    /// Sends a CONNECT over a connection that is there, and waits for the answer.
    static func connect(over peer: SocketPeer, _ packet: Connect) async throws -> TestClient {
        let client = TestClient(peer, packet.version)
        peer.send(.connect(packet), version: packet.version)
        if case .connack(let connack)? = try await peer.receive(version: packet.version) { client.connack = connack }
        return client
    }

    /// How the Server has answered the CONNECT.
    var answer: ReasonCode? { connack?.reasonCode }

    private func makeIdentifier() -> UInt16 {
        lastIdentifier = lastIdentifier == .max ? 1 : lastIdentifier + 1
        return lastIdentifier
    }

    func send(_ packet: ControlPacket) {
        peer.send(packet, version: version)
    }

    /// The first packet for which `take` returns something; others stay for later. `nil` where the other side has closed.
    private func first<Value>(_ take: (ControlPacket) -> Value?) async throws -> Value? {
        for (index, packet) in waiting.enumerated() {
            guard let value = take(packet) else { continue }
            waiting.remove(at: index)
            return value
        }
        while let packet = try await peer.receive(version: version) {
            if case .pubrel(let pubrel) = packet {
                send(.pubcomp(Acknowledgement(packetIdentifier: pubrel.packetIdentifier)))
                continue
            }
            if let value = take(packet) { return value }
            waiting.append(packet)
        }
        return nil
    }

    /// Subscribes; returns the reason code of the SUBACK.
    @discardableResult
    func subscribe(_ topicFilter: String, _ qos: QoS = .exactlyOnce) async throws -> ReasonCode? {
        let identifier = makeIdentifier()
        send(.subscribe(Subscribe(packetIdentifier: identifier, subscriptions: [.make(topicFilter, qos)])))
        return try await first { packet in
            guard case .suback(let suback) = packet, suback.packetIdentifier == identifier else { return nil }
            return suback.reasonCodes.first
        }
    }

    /// Publishes; returns the reason code of PUBACK or PUBREC, `nil` where there is none.
    @discardableResult
    func publish(
        _ topic: String,
        _ payload: String = "",
        _ qos: QoS = .atLeastOnce,
        retain: Bool = false
    ) async throws -> ReasonCode? {
        let identifier = qos == .atMostOnce ? 0 : makeIdentifier()
        send(.publish(Publish(topic, payload, qos: qos, retain: retain, packetIdentifier: identifier)))
        switch qos {
        case .atMostOnce: return nil
        case .atLeastOnce:
            return try await first { packet in
                guard case .puback(let puback) = packet, puback.packetIdentifier == identifier else { return nil }
                return puback.reasonCode
            }
        case .exactlyOnce:
            let answer: ReasonCode? = try await first { packet in
                guard case .pubrec(let pubrec) = packet, pubrec.packetIdentifier == identifier else { return nil }
                return pubrec.reasonCode
            }
            guard let answer, !answer.isFailure else { return answer }
            send(.pubrel(Acknowledgement(packetIdentifier: identifier)))
            let isComplete: Bool? = try await first { packet in
                guard case .pubcomp(let pubcomp) = packet else { return nil }
                return pubcomp.packetIdentifier == identifier ? true : nil
            }
            return isComplete == nil ? nil : answer
        }
    }

    /// The next message; `nil` where the other side has closed.
    func message() async throws -> Publish? {
        let publish: Publish? = try await first { packet in
            if case .publish(let publish) = packet { publish } else { nil }
        }
        if acknowledges, let publish { acknowledge(publish) }
        return publish
    }

    private func acknowledge(_ publish: Publish) {
        let answer = Acknowledgement(packetIdentifier: publish.packetIdentifier)
        switch publish.qos {
        case .atMostOnce: break
        case .atLeastOnce: send(.puback(answer))
        // The PUBREL that follows is answered when it comes.
        case .exactlyOnce: send(.pubrec(answer))
        }
    }

    /// The messages that the Server had sent before this was called.
    func messages() async throws -> [Publish] {
        send(.pingreq)
        let isAnswered: Bool? = try await first { $0 == .pingresp ? true : nil }
        guard isAnswered != nil else { return [] }
        var messages: [Publish] = []
        waiting.removeAll { packet in
            guard case .publish(let publish) = packet else { return false }
            messages.append(publish)
            return true
        }
        if acknowledges { messages.forEach(acknowledge) }
        return messages
    }

    /// The payloads of the messages that the Server had sent before this was called.
    func payloads() async throws -> [String] {
        try await messages().map(\.payloadText)
    }

    /// The reason code of the DISCONNECT with which the Server ends the connection; `nil` where it ends it without one.
    func disconnectReason() async throws -> ReasonCode? {
        let reason: ReasonCode? = try await first { packet in
            if case .disconnect(let disconnect) = packet { disconnect.reasonCode } else { nil }
        }
        return reason
    }

    /// Ends the connection as the protocol wants it, and waits until the Server has closed it.
    func disconnect() async throws {
        send(.disconnect(Disconnect()))
        while try await peer.receive(version: version) != nil {}
    }
}
