/// The first two to five bytes of every packet (section 2.1.1).
struct FixedHeader: Sendable, Equatable {
    var type: ControlPacketType
    /// The lower four bits of the first byte; those that are reserved have been checked.
    var flags: UInt8
    /// The bytes of the packet after the fixed header.
    var remainingLength: Int
    /// The bytes of the fixed header itself.
    var length: Int

    /// The most bytes that a fixed header can have.
    static let maximumLength = 1 + VariableByteInteger.maximumLength

    /// The size of the whole packet in bytes, which the Maximum Packet Size bounds.
    var packetSize: Int { length + remainingLength }

    /// Reads the fixed header at `start`; `nil` where its end has not been received.
    ///
    /// Everything that can be wrong with a packet's first bytes is found here, before more is waited for.
    static func parse(
        _ bytes: Span<UInt8>,
        at start: Int,
        version: ProtocolVersion
    ) throws(MalformedPacket) -> FixedHeader? {
        guard start < bytes.count else { return nil }
        let first = bytes[start]
        guard let type = ControlPacketType(rawValue: first >> 4) else {
            throw MalformedPacket("packet type is 0")
        }
        let flags = first & 0x0F
        // Version 3.1 has DUP in the packets that it repeats; the others have no flags to set [MQTT-2.1.3-1],
        // [MQTT-3.6.1-1], [MQTT-3.8.1-1], [MQTT-3.10.1-1], [MQTT-3.14.1-1], [MQTT-3.15.1-1].
        let duplicateBit: UInt8 = 0b1000
        let checked = version == .v3_1 && type.requiredFlags != 0 ? flags & ~duplicateBit : flags
        guard type == .publish || checked == type.requiredFlags else {
            throw MalformedPacket("reserved flags of the fixed header are not as they must be")
        }
        var remainingLength = 0
        for index in 0..<VariableByteInteger.maximumLength {
            let position = start + 1 + index
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            remainingLength |= Int(byte & 0x7F) << (7 * index)
            if byte & 0x80 == 0 {
                guard index == 0 || byte != 0 else {
                    throw MalformedPacket("remaining length is longer than it needs to be")  // [MQTT-1.5.5-1]
                }
                return FixedHeader(type: type, flags: flags, remainingLength: remainingLength, length: 2 + index)
            }
        }
        throw MalformedPacket("remaining length of more than four bytes")
    }
}
