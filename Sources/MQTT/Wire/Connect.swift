import NIOCore

/// CONNECT: a Client asks for a connection (section 3.1).
struct Connect: Sendable, Equatable {
    var version: ProtocolVersion
    /// Clean Start; in version 3 Clean Session.
    var cleanStart: Bool
    /// The Keep Alive in seconds; 0 turns it off.
    var keepAlive: UInt16
    var properties = Properties()
    var clientIdentifier: UTF8String
    var will: Will?
    var userName: UTF8String?
    var password: [UInt8]?
    /// The bit above the Protocol Level, by which a bridge of mosquitto tells that it is one (version 3 only).
    var isBridge = false

    /// The message that the Server publishes when the connection ends without a DISCONNECT.
    struct Will: Sendable, Equatable {
        var topic: UTF8String
        var payload: [UInt8]
        var qos: QoS
        var retain: Bool
        var properties = Properties()
    }
}

extension Connect {
    /// The highest bit of the Protocol Level, set by bridges.
    private static let bridgeBit: UInt8 = 0x80

    private enum Flag {
        static let reserved: UInt8 = 0x01
        static let cleanStart: UInt8 = 0x02
        static let will: UInt8 = 0x04
        static let willRetain: UInt8 = 0x20
        static let password: UInt8 = 0x40
        static let userName: UInt8 = 0x80
        static let willQoS: UInt8 = 0x18
        static let willQoSShift: UInt8 = 3
    }

    init(from reader: inout PacketReader) throws(MalformedPacket) {
        (version, isBridge) = try Self.readVersion(&reader)
        let flags = try reader.readByte()
        if version != .v3_1, flags & Flag.reserved != 0 {
            throw MalformedPacket("reserved flag of CONNECT is set")  // [MQTT-3.1.2-3]
        }
        cleanStart = flags & Flag.cleanStart != 0
        keepAlive = try reader.readTwoByteInteger()
        properties = version.hasProperties ? try Properties(from: &reader, in: .connect) : Properties()
        clientIdentifier = try reader.readUTF8String()  // [MQTT-3.1.3-1], [MQTT-3.1.3-3], [MQTT-3.1.3-4]
        will = try Self.readWill(flags: flags, version: version, from: &reader)
        // Version 3.1 lets the Remaining Length overrule the flags: an announced string may be absent.
        let mayLackStrings = version == .v3_1
        if flags & Flag.userName != 0, !(mayLackStrings && reader.isAtEnd) {
            userName = try reader.readUTF8String()  // [MQTT-3.1.2-17], [MQTT-3.1.3-12]
        }
        if flags & Flag.password != 0 {
            if version < .v5_0, flags & Flag.userName == 0 {
                // [MQTT-3.1.2-22] of version 3.1.1; version 3.1 says the same.
                throw MalformedPacket("password without a user name")
            }
            if !(mayLackStrings && reader.isAtEnd) {
                password = try reader.readBinaryData()  // [MQTT-3.1.2-19]
            }
        }
        try reader.expectEnd()  // [MQTT-3.1.2-16], [MQTT-3.1.2-18]: a field without its flag is left over here
    }

    private static func readVersion(
        _ reader: inout PacketReader
    ) throws(MalformedPacket) -> (ProtocolVersion, isBridge: Bool) {
        let name = try reader.readUTF8String()
        let level = try reader.readByte()
        // A bridge of version 3 sets the highest bit of the level.
        guard let version = ProtocolVersion(rawValue: level & ~bridgeBit), level & bridgeBit == 0 || version < .v5_0
        else {
            guard name == ProtocolVersion.v5_0.protocolName || name == ProtocolVersion.v3_1.protocolName else {
                throw MalformedPacket("protocol name is not MQTT")  // [MQTT-3.1.2-1]
            }
            // [MQTT-3.1.2-2]
            throw MalformedPacket("protocol version is not 3, 4 or 5", reasonCode: .unsupportedProtocolVersion)
        }
        guard name == version.protocolName else {
            throw MalformedPacket(
                "protocol name does not go with the protocol version",
                reasonCode: .unsupportedProtocolVersion
            )
        }
        return (version, level & bridgeBit != 0)
    }

    private static func readWill(
        flags: UInt8,
        version: ProtocolVersion,
        from reader: inout PacketReader
    ) throws(MalformedPacket) -> Will? {
        guard flags & Flag.will != 0 else {
            // Version 3.1 disregards both flags where there is no Will.
            guard flags & (Flag.willQoS | Flag.willRetain) == 0 || version == .v3_1 else {
                throw MalformedPacket("will QoS or will retain without a will")  // [MQTT-3.1.2-11], [MQTT-3.1.2-13]
            }
            return nil
        }
        guard let qos = QoS(rawValue: (flags & Flag.willQoS) >> Flag.willQoSShift) else {
            throw MalformedPacket("will QoS is 3")  // [MQTT-3.1.2-12]
        }
        let properties = version.hasProperties ? try Properties(from: &reader, in: .will) : Properties()
        let topic = try reader.readUTF8String()  // [MQTT-3.1.3-11]
        guard topic.bytes.span.isValidTopicName else {
            throw MalformedPacket("will topic is empty or has a wildcard", reasonCode: .topicNameInvalid)
        }
        let payload = try reader.readBinaryData()
        return Will(
            topic: topic,
            payload: payload,
            qos: qos,
            retain: flags & Flag.willRetain != 0,
            properties: properties
        )
    }

    private var flags: UInt8 {
        var flags: UInt8 = cleanStart ? Flag.cleanStart : 0
        if let will {
            flags |= Flag.will | will.qos.rawValue << Flag.willQoSShift
            if will.retain { flags |= Flag.willRetain }
        }
        if userName != nil { flags |= Flag.userName }
        if password != nil { flags |= Flag.password }
        return flags
    }

    func encode(into buffer: inout ByteBuffer) {
        let name = version.protocolName
        var length = 2 + name.count + 1 + 1 + 2 + 2 + clientIdentifier.count
        if version.hasProperties { length += properties.encodedLength }
        if let will {
            length += 2 + will.topic.count + 2 + will.payload.count
            if version.hasProperties { length += will.properties.encodedLength }
        }
        if let userName { length += 2 + userName.count }
        if let password { length += 2 + password.count }

        buffer.writeFixedHeader(ControlPacketType.connect.firstByte, remainingLength: length)
        buffer.writeUTF8String(name)
        buffer.writeInteger(version.rawValue | (isBridge ? Self.bridgeBit : 0))
        buffer.writeInteger(flags)
        buffer.writeInteger(keepAlive)
        if version.hasProperties { properties.write(to: &buffer) }
        buffer.writeUTF8String(clientIdentifier)
        if let will {
            if version.hasProperties { will.properties.write(to: &buffer) }
            buffer.writeUTF8String(will.topic)
            buffer.writeBinaryData(will.payload)
        }
        if let userName { buffer.writeUTF8String(userName) }
        if let password { buffer.writeBinaryData(password) }
    }
}
