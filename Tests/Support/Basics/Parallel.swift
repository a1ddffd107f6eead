import Foundation

/// Work on many things, as much at a time as there are processors.
enum Parallel {
    /// What `body` makes of each element, in their order.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element],
        _ body: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        let laneCount = max(1, ProcessInfo.processInfo.activeProcessorCount)
        return try await withThrowingTaskGroup(of: [(Int, Result)].self) { group in
            for lane in 0..<laneCount {
                group.addTask {
                    var results: [(Int, Result)] = []
                    for index in stride(from: lane, to: elements.count, by: laneCount) {
                        results.append((index, try await body(elements[index])))
                    }
                    return results
                }
            }
            var results: [(Int, Result)] = []
            for try await lane in group {
                results += lane
            }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
