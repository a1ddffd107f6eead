import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: limits", .onSeveralBrokers)
struct LimitTests {
    @Test("each listener takes as many connections as it may", .tags(.oneBroker))
    func connectionsOfListener() throws {
        let broker = InMemoryBroker {
            $0.listeners = [ListenerRules(), ListenerRules()]
            $0.listeners[1].maximumConnections = 1
        }
        let first = broker.connect("a", by: 1)
        #expect(broker.open(by: 1) == nil)
        #expect(broker.open(by: 0) != nil)
        first.drop()
        #expect(broker.open(by: 1) != nil)
    }

    @Test("no more sessions than the limit, but each Client may come back to its own")
    func sessions() {
        let broker = InMemoryBroker { $0.limits.sessions = 1 }
        let lasting = [(PropertyIdentifier.sessionExpiryInterval, Properties.Value.integer(100))]
        broker.connect("a", lasting).drop()
        #expect(broker.connect("b").connack?.reasonCode == .serverBusy)
        #expect(broker.connect("a", cleanStart: false, lasting).connack?.sessionPresent == true)
    }

    @Test("bytes in flight are bounded, and go on when they are acknowledged")
    func inFlightBytes() {
        let broker = InMemoryBroker { $0.limits.inFlightBytes = 25 }
        let receiver = broker.connect("r")
        receiver.subscribe("t")
        let publisher = broker.connect("p")
        for number in 1...4 { publisher.publish("t", "\(number)12345678", qos: .exactlyOnce) }
        #expect(receiver.receiveAll().count == 2, "two of ten bytes each fit, a third does not")
        for identifier in [UInt16(1), 2] {
            receiver.send(.pubrec(Acknowledgement(packetIdentifier: identifier)))
            receiver.send(.pubcomp(Acknowledgement(packetIdentifier: identifier)))
        }
        #expect(receiver.receiveMessages().map { $0.payloadText.prefix(1) } == ["3", "4"])
        publisher.publish("t", String(repeating: "x", count: 100), qos: .atLeastOnce)
        #expect(receiver.receivePayloads().count == 1, "one that is larger than the limit goes alone")
        #expect(broker.session("r")?.inFlightByteCount == 0)
    }

    @Test("a payload above the limit is acknowledged and dropped")
    func payloadSize() {
        let broker = InMemoryBroker { $0.limits.payloadSize = 3 }
        let receiver = broker.connect("r")
        receiver.subscribe("t")
        let publisher = broker.connect("p", version: .v3_1_1)
        #expect(publisher.publish("t", "1234", qos: .exactlyOnce) == .success)
        #expect(publisher.publish("t", "123", qos: .atLeastOnce) == .success)
        #expect(broker.connect("q").publish("t", "1234", qos: .atLeastOnce) == .implementationSpecificError)
        #expect(receiver.receivePayloads() == ["123"])
        #expect(broker.events.contains(.payloadTooLarge(clientIdentifier: .text("p"), byteCount: 4)))
    }

    @Test("no more topics are retained than the limit; known ones change, and there is room again after a deletion")
    func retainedMessages() {
        let broker = InMemoryBroker { $0.limits.retainedMessages = 2 }
        let publisher = broker.connect("p")
        for topic in ["a", "b", "c", "d"] { publisher.publish(topic, "1", retain: true) }
        publisher.publish("a", "2", retain: true)
        #expect(broker.broker.retained.count == 2)
        #expect(broker.events.filter { $0 == .retainedMessagesFull }.count == 1, "told once")
        publisher.publish("b", "", retain: true)
        publisher.publish("c", "1", retain: true)
        let reader = broker.connect("r")
        reader.subscribe("#")
        #expect(Set(reader.receiveMessages().map { $0.topicText + $0.payloadText }) == ["a2", "c1"])
    }

