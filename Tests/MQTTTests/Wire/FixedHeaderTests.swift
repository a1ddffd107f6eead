import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// The first bytes of any packet: type, flags and Remaining Length.
@Suite("Fixed header")
struct FixedHeaderTests {
    @Test(
        """
        each of 256 first bytes: [MQTT-2.1.3-1], [MQTT-3.6.1-1], [MQTT-3.8.1-1], [MQTT-3.10.1-1], [MQTT-3.14.1-1], \
        [MQTT-3.15.1-1]
        """,
        arguments: ProtocolVersion.allCases
    )
    func firstByte(version: ProtocolVersion) {
        for byte in UInt8.min...UInt8.max {
            // The Remaining Length follows later: what is wrong with the first byte is told at once.
            let error = DecodedStream([[byte]], version: version).error
            #expect((error == nil) == Self.isAllowed(byte, version), "first byte \(byte)")
            #expect(error == nil || error?.reasonCode == .malformedPacket, "first byte \(byte)")
        }
    }

    /// Table 2-2 of the specification, written down once more.
    private static func isAllowed(_ byte: UInt8, _ version: ProtocolVersion) -> Bool {
        switch byte >> 4 {
        case 0: false
        // QoS 3 and DUP at QoS 0 are told when the whole packet is there.
        case 3: true
        // Version 3.1 has DUP in them.
        case 6, 8, 10: byte & 0b1111 == 0b0010 || (version == .v3_1 && byte & 0b1111 == 0b1010)
        default: byte & 0b1111 == 0
        }
    }

    /// The Remaining Lengths at the edges of each number of bytes (table 1-1).
    static let lengths: [(value: Int, bytes: [UInt8])] = [
        (0, [0x00]), (1, [0x01]), (127, [0x7F]), (128, [0x80, 0x01]), (16_383, [0xFF, 0x7F]),
        (16_384, [0x80, 0x80, 0x01]), (2_097_151, [0xFF, 0xFF, 0x7F]), (2_097_152, [0x80, 0x80, 0x80, 0x01]),
        (268_435_455, [0xFF, 0xFF, 0xFF, 0x7F]),
    ]

    @Test("Remaining Length, by what the maximum packet size lets through", arguments: lengths)
    func remainingLength(value: Int, bytes: [UInt8]) {
        let header = [0x30] + bytes
        let size = header.count + value
        let exact = DecodedStream(header.map { [$0] }, version: .v3_1_1, maximumPacketSize: size)
        // An empty PUBLISH is complete and wrong; all others wait for their content.
        #expect(exact.error?.reasonCode == (value == 0 ? .malformedPacket : nil))
        let smaller = DecodedStream(header.map { [$0] }, version: .v3_1_1, maximumPacketSize: size - 1)
        #expect(smaller.error?.reasonCode == .packetTooLarge)
        #expect(smaller.piecesNeeded == header.count)
    }

    @Test("[MQTT-1.5.5-1] the fewest bytes are written", arguments: lengths)
    func encodedLength(value: Int, bytes: [UInt8]) {
        var buffer = ByteBuffer()
        buffer.writeVariableByteInteger(value)
        #expect(Array(buffer.readableBytesView) == bytes)
        #expect(VariableByteInteger.encodedLength(of: value) == bytes.count)
    }

    static let refusedLengthRows: [PacketRow] = ProtocolVersion.allCases.flatMap { version -> [PacketRow] in
        [
            .malformed("five bytes", version, "30 80808080 01"),
            .malformed("four bytes that announce a fifth", version, "30 FFFFFFFF"),
            .malformed("[MQTT-1.5.5-1] 0 in two bytes", version, "30 8000"),
            .malformed("[MQTT-1.5.5-1] 127 in two bytes", version, "30 FF00"),
            .malformed("[MQTT-1.5.5-1] 128 in three bytes", version, "30 808100"),
            .malformed("[MQTT-1.5.5-1] 0 in four bytes", version, "30 80808000"),
        ]
    }

    @Test("Remaining Lengths that are none", arguments: refusedLengthRows)
    func refusedLength(row: PacketRow) {
        row.check()
    }

    @Test("a beginning is not yet an error", arguments: ["", "30", "3080", "308080", "30808080", "3005 0001"])
    func beginning(notation: String) {
        let stream = DecodedStream(HexNotation.bytes(notation).map { [$0] }, version: .v5_0)
        #expect(stream.error == nil)
        #expect(stream.packets.isEmpty)
        #expect(stream.keptLittle)
    }
}
