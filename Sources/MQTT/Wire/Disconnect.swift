import NIOCore

/// DISCONNECT: the last packet of a connection (section 3.14).
struct Disconnect: Sendable, Equatable {
    var reasonCode: ReasonCode
    var properties = Properties()

    init(reasonCode: ReasonCode = .success, properties: Properties = Properties()) {
        self.reasonCode = reasonCode
        self.properties = properties
    }

    init(from reader: inout PacketReader, version: ProtocolVersion) throws(MalformedPacket) {
        reasonCode = .success
        if version.hasProperties, !reader.isAtEnd {
            guard let code = ReasonCode(rawValue: try reader.readByte()), code.packetTypes.contains(.disconnect)
            else {
                throw MalformedPacket("reason code that DISCONNECT may not have")  // [MQTT-3.14.2-1]
            }
            reasonCode = code
            if !reader.isAtEnd { properties = try Properties(from: &reader, in: .disconnect) }
        }
        try reader.expectEnd()
    }

    func encode(into buffer: inout ByteBuffer, version: ProtocolVersion) {
        let hasContent = version.hasProperties && (reasonCode != .success || !properties.isEmpty)
        let length = hasContent ? 1 + (properties.isEmpty ? 0 : properties.encodedLength) : 0
        buffer.writeFixedHeader(ControlPacketType.disconnect.firstByte, remainingLength: length)
        guard hasContent else { return }
        buffer.writeInteger(reasonCode.rawValue)
        if !properties.isEmpty { properties.write(to: &buffer) }
    }
}
