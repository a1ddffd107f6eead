/// Which way a packet goes, seen from this end.
public enum PacketDirection: Sendable, Hashable {
    /// To the other end.
    case sent
    /// From the other end.
    case received
}

extension ControlPacket {
    /// The packet in one line, as people read it.
    var summary: String {
        switch self {
        case .connect(let packet):
            "CONNECT \(packet.clientIdentifier.printable) MQTT \(packet.version), clean start \(packet.cleanStart), "
                + "keep alive \(packet.keepAlive) s" + (packet.will.map { ", will \($0.topic.printable)" } ?? "")
        case .connack(let packet):
            "CONNACK \(packet.reasonCode)" + (packet.sessionPresent ? ", session present" : "")
        case .publish(let packet): "PUBLISH \(packet.summary)"
        case .puback(let packet): "PUBACK \(packet.summary)"
        case .pubrec(let packet): "PUBREC \(packet.summary)"
        case .pubrel(let packet): "PUBREL \(packet.summary)"
        case .pubcomp(let packet): "PUBCOMP \(packet.summary)"
        case .subscribe(let packet):
            "SUBSCRIBE \(packet.packetIdentifier) "
                + packet.subscriptions.map { "\($0.topicFilter.printable) QoS \($0.options.maximumQoS.rawValue)" }
                .joined(separator: ", ")
        case .suback(let packet): "SUBACK \(packet.summary)"
        case .unsubscribe(let packet):
            "UNSUBSCRIBE \(packet.packetIdentifier) " + packet.topicFilters.map(\.printable).joined(separator: ", ")
        case .unsuback(let packet): "UNSUBACK \(packet.summary)"
        case .pingreq: "PINGREQ"
        case .pingresp: "PINGRESP"
        case .disconnect(let packet): "DISCONNECT \(packet.reasonCode)"
        case .auth(let packet): "AUTH \(packet.reasonCode)"
        }
    }
}

extension Publish {
    fileprivate var summary: String {
        var header = Header(version: .v5_0, qos: qos, retain: retain)
        header.duplicate = duplicate
        header.packetIdentifier = packetIdentifier
        return header.summary(topic: topic, payloadCount: payload.count)
    }
}

extension Publish.Header {
    /// A PUBLISH with this header in one line, without the name of the packet.
    func summary(topic: Span<UInt8>, payloadCount: Int) -> String {
        var words: [String] = []
        if qos != .atMostOnce { words.append("\(packetIdentifier)") }
        words.append("QoS \(qos.rawValue)")
        if retain { words.append("retain") }
        if duplicate { words.append("duplicate") }
        words.append(UTF8String(unchecked: [UInt8](copying: topic)).printable)
        words.append("(\(payloadCount) bytes)")
        return words.joined(separator: " ")
    }
}

extension Acknowledgement {
    /// The packet in one line, without its name.
    var summary: String {
        "\(packetIdentifier)" + (reasonCode == .success ? "" : " \(reasonCode)")
    }
}

extension SubscriptionAcknowledgement {
    fileprivate var summary: String {
        "\(packetIdentifier)" + reasonCodes.map { " \($0)" }.joined(separator: ",")
    }
}
