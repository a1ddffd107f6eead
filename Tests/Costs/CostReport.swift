import Testing

@testable import Operations

/// Holds what an operation costs against its limit, and prints both.
enum CostReport {
    /// Whether the tests are compiled as the limits suppose.
    static var isOptimized: Bool {
        #if DEBUG
        false
        #else
        true
        #endif
    }

    /// Fails where `cost` is above `limit`, and says so where it is less than half of it: then the limit holds nothing.
    static func expect(
        _ cost: Int,
        _ unit: String,
        within limit: Int,
        of operation: Operation,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let remark = cost < limit / 2 ? ": less than half, lower the limit" : ""
        print("cost: \(operation.name): \(cost) \(unit), limit \(limit)\(remark)")
        #expect(
            cost <= limit,
            "\(operation.name) needs \(cost) \(unit), \(limit) are allowed: see Tests/Operations",
            sourceLocation: sourceLocation
        )
    }
}
