import NIOCore

/// AUTH: a step of enhanced authentication, in either direction; version 5.0 only (section 3.15).
struct Auth: Sendable, Equatable {
    var reasonCode: ReasonCode
    var properties = Properties()

    init(reasonCode: ReasonCode, properties: Properties = Properties()) {
        self.reasonCode = reasonCode
        self.properties = properties
    }

    init(from reader: inout PacketReader) throws(MalformedPacket) {
        reasonCode = .success
        if !reader.isAtEnd {
            guard let code = ReasonCode(rawValue: try reader.readByte()), code.packetTypes.contains(.auth) else {
                throw MalformedPacket("reason code that AUTH may not have")  // [MQTT-3.15.2-1]
            }
            reasonCode = code
            // Unlike in DISCONNECT, a reason code is never without a Property Length (section 3.15.2.1).
            properties = try Properties(from: &reader, in: .auth)
        }
        try reader.expectEnd()
        if reasonCode != .success, properties[string: .authenticationMethod] == nil {
            throw MalformedPacket.protocolError("AUTH without an authentication method")
        }
    }

    func encode(into buffer: inout ByteBuffer) {
        let hasContent = reasonCode != .success || !properties.isEmpty
        let length = hasContent ? 1 + properties.encodedLength : 0
        buffer.writeFixedHeader(ControlPacketType.auth.firstByte, remainingLength: length)
        guard hasContent else { return }
        buffer.writeInteger(reasonCode.rawValue)
        properties.write(to: &buffer)
    }
}
