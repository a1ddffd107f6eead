@testable import MQTT
@testable import Support

/// Filters and topics like those of a large installation: half of the filters exact, a quarter with `+` in the middle, a
/// quarter with a trailing `#`, over so many groups that a topic matches a few filters however many there are.
struct BenchmarkFilters {
    private var random: SeededGenerator
    private let groupCount: Int

    private static let filtersPerGroup = 64
    private static let deviceCount = 16
    private static let measureCount = 8

    init(count: Int, seed: UInt64 = 1) {
        random = SeededGenerator(seed: seed)
        groupCount = max(4, count / Self.filtersPerGroup)
    }

    mutating func nextFilter() -> TopicFilter {
        let group = random.number(in: 0...groupCount - 1)
        let device = random.number(in: 0...Self.deviceCount - 1)
        let measure = random.number(in: 0...Self.measureCount - 1)
        let text =
            switch random.number(in: 0...3) {
            case 0: "site/g\(group)/+/m\(measure)/v"
            case 1: "site/g\(group)/d\(device)/#"
            default: "site/g\(group)/d\(device)/m\(measure)/v"
            }
        guard let filter = TopicFilter(BenchmarkBroker.text(text)) else {
            preconditionFailure("\(text) is a filter")
        }
        return filter
    }

    mutating func nextTopic() -> UTF8String {
        let group = random.number(in: 0...groupCount - 1)
        let device = random.number(in: 0...Self.deviceCount - 1)
        let measure = random.number(in: 0...Self.measureCount - 1)
        return BenchmarkBroker.text("site/g\(group)/d\(device)/m\(measure)/v")
    }

    /// An index with `count` subscriptions of a thousand sessions.
    static func index(count: Int) -> SubscriptionIndex {
        var filters = BenchmarkFilters(count: count)
        var index = SubscriptionIndex()
        var session: UInt32 = 0
        while index.count < count {
            let subscriber = SubscriptionIndex.Subscriber(
                session: session % 1_000,
                identifier: 0,
                options: SubscriptionOptions(maximumQoS: .atMostOnce)
            )
            _ = index.subscribe(subscriber, to: filters.nextFilter())
            session += 1
        }
        return index
    }
}
