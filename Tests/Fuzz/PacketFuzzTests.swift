// Invariant: any bytes, fed whole or in any split, give packets or one MalformedPacket, the same ones for each split;
// never a trap, a hang, or a buffer that grows beyond what was fed. What decodes encodes again, and that decodes to the
// same value.

import Testing

@testable import MQTT
@testable import Support

/// Fuzzes the decoder with packets that are nearly right.
@Suite("Fuzzing packets")
struct PacketFuzzTests {
    private struct Seed {
        let bytes: [UInt8]
        let version: ProtocolVersion
    }

    /// Encodings of every packet type in every version, and of two packets in a row.
    private static func corpus(_ generator: inout PacketGenerator) -> [Seed] {
        var corpus: [Seed] = []
        for version in ProtocolVersion.allCases {
            let types = PacketGenerator.types(in: version)
            for type in types {
                // Version 5.0 has more to vary.
                for round in 0..<(version == .v5_0 ? 30 : 10) {
                    var bytes = generator.packet(type, for: version).encoded(for: version)
                    if round.isMultiple(of: 5) {
                        bytes += generator.packet(generator.random.pick(types), for: version).encoded(for: version)
                    }
                    corpus.append(Seed(bytes: bytes, version: version))
                }
            }
        }
        return corpus
    }

    @Test("mutated packets")
    func mutatedPackets() {
        let settings = FuzzSettings(target: "packets")
        var generator = PacketGenerator(seed: settings.seed)
        let corpus = Self.corpus(&generator)
        var mutator = Mutator(random: generator.random)
        var decodedTypes: Set<ControlPacketType> = []
        var problems: Set<String> = []
        for number in 0..<settings.inputCount {
            let seed = mutator.random.pick(corpus)
            let bytes = mutator.mutate(seed.bytes, with: mutator.random.pick(corpus).bytes)
            let version = mutator.random.oneIn(8) ? mutator.random.pick(ProtocolVersion.allCases) : seed.version
            let maximumPacketSize = mutator.random.oneIn(8) ? mutator.random.pick(2...200) : DecodedStream.noMaximum
            let pieces = mutator.split(bytes)
            let whole = DecodedStream([bytes], version: version, maximumPacketSize: maximumPacketSize)
            let inPieces = DecodedStream(pieces, version: version, maximumPacketSize: maximumPacketSize)
            let inRuns = DecodedStream(pieces, version: version, maximumPacketSize: maximumPacketSize, inRuns: true)
            if inRuns != inPieces {
                Issue.record(
                    "in runs it is not the same (version \(version), input \(number), \(pieces.map(Array.init)))"
                )
                return
            }
            if let fault = Self.fault(whole, inPieces, bytes.count, version) {
                Issue.record("\(fault) (version \(version), input \(number), in pieces \(pieces.map(Array.init)))")
                return
            }
            for packet in whole.packets {
                decodedTypes.insert(packet.type)
            }
            if let error = whole.error { problems.insert(error.description) }
        }
        // A run that meets few packets and few errors would prove nothing.
        #expect(decodedTypes == Set(ControlPacketType.allCases))
        #expect(problems.count >= 30)
    }

    /// What is wrong with what two decoders made of the same bytes; `nil` where all is well.
    private static func fault(
        _ whole: DecodedStream,
        _ inPieces: DecodedStream,
        _ byteCount: Int,
        _ version: ProtocolVersion
    ) -> String? {
        guard whole.isSame(as: inPieces) else { return "pieces make a difference: \(whole), \(inPieces)" }
        guard whole.keptLittle, inPieces.keptLittle else { return "the buffer grew beyond what was fed" }
        // No packet is shorter than two bytes.
        guard whole.packets.count <= byteCount / 2 else { return "more packets than there can be: \(whole)" }
        for packet in whole.packets {
            let encoded = packet.encoded(for: version)
            let again = DecodedStream([encoded], version: version)
            guard again.error == nil, again.packets == [packet] else {
                return "encodes as something else: \(packet), \(encoded), \(again)"
            }
        }
        return nil
    }
}