    @Test("retained messages grow old, and the memory of those that nobody asks for comes back")
    func retainExpiry() {
        let broker = InMemoryBroker { $0.retainExpiryInterval = 120 }
        let publisher = broker.connect("p")
        for number in 0..<100 { publisher.publish("t/\(number)", "x", retain: true) }
        publisher.publish("short", "x", retain: true, expiry: 10)
        let reader = broker.connect("r")
        broker.advance(by: .seconds(119))
        #expect(broker.broker.retained.count == 100, "the one with an expiry of its own has been swept up")
        reader.subscribe("t/1")
        let messages = reader.receiveMessages()
        #expect(messages.count == 1)
        #expect(messages.first?.messageExpiryInterval == nil, "the broker's interval is none of the message's")
        broker.advance(by: .seconds(70))
        #expect(broker.broker.retained.count == 0)
        #expect(broker.broker.deadlines.next == nil)
    }

    @Test("who publishes faster than allowed is paused for as long as it takes to be level again", .tags(.oneBroker))
    func publishRate() throws {
        let broker = InMemoryBroker {
            $0.limits.publishRate = 10
            $0.limits.publishByteRate = 1_000
        }
        let publisher = broker.connect("p")
        for _ in 1...10 { publisher.publish("t") }
        #expect(broker.broker.pause(of: publisher.connection) == nil, "a second's worth may come at once")
        for _ in 1...5 { publisher.publish("t") }
        let pause = try #require(broker.broker.pause(of: publisher.connection))
        #expect(abs(pause.nanoseconds - 500_000_000) < 1_000_000, "five messages are half a second: \(pause)")
        broker.advance(by: .seconds(2))
        publisher.publish("t")
        #expect(broker.broker.pause(of: publisher.connection) == nil)
        publisher.publish("t", String(repeating: "x", count: 2_999))
        let byBytes = try #require(broker.broker.pause(of: publisher.connection))
        #expect(abs(byBytes.nanoseconds - 2_000_000_000) < 50_000_000, "three seconds' worth of bytes: \(byBytes)")
        let other = broker.connect("q")
        #expect(broker.broker.pause(of: other.connection) == nil, "the others go on")
    }

    @Test("a rate for all holds for each", .tags(.oneBroker))
    func publishRateInAll() {
        let broker = InMemoryBroker { $0.limits.publishRateInAll = 10 }
        let first = broker.connect("a")
        let second = broker.connect("b")
        for _ in 1...10 { first.publish("t") }
        #expect(broker.broker.pause(of: second.connection) == nil)
        second.publish("t")
        #expect(broker.broker.pause(of: second.connection) != nil)
    }

    @Test("a Client gets a message for each of its subscriptions where that is asked for [MQTT-3.3.4-2]")
    func overlaps() {
        let broker = InMemoryBroker { $0.sendsForEachSubscription = true }
        let receiver = broker.connect("r")
        receiver.subscribe("a/#", qos: .atLeastOnce, identifier: 1)
        receiver.subscribe("a/b", qos: .atMostOnce, identifier: 2)
        broker.connect("p").publish("a/b", "x", qos: .exactlyOnce)
        let messages = receiver.receiveMessages()
        #expect(
            Set(messages.map { [Int($0.qos.rawValue)] + $0.subscriptionIdentifiers.map(Int.init) }) == [
                [1, 1], [0, 2],
            ]
        )
        var configuration = broker.broker.configuration
        configuration.sendsForEachSubscription = false
        broker.operate { value, effects in
            value.reconfigure(configuration, now: broker.now, into: &effects) { _, _ in true }
        }
        broker.connect("q").publish("a/b", "x", qos: .exactlyOnce)
        #expect(receiver.receiveMessages().count == 1)
    }

    @Test("messages go out with the QoS of the subscription where that is asked for")
    func upgrade() {
        let broker = InMemoryBroker { $0.upgradesOutgoingQoS = true }
        let receiver = broker.connect("r")
        broker.connect("p").publish("kept", "k", retain: true)
        receiver.subscribe("#", qos: .atLeastOnce)
        broker.connect("q").publish("t", "x")
        #expect(receiver.receiveMessages().map(\.qos) == [.atLeastOnce, .atLeastOnce])
    }
}
