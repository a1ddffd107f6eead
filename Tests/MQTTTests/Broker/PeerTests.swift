import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Brokers that are one: messages")
struct PeerTests {
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test("a message reaches the subscribers of every broker once, at their QoS")
    func routing() {
        let broker = InMemoryBroker(count: 3)
        let publisher = broker.connect("p", at: 0)
        #expect(publisher.publish("a/b", "nobody", qos: .atLeastOnce) == .noMatchingSubscribers)
        let subscribers = (0..<3).map { (node: Int) in broker.connect("s\(node)", at: node) }
        subscribers[0].subscribe("a/#", qos: .atMostOnce)
        subscribers[1].subscribe("a/b", "a/+", "#", qos: .atLeastOnce)
        subscribers[2].subscribe("+/b", qos: .exactlyOnce, options: { $0.retainAsPublished = true }, identifier: 7)
        #expect(publisher.publish("a/b", "all", qos: .exactlyOnce) == .success)
        let received = subscribers.map { $0.receiveMessages() }
        #expect(received.map { $0.map(\.payloadText) } == [["all"], ["all"], ["all"]])
        #expect(received.map { $0.map(\.qos) } == [[.atMostOnce], [.atLeastOnce], [.exactlyOnce]])
        #expect(received[2].map(\.subscriptionIdentifiers) == [[7]])
        // A peer does not pass on what it was passed.
        #expect(broker.brokers[1].statistics.publishSentCount == 1)
    }

    @Test("with a message for each subscription, peers still get it once")
    func separateSubscriptions() {
        let broker = InMemoryBroker(count: 2) { $0.sendsForEachSubscription = true }
        let subscriber = broker.connect("s", at: 1)
        subscriber.subscribe("a", "#", "+")
        broker.connect("p", at: 0).publish("a", "x", qos: .atLeastOnce)
        #expect(subscriber.receivePayloads() == ["x", "x", "x"])
    }

    @Test("peers know of a filter from its first subscription to its last")
    func interest() {
        let broker = InMemoryBroker(count: 3)
        let first = broker.connect("a", at: 1)
        let second = broker.connect("b", at: 1)
        first.subscribe("t/+")
        second.subscribe("t/+")
        #expect(broker.brokers.map { $0.subscriptions.count(of: 1) } == [1, 0, 1], "its own sessions are no peer")
        #expect(broker.brokers.map(\.subscriptions.count) == [0, 2, 0])
        first.unsubscribe("t/+")
        #expect(broker.brokers[0].subscriptions.count(of: 1) == 1)
        second.drop()
        #expect(broker.brokers[0].subscriptions.count(of: 1) == 0)
        #expect(broker.brokers.map(\.subscriptions.nodeCount) == [0, 0, 0])
        #expect(broker.connect("p", at: 0).publish("t/x", "x", qos: .atLeastOnce) == .noMatchingSubscribers)
    }

    @Test("a subscription holds at every broker when SUBACK has come, whatever is still open there")
    func subackPromises() {
        let broker = InMemoryBroker(count: 3)
        let subscriber = broker.connect("s", at: 0)
        let publisher = broker.connect("p", at: 2)
        broker.delaysMail = true
        var random = SeededGenerator(seed: 1)
        subscriber.subscribe("t")
        while subscriber.next == nil, broker.endSomeTurn(&random) {}
        guard case .suback = subscriber.receive() else {
            Issue.record("no SUBACK has come")
            return
        }
        publisher.publish("t", "x")
        broker.settle()
        #expect(subscriber.receivePayloads() == ["x"])
    }

    @Test("every broker has what a topic keeps, until it is removed at any of them")
    func retained() {
        let broker = InMemoryBroker(count: 3)
        broker.connect("p", at: 0).publish("t", "kept", qos: .atLeastOnce, retain: true)
        let subscriber = broker.connect("s", at: 1)
        subscriber.subscribe("t")
        #expect(subscriber.receiveMessages().map(\.retain) == [true])
        broker.connect("q", at: 2).publish("t", "", retain: true)
        #expect(broker.brokers.map(\.retained.count) == [0, 0, 0])
        #expect(subscriber.receivePayloads() == [""])
    }

    @Test("a retained message that crosses a subscription on its way comes once", arguments: UInt64(0)..<40)
    func retainedCrossing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let broker = InMemoryBroker(count: 3)
        let publisher = broker.connect("p", at: 0)
        let subscriber = broker.connect("s", at: 1)
        broker.delaysMail = true
        let publishesFirst = random.chance(50)
        if publishesFirst { publisher.publish("t", "new", retain: true) }
        if random.chance(50) { _ = broker.endSomeTurn(&random) }
        subscriber.subscribe("t")
        if random.chance(50) { _ = broker.endSomeTurn(&random) }
        if !publishesFirst { publisher.publish("t", "new", retain: true) }
        broker.settle()
        #expect(subscriber.receivePayloads() == ["new"])
    }

    @Test("brokers agree on a topic that is changed at several of them at once", arguments: UInt64(0)..<40)
    func retainedConvergence(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let broker = InMemoryBroker(count: 3)
        let publishers = (0..<3).map { (node: Int) in broker.connect("p\(node)", at: node) }
        broker.delaysMail = true
        for number in 0..<30 {
            let payload = random.chance(30) ? "" : "\(number)"
            random.element(of: publishers).publish("t/\(random.number(in: 0...2))", payload, retain: true)
            if random.chance(40) { _ = broker.endSomeTurn(&random) }
        }
        broker.settle()
        let kept = broker.brokers.map { value in
            var value = value
            let entries = value.retained.messages(matching: Array("#".utf8).span, now: broker.now)
            return Set(entries.map { String(decoding: [UInt8](copying: $0.message.payload), as: UTF8.self) })
        }
        #expect(kept[0] == kept[1])
        #expect(kept[0] == kept[2])
    }

    @Test("what brokers hold is added up; what all retain counts once")
    func load() {
        let broker = InMemoryBroker(count: 2)
        let peers = (0..<2).map { (node: Int) in broker.connect("c\(node)", at: node) }
        peers[0].subscribe("a")
        peers[1].subscribe("a", "$share/g/b")
        peers[0].publish("r", "12345", retain: true)
        let load = broker.load
        #expect(load.connectedCount == 2)
        #expect(load.sessionCount == 2)
        #expect(load.subscriptionCount == 3)
        #expect(load.sharedSubscriptionCount == 1)
        #expect(load.retainedMessageCount == 1)
        #expect(load.storedMessageCount == 1)
        #expect(load.storedByteCount == broker.brokers[0].retained.byteCount)
        #expect(load.statistics.receivedCount(.connect) == 2)
    }

    @Test("what one broker tells of all below $SYS is there at each, and takes no place of what Clients retain")
    func systemTopics() {
        let broker = InMemoryBroker(count: 2) { $0.limits.retainedMessages = 1 }
        let clients = (0..<2).map { (node: Int) in broker.connect("c\(node)", at: node) }
        let load = broker.load
        broker.operate { value, effects in
            value.publishSystemTopics(SystemFigures(), load: load, now: broker.now, into: &effects)
        }
        clients[1].subscribe("$SYS/broker/clients/connected")
        #expect(clients[1].receivePayloads() == ["2"])
        clients[1].publish("t", "kept", qos: .atLeastOnce, retain: true)
        clients[0].subscribe("t")
        #expect(clients[0].receivePayloads() == ["kept"])
    }
}
