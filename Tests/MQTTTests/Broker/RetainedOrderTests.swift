import Testing

@testable import MQTT
@testable import Support

@Suite("The order of retained messages among brokers")
struct RetainedOrderTests {
    private let topic = UTF8String.text("t")

    @Test("a later stamp wins, and of two at once that of the higher broker")
    func order() {
        var first = RetainedOrder(broker: 0, brokerCount: 2)
        var second = RetainedOrder(broker: 1, brokerCount: 2)
        let early = first.stamp(topic)
        let atOnce = second.stamp(topic)
        #expect(early < atOnce)
        let winsAtFirst = first.isLater(atOnce, topic)
        let winsAtSecond = second.isLater(early, topic)
        #expect(winsAtFirst && !winsAtSecond)
        // Whoever knows of a change makes a later one.
        let next = first.stamp(topic)
        let isNextLater = second.isLater(next, topic)
        #expect(isNextLater && next > atOnce)
    }

    @Test("a stamp is forgotten when every peer's clock has come to it, and not before")
    func settling() {
        var order = RetainedOrder(broker: 0, brokerCount: 3)
        let stamp = order.stamp(topic)
        order.hear(stamp.time, of: 1)
        #expect(order.count == 1)
        let isFormerLater = order.isLater(RetainedStamp(time: stamp.time - 1, broker: 2), topic)
        #expect(!isFormerLater, "one that was under way")
        order.hear(stamp.time, of: 2)
        #expect(order.count == 0)
    }

    @Test("few stamps are kept, however many topics change at one broker")
    func bound() {
        let broker = InMemoryBroker(count: 3)
        let publisher = broker.connect("p", at: 0)
        for number in 0..<5_000 {
            publisher.publish("t/\(number)", number % 2 == 0 ? "" : "x", retain: true)
        }
        #expect(broker.brokers.allSatisfy { $0.retainedOrder.count <= 2 * RetainedOrder.countBeforeAsking })
        #expect(broker.brokers.map(\.retained.count) == [2_500, 2_500, 2_500])
    }

    @Test("broker sets hold the highest number there may be")
    func brokerSets() {
        var set = BrokerSet(allOf: BrokerSet.mostBrokers)
        #expect(set.contains(BrokerSet.mostBrokers - 1))
        for broker in 0..<BrokerSet.mostBrokers {
            set.remove(broker)
        }
        #expect(set.isEmpty)
        #expect(!BrokerSet(allOf: 2).contains(2))
    }
}
