/// Something that a broker or a client does for each packet, ready to be done many times: by tests that count its
/// allocations, by a program whose instructions are counted, and by benchmarks that take the time.
struct Operation: Sendable, CustomStringConvertible {
    /// Does the operation so many times, a multiple of `Operation.unit`, and returns how much came of it.
    typealias Repetition = (_ count: Int) throws -> Int

    /// What the operation is a repetition of.
    let name: String
    /// The most that one operation may cost on average. With Swift 6.3.1 on x86-64 Linux the code needs about a tenth
    /// less, so that another compiler may do a few things otherwise.
    let limits: Limits
    /// How much comes of one operation: bytes, packets or matches. One that does nothing would be cheap.
    let outcome: Int
    /// Sets up what the operation works on.
    let prepare: @Sendable () throws -> Repetition

    /// What an operation may cost.
    struct Limits: Sendable {
        /// Calls of `malloc` and its kin.
        let allocations: Int
        /// Instructions of the processor, outside of the kernel.
        let instructions: Int
    }

    var description: String { name }

    /// Operations come in multiples of this, because some are done on a whole read of packets.
    static let unit = 100

    init(
        _ name: String,
        allocations: Int,
        instructions: Int,
        outcome: Int = 1,
        prepare: @escaping @Sendable () throws -> Repetition
    ) {
        self.name = name
        self.limits = Limits(allocations: allocations, instructions: instructions)
        self.outcome = outcome
        self.prepare = prepare
    }

    /// All of them, in the order in which a message meets them.
    static let all = codec + topics + routing + flows + client
}

extension Operation {
    /// Repeats what does the operation `unit` times.
    static func repetition(_ body: @escaping Repetition) -> Repetition {
        { count in
            precondition(count.isMultiple(of: unit), "operations come in multiples of \(unit)")
            var outcome = 0
            for _ in 0..<count / unit {
                outcome += try body(unit)
            }
            return outcome
        }
    }
}
