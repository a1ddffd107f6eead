/// Packets as events, for the log of those who look for a fault. Nothing of this is done unless it is asked for.
extension Broker {
    mutating func trace(
        _ packet: ControlPacket,
        _ direction: PacketDirection,
        _ connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        effects.events.append(
            .packet(direction, clientIdentifier: clientIdentifier(of: connection), summary: packet.summary)
        )
    }

    /// An acknowledgement that is sent.
    mutating func trace(
        _ type: ControlPacketType,
        _ packetIdentifier: UInt16,
        _ reasonCode: ReasonCode,
        _ connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let packet = Acknowledgement(packetIdentifier: packetIdentifier, reasonCode: reasonCode)
        let summary = "\(type)".uppercased() + " " + packet.summary
        effects.events.append(.packet(.sent, clientIdentifier: clientIdentifier(of: connection), summary: summary))
    }

    /// A PUBLISH that is sent.
    func trace(
        _ header: Publish.Header,
        _ topic: Span<UInt8>,
        _ payloadCount: Int,
        _ connection: ConnectionIndex,
        into effects: inout Effects
    ) {
        let summary = "PUBLISH " + header.summary(topic: topic, payloadCount: payloadCount)
        effects.events.append(.packet(.sent, clientIdentifier: clientIdentifier(of: connection), summary: summary))
    }

    /// The Client of a connection; empty before its CONNECT was accepted.
    private func clientIdentifier(of connection: ConnectionIndex) -> UTF8String {
        guard connections[connection.value].phase == .connected else { return UTF8String(unchecked: []) }
        return sessions[connections[connection.value].session].clientIdentifier
    }
}
