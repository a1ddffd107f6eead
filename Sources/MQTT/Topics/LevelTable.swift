/// Gives every topic level that is in use a small number, so that the trees of topics compare numbers and not bytes.
///
/// A level is counted as often as it is taken in and forgotten when it has been let go of as often. The bytes of all
/// levels lie one after the other in one array; what forgotten levels leave is closed up when it is half of it.
struct LevelTable {
    /// The number of a level.
    typealias Index = UInt32

    /// The number of `+`, which is always there.
    static let plus: Index = 0
    /// The number of `#`, which is always there.
    static let hash: Index = 1

    /// The most bytes that all levels together may have; the positions of their bytes are numbers of 32 bits.
    static let maximumByteCount = Int(UInt32.max)

    private struct Entry {
        var start: UInt32
        var count: UInt16
        var useCount: UInt32
        /// The upper half of the hash, which spares most comparisons of bytes and all hashing when the table grows.
        var hash: UInt32
    }

    private static let vacant = UInt32.max

    private var entries: [Entry] = []
    private var freeEntries: [Index] = []
    private var bytes: [UInt8] = []
    private var unusedByteCount = 0
    /// Open addressing: the index of an entry or `vacant`. The number of slots is a power of two.
    private var slots: [Index]
    private let hasher = SeededHash()

    init() {
        slots = Array(repeating: Self.vacant, count: 16)
        let plus = [TopicCharacter.plus]
        let hash = [TopicCharacter.hash]
        _ = insert(plus.span)
        _ = insert(hash.span)
    }

    /// How many levels there are, `+` and `#` among them.
    var count: Int { entries.count - freeEntries.count }

    /// The number of `level`, where it is in use.
    func find(_ level: Span<UInt8>) -> Index? {
        let hash = Self.hash(hasher.hash(level))
        var slot = Int(hash) & (slots.count - 1)
        while true {
            let index = slots[slot]
            if index == Self.vacant { return nil }
            if isEntry(index, hash: hash, level) { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    /// Counts `level` once more and returns its number.
    mutating func insert(_ level: Span<UInt8>) -> Index {
        if let index = find(level) {
            entries[Int(index)].useCount += 1
            return index
        }
        precondition(bytes.count + level.count <= Self.maximumByteCount, "topic levels beyond \(Self.maximumByteCount)")
        let entry = Entry(
            start: UInt32(bytes.count),
            count: UInt16(level.count),
            useCount: 1,
            hash: Self.hash(hasher.hash(level))
        )
        for position in level.indices {
            bytes.append(level[position])
        }
        let index: Index
        if let free = freeEntries.popLast() {
            index = free
            entries[Int(index)] = entry
        } else {
            index = Index(entries.count)
            entries.append(entry)
        }
        if count * 4 > slots.count * 3 { grow() } else { place(index) }
        return index
    }

    /// Counts the level once less; at zero it is forgotten.
    mutating func remove(_ index: Index) {
        entries[Int(index)].useCount -= 1
        guard entries[Int(index)].useCount == 0 else { return }
        vacate(index)
        unusedByteCount += Int(entries[Int(index)].count)
        freeEntries.append(index)
        if unusedByteCount > 4_096, unusedByteCount * 2 > bytes.count { closeUp() }
    }

    /// The bytes of a level.
    func bytes(of index: Index) -> ArraySlice<UInt8> {
        let entry = entries[Int(index)]
        return bytes[Int(entry.start)..<Int(entry.start) + Int(entry.count)]
    }

    /// Whether the level begins with `$`.
    func beginsWithDollar(_ index: Index) -> Bool {
        let entry = entries[Int(index)]
        return entry.count > 0 && bytes[Int(entry.start)] == TopicCharacter.dollar
    }

    private static func hash(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    private func isEntry(_ index: Index, hash: UInt32, _ level: Span<UInt8>) -> Bool {
        let entry = entries[Int(index)]
        guard entry.hash == hash, Int(entry.count) == level.count else { return false }
        return bytes.span.extracting(Int(entry.start)..<Int(entry.start) + level.count).hasSameBytes(as: level)
    }

    private mutating func place(_ index: Index) {
        var slot = Int(entries[Int(index)].hash) & (slots.count - 1)
        while slots[slot] != Self.vacant {
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = index
    }

    private mutating func grow() {
        slots = Array(repeating: Self.vacant, count: slots.count * 2)
        for index in entries.indices where entries[index].useCount > 0 {
            place(Index(index))
        }
    }

    /// Takes an entry out of its slot and moves up those behind it that would not be found any more.
    private mutating func vacate(_ index: Index) {
        let mask = slots.count - 1
        var slot = Int(entries[Int(index)].hash) & mask
        while slots[slot] != index {
            slot = (slot + 1) & mask
        }
        var next = (slot + 1) & mask
        while slots[next] != Self.vacant {
            let home = Int(entries[Int(slots[next])].hash) & mask
            // An entry may move to the gap unless its home lies between the gap and where it is.
            if (next - home) & mask >= (next - slot) & mask {
                slots[slot] = slots[next]
                slot = next
            }
            next = (next + 1) & mask
        }
        slots[slot] = Self.vacant
    }

    private mutating func closeUp() {
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count - unusedByteCount)
        for index in entries.indices where entries[index].useCount > 0 {
            let start = kept.count
            kept += bytes(of: Index(index))
            entries[index].start = UInt32(start)
        }
        bytes = kept
        unusedByteCount = 0
    }
}
