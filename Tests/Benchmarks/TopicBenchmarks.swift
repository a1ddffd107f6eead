import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// All benchmarks, one after the other: what runs beside one would be measured with it.
@Suite(
    .serialized,
    .enabled(if: BenchmarkMeasure.isWanted, "benchmarks run in release builds, or with BENCHMARKS=1")
)
struct Benchmarks {}

extension Benchmarks {
    /// The subscription index and the retained messages: time and memory.
    @Suite struct TopicBenchmarks {
        private static let topicCount = 20_000
        private static let repeatedTopicCount = 64

        /// What matching costs.
        private struct Cost {
            var searched = 0.0
            var remembered = 0.0
            var matchesPerTopic = 0.0
        }

        private func cost(_ index: consuming SubscriptionIndex) -> Cost {
            var filters = BenchmarkFilters(count: index.count, seed: 2)
            let topics = (0..<Self.topicCount).map { _ in filters.nextTopic() }
            var matchCount = 0
            var cost = Cost()
            // Asked for a publisher, the index does not look into its cache.
            cost.searched = BenchmarkMeasure.nanoseconds(Self.topicCount) {
                matchCount = 0
                for topic in topics {
                    matchCount += index.matches(of: topic.bytes.span, publishedBy: .max).deliveries.count
                }
            }
            cost.matchesPerTopic = Double(matchCount) / Double(Self.topicCount)
            let repetitionCount = 2_000
            cost.remembered = BenchmarkMeasure.nanoseconds(Self.repeatedTopicCount * repetitionCount) {
                for _ in 0..<repetitionCount {
                    for topic in topics.prefix(Self.repeatedTopicCount) {
                        matchCount += index.matches(of: topic.bytes.span).deliveries.count
                    }
                }
            }
            return cost
        }

        @Test("A million subscriptions: memory, and what matching costs against a thousand")
        func subscriptions() throws {
            let before = try #require(BenchmarkMeasure.residentByteCount)
            let largeIndex = BenchmarkFilters.index(count: 1_000_000)
            let after = try #require(BenchmarkMeasure.residentByteCount)
            BenchmarkMeasure.report("subscription", Double(after - before) / Double(largeIndex.count), "bytes")
            let many = cost(largeIndex)
            let few = cost(BenchmarkFilters.index(count: 1_000))
            BenchmarkMeasure.report("match, 1,000 filters, searched", few.searched, "ns")
            BenchmarkMeasure.report("match, 1,000,000 filters, searched", many.searched, "ns")
            BenchmarkMeasure.report("match, searched, ratio", many.searched / few.searched, "times")
            BenchmarkMeasure.report("match, 1,000 filters, remembered", few.remembered, "ns")
            BenchmarkMeasure.report("match, 1,000,000 filters, remembered", many.remembered, "ns")
            BenchmarkMeasure.report("match, remembered, ratio", many.remembered / few.remembered, "times")
            #expect(2...5 ~= few.matchesPerTopic, "\(few.matchesPerTopic) deliveries a topic")
            #expect(abs(few.matchesPerTopic - many.matchesPerTopic) < 0.5, "the two do not match as much")
        }

        @Test("Memory of a hundred thousand retained messages")
        func retainedMemory() throws {
            let payload = [UInt8](repeating: 1, count: 64)
            let noProperties: [UInt8] = []
            let before = try #require(BenchmarkMeasure.residentByteCount)
            var retained = RetainedMessages()
            for number in 0..<100_000 {
                retained.store(
                    StoredMessage(
                        topic: BenchmarkBroker.text("site/g\(number / 100)/device-\(number)/value").bytes.span,
                        properties: noProperties.span,
                        payload: payload.span,
                        qos: .atMostOnce,
                        retain: true,
                        expiry: nil
                    )
                )
            }
            let after = try #require(BenchmarkMeasure.residentByteCount)
            let perMessage = Double(after - before) / Double(retained.count)
            BenchmarkMeasure.report("retained message of 64 bytes", perMessage, "bytes")
            #expect(retained.count == 100_000)
        }
    }
}
