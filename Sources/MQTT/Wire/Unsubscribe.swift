import NIOCore

/// UNSUBSCRIBE: a Client ends subscriptions (section 3.10).
struct Unsubscribe: Sendable, Equatable {
    var packetIdentifier: UInt16
    var properties = Properties()
    /// At least one, in the order in which UNSUBACK answers them.
    var topicFilters: [UTF8String]

    init(packetIdentifier: UInt16, properties: Properties = Properties(), topicFilters: [UTF8String]) {
        self.packetIdentifier = packetIdentifier
        self.properties = properties
        self.topicFilters = topicFilters
    }

    init(from reader: inout PacketReader, version: ProtocolVersion) throws(MalformedPacket) {
        packetIdentifier = try reader.readPacketIdentifier()
        properties = version.hasProperties ? try Properties(from: &reader, in: .unsubscribe) : Properties()
        topicFilters = []
        while !reader.isAtEnd {
            let filter = try reader.readUTF8String()  // [MQTT-3.10.3-1]
            guard filter.bytes.span.isValidTopicFilter else {
                throw MalformedPacket("topic filter is empty or has a wildcard in the wrong place")
            }
            topicFilters.append(filter)
        }
        guard !topicFilters.isEmpty else {
            throw MalformedPacket.protocolError("UNSUBSCRIBE without a topic filter")  // [MQTT-3.10.3-2]
        }
    }

    func encode(into buffer: inout ByteBuffer, version: ProtocolVersion) {
        var length = 2 + (version.hasProperties ? properties.encodedLength : 0)
        for filter in topicFilters {
            length += 2 + filter.count
        }
        buffer.writeFixedHeader(ControlPacketType.unsubscribe.firstByte, remainingLength: length)
        buffer.writeInteger(packetIdentifier)
        if version.hasProperties { properties.write(to: &buffer) }
        for filter in topicFilters {
            buffer.writeUTF8String(filter)
        }
    }
}
