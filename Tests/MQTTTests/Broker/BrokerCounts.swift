import Testing

@testable import Support

/// Has each test of a suite run several times: on one broker, and on several that are one to their Clients, of which each
/// connection gets the next one. A test that looks into the one broker there is has the tag `oneBroker`.
struct BrokerCounts: SuiteTrait, TestTrait, TestScoping {
    /// How many brokers there are in each run.
    static let counts = [1, 2, 5]

    var isRecursive: Bool { true }

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil, !test.tags.contains(.oneBroker) else { return try await function() }
        for count in Self.counts {
            try await InMemoryBroker.$standardCount.withValue(count) { try await function() }
        }
    }
}

extension Trait where Self == BrokerCounts {
    /// Runs tests on one broker and on several.
    static var onSeveralBrokers: Self { BrokerCounts() }
}

extension Tag {
    /// The test looks into the one broker there is.
    @Tag static var oneBroker: Self
}

/// Has each test of a suite run several times: with a server that has one event loop, and with servers that have several, of
/// which each connection gets the next one.
struct LoopCounts: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        for count in BrokerCounts.counts {
            try await ServerThreads.$count.withValue(count) { try await function() }
        }
    }
}

extension Trait where Self == LoopCounts {
    /// Runs tests with one event loop and with several.
    static var onSeveralLoops: Self { LoopCounts() }
}
