/// The account of the messages that one subscriber has from one publisher: what came twice, what came in another order,
/// and, once it is known how many there were, what is missing.
struct SequenceLedger: Equatable {
    /// How many gaps are remembered. Of one that is forgotten, a message that comes late all the same counts as a
    /// duplicate, and as lost: the account does not add up in either case.
    static let mostGaps = 1_000

    /// The number of the first message that counts.
    private let first: UInt64
    /// The number that is to come next.
    private(set) var next: UInt64
    /// How many came, duplicates included.
    private(set) var received = 0
    /// How many came again.
    private(set) var duplicated = 0
    /// How many came after a later one.
    private(set) var outOfOrder = 0
    /// What was passed over and has not come since, in ascending order.
    private var gaps: [Range<UInt64>] = []

    /// - Parameter first: The number of the first message; what was before does not count.
    init(first: UInt64 = 0) {
        self.first = first
        next = first
    }

    /// A message has come.
    mutating func record(_ sequence: UInt64) {
        received += 1
        if sequence == next {
            next += 1
        } else if sequence > next {
            if gaps.count == Self.mostGaps { gaps.removeFirst() }
            gaps.append(next..<sequence)
            next = sequence + 1
        } else if let index = gaps.firstIndex(where: { $0.contains(sequence) }) {
            outOfOrder += 1
            let gap = gaps.remove(at: index)
            let rest = [gap.lowerBound..<sequence, (sequence + 1)..<gap.upperBound].filter { !$0.isEmpty }
            gaps.insert(contentsOf: rest, at: index)
        } else {
            duplicated += 1
        }
    }

    /// How many different ones came.
    var distinct: Int { received - duplicated }

    /// How many were passed over and have not come: what is missing as far as a receiver can tell that does not know how
    /// many there were.
    var missing: Int { Int(next - first) - distinct }

    /// Adds the figures of another account.
    static func += (total: inout Totals, ledger: SequenceLedger) {
        total.received += ledger.received
        total.duplicated += ledger.duplicated
        total.outOfOrder += ledger.outOfOrder
        total.missing += ledger.missing
    }

    /// The figures of many accounts together.
    struct Totals: Equatable {
        var received = 0
        var duplicated = 0
        var outOfOrder = 0
        /// See ``SequenceLedger/missing``.
        var missing = 0

        /// How many different ones came.
        var distinct: Int { received - duplicated }

        static func += (left: inout Totals, right: Totals) {
            left.received += right.received
            left.duplicated += right.duplicated
            left.outOfOrder += right.outOfOrder
            left.missing += right.missing
        }
    }
}
