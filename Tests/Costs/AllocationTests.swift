import AllocationCounter
import Testing

@testable import Operations

/// How many allocations each operation makes, on average, once its buffers have found their size.
@Suite(
    .serialized,
    .enabled(if: allocations_are_counted() == 1, "allocations are counted with glibc only"),
    .enabled(if: CostReport.isOptimized, "the limits are those of a release build")
)
struct AllocationTests {
    @Test("Allocations are counted: a class is one")
    func countingWorks() {
        final class Something {
            var value = 0
        }
        var kept: [Something] = []
        kept.reserveCapacity(100)
        let before = allocation_count_of_this_thread()
        for _ in 0..<100 {
            kept.append(Something())
        }
        #expect(allocation_count_of_this_thread() - before == 100)
        #expect(kept.count == 100)
    }

    @Test("allocations", arguments: Operation.all)
    func allocations(_ operation: Operation) throws {
        let repetition = try operation.prepare()
        // What is remembered for the next time is in place after so many.
        _ = try repetition(300)
        let before = allocation_count_of_this_thread()
        let outcome = try repetition(1_000)
        // A table that grows once in a while does not make the next operation more expensive: rounded down.
        let average = Int(allocation_count_of_this_thread() - before) / 1_000
        #expect(outcome == 1_000 * operation.outcome)
        CostReport.expect(average, "allocations", within: operation.limits.allocations, of: operation)
    }
}
