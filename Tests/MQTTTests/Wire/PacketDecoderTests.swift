import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Streams of packets, in pieces, and the memory that waiting for the rest of a packet takes.
@Suite("Packet decoder")
struct PacketDecoderTests {
    @Test("random packets of every type survive encoding and decoding", arguments: ProtocolVersion.allCases)
    func roundTrips(version: ProtocolVersion) {
        var generator = PacketGenerator(seed: 1 + UInt64(version.rawValue))
        for type in PacketGenerator.types(in: version) {
            for _ in 0..<100 {
                let packet = generator.packet(type, for: version)
                #expect(packet.type == type)
                let bytes = packet.encoded(for: version)
                let decoded = DecodedStream([bytes], version: version)
                #expect(decoded.error == nil, "\(packet)")
                #expect(decoded.packets == [packet])
                #expect(decoded.packets.first?.encoded(for: version) == bytes, "\(packet)")
            }
        }
    }

    @Test("a stream of packets in random pieces", arguments: ProtocolVersion.allCases)
    func randomPieces(version: ProtocolVersion) {
        var generator = PacketGenerator(seed: 100 + UInt64(version.rawValue))
        let types = PacketGenerator.types(in: version)
        let packets = (0..<300).map { _ in generator.packet(generator.random.pick(types), for: version) }
        let bytes = packets.flatMap { $0.encoded(for: version) }
        for longest in [1, 2, 7, 100, 4_096] {
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(generator.random.pick(1...longest))
                pieces.append(piece)
                rest = rest.dropFirst(piece.count)
            }
            let stream = DecodedStream(pieces, version: version)
            #expect(stream.packets == packets)
            #expect(stream.error == nil)
            #expect(stream.keptLittle)
            #expect(DecodedStream(pieces, version: version, inRuns: true) == stream)
        }
    }

    @Test("short acknowledgements of one type are decoded together, as many as are complete and right")
    func acknowledgementRuns() throws {
        var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 100)
        var identifiers: [UInt16] = [9]
        decoder.append(ByteBuffer(bytes: [0x40, 2, 0, 1, 0x40, 2, 1, 0, 0x62, 2, 0, 3, 0x62, 2, 0]))
        #expect(decoder.nextAcknowledgements(into: &identifiers) == .puback)
        #expect(identifiers == [1, 256])
        #expect(decoder.nextAcknowledgements(into: &identifiers) == .pubrel)
        #expect(identifiers == [3])
        #expect(decoder.nextAcknowledgements(into: &identifiers) == nil)
        #expect(identifiers == [])
        #expect(try decoder.next() == nil)
        decoder.settle()
        decoder.append(ByteBuffer(bytes: [4, 0x50, 3, 0, 5, 0x80, 0x70, 2, 0, 0]))
        #expect(decoder.nextAcknowledgements(into: &identifiers) == nil, "the first of them began earlier")
        #expect(try decoder.next() == .pubrel(Acknowledgement(packetIdentifier: 4)))
        #expect(decoder.nextAcknowledgements(into: &identifiers) == nil, "it has a reason code")
        #expect(
            try decoder.next() == .pubrec(Acknowledgement(packetIdentifier: 5, reasonCode: .unspecifiedError))
        )
        #expect(decoder.nextAcknowledgements(into: &identifiers) == nil, "it has no packet identifier")
        #expect(throws: MalformedPacket.self) { try decoder.next() }
    }

    @Test("so many acknowledgements are decoded together, and no more")
    func longestAcknowledgementRun() {
        var decoder = PacketDecoder(version: .v3_1_1, maximumPacketSize: 4)
        var identifiers: [UInt16] = []
        let count = PacketDecoder.mostAcknowledgements
        decoder.append(ByteBuffer(bytes: Array(repeating: [0x40, 2, 0, 7], count: count + 1).flatMap(\.self)))
        #expect(decoder.nextAcknowledgements(into: &identifiers) == .puback)
        #expect(identifiers.count == count)
        #expect(decoder.nextAcknowledgements(into: &identifiers) == .puback)
        #expect(identifiers == [7])
        var smallest = PacketDecoder(version: .v3_1_1, maximumPacketSize: 3)
        smallest.append(ByteBuffer(bytes: [0x40, 2, 0, 7]))
        #expect(smallest.nextAcknowledgements(into: &identifiers) == nil, "it is larger than the largest packet")
    }

    @Test("a packet too large is refused when its fixed header is there, and not buffered")
    func tooLarge() throws {
        var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 100)
        decoder.append(ByteBuffer(bytes: [0x30, 0x80]))
        #expect(try decoder.next() == nil)
        decoder.settle()
        decoder.append(ByteBuffer(bytes: [0x80, 0x01]))
        do throws(MalformedPacket) {
            _ = try decoder.next()
            Issue.record("not refused")
        } catch {
            #expect(error.reasonCode == .packetTooLarge)
        }
        #expect(decoder.bufferedByteCount == 4)
    }

    @Test("the beginning of a packet does not hold on to the memory that it was received in")
    func memoryKept() throws {
        var received = ByteBuffer()
        received.reserveCapacity(65_536)
        received.writeBytes([0xC0, 0x00, 0x30, 0x7F, 0x00])
        var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 1_000)
        decoder.append(received)
        #expect(try decoder.next() == .pingreq)
        #expect(try decoder.next() == nil)
        decoder.settle()
        #expect(decoder.bufferedByteCount == 3)
        #expect(decoder.bufferedCapacity <= 16)
    }

    @Test("nor where what was received is part of something larger")
    func memoryKeptOfSlice() throws {
        var read = ByteBuffer(repeating: 0, count: 65_536)
        read.setBytes([0x30, 0x7F, 0x00], at: 1_000)
        let received = try #require(read.getSlice(at: 1_000, length: 3))
        var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 1_000)
        decoder.append(received)
        #expect(try decoder.next() == nil)
        decoder.settle()
        #expect(decoder.bufferedByteCount == 3)
        #expect(decoder.bufferedCapacity <= 16)
    }

    @Test("a large packet in many reads, with others before and behind it, is put together in memory of its size")
    func largeInPieces() throws {
        let large = Publish("a", String(repeating: "x", count: 300_000))
        let packets: [ControlPacket] = [.pingreq, .publish(large), .pingreq, .publish(Publish("b", "y"))]
        var bytes = packets.flatMap { $0.encoded(for: .v5_0) }[...]
        var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 1_000_000)
        var decoded: [ControlPacket] = []
        while !bytes.isEmpty {
            decoder.append(ByteBuffer(bytes: bytes.prefix(65_536)))
            bytes = bytes.dropFirst(65_536)
            while let packet = try decoder.next() {
                decoded.append(packet)
            }
            decoder.settle()
            #expect(decoder.bufferedCapacity <= 1 << 19)
        }
        #expect(decoded == packets)
        guard case .publish(let publish) = decoded[1] else { return }
        #expect(publish.fillsItsMemory)
    }

    @Test("nothing is kept once all packets are complete")
    func nothingKept() throws {
        var received = ByteBuffer()
        received.reserveCapacity(65_536)
        received.writeBytes([0xC0, 0x00])
        var decoder = PacketDecoder(version: .v3_1_1, maximumPacketSize: 1_000)
        decoder.append(received)
        #expect(try decoder.next() == .pingreq)
        #expect(try decoder.next() == nil)
        decoder.settle()
        #expect(decoder.bufferedByteCount == 0)
        #expect(decoder.bufferedCapacity == 0)
    }

    @Test("packets decoded stay as they are while more is received")
    func packetsOutliveTheBuffer() throws {
        let first = HexNotation.bytes("30 { 'a' {} |first| }")
        let second = HexNotation.bytes("30 { 'a' {} |second| }")
        var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 1_000)
        decoder.append(ByteBuffer(bytes: first + second.dropLast(3)))
        let packet = try #require(try decoder.next())
        #expect(try decoder.next() == nil)
        decoder.settle()
        decoder.append(ByteBuffer(bytes: second.suffix(3)))
        #expect(try decoder.next() == .publish(Publish("a", "second")))
        #expect(packet == .publish(Publish("a", "first")))
    }

    @Test("[MQTT-3.1.2-2] the version of CONNECT does not depend on the decoder's", arguments: ProtocolVersion.allCases)
    func connectNamesItsVersion(version: ProtocolVersion) {
        let rows: [(String, ProtocolVersion)] = [
            ("10 { 'MQIsdp' 03 02 003C 'c' }", .v3_1), ("10 { 'MQTT' 04 02 003C 'c' }", .v3_1_1),
            ("10 { 'MQTT' 05 02 003C {} 'c' }", .v5_0),
        ]
        for (notation, named) in rows {
            let stream = DecodedStream([HexNotation.bytes(notation)], version: version)
            guard case .connect(let connect) = stream.packets.first else {
                Issue.record("not a CONNECT: \(stream)")
                continue
            }
            #expect(connect.version == named)
        }
    }

    @Test("errors say what is wrong and with which code")
    func description() {
        let error = DecodedStream([[0x00]], version: .v5_0).error
        #expect(error?.description == "packet type is 0 (malformed packet (0x81))")
    }
}
