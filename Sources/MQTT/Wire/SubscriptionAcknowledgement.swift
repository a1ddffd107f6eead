import NIOCore

/// SUBACK or UNSUBACK: the Server's answer to each Topic Filter of a request, in its order (sections 3.9 and 3.11).
struct SubscriptionAcknowledgement: Sendable, Equatable {
    var packetIdentifier: UInt16
    var properties = Properties()
    /// One for each Topic Filter; empty in an UNSUBACK of version 3, which has none.
    var reasonCodes: [ReasonCode]

    init(packetIdentifier: UInt16, properties: Properties = Properties(), reasonCodes: [ReasonCode]) {
        self.packetIdentifier = packetIdentifier
        self.properties = properties
        self.reasonCodes = reasonCodes
    }

    init(
        _ type: ControlPacketTypes,
        from reader: inout PacketReader,
        version: ProtocolVersion
    ) throws(MalformedPacket) {
        packetIdentifier = try reader.readPacketIdentifier()
        properties = version.hasProperties ? try Properties(from: &reader, in: type) : Properties()
        reasonCodes = []
        if type == .unsuback, !version.hasProperties {
            try reader.expectEnd()
            return
        }
        while !reader.isAtEnd {
            let byte = try reader.readByte()
            guard let code = ReasonCode(rawValue: byte), !code.packetTypes.isDisjoint(with: type),
                version.hasProperties || byte <= 2 || byte == ReasonCode.unspecifiedError.rawValue
            else {
                // [MQTT-3.9.3-2], [MQTT-3.11.3-2]
                throw MalformedPacket("reason code that this acknowledgement may not have")
            }
            reasonCodes.append(code)
        }
        guard !reasonCodes.isEmpty else {
            throw MalformedPacket.protocolError("acknowledgement without a reason code")
        }
    }

    func encode(_ type: ControlPacketType, into buffer: inout ByteBuffer, version: ProtocolVersion) {
        if version.hasProperties {
            let length = 2 + properties.encodedLength + reasonCodes.count
            buffer.writeFixedHeader(type.firstByte, remainingLength: length)
            buffer.writeInteger(packetIdentifier)
            properties.write(to: &buffer)
            for code in reasonCodes {
                buffer.writeInteger(code.rawValue)
            }
        } else {
            let codes = type == .unsuback ? [] : reasonCodes
            buffer.writeFixedHeader(type.firstByte, remainingLength: 2 + codes.count)
            buffer.writeInteger(packetIdentifier)
            for code in codes {
                // Version 3 knows one failure, 0x80.
                buffer.writeInteger(code.isFailure ? ReasonCode.unspecifiedError.rawValue : code.rawValue)
            }
        }
    }
}
