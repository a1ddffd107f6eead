import Testing

@testable import Operations

extension Benchmarks {
    /// The time that each operation takes in memory; what it may cost is held by the tests in Tests/Costs.
    @Suite struct OperationBenchmarks {
        /// How long a measured run takes, about.
        private static let runNanoseconds = 20_000_000.0

        @Test("Time of an operation", arguments: Operation.all)
        func time(_ operation: Operation) throws {
            let repetition = try operation.prepare()
            let first = try BenchmarkMeasure.nanoseconds(Operation.unit) { _ = try repetition(Operation.unit) }
            let unitCount = max(1, Int(Self.runNanoseconds / first) / Operation.unit)
            let count = unitCount * Operation.unit
            var outcome = 0
            let nanoseconds = try BenchmarkMeasure.nanoseconds(count) { outcome = try repetition(count) }
            #expect(outcome == count * operation.outcome)
            BenchmarkMeasure.report(operation.name, nanoseconds, "ns")
        }
    }
}
