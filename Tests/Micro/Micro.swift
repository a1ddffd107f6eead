@testable import Operations

/// Does one operation again and again, for a tool that counts the instructions of a process: first so often that every
/// buffer has found its size, and then in `measured`, whose name is how the tool knows when to count.
@main
struct Micro {
    /// How often the operation is done before it is measured.
    private static let warmUpCount = 300

    /// What is wrong with the command line, or with the operation.
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let operation = Operation.all.first(where: { $0.name == arguments[1] }),
            let count = Int(arguments[2]), count > 0, count.isMultiple(of: Operation.unit)
        else {
            let names = Operation.all.map { "\n  \($0)" }.joined()
            throw Failure(
                description: "micro NAME COUNT, with a multiple of \(Operation.unit), and of the names:\(names)"
            )
        }
        let repetition = try operation.prepare()
        _ = try repetition(warmUpCount)
        let outcome = try measured(repetition, count)
        guard outcome == count * operation.outcome else {
            throw Failure(description: "\(operation) has the outcome \(outcome), not \(count * operation.outcome)")
        }
    }

    @inline(never)
    private static func measured(_ repetition: Operation.Repetition, _ count: Int) throws -> Int {
        try repetition(count)
    }
}
