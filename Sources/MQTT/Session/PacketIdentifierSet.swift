/// A set of Packet Identifiers, as bits: those in use lie close together, and to look one up hashes nothing.
///
/// The bits lie in pages, each with memory while it has a member: a Client that gives out its identifiers in order uses
/// one page or two, half a kilobyte each; one that scatters them uses eight kilobytes at most. The memory of one page is
/// kept when the last member is gone, as the next one is about to come.
struct PacketIdentifierSet: Sendable {
    /// A range of identifiers.
    private struct Page {
        /// A bit for each identifier; none where no identifier is in the set.
        var words: [UInt64] = []
        var count = 0
    }

    private static let pageSize = 4_096
    private static let pageCount = (Int(UInt16.max) + 1) / pageSize

    /// All pages; none before the first identifier.
    private var pages: [Page] = []
    /// The memory of a page that has no member any more, all bits 0; empty where there is none.
    private var spare: [UInt64] = []
    /// How many identifiers are in the set.
    private(set) var count = 0

    /// Where the bit of an identifier lies.
    private static func place(of identifier: UInt16) -> (page: Int, word: Int, bit: UInt64) {
        let (page, rest) = Int(identifier).quotientAndRemainder(dividingBy: pageSize)
        return (page, rest / UInt64.bitWidth, 1 << UInt64(rest % UInt64.bitWidth))
    }

    func contains(_ identifier: UInt16) -> Bool {
        let (page, word, bit) = Self.place(of: identifier)
        return count > 0 && pages[page].count > 0 && pages[page].words[word] & bit != 0
    }

    /// - Returns: Whether it was not in the set before.
    @discardableResult
    mutating func insert(_ identifier: UInt16) -> Bool {
        let (page, word, bit) = Self.place(of: identifier)
        if pages.isEmpty { pages = Array(repeating: Page(), count: Self.pageCount) }
        if pages[page].count == 0 {
            swap(&pages[page].words, &spare)
            if pages[page].words.isEmpty {
                pages[page].words = Array(repeating: 0, count: Self.pageSize / UInt64.bitWidth)
            }
        } else if pages[page].words[word] & bit != 0 {
            return false
        }
        pages[page].words[word] |= bit
        pages[page].count += 1
        count += 1
        return true
    }

    /// - Returns: Whether it was in the set.
    @discardableResult
    mutating func remove(_ identifier: UInt16) -> Bool {
        guard contains(identifier) else { return false }
        let (page, word, bit) = Self.place(of: identifier)
        pages[page].words[word] &= ~bit
        pages[page].count -= 1
        if pages[page].count == 0 {
            swap(&pages[page].words, &spare)
            pages[page].words = []
        }
        count -= 1
        return true
    }
}
