import Testing

@testable import MQTT

/// A row of the tables of packets: bytes in, and what they must become.
struct PacketRow: Sendable, CustomTestStringConvertible {
    /// What the bytes of a row become.
    enum Outcome: Sendable {
        /// The bytes are this packet.
        case packet(ControlPacket)
        /// The bytes are a packet that is encoded as the same bytes again; its value is not written down.
        case accepted
        /// The bytes are refused with this reason.
        case malformed(ReasonCode)
    }

    /// What the row shows, with the normative statements that it proves.
    let name: String
    let version: ProtocolVersion
    let bytes: [UInt8]
    let outcome: Outcome
    /// Whether the packet is encoded as the very same bytes; some may be written in more than one way.
    let isCanonical: Bool

    var testDescription: String { "\(name) (\(version))" }

    private init(_ name: String, _ version: ProtocolVersion, _ notation: String, _ outcome: Outcome, _ canonical: Bool)
    {
        self.name = name
        self.version = version
        bytes = HexNotation.bytes(notation)
        self.outcome = outcome
        isCanonical = canonical
    }

    static func valid(
        _ name: String,
        _ version: ProtocolVersion,
        _ notation: String,
        _ packet: ControlPacket,
        canonical: Bool = true
    ) -> Self {
        Self(name, version, notation, .packet(packet), canonical)
    }

    static func accepted(
        _ name: String,
        _ version: ProtocolVersion,
        _ notation: String,
        canonical: Bool = true
    ) -> Self {
        Self(name, version, notation, .accepted, canonical)
    }

    static func malformed(
        _ name: String,
        _ version: ProtocolVersion,
        _ notation: String,
        _ reasonCode: ReasonCode = .malformedPacket
    ) -> Self {
        Self(name, version, notation, .malformed(reasonCode), true)
    }
}

extension PacketRow {
    /// Decodes the row whole, byte by byte and among other packets, and encodes what it became.
    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        switch outcome {
        case .packet(let packet):
            checkAccepted(as: packet, sourceLocation)
        case .accepted:
            let whole = DecodedStream([bytes], version: version)
            guard whole.error == nil, let packet = whole.packets.first else {
                Issue.record("\(self.name): not accepted: \(whole)", sourceLocation: sourceLocation)
                return
            }
            checkAccepted(as: packet, sourceLocation)
        case .malformed(let reasonCode):
            checkRefused(reasonCode, sourceLocation)
        }
    }

    private func checkAccepted(as packet: ControlPacket, _ location: SourceLocation) {
        let whole = DecodedStream([bytes], version: version)
        #expect(whole.error == nil, "\(name)", sourceLocation: location)
        #expect(whole.packets == [packet], "\(name)", sourceLocation: location)

        let slow = DecodedStream(bytes.map { [$0] }, version: version)
        #expect(slow.isSame(as: whole), "\(name), byte by byte: \(slow)", sourceLocation: location)
        #expect(slow.piecesNeeded == bytes.count, "\(name), byte by byte: too early", sourceLocation: location)
        #expect(slow.keptLittle, "\(name), byte by byte: too much memory kept", sourceLocation: location)

        let glued = DecodedStream([bytes + bytes + Self.ping + bytes], version: version)
        #expect(glued.packets == [packet, packet, .pingreq, packet], "\(name), glued", sourceLocation: location)
        #expect(glued.error == nil, "\(name), glued", sourceLocation: location)

        let encoded = packet.encoded(for: version)
        #expect((encoded == bytes) == isCanonical, "\(name), encoded: \(encoded)", sourceLocation: location)
        let again = DecodedStream([encoded], version: version)
        #expect(again.packets == [packet], "\(name), encoded and decoded", sourceLocation: location)

        checkMaximumPacketSize(packet, location)
    }

    /// One byte too large is refused as soon as the fixed header tells it.
    private func checkMaximumPacketSize(_ packet: ControlPacket, _ location: SourceLocation) {
        let exact = DecodedStream([bytes], version: version, maximumPacketSize: bytes.count)
        #expect(exact.packets == [packet], "\(name), of maximum size", sourceLocation: location)
        let tooLarge = DecodedStream(bytes.map { [$0] }, version: version, maximumPacketSize: bytes.count - 1)
        #expect(tooLarge.error?.reasonCode == .packetTooLarge, "\(name), too large", sourceLocation: location)
        let lengthBytes = bytes.dropFirst().prefix { $0 >= 0x80 }.count + 1
        #expect(tooLarge.piecesNeeded == 1 + lengthBytes, "\(name), too large, too late", sourceLocation: location)
    }

    private func checkRefused(_ reasonCode: ReasonCode, _ location: SourceLocation) {
        let whole = DecodedStream([bytes], version: version)
        #expect(whole.error?.reasonCode == reasonCode, "\(name): \(whole)", sourceLocation: location)
        #expect(whole.packets.isEmpty, "\(name)", sourceLocation: location)

        let slow = DecodedStream(bytes.map { [$0] }, version: version)
        #expect(slow.isSame(as: whole), "\(name), byte by byte: \(slow)", sourceLocation: location)
        #expect(slow.keptLittle, "\(name), byte by byte: too much memory kept", sourceLocation: location)

        let glued = DecodedStream([Self.ping + bytes + Self.ping], version: version)
        #expect(glued.packets == [.pingreq], "\(name), glued", sourceLocation: location)
        #expect(glued.error == whole.error, "\(name), glued", sourceLocation: location)
    }

    private static let ping: [UInt8] = [0xC0, 0x00]
}
