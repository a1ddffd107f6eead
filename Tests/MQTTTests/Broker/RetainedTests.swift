import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: retained messages", .onSeveralBrokers)
struct RetainedTests {
    private let broker = InMemoryBroker()

    private func retained(_ filter: String, qos: QoS = .exactlyOnce) -> [Publish] {
        let subscriber = broker.connect("reader")
        subscriber.subscribe(filter, qos: qos)
        return subscriber.receiveMessages()
    }

    @Test("a later subscriber gets the last retained message, with RETAIN [MQTT-3.3.1-5]", arguments: QoS.allCases)
    func last(qos: QoS) {
        let publisher = broker.connect("p")
        publisher.publish("t", "1", qos: qos, retain: true)
        publisher.publish("t", "2", qos: qos, retain: true)
        let identifier: UInt16 = qos == .atMostOnce ? 0 : 1
        #expect(retained("t") == [Publish("t", "2", qos: qos, retain: true, packetIdentifier: identifier)])
        #expect(retained("t", qos: .atMostOnce) == [Publish("t", "2", retain: true)], "[MQTT-3.8.4-8]")
    }

    @Test("an empty message removes it and is not retained itself [MQTT-3.3.1-6] [MQTT-3.3.1-7]")
    func removed() {
        let publisher = broker.connect("p")
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        publisher.publish("t", "1", retain: true)
        publisher.publish("t", "", retain: true)
        #expect(subscriber.receivePayloads() == ["1", ""], "both are delivered like others")
        #expect(retained("t").isEmpty)
        #expect(broker.broker.retained.count == 0)
        #expect(broker.broker.retained.byteCount == 0)
    }

    @Test("a message without RETAIN leaves it alone [MQTT-3.3.1-8]")
    func leftAlone() {
        let publisher = broker.connect("p")
        publisher.publish("t", "1", retain: true)
        publisher.publish("t", "2")
        publisher.publish("t", "")
        #expect(retained("t").map(\.payloadText) == ["1"])
    }

    @Test("wildcards fetch all that match, and `$` topics only where they are named [MQTT-4.7.2-1]")
    func wildcards() {
        let publisher = broker.connect("p")
        for topic in ["a", "a/b", "a/b/c", "b", "/", "$x/y"] {
            publisher.publish(topic, topic, retain: true)
        }
        func topics(_ filter: String) -> Set<String> { Set(retained(filter).map(\.topicText)) }
        #expect(topics("#") == ["a", "a/b", "a/b/c", "b", "/"])
        #expect(topics("a/#") == ["a", "a/b", "a/b/c"])
        #expect(topics("+") == ["a", "b"])
        #expect(topics("+/+") == ["a/b", "/"])
        #expect(topics("$x/#") == ["$x/y"])
        #expect(topics("none/#").isEmpty)
    }

    @Test("Retain Handling decides when they come [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11] [MQTT-3.8.4-4]")
    func retainHandling() {
        broker.connect("p").publish("t", "1", retain: true)
        let subscriber = broker.connect("s")
        func payloads(_ handling: SubscriptionOptions.RetainHandling) -> [String] {
            #expect(subscriber.subscribe("t") { $0.retainHandling = handling } == [.grantedQoS2])
            return subscriber.receivePayloads()
        }
        #expect(payloads(.never).isEmpty)
        #expect(payloads(.onlyIfNew).isEmpty, "there is a subscription")
        #expect(payloads(.always) == ["1"])
        #expect(payloads(.always) == ["1"])
        subscriber.unsubscribe("t")
        #expect(payloads(.onlyIfNew) == ["1"])
        #expect(payloads(.onlyIfNew).isEmpty)
    }

    @Test("RETAIN of what is forwarded is 0, or as published with Retain As Published [MQTT-3.3.1-12] [MQTT-3.3.1-13]")
    func retainAsPublished() {
        let plain = broker.connect("a")
        plain.subscribe("t")
        let keeping = broker.connect("b")
        keeping.subscribe("t") { $0.retainAsPublished = true }
        let older = broker.connect("c", version: .v3_1_1)
        older.subscribe("t")
        let publisher = broker.connect("p")
        publisher.publish("t", "1", retain: true)
        publisher.publish("t", "2")
        #expect(plain.receiveMessages().map(\.retain) == [false, false])
        #expect(keeping.receiveMessages().map(\.retain) == [true, false])
        #expect(older.receiveMessages().map(\.retain) == [false, false])
    }

    @Test("a shared subscription fetches none")
    func shared() {
        broker.connect("p").publish("t", "1", retain: true)
        #expect(retained("$share/g/t").isEmpty)
    }

    @Test("they come once for each Topic Filter, after the SUBACK, with its Subscription Identifier")
    func eachFilter() {
        broker.connect("p").publish("a/b", "1", retain: true)
        let subscriber = broker.connect("s")
        subscriber.send(hex: "82 { 0005 { 0B 09 } 'a/+' 00 'a/b' 00 }")
        #expect(
            subscriber.receiveAll() == [
                .suback(SubscriptionAcknowledgement(packetIdentifier: 5, reasonCodes: [.success, .success])),
                .publish(Publish("a/b", "1", retain: true).with(subscriptionIdentifiers: [9])),
                .publish(Publish("a/b", "1", retain: true).with(subscriptionIdentifiers: [9])),
            ]
        )
    }

    @Test("they keep their properties, and expire [MQTT-3.3.2-5] [MQTT-3.3.2-6]", .tags(.oneBroker))
    func expiry() {
        let publisher = broker.connect("p")
        publisher.publish("t", "1", retain: true, expiry: 10, forwardedProperties: "03 'text' 26 'a' 'b'")
        broker.advance(by: .seconds(4))
        let expected = Publish("t", "1", retain: true, forwardedProperties: "03 'text' 26 'a' 'b'")
        #expect(retained("t") == [expected.with(expiry: 6)])
        broker.advance(by: .milliseconds(5_999))
        #expect(retained("t").map(\.messageExpiryInterval) == [1])
        broker.advance(by: .milliseconds(1))
        #expect(retained("#").isEmpty)
        #expect(broker.broker.retained.count == 0)
    }

    @Test("they survive the session of their publisher, and go to every version")
    func survive() {
        broker.connect("p", version: .v3_1_1).publish("t", "1", qos: .atLeastOnce, retain: true)
        for version in ProtocolVersion.allCases {
            let subscriber = broker.connect("s", version: version)
            subscriber.subscribe("t", qos: .atMostOnce)
            #expect(subscriber.receiveMessages() == [Publish("t", "1", retain: true)])
        }
    }

    @Test("a broker without retained messages refuses them")
    func notAvailable() {
        let broker = InMemoryBroker { $0.retainAvailable = false }
        let client = broker.connect("a")
        client.publish("t", "1", retain: true)
        #expect(client.disconnectReason() == .retainNotSupported)
        #expect(broker.broker.retained.count == 0)
    }
}
