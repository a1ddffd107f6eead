import Testing

@testable import MQTT
@testable import Support

@Suite("The table of topic levels")
struct LevelTableTests {
    @Test("+ and # are always there, under numbers of their own")
    func wildcards() {
        let table = LevelTable()
        #expect(table.find(UTF8String.text("+").bytes.span) == LevelTable.plus)
        #expect(table.find(UTF8String.text("#").bytes.span) == LevelTable.hash)
        #expect(table.count == 2)
    }

    @Test("a level has one number for as long as it is in use, and its bytes stay", arguments: 0..<4)
    func againstDictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = LevelTable()
        var known: [String: (number: LevelTable.Index, uses: Int)] = [:]
        for step in 0..<6_000 {
            // First it grows, then it shrinks.
            let grows = random.oneIn(step < 3_000 ? 4 : 2) == (step >= 3_000)
            if grows || known.isEmpty {
                let level =
                    "level " + String(random.pick(0..<2_000)) + String(repeating: "x", count: random.pick(0..<40))
                let number = table.insert(UTF8String.text(level).bytes.span)
                if let entry = known[level] { #expect(entry.number == number) }
                known[level] = (number, (known[level]?.uses ?? 0) + 1)
            } else if let (level, entry) = known.randomElement(using: &random) {
                table.remove(entry.number)
                known[level] = entry.uses == 1 ? nil : (entry.number, entry.uses - 1)
                if entry.uses == 1 { #expect(table.find(UTF8String.text(level).bytes.span) == nil) }
            }
            #expect(table.count == known.count + 2)
        }
        #expect(Set(known.values.map(\.number)).count == known.count)
        for (level, entry) in known {
            #expect(table.find(UTF8String.text(level).bytes.span) == entry.number)
            #expect(Array(table.bytes(of: entry.number)) == Array(level.utf8))
        }
        for entry in known.values {
            for _ in 0..<entry.uses {
                table.remove(entry.number)
            }
        }
        #expect(table.count == 2)
    }

    @Test("an empty level is a level, and one that begins with $ is known as such")
    func oddLevels() {
        var table = LevelTable()
        let empty = table.insert(UTF8String.text("").bytes.span)
        let dollar = table.insert(UTF8String.text("$SYS").bytes.span)
        #expect(table.find(UTF8String.text("").bytes.span) == empty)
        #expect(!table.beginsWithDollar(empty))
        #expect(table.beginsWithDollar(dollar))
        #expect(!table.beginsWithDollar(LevelTable.plus))
    }

    @Test("the longest level there can be")
    func longest() {
        var table = LevelTable()
        let level = Array(repeating: UInt8(ascii: "x"), count: UTF8String.maximumLength)
        let number = table.insert(level.span)
        #expect(Array(table.bytes(of: number)) == level)
    }
}
