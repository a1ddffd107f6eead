import NIOCore

@testable import MQTT
@testable import Support

extension Operation {
    /// Who gets a message, and which messages are retained.
    static let topics =
        [
            Operation("match a topic that is remembered", allocations: 0, instructions: 520, outcome: 3) {
                var index = subscriptions(count: 1_000)
                let topic = Array("site/g7/d1/m1/v".utf8)
                return repetition { count in
                    (0..<count).reduce(0) { outcome, _ in outcome + index.matches(of: topic.span).deliveries.count }
                }
            },
            Operation("match, 1,000 filters", allocations: 3, instructions: 7_000, outcome: 3) {
                matcher(count: 1_000)
            },
            Operation("match, 100,000 filters", allocations: 3, instructions: 7_000, outcome: 3) {
                matcher(count: 100_000)
            },
            Operation("match, 1,000 filters without wildcards", allocations: 1, instructions: 4_400) {
                matcher(count: 1_000, kinds: ["site/g%/d1/m1/v"])
            },
        ] + retained

    private static let retained = [
        Operation("look up one of 10,000 retained messages", allocations: 0, instructions: 1_800) {
            let retained = retainedMessages(count: 10_000)
            let topics = (0..<unit).map { Array("site/g\($0 * 7)/d3/v".utf8) }
            return repetition { _ in
                topics.reduce(0) { outcome, topic in outcome + (retained.message(of: topic.span) == nil ? 0 : 1) }
            }
        },
        Operation("fetch 10 of 10,000 retained messages", allocations: 9, instructions: 14_500, outcome: 10) {
            var retained = retainedMessages(count: 10_000)
            let filters = (0..<unit).map { Array("site/g\($0 * 7)/+/v".utf8) }
            return repetition { _ in
                filters.reduce(0) { outcome, filter in
                    outcome + retained.messages(matching: filter.span, now: .uptimeNanoseconds(1)).count
                }
            }
        },
    ]

    /// Of four filters of a group, three match its topic, one of each kind that there is.
    private static let kinds = ["site/g%/d1/m1/v", "site/g%/+/m1/v", "site/g%/d1/#", "site/g%/d2/m1/v"]

    /// An index of so many filters, of a thousand sessions; a topic of one group matches nothing of another.
    private static func subscriptions(count: Int, kinds: [String] = kinds) -> SubscriptionIndex {
        var index = SubscriptionIndex()
        for number in 0..<count {
            let parts = kinds[number % kinds.count].split(separator: "%")
            let text = parts.joined(separator: "\(number / kinds.count)")
            guard let filter = TopicFilter(BenchmarkBroker.text(text)) else {
                preconditionFailure("\(text) is a filter")
            }
            let subscriber = SubscriptionIndex.Subscriber(
                session: UInt32(number % 1_000),
                identifier: 0,
                options: SubscriptionOptions(maximumQoS: .atMostOnce)
            )
            _ = index.subscribe(subscriber, to: filter)
        }
        return index
    }

    /// Matches topics of groups that lie all over the index.
    private static func matcher(count: Int, kinds: [String] = kinds) -> Repetition {
        var index = subscriptions(count: count, kinds: kinds)
        let groupCount = count / kinds.count
        let topics = (0..<unit).map { Array("site/g\($0 * 7_919 % groupCount)/d1/m1/v".utf8) }
        return repetition { _ in
            // Asked for a publisher, the index does not look into its cache.
            topics.reduce(0) { outcome, topic in
                outcome + index.matches(of: topic.span, publishedBy: .max).deliveries.count
            }
        }
    }

    /// So many retained messages, of ten devices in each group.
    private static func retainedMessages(count: Int) -> RetainedMessages {
        let payload = [UInt8](repeating: 1, count: 64)
        let noProperties: [UInt8] = []
        var retained = RetainedMessages()
        for number in 0..<count {
            let topic = Array("site/g\(number / 10)/d\(number % 10)/v".utf8)
            let message = StoredMessage(
                topic: topic.span,
                properties: noProperties.span,
                payload: payload.span,
                qos: .atMostOnce,
                retain: true,
                expiry: nil
            )
            retained.store(message)
        }
        return retained
    }
}
