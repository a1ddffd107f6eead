import Testing

@testable import Operations
@testable import Support

/// How many instructions each operation takes, as callgrind counts them: nearly the same number in each run, on whatever
/// machine, so that a limit can be close.
@Suite(
    .enabled(if: Peers.hasCallgrind, "callgrind is missing; install valgrind"),
    .enabled(if: CostReport.isOptimized, "the limits are those of a release build")
)
struct InstructionTests {
    private static let count = 200

    /// The instructions that the program `micro` takes for `count` times the operation.
    private static func instructions(of operation: Operation) async throws -> Int {
        let child = try await ChildProcess.run(
            "valgrind",
            [
                // Counted is what happens while a function of this name runs.
                "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*measured*",
                Peers.product("micro"), operation.name, "\(count)",
            ],
            // The tables of Swift's library are in another order for each process, unless it is told not to.
            environment: ["SWIFT_DETERMINISTIC_HASHING": "1"]
        )
        let line = child.errorText.split(separator: "\n").last { $0.contains("Collected : ") }
        let digits = line?.split(separator: " ").last ?? ""
        try #require(child.status == 0, "\(child.errorText)")
        return try #require(Int(digits), "callgrind has not counted, it said: \(child.errorText)")
    }

    @Test("no operation takes more instructions than it may")
    func instructions() async throws {
        // Each has a process of its own, and beside another one it takes as many instructions as alone.
        let totals = try await Parallel.map(Operation.all, Self.instructions)
        for (operation, total) in zip(Operation.all, totals) {
            #expect(total > 0, "\(operation): nothing was counted")
            let average = total / Self.count
            CostReport.expect(average, "instructions", within: operation.limits.instructions, of: operation)
        }
    }
}
