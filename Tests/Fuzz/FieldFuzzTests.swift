// Invariant: on any bytes, the syntax of Topic Names and Topic Filters is what a plain reading of the specification with
// strings says; a list of properties is refused or read to its last byte, each property where the one before it ended,
// and what was read is written as the very same bytes.

import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Fuzzes what lies inside packets: topics and properties.
@Suite("Fuzzing fields")
struct FieldFuzzTests {
    @Test("topic syntax")
    func topicSyntax() {
        let settings = FuzzSettings(target: "topic syntax")
        var random = SeededGenerator(seed: settings.seed)
        let pieces = ["a", "b", "/", "/", "+", "#", "$", "é", "$share/", "日"]
        var counts = (names: 0, filters: 0, neither: 0)
        for _ in 0..<settings.inputCount {
            let topic = (0..<random.pick(0...6)).map { _ in random.pick(pieces) }.joined()
            let bytes = Array(topic.utf8)
            let isName = bytes.span.isValidTopicName
            let isFilter = bytes.span.isValidTopicFilter
            guard isName == Self.isTopicName(topic), isFilter == Self.isTopicFilter(topic) else {
                Issue.record("'\(topic)': name \(isName), filter \(isFilter)")
                return
            }
            if isName { counts.names += 1 } else if isFilter { counts.filters += 1 } else { counts.neither += 1 }
        }
        let least = settings.inputCount / 20
        #expect(counts.names > least && counts.filters > least && counts.neither > least)
    }

    private static func isTopicName(_ topic: String) -> Bool {
        !topic.isEmpty && !topic.contains("+") && !topic.contains("#")
    }

    private static func isTopicFilter(_ topic: String) -> Bool {
        let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
        let areWhole = levels.allSatisfy { $0 == "+" || $0 == "#" || isTopicName(String($0)) || $0.isEmpty }
        return !topic.isEmpty && areWhole && !levels.dropLast().contains("#")
    }

    @Test("properties")
    func properties() {
        let settings = FuzzSettings(target: "properties")
        var generator = PacketGenerator(seed: settings.seed)
        let packetTypes: [ControlPacketTypes] = [
            .will, .connect, .connack, .publish, .puback, .subscribe, .suback, .unsubscribe, .unsuback, .disconnect,
            .auth,
        ]
        let corpus = packetTypes.flatMap { types in
            (0..<40).map { _ in (types: types, bytes: Self.encoded(generator.properties(types, .v5_0))) }
        }
        var mutator = Mutator(random: generator.random)
        var acceptedCount = 0
        for number in 0..<settings.inputCount {
            let seed = mutator.random.pick(corpus)
            // The first byte stands where a packet's type would, so that the Mutator puts right the length after it.
            let mutated = mutator.mutate([0x30] + seed.bytes, with: mutator.random.pick(corpus).bytes)
            let bytes = Array(mutated.dropFirst())
            do throws(MalformedPacket) {
                var reader = PacketReader(bytes.span)
                let properties = try Properties(from: &reader, in: seed.types)
                acceptedCount += 1
                if Self.encoded(properties) != Array(bytes.prefix(reader.position)) {
                    Issue.record("input \(number), \(bytes): written as \(Self.encoded(properties))")
                    return
                }
                try Self.checkPositions(bytes, count: properties.list.count, seed.types)
            } catch {
                // Refused: nothing more to hold.
            }
        }
        #expect(acceptedCount > settings.inputCount / 50)
    }

    private static func encoded(_ properties: Properties) -> [UInt8] {
        var buffer = ByteBuffer()
        properties.write(to: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// Walks the properties once more and holds that each begins where the one before it ended.
    private static func checkPositions(
        _ bytes: [UInt8],
        count: Int,
        _ packetTypes: ControlPacketTypes
    ) throws(MalformedPacket) {
        var reader = PacketReader(bytes.span)
        let length = try reader.readVariableByteInteger()
        var end = reader.position
        let last = end + length
        var scanner = PropertyScanner(try reader.readNested(length: length), in: packetTypes)
        var found = 0
        while let identifier = try scanner.next() {
            found += 1
            if scanner.start != end || scanner.position <= end || bytes[end] != identifier.rawValue {
                Issue.record("\(bytes): \(identifier) at \(scanner.start)..<\(scanner.position), not at \(end)")
            }
            end = scanner.position
        }
        if end != last || found != count { Issue.record("\(bytes): \(found) properties up to \(end), not \(last)") }
    }
}
