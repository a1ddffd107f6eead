import NIOCore
import Testing

@testable import tinymqtt

/// The account of what one subscriber has from one publisher.
@Suite("The ledger of a benchmark")
struct SequenceLedgerTests {
    private func ledger(_ sequences: [UInt64], first: UInt64 = 0) -> SequenceLedger {
        var ledger = SequenceLedger(first: first)
        for sequence in sequences {
            ledger.record(sequence)
        }
        return ledger
    }

    @Test("everything once and in order")
    func inOrder() {
        let ledger = ledger(Array(0..<1_000))
        #expect(ledger.received == 1_000)
        #expect(ledger.distinct == 1_000)
        #expect(ledger.next == 1_000)
        #expect([ledger.duplicated, ledger.outOfOrder, ledger.missing] == [0, 0, 0])
    }

    @Test(
        "loss, duplicates and another order are told apart",
        arguments: [
            ([0, 2, 3], 0, 0, 1),
            ([2, 5], 0, 0, 4),
            ([0, 1, 1, 2], 1, 0, 0),
            ([0, 0, 0], 2, 0, 0),
            ([0, 2, 1, 3], 0, 1, 0),
            ([3, 2, 1, 0], 0, 3, 0),
            // Late, and then once more.
            ([0, 2, 1, 1], 1, 1, 0),
            // One that was missing, and one that came twice, are not the same as all of them once.
            ([0, 2, 2], 1, 0, 1),
            // The middle of a gap leaves its two ends.
            ([0, 6, 3], 0, 1, 4),
            ([0, 6, 3, 1, 5, 2, 4], 0, 5, 0),
        ] as [([UInt64], Int, Int, Int)]
    )
    func troubles(sequences: [UInt64], duplicated: Int, outOfOrder: Int, missing: Int) {
        let ledger = ledger(sequences)
        #expect(ledger.received == sequences.count)
        #expect(ledger.duplicated == duplicated)
        #expect(ledger.outOfOrder == outOfOrder)
        #expect(ledger.missing == missing)
    }

    @Test("who comes late misses nothing that was before")
    func lateStart() {
        let ledger = ledger([7, 8, 10], first: 7)
        #expect(ledger.missing == 1)
        #expect(ledger.distinct == 3)
    }

    @Test("so many gaps are remembered, and an account with more does not add up")
    func manyGaps() {
        let gaps = UInt64(SequenceLedger.mostGaps) + 1
        var ledger = ledger((0..<gaps).map { $0 * 2 + 1 })
        #expect(ledger.missing == Int(gaps))
        // The oldest has been forgotten, the youngest not.
        ledger.record(0)
        #expect((ledger.duplicated, ledger.outOfOrder) == (1, 0))
        ledger.record((gaps - 1) * 2)
        #expect((ledger.duplicated, ledger.outOfOrder) == (1, 1))
        #expect(ledger.missing == Int(gaps) - 1)
    }

    @Test("accounts add up")
    func totals() {
        var totals = SequenceLedger.Totals()
        totals += ledger([0, 2])
        totals += ledger([0, 0, 1])
        #expect(totals == SequenceLedger.Totals(received: 5, duplicated: 1, outOfOrder: 0, missing: 1))
        #expect(totals.distinct == 4)
    }

    @Test("a stamp comes out of a payload as it went in")
    func stamp() throws {
        let stamp = BenchStamp(run: .max, sender: .max, sequence: 1 << 40, due: 12)
        for size in [BenchStamp.byteCount, 100] {
            let payload = stamp.payload(size: size)
            #expect(payload.readableBytes == size)
            #expect(BenchStamp(payload) == stamp)
        }
        #expect(BenchStamp(ByteBuffer(repeating: 0, count: 100)) == nil, "other people's bytes")
        #expect(BenchStamp(stamp.payload(size: 32).getSlice(at: 0, length: 31) ?? ByteBuffer()) == nil)
        let wild = BenchStamp(run: 1, sender: 1, sequence: .max, due: 0)
        #expect(BenchStamp(wild.payload(size: 32)) == nil, "a number that nobody counts up to")
    }
}
