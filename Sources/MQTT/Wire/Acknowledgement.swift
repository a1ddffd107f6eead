import NIOCore

/// PUBACK, PUBREC, PUBREL or PUBCOMP: the answers around a PUBLISH, all of one form (sections 3.4 to 3.7).
struct Acknowledgement: Sendable, Equatable {
    /// The Packet Identifier of the PUBLISH [MQTT-2.2.1-5].
    var packetIdentifier: UInt16
    var reasonCode: ReasonCode
    var properties = Properties()

    /// The size of the whole packet, in bytes, where it says nothing but its Packet Identifier.
    static let shortSize = 4

    init(packetIdentifier: UInt16, reasonCode: ReasonCode = .success, properties: Properties = Properties()) {
        self.packetIdentifier = packetIdentifier
        self.reasonCode = reasonCode
        self.properties = properties
    }

    init(
        _ type: ControlPacketTypes,
        from reader: inout PacketReader,
        version: ProtocolVersion
    ) throws(MalformedPacket) {
        packetIdentifier = try reader.readPacketIdentifier()
        reasonCode = .success
        // With no reason code and no properties to tell, both may be left out; also the properties alone.
        if version.hasProperties, !reader.isAtEnd {
            guard let code = ReasonCode(rawValue: try reader.readByte()), !code.packetTypes.isDisjoint(with: type)
            else {
                // [MQTT-3.4.2-1], [MQTT-3.5.2-1], [MQTT-3.6.2-1], [MQTT-3.7.2-1]
                throw MalformedPacket("reason code that this acknowledgement may not have")
            }
            reasonCode = code
            if !reader.isAtEnd { properties = try Properties(from: &reader, in: type) }
        }
        try reader.expectEnd()
    }

    func encode(_ type: ControlPacketType, into buffer: inout ByteBuffer, version: ProtocolVersion) {
        Self.encode(
            type,
            packetIdentifier: packetIdentifier,
            reasonCode: reasonCode,
            properties: properties,
            into: &buffer,
            version: version
        )
    }

    /// Writes one without making a value of it first; the short form where there is nothing to tell.
    static func encode(
        _ type: ControlPacketType,
        packetIdentifier: UInt16,
        reasonCode: ReasonCode = .success,
        properties: Properties = Properties(),
        into buffer: inout ByteBuffer,
        version: ProtocolVersion
    ) {
        guard version.hasProperties, reasonCode != .success || !properties.isEmpty else {
            let head = UInt32(type.firstByte) << 24 | 2 << 16 | UInt32(packetIdentifier)
            buffer.writeInteger(head)
            return
        }
        let length = 3 + (properties.isEmpty ? 0 : properties.encodedLength)
        buffer.writeFixedHeader(type.firstByte, remainingLength: length)
        buffer.writeInteger(packetIdentifier)
        buffer.writeInteger(reasonCode.rawValue)
        if !properties.isEmpty { properties.write(to: &buffer) }
    }
}
