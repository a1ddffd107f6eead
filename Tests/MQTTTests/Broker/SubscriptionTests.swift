import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: SUBSCRIBE and UNSUBSCRIBE", .onSeveralBrokers)
struct SubscriptionTests {
    private let broker = InMemoryBroker()

    @Test(
        """
        SUBSCRIBE is answered by SUBACK with its identifier and a code for each Topic Filter in order \
        [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1] \
        [MQTT-2.2.1-6]
        """
    )
    func suback() {
        let client = broker.connect("a")
        client.send(hex: "82 { ABCD {} 'a' 02 '$share//b' 00 'c' 00 '$share/x' 01 '$share/g/d' 01 }")
        let suback = SubscriptionAcknowledgement(
            packetIdentifier: 0xABCD,
            reasonCodes: [.grantedQoS2, .topicFilterInvalid, .success, .topicFilterInvalid, .grantedQoS1]
        )
        #expect(client.receiveAll() == [.suback(suback)])
        #expect(broker.remains.subscriptions == 3)
        let older = broker.connect("b", version: .v3_1_1)
        older.send(hex: "82 { 0001 'a' 02 '$share//b' 00 'c' 01 }")
        #expect(
            older.receiveAll() == [
                .suback(
                    SubscriptionAcknowledgement(
                        packetIdentifier: 1,
                        reasonCodes: [.grantedQoS2, .unspecifiedError, .grantedQoS1]
                    )
                )
            ]
        )
    }

    @Test("a broker with a lower Maximum QoS grants that [MQTT-3.2.2-10]")
    func maximumQoS() {
        let broker = InMemoryBroker { $0.listeners[0].maximumQoS = .atLeastOnce }
        let client = broker.connect("a")
        #expect(client.subscribe("a", qos: .exactlyOnce) == [.grantedQoS1])
        #expect(client.subscribe("b", qos: .atMostOnce) == [.success])
    }

    @Test("the same Topic Filter again replaces the subscription [MQTT-3.8.4-3]")
    func replaced() {
        let client = broker.connect("a")
        client.subscribe("t", qos: .exactlyOnce, identifier: 1)
        client.subscribe("t", qos: .atMostOnce, identifier: 2)
        broker.connect("p").publish("t", "x", qos: .exactlyOnce)
        #expect(client.receiveMessages() == [Publish("t", "x").with(subscriptionIdentifiers: [2])])
        #expect(broker.remains.subscriptions == 1)
        client.subscribe("t", qos: .atMostOnce)
        broker.connect("p").publish("t", "y")
        #expect(client.receiveMessages() == [Publish("t", "y")])
    }

    @Test(
        """
        overlapping subscriptions deliver one copy at the highest QoS, with all identifiers \
        [MQTT-3.3.4-2] [MQTT-3.3.4-3] [MQTT-3.3.4-4]
        """
    )
    func overlapping() throws {
        let client = broker.connect("a")
        client.subscribe("a/b", qos: .atMostOnce, identifier: 1)
        client.subscribe("a/+", qos: .exactlyOnce, identifier: 300)
        client.subscribe("#", qos: .atLeastOnce, identifier: 268_435_455)
        client.subscribe("+/b", qos: .atMostOnce)
        client.subscribe("c", qos: .atMostOnce, identifier: 4)
        broker.connect("p").publish("a/b", "x", qos: .exactlyOnce)
        let messages = client.receiveMessages()
        let message = try #require(messages.first)
        #expect(messages.count == 1)
        #expect(message.qos == .exactlyOnce)
        #expect(message.subscriptionIdentifiers.sorted() == [1, 300, 268_435_455])
    }

    @Test("identifiers are those of each receiver, also among many that share the same bytes")
    func identifiersOfEach() {
        let clients: [(ScriptedPeer, [UInt32])] = (0..<20).map { number in
            let client = broker.connect("c\(number)")
            let identifier: UInt32? = number % 2 == 0 ? UInt32(number + 1) : nil
            client.subscribe("t", identifier: identifier)
            return (client, identifier.map { [$0] } ?? [])
        }
        broker.connect("p").publish("t", "x", qos: .atLeastOnce)
        for (client, identifiers) in clients {
            #expect(client.receiveMessages().map(\.subscriptionIdentifiers) == [identifiers])
        }
    }

    @Test("a queued message keeps the identifiers of what it matched")
    func identifiersQueued() {
        let session: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(60))]
        let first = broker.connect("a", session)
        first.subscribe("t", identifier: 5)
        first.drop()
        broker.connect("p").publish("t", "x", qos: .atLeastOnce)
        let second = broker.connect("a", cleanStart: false, session)
        #expect(second.receiveMessages().map(\.subscriptionIdentifiers) == [[5]])
    }

    @Test("No Local keeps a Client's own messages from it, and only those [MQTT-3.8.3-3]")
    func noLocal() {
        let client = broker.connect("a")
        client.subscribe("t") { $0.noLocal = true }
        let other = broker.connect("b")
        other.subscribe("t")
        client.publish("t", "own")
        other.publish("t", "other")
        #expect(client.receivePayloads() == ["other"])
        #expect(other.receivePayloads() == ["own", "other"])
    }

    @Test("No Local on one of two overlapping subscriptions keeps back only that one")
    func partlyNoLocal() {
        let client = broker.connect("a")
        client.subscribe("t", qos: .exactlyOnce, options: { $0.noLocal = true }, identifier: 1)
        client.subscribe("#", qos: .atMostOnce, identifier: 2)
        for _ in 0..<2 {
            client.send(hex: "34 { 't' 0009 {} |own| } 62 { 0009 }")
            #expect(client.receiveMessages() == [Publish("t", "own").with(subscriptionIdentifiers: [2])])
            broker.connect("p").publish("t", "other", qos: .exactlyOnce)
            let message = client.receiveMessages().first
            #expect(message?.qos == .exactlyOnce)
            #expect(message?.subscriptionIdentifiers.sorted() == [1, 2])
        }
    }

    @Test("UNSUBSCRIBE ends just the subscription with the same Topic Filter [MQTT-3.10.4-1] [MQTT-3.10.4-2]")
    func unsubscribe() {
        let client = broker.connect("a")
        client.subscribe("a/b", "a/+", "a/#", "$share/g/a/b", qos: .atMostOnce)
        let publisher = broker.connect("p")
        #expect(client.unsubscribe("a/+") == [.success])
        #expect(client.unsubscribe("a/+") == [.noSubscriptionExisted])
        #expect(
            client.unsubscribe("A/b", "a", "a/b/", "$share/h/a/b") == Array(repeating: .noSubscriptionExisted, count: 4)
        )
        publisher.publish("a/b", "1")
        #expect(client.receivePayloads() == ["1", "1"], "its own and the shared one")
        #expect(client.unsubscribe("a/#", "$share/g/a/b", "a/b") == [.success, .success, .success])
        publisher.publish("a/b", "2")
        #expect(client.receiveAll().isEmpty)
        #expect(broker.remains.subscriptions == 0)
    }

    @Test(
        """
        UNSUBSCRIBE is answered by UNSUBACK with its identifier and a code for each Topic Filter in order \
        [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-3.11.3-1]
        """
    )
    func unsuback() {
        let client = broker.connect("a")
        client.subscribe("a", "c")
        client.send(hex: "A2 { 1234 {} 'a' 'b' 'c' '$share/x' }")
        let codes: [ReasonCode] = [.success, .noSubscriptionExisted, .success, .noSubscriptionExisted]
        #expect(
            client.receiveAll()
                == [.unsuback(SubscriptionAcknowledgement(packetIdentifier: 0x1234, reasonCodes: codes))]
        )
        let older = broker.connect("b", version: .v3_1_1)
        older.send(hex: "A2 { 1234 'a' 'b' }")
        #expect(
            older.receiveAll() == [.unsuback(SubscriptionAcknowledgement(packetIdentifier: 0x1234, reasonCodes: []))]
        )
    }

    @Test("after UNSUBSCRIBE what was begun is finished [MQTT-3.10.4-3]")
    func unsubscribeInFlight() {
        let session: [(PropertyIdentifier, Properties.Value)] = [
            (.sessionExpiryInterval, .integer(60)), (.receiveMaximum, .integer(1)),
        ]
        let client = broker.connect("a", session)
        client.subscribe("t")
        let publisher = broker.connect("p")
        publisher.publish("t", "1", qos: .exactlyOnce)
        publisher.publish("t", "2", qos: .exactlyOnce)
        client.unsubscribe("t")
        client.drop()
        let back = broker.connect("a", cleanStart: false, session)
        #expect(back.receivePayloads() == ["1", "2"])
    }

    @Test("a filter in another's spelling is another filter [MQTT-4.7.3-4]")
    func bytesNotText() {
        let client = broker.connect("a")
        // The letter é in its two normalisations.
        client.subscribe("\u{E9}")
        let publisher = broker.connect("p")
        publisher.publish("e\u{301}", "decomposed")
        publisher.publish("\u{E9}", "composed")
        #expect(client.receivePayloads() == ["composed"])
    }

    @Test("wildcards in the first level do not match topics that begin with $ [MQTT-4.7.2-1]")
    func dollar() {
        let client = broker.connect("a")
        client.subscribe("#", "+/x", "+/+")
        let named = broker.connect("b")
        named.subscribe("$app/#", "$app/+")
        let publisher = broker.connect("p")
        publisher.publish("$app/x", "hidden")
        publisher.publish("SYS/$x", "seen")
        #expect(client.receivePayloads() == ["seen"])
        #expect(named.receivePayloads() == ["hidden"])
    }

    @Test("as many subscriptions as the limit; replacing one needs no further place")
    func limit() {
        let broker = InMemoryBroker { $0.limits.subscriptionsPerSession = 2 }
        let client = broker.connect("a")
        #expect(client.subscribe("a", "$share/g/b", "c") == [.grantedQoS2, .grantedQoS2, .quotaExceeded])
        #expect(client.subscribe("a", "$share/g/b", qos: .atLeastOnce) == [.grantedQoS1, .grantedQoS1])
        client.unsubscribe("a")
        #expect(client.subscribe("c") == [.grantedQoS2])
    }

    @Test("too many levels are refused in filters and in topics")
    func levels() {
        let broker = InMemoryBroker { $0.limits.topicLevels = 3 }
        let client = broker.connect("a")
        #expect(
            client.subscribe("a/b/c", "a/b/c/d", "$share/g/a/b/c", "$share/g/a/b/c/d").map(\.isFailure)
                == [false, true, false, true]
        )
        client.publish("//", "x")
        #expect(!client.isClosed)
        client.publish("///", "x")
        #expect(client.disconnectReason() == .topicNameInvalid)
    }
}
