import NIOCore

/// CONNACK: the Server's answer to CONNECT (section 3.2).
struct Connack: Sendable, Equatable {
    /// Whether the Server goes on with a session that it had; false in every refusal [MQTT-3.2.2-6].
    var sessionPresent: Bool
    var reasonCode: ReasonCode
    var properties = Properties()

    init(sessionPresent: Bool, reasonCode: ReasonCode, properties: Properties = Properties()) {
        self.sessionPresent = sessionPresent
        self.reasonCode = reasonCode
        self.properties = properties
    }

    init(from reader: inout PacketReader, version: ProtocolVersion) throws(MalformedPacket) {
        let flags = try reader.readByte()
        // Version 3.1 leaves the byte reserved and says nothing of its value.
        if version != .v3_1, flags & ~1 != 0 {
            throw MalformedPacket("reserved flags of CONNACK are set")  // [MQTT-3.2.2-1]
        }
        sessionPresent = version != .v3_1 && flags & 1 != 0
        let byte = try reader.readByte()
        if version.hasProperties {
            guard let code = ReasonCode(rawValue: byte), code.packetTypes.contains(.connack) else {
                throw MalformedPacket("reason code that CONNACK may not have")
            }
            reasonCode = code
            properties = try Properties(from: &reader, in: .connack)
        } else {
            guard let code = ReasonCode(connectReturnCode: byte) else {
                throw MalformedPacket("reserved return code in CONNACK")
            }
            reasonCode = code
        }
        if sessionPresent, reasonCode.isFailure {
            throw MalformedPacket.protocolError("refusal that claims a session")  // [MQTT-3.2.2-6]
        }
        try reader.expectEnd()
    }

    private func remainingLength(for version: ProtocolVersion) -> Int {
        2 + (version.hasProperties ? properties.encodedLength : 0)
    }

    /// The size of the whole packet in bytes, which the Maximum Packet Size bounds.
    func packetSize(for version: ProtocolVersion) -> Int {
        let length = remainingLength(for: version)
        return 1 + VariableByteInteger.encodedLength(of: length) + length
    }

    /// Writes the packet; `false`, and nothing, where this version has no such refusal and the Server just closes.
    @discardableResult
    func encode(into buffer: inout ByteBuffer, version: ProtocolVersion) -> Bool {
        let code: UInt8
        if version.hasProperties {
            code = reasonCode.rawValue
        } else {
            guard let returnCode = reasonCode.connectReturnCode else { return false }
            code = returnCode
        }
        buffer.writeFixedHeader(ControlPacketType.connack.firstByte, remainingLength: remainingLength(for: version))
        buffer.writeInteger(UInt8(sessionPresent && version != .v3_1 ? 1 : 0))
        buffer.writeInteger(code)
        if version.hasProperties { properties.write(to: &buffer) }
        return true
    }
}
