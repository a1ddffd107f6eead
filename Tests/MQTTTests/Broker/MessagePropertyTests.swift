import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: properties of messages, aliases, expiry, sizes, versions", .onSeveralBrokers)
struct MessagePropertyTests {
    private let broker = InMemoryBroker()
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test(
        """
        all that describes a message is forwarded as it is, in its order [MQTT-3.3.2-4] [MQTT-3.3.2-15] \
        [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
        """,
        arguments: [true, false]
    )
    func forwarded(toOne: Bool) {
        let subscribers = (0..<(toOne ? 1 : 3)).map { broker.connect("s\($0)") }
        for subscriber in subscribers {
            subscriber.subscribe("t")
        }
        let properties = "26 'z' '1' 01 01 08 'answer/here' 09 [ 00FF ] 26 'a' '2' 03 'text/plain' 26 'z' '1'"
        broker.connect("p").publish("t", "x", qos: .atLeastOnce, forwardedProperties: properties)
        let expected = Publish("t", "x", qos: .atLeastOnce, packetIdentifier: 1, forwardedProperties: properties)
        for subscriber in subscribers {
            #expect(subscriber.receiveMessages() == [expected])
        }
    }

    @Test("they are kept with a message that waits")
    func queued() {
        let first = broker.connect("s", Self.lasting)
        first.subscribe("t")
        first.drop()
        broker.connect("p").publish("t", "x", qos: .atLeastOnce, forwardedProperties: "26 'b' '1' 26 'a' '2'")
        let expected = Publish(
            "t",
            "x",
            qos: .atLeastOnce,
            packetIdentifier: 1,
            forwardedProperties: "26 'b' '1' 26 'a' '2'"
        )
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receiveMessages() == [expected])
    }

    // MARK: Expiry

    @Test("what is forwarded at once keeps its expiry interval, what waited has the rest [MQTT-3.3.2-6]")
    func remaining() {
        let here = broker.connect("h")
        here.subscribe("t")
        let away = broker.connect("s", Self.lasting)
        away.subscribe("t")
        away.drop()
        broker.connect("p").publish("t", "x", qos: .atLeastOnce, expiry: 100)
        #expect(here.receiveMessages().map(\.messageExpiryInterval) == [100])
        broker.advance(by: .milliseconds(30_500))
        let back = broker.connect("s", cleanStart: false, Self.lasting)
        #expect(back.receiveMessages().map(\.messageExpiryInterval) == [70])
    }

    @Test("a message that was sent does not expire before it is acknowledged [MQTT-4.3.3-7]")
    func sentAndExpired() {
        let first = broker.connect("s", Self.lasting)
        first.subscribe("t")
        broker.connect("p").publish("t", "x", qos: .exactlyOnce, expiry: 5)
        first.drop()
        broker.advance(by: .seconds(10))
        let second = broker.connect("s", cleanStart: false, Self.lasting)
        let messages = second.receiveMessages()
        #expect(messages.map(\.duplicate) == [true])
        #expect(messages.map(\.packetIdentifier) == [1])
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test("the longest expiry interval does no harm")
    func longestExpiry() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        broker.connect("p").publish("t", "x", qos: .atLeastOnce, retain: true, expiry: .max)
        #expect(subscriber.receiveMessages().map(\.messageExpiryInterval) == [.max])
        broker.advance(by: .seconds(1))
        subscriber.subscribe("t")
        #expect(subscriber.receiveMessages().map(\.messageExpiryInterval) == [.max - 1])
    }

    // MARK: Topic Aliases

    @Test("a Client's aliases stand for topics up to the maximum [MQTT-3.3.2-12]")
    func incomingAliases() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("#")
        let client = broker.connect("a")
        client.send(hex: "30 { 't' { 23 0001 } |1| } 30 { '' { 23 0001 } |2| } 30 { 'u' { 23 000A } |3| }")
        client.send(hex: "30 { 'v' { 23 0001 } |4| } 32 { '' 0001 { 01 01 23 0001 26 'a' 'b' } |5| }")
        client.send(hex: "30 { '' { 23 000A } |6| }")
        let messages = subscriber.receiveMessages()
        #expect(messages.map(\.topicText) == ["t", "t", "u", "v", "v", "u"])
        #expect(messages.map(\.payloadText) == ["1", "2", "3", "4", "5", "6"])
        #expect(messages.allSatisfy { $0.topicAlias == 0 })
        #expect(
            messages[4]
                == Publish("v", "5", qos: .atLeastOnce, packetIdentifier: 1, forwardedProperties: "01 01 26 'a' 'b'")
        )
    }

    @Test(
        "aliases that stand for nothing or are above the maximum end the connection [MQTT-3.3.2-9]",
        arguments: [
            ("30 { '' { 23 0001 } }", ReasonCode.protocolError), ("30 { 't' { 23 0011 } }", .topicAliasInvalid),
            ("30 { 't' { 23 0000 } }", .topicAliasInvalid),
        ]
    )
    func wrongAliases(notation: String, reasonCode: ReasonCode) {
        let client = broker.connect("a")
        client.send(hex: notation)
        #expect(client.disconnectReason() == reasonCode)
    }

    @Test("aliases end with the connection [MQTT-3.3.2-7]")
    func aliasesEnd() {
        let first = broker.connect("a", Self.lasting)
        first.send(hex: "30 { 't' { 23 0001 } }")
        first.drop()
        let second = broker.connect("a", cleanStart: false, Self.lasting)
        second.send(hex: "30 { '' { 23 0001 } }")
        #expect(second.disconnectReason() == .protocolError)
    }

    @Test("the broker uses aliases only up to the Client's maximum [MQTT-3.1.2-26] [MQTT-3.3.2-11]")
    func outgoingAliases() {
        let subscriber = broker.connect("s", [(.topicAliasMaximum, .integer(2))])
        subscriber.subscribe("#")
        let publisher = broker.connect("p")
        for topic in ["a/b/c", "a/b/d", "a/b/e", "a/b/c", "a/b/d", "a/b/e"] {
            publisher.publish(topic, "x", qos: .atLeastOnce)
        }
        let messages = subscriber.receiveMessages()
        #expect(messages.map(\.topicText) == ["a/b/c", "a/b/d", "a/b/e", "", "", "a/b/e"])
        #expect(messages.map(\.topicAlias) == [1, 2, 0, 1, 2, 0])
    }

    @Test("without a maximum from the Client the broker uses none [MQTT-3.1.2-27]", arguments: [true, false])
    func noOutgoingAliases(isGiven: Bool) {
        let subscriber = broker.connect("s", isGiven ? [(.topicAliasMaximum, .integer(0))] : [])
        subscriber.subscribe("#")
        let publisher = broker.connect("p")
        for _ in 0..<3 {
            publisher.publish("a", "x")
        }
        #expect(subscriber.receiveMessages().map(\.topicAlias) == [0, 0, 0])
    }

    @Test("what is sent again on the next connection has aliases of that connection [MQTT-3.3.2-7]")
    func aliasesOfResent() {
        let properties = Self.lasting + [(.topicAliasMaximum, .integer(2))]
        let first = broker.connect("s", properties)
        first.subscribe("#")
        let publisher = broker.connect("p")
        publisher.publish("a/b/c", "1", qos: .atLeastOnce)
        publisher.publish("a/b/c", "2", qos: .atLeastOnce)
        first.drop()
        let second = broker.connect("s", cleanStart: false, properties)
        let messages = second.receiveMessages()
        #expect(messages.map(\.topicText) == ["a/b/c", ""])
        #expect(messages.map(\.topicAlias) == [1, 1])
    }

    // MARK: Sizes

    @Test(
        "nothing larger than the Client's Maximum Packet Size is sent; it counts as delivered [MQTT-3.1.2-24] [MQTT-3.1.2-25]"
    )
    func maximumPacketSize() {
        let subscriber = broker.connect(
            "s",
            Self.lasting + [(.maximumPacketSize, .integer(40)), (.receiveMaximum, .integer(1))]
        )
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        // 2 for the fixed header, 3 for the topic, 2 for the identifier, 1 for the properties.
        let largest = String(repeating: "x", count: 32)
        publisher.publish("t", largest + "y", qos: .exactlyOnce)
        publisher.publish("t", largest, qos: .exactlyOnce)
        publisher.publish("t", largest + "y", qos: .exactlyOnce)
        publisher.publish("t", "last", qos: .exactlyOnce)
        #expect(subscriber.receivePayloads() == [largest, "last"])
        subscriber.drop()
        publisher.publish("t", largest + "y", qos: .exactlyOnce)
        publisher.publish("t", largest, qos: .exactlyOnce)
        #expect(
            broker.connect("s", cleanStart: false, Self.lasting + [(.maximumPacketSize, .integer(40))])
                .receivePayloads()
                == [largest]
        )
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test("what was sent and is too large for the next connection is not sent again [MQTT-3.1.2-24] [MQTT-3.1.2-25]")
    func resentTooLarge() {
        let first = broker.connect("s", Self.lasting)
        first.subscribe("t")
        let publisher = broker.connect("p")
        for payload in ["1", String(repeating: "x", count: 100), "3"] {
            publisher.publish("t", payload, qos: .exactlyOnce)
        }
        first.drop()
        let second = broker.connect(
            "s",
            cleanStart: false,
            Self.lasting + [(.maximumPacketSize, .integer(40)), (.receiveMaximum, .integer(1))]
        )
        #expect(second.receivePayloads() == ["1", "3"])
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test("a SUBACK that is too large is not sent [MQTT-3.1.2-24]")
    func subackTooLarge() {
        let client = broker.connect("s", [(.maximumPacketSize, .integer(30))])
        client.send(
            .subscribe(
                Subscribe(
                    packetIdentifier: 1,
                    subscriptions: (0..<30).map {
                        .init(topicFilter: .text("t\($0)"), options: SubscriptionOptions(maximumQoS: .atMostOnce))
                    }
                )
            )
        )
        client.send(.pingreq)
        #expect(client.receiveAll() == [.pingresp])
        #expect(broker.remains.subscriptions == 30)
    }

    @Test(
        "a Topic Alias never makes a packet too large [MQTT-3.1.2-24]",
        arguments: 20...45,
        ["t", "top", "topi", "topic/x"]
    )
    func aliasAndSize(size: Int, topic: String) {
        let subscriber = broker.connect(
            "s",
            Self.lasting + [(.maximumPacketSize, .integer(UInt32(size))), (.topicAliasMaximum, .integer(10))]
        )
        subscriber.subscribe("#", qos: .atMostOnce)
        let publisher = broker.connect("p")
        let longest = size - 5 - topic.utf8.count
        for length in (longest - 5...longest + 1) {
            let before = subscriber.receivedByteCount
            publisher.publish(topic, String(repeating: "x", count: length))
            #expect(subscriber.receivedByteCount - before <= size)
            #expect(subscriber.receiveMessages().count == 1 || length > longest)
        }
        #expect(subscriber.decodingError == nil)
    }

    @Test("a packet larger than the broker takes ends the connection at its fixed header")
    func tooLargeForBroker() {
        let broker = InMemoryBroker { $0.limits.packetSize = 100 }
        let client = broker.connect("a")
        client.send(hex: "30 62")
        #expect(!client.isClosed)
        let other = broker.connect("b")
        other.send(hex: "30 63")
        #expect(other.disconnectReason() == .packetTooLarge)
    }

    // MARK: Versions

    @Test("messages of version 5 reach older Clients without properties, and the other way round")
    func versions() {
        let receivers = ProtocolVersion.allCases.map { broker.connect("\($0)", version: $0) }
        for receiver in receivers {
            receiver.subscribe("t")
        }
        for version in ProtocolVersion.allCases {
            let properties = version == .v5_0 ? "03 'text' 26 'a' 'b'" : ""
            broker.connect("p", version: version).publish(
                "t",
                "\(version)",
                qos: .exactlyOnce,
                forwardedProperties: properties
            )
        }
        for receiver in receivers {
            let messages = receiver.receiveMessages()
            #expect(messages.map(\.payloadText) == ["3.1", "3.1.1", "5.0"])
            #expect(messages.map(\.qos) == [.exactlyOnce, .exactlyOnce, .exactlyOnce])
            let last = Publish(
                "t",
                "5.0",
                qos: .exactlyOnce,
                packetIdentifier: 3,
                forwardedProperties: receiver.version == .v5_0 ? "03 'text' 26 'a' 'b'" : ""
            )
            #expect(messages.last == last)
        }
    }

    @Test("a session goes on under another version")
    func versionChanges() {
        let first = broker.connect("s", Self.lasting + [(.receiveMaximum, .integer(1))])
        first.subscribe("t", identifier: 9)
        let publisher = broker.connect("p")
        publisher.publish("t", "1", qos: .exactlyOnce, forwardedProperties: "03 'text'")
        publisher.publish("t", "2", qos: .exactlyOnce, forwardedProperties: "03 'text'")
        first.drop()
        let second = broker.connect("s", version: .v3_1_1, cleanStart: false)
        #expect(
            second.receiveMessages() == [
                Publish("t", "1", qos: .exactlyOnce, duplicate: true, packetIdentifier: 1),
                Publish("t", "2", qos: .exactlyOnce, packetIdentifier: 2),
            ]
        )
    }
}
