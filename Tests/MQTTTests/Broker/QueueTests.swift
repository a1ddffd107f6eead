import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: queues, and receivers that are slow or away", .onSeveralBrokers)
struct QueueTests {
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test("no more is in flight than the Client's Receive Maximum [MQTT-3.3.4-9] [MQTT-4.9.0-1] [MQTT-4.9.0-2]")
    func receiveMaximum() {
        let broker = InMemoryBroker()
        let subscriber = broker.connect("s", [(.receiveMaximum, .integer(2))])
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        for number in 1...6 {
            publisher.publish("t", "\(number)", qos: number % 2 == 0 ? .atLeastOnce : .exactlyOnce)
        }
        #expect(subscriber.receiveAll().count == 2)
        publisher.publish("t", "0")
        #expect(subscriber.receivePayloads() == ["0"], "QoS 0 goes on")
        subscriber.send(.pingreq)
        #expect(subscriber.receiveAll() == [.pingresp], "all else goes on [MQTT-3.3.4-10] [MQTT-4.9.0-3]")
        subscriber.send(.pubrec(Acknowledgement(packetIdentifier: 1)))
        #expect(subscriber.receiveAll() == [.pubrel(Acknowledgement(packetIdentifier: 1))], "PUBREC frees no place")
        subscriber.send(.puback(Acknowledgement(packetIdentifier: 2)))
        subscriber.send(.pubcomp(Acknowledgement(packetIdentifier: 1)))
        #expect(
            subscriber.receiveAll() == [
                .publish(Publish("t", "3", qos: .exactlyOnce, packetIdentifier: 3)),
                .publish(Publish("t", "4", qos: .atLeastOnce, packetIdentifier: 4)),
            ]
        )
        #expect(broker.session("s")?.queuedMessageCount == 2)
        #expect(broker.remains.queuedBytes == 4)
    }

    @Test("a smaller Receive Maximum on the next connection holds for what is sent again [MQTT-4.9.0-1]")
    func smallerReceiveMaximum() {
        let broker = InMemoryBroker()
        let first = broker.connect("s", Self.lasting)
        first.subscribe("t")
        let publisher = broker.connect("p")
        for number in 1...5 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        first.drop()
        publisher.publish("t", "6", qos: .atLeastOnce)
        let second = broker.connect("s", cleanStart: false, Self.lasting + [(.receiveMaximum, .integer(2))])
        #expect(second.receiveAll().count == 2)
        for identifier: UInt16 in 1...6 {
            second.send(.puback(Acknowledgement(packetIdentifier: identifier)))
            #expect(second.receiveAll().count == (identifier <= 4 ? 1 : 0))
        }
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test("the broker's own bound on messages in flight holds where the Client has none")
    func ownBound() {
        let broker = InMemoryBroker { $0.limits.inFlightMessages = 3 }
        let subscriber = broker.connect("s", version: .v3_1_1)
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        for number in 1...9 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        #expect(subscriber.next != nil)
        #expect(broker.session("s")?.outgoing.inFlightCount == 3)
        #expect(subscriber.receivePayloads() == (1...9).map { "\($0)" })
    }

    @Test("QoS 0 is not kept for a Client that is away, unless so configured", arguments: [false, true])
    func qos0Away(isKept: Bool) {
        let broker = InMemoryBroker { $0.queuesQoS0Messages = isKept }
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        broker.connect("p").publish("t", "x")
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receivePayloads() == (isKept ? ["x"] : []))
    }

    @Test("a full queue drops what comes, counts it and tells it once")
    func queueFull() {
        let broker = InMemoryBroker { $0.limits.queuedMessages = 3 }
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        let publisher = broker.connect("p")
        for number in 1...5 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        #expect(broker.load.statistics.publishDroppedCount == 2)
        let dropping = BrokerEvent.droppingMessages(clientIdentifier: .text("s"), .queueFull)
        #expect(broker.events.filter { $0 == dropping }.count == 1)
        let back = broker.connect("s", cleanStart: false, Self.lasting)
        #expect(back.receivePayloads() == ["1", "2", "3"])
        back.drop()
        for number in 6...9 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        #expect(broker.events.filter { $0 == dropping }.count == 2, "told again after the queue was empty")
    }

    @Test("a queue is full by its bytes, too")
    func queueBytesFull() {
        let broker = InMemoryBroker { $0.limits.queuedBytes = 100 }
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        let publisher = broker.connect("p")
        publisher.publish("t", String(repeating: "a", count: 60), qos: .atLeastOnce)
        publisher.publish("t", String(repeating: "b", count: 60), qos: .atLeastOnce)
        publisher.publish("t", String(repeating: "c", count: 38), qos: .atLeastOnce)
        #expect(broker.remains.queuedBytes == 100)
        #expect(broker.load.statistics.publishDroppedCount == 1)
        let back = broker.connect("s", cleanStart: false, Self.lasting)
        #expect(back.receivePayloads().map(\.first) == ["a", "c"])
        #expect(broker.remains.queuedBytes == 0)
    }

    @Test("QoS 0 to a receiver that does not read is dropped at the limit, counted, told once, and goes on after")
    func slowReceiver() {
        let broker = InMemoryBroker { $0.limits.outgoingBytes = 1_000 }
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        let payload = String(repeating: "x", count: 100)
        let dropping = BrokerEvent.droppingMessages(clientIdentifier: .text("s"), .receiverTooSlow)
        for round in 1...2 {
            subscriber.isReading = false
            for _ in 0..<50 {
                publisher.publish("t", payload)
            }
            #expect(broker.waitingByteCount(for: subscriber) < 1_200)
            subscriber.isReading = true
            #expect(subscriber.receivePayloads().count == 10)
            #expect(broker.load.statistics.publishDroppedCount == round * 40)
            #expect(broker.events.filter { $0 == dropping }.count == round, "told again after it had caught up")
        }
        publisher.publish("t", "back")
        #expect(subscriber.receivePayloads() == ["back"])
    }

    @Test("QoS 1 and 2 to a receiver that does not read wait in its queue, and leave it in order")
    func slowReceiverQoS1() {
        let broker = InMemoryBroker {
            $0.limits.outgoingBytesBeforeQueueing = 500
            $0.limits.outgoingBytes = 1_000
        }
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        subscriber.isReading = false
        for number in 0..<100 {
            publisher.publish("t", "\(number) " + String(repeating: "x", count: 50), qos: .atLeastOnce)
        }
        #expect(broker.waitingByteCount(for: subscriber) < 600)
        #expect(broker.remains.queuedBytes > 4_000)
        subscriber.isReading = true
        let numbers = subscriber.receivePayloads().compactMap { Int($0.prefix { $0 != " " }) }
        #expect(numbers == Array(0..<100))
        #expect(broker.remains.queuedBytes == 0)
    }

    @Test("what is sent again on a new connection waits for a receiver that does not read")
    func slowResend() {
        let broker = InMemoryBroker { $0.limits.outgoingBytesBeforeQueueing = 500 }
        let first = broker.connect("s", Self.lasting)
        first.subscribe("t")
        let publisher = broker.connect("p")
        for number in 0..<20 {
            publisher.publish("t", "\(number) " + String(repeating: "x", count: 100), qos: .exactlyOnce)
        }
        first.drop()
        let second = broker.connect("s", cleanStart: false, Self.lasting)
        #expect(second.receivePayloads().compactMap { Int($0.prefix { $0 != " " }) } == Array(0..<20))
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test("a broker with too much waiting for receivers is overloaded until it is not")
    func overload() {
        let broker = InMemoryBroker { $0.limits.waitingBytesInAll = 1_000 }
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        let publisher = broker.connect("p")
        #expect(!broker.broker.isOverloaded(broker.effects))
        for _ in 0..<11 {
            publisher.publish("t", String(repeating: "x", count: 100), qos: .atLeastOnce)
        }
        #expect(broker.broker.isOverloaded(broker.effects))
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receivePayloads().count == 11)
        #expect(!broker.broker.isOverloaded(broker.effects))
    }

    @Test("a retained value and what is published after it arrive in that order, also at QoS 0")
    func replayBeforeLater() {
        let broker = InMemoryBroker { $0.limits.outgoingBytesBeforeQueueing = 200 }
        let publisher = broker.connect("p")
        for number in 0..<20 {
            publisher.publish("t/\(number)", String(repeating: "x", count: 50), retain: true)
        }
        let subscriber = broker.connect("s")
        subscriber.isReading = false
        subscriber.subscribe("t/#", qos: .atMostOnce)
        for number in 0..<20 {
            publisher.publish("t/\(number)", "new")
        }
        subscriber.isReading = true
        var last: [String: String] = [:]
        let messages = subscriber.receiveMessages()
        for message in messages {
            last[message.topicText] = message.payloadText
        }
        #expect(messages.count == 40)
        #expect(last.count == 20)
        #expect(last.values.allSatisfy { $0 == "new" })
    }

    @Test("many retained messages are sent as the Client takes them, beyond the limits of queues")
    func largeReplay() {
        let broker = InMemoryBroker {
            $0.limits.queuedMessages = 10
            $0.limits.outgoingBytesBeforeQueueing = 1_000
        }
        let publisher = broker.connect("p")
        for number in 0..<2_000 {
            publisher.publish("t/\(number)", "\(number)", qos: .atLeastOnce, retain: true)
        }
        let subscriber = broker.connect("s", [(.receiveMaximum, .integer(5))])
        subscriber.subscribe("t/+")
        var payloads = subscriber.receivePayloads()
        #expect(payloads.count == 2_000)
        payloads.sort()
        #expect(payloads == (0..<2_000).map { "\($0)" }.sorted())
        #expect(broker.load.statistics.publishDroppedCount == 0)
        #expect(broker.remains.queuedBytes == 0)
    }

    @Test("a Client that subscribes again and again and never reads does not make its queue grow for ever")
    func endlessReplay() throws {
        let broker = InMemoryBroker {
            $0.limits.queuedMessages = 1_000
            $0.limits.outgoingBytesBeforeQueueing = 1_000
        }
        let publisher = broker.connect("p")
        for number in 0..<500 {
            publisher.publish("t/\(number)", "\(number)", retain: true)
        }
        let subscriber = broker.connect("s")
        subscriber.isReading = false
        for _ in 0..<100 {
            subscriber.subscribe("t/#")
        }
        #expect(try #require(broker.session("s")).queue.count <= 1_500)
        #expect(broker.load.statistics.publishDroppedCount > 40_000)
    }

    @Test("a message that expires in a queue is not delivered, and its bytes are not counted any more [MQTT-3.3.2-5]")
    func expiredInQueue() {
        let broker = InMemoryBroker()
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        let publisher = broker.connect("p")
        publisher.publish("t", "short", qos: .atLeastOnce, expiry: 10)
        publisher.publish("t", "long", qos: .atLeastOnce, expiry: 20)
        broker.advance(by: .seconds(10))
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receivePayloads() == ["long"])
        #expect(broker.remains.queuedBytes == 0)
    }

    @Test("messages that expired give way to new ones in a queue that is full")
    func expiredGiveWay() {
        let broker = InMemoryBroker { $0.limits.queuedMessages = 2 }
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        let publisher = broker.connect("p")
        publisher.publish("t", "1", qos: .atLeastOnce, expiry: 10)
        publisher.publish("t", "2", qos: .atLeastOnce, expiry: 10)
        broker.advance(by: .seconds(10))
        publisher.publish("t", "3", qos: .atLeastOnce)
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receivePayloads() == ["3"])
        #expect(broker.load.statistics.publishDroppedCount == 0)
    }
}
