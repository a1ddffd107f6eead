import Testing

@testable import MQTT
@testable import Support

@Suite("A set of Packet Identifiers")
struct PacketIdentifierSetTests {
    @Test("it holds what a Set holds, whatever comes and goes")
    func model() {
        var generator = PacketGenerator(seed: 17)
        var set = PacketIdentifierSet()
        var model: Set<UInt16> = []
        for _ in 0..<50_000 {
            // Few enough that pages become empty, on both sides of their ends, and the ends of the range.
            let page = generator.random.pick([0, 1, 7, 15])
            let identifier = UInt16(truncatingIfNeeded: page * 4_096 + generator.random.pick(-3...3))
            if generator.random.oneIn(2) {
                #expect(set.insert(identifier) == model.insert(identifier).inserted)
            } else {
                #expect(set.remove(identifier) == (model.remove(identifier) != nil))
            }
            #expect(set.contains(identifier) == model.contains(identifier))
            #expect(set.count == model.count)
        }
        for identifier in UInt16.min...UInt16.max {
            #expect(set.contains(identifier) == model.contains(identifier))
        }
    }

    @Test("all identifiers at once")
    func all() {
        var set = PacketIdentifierSet()
        #expect(!set.contains(1))
        #expect(set.remove(1) == false)
        for identifier in 1...UInt16.max {
            #expect(set.insert(identifier) == true)
        }
        #expect(set.count == 65_535)
        #expect(!set.contains(0))
        for identifier in 1...UInt16.max {
            #expect(set.remove(identifier) == true)
        }
        #expect(set.count == 0)
        #expect(!set.contains(65_535))
    }
}
