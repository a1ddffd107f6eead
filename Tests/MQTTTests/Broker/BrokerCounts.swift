import Testing

@testable import Support

/// Has each test of a suite run several times: on one of something, and on several that are one to their Clients, of which
/// each connection gets the next one. A test that looks into the one broker there is has the tag `oneBroker`.
struct BrokerCounts: SuiteTrait, TestTrait, TestScoping {
    /// How many there are in each run.
    private static let counts = [1, 2, 5]
    /// Where tests look how many there are to be.
    fileprivate let count: TaskLocal<Int>

    var isRecursive: Bool { true }

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil, !test.tags.contains(.oneBroker) else { return try await function() }
        for count in Self.counts {
            try await self.count.withValue(count) { try await function() }
        }
    }
}

extension Trait where Self == BrokerCounts {
    /// Runs tests on one broker and on several.
    static var onSeveralBrokers: Self { BrokerCounts(count: InMemoryBroker.$standardCount) }

    /// Runs tests with a server that has one event loop, and with servers that have several.
    static var onSeveralLoops: Self { BrokerCounts(count: ServerThreads.$count) }
}

extension Tag {
    /// The test looks into the one broker there is.
    @Tag static var oneBroker: Self
}
