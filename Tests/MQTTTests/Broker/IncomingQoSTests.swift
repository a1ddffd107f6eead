import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: receiving QoS 0, 1 and 2", .onSeveralBrokers)
struct IncomingQoSTests {
    private let broker = InMemoryBroker()

    @Test(
        """
        PUBLISH is answered as its QoS demands, with its Packet Identifier [MQTT-3.3.4-1] [MQTT-4.3.2-4] \
        [MQTT-4.3.3-8] [MQTT-2.2.1-5]
        """,
        arguments: ProtocolVersion.allCases
    )
    func answers(version: ProtocolVersion) {
        broker.connect("s").subscribe("t")
        let client = broker.connect("a", version: version)
        client.send(.publish(Publish("t", "0")))
        #expect(client.receiveAll().isEmpty)
        client.send(.publish(Publish("t", "1", qos: .atLeastOnce, packetIdentifier: 0xFFFF)))
        #expect(client.receiveAll() == [.puback(Acknowledgement(packetIdentifier: 0xFFFF))])
        client.send(.publish(Publish("t", "2", qos: .exactlyOnce, packetIdentifier: 7)))
        #expect(client.receiveAll() == [.pubrec(Acknowledgement(packetIdentifier: 7))])
        client.send(.pubrel(Acknowledgement(packetIdentifier: 7)))
        #expect(client.receiveAll() == [.pubcomp(Acknowledgement(packetIdentifier: 7))], "[MQTT-4.3.3-11]")
    }

    @Test("version 5 is told that nobody subscribes; version 3.1.1 has no way to be told")
    func noMatchingSubscribers() {
        let client = broker.connect("a")
        #expect(client.publish("t", qos: .atLeastOnce) == .noMatchingSubscribers)
        #expect(client.publish("t", qos: .exactlyOnce) == .noMatchingSubscribers)
        #expect(broker.connect("b", version: .v3_1_1).publish("t", qos: .atLeastOnce) == .success)
    }

    @Test("QoS 2 that is repeated before PUBREL is answered again and passed on once [MQTT-4.3.3-10]")
    func repeated() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t", qos: .atMostOnce)
        let client = broker.connect("a")
        let publish = Publish("t", "x", qos: .exactlyOnce, packetIdentifier: 7)
        var again = publish
        again.duplicate = true
        for packet in [publish, again, again] {
            client.send(.publish(packet))
            #expect(client.receiveAll() == [.pubrec(Acknowledgement(packetIdentifier: 7))])
        }
        #expect(subscriber.receivePayloads() == ["x"])
        client.send(.pubrel(Acknowledgement(packetIdentifier: 7)))
        #expect(client.receiveAll() == [.pubcomp(Acknowledgement(packetIdentifier: 7))])
        client.send(.publish(publish))
        #expect(subscriber.receivePayloads() == ["x"], "after PUBCOMP it is a new message [MQTT-4.3.3-12]")
    }

    @Test("QoS 2 that is repeated on the session's next connection is passed on once [MQTT-4.3.3-10]")
    func repeatedAfterReconnection() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t", qos: .atMostOnce)
        let first = broker.connect("a", version: .v3_1_1, cleanStart: false)
        first.send(hex: "34 { 't' 0007 |x| }")
        first.drop()
        let second = broker.connect("a", version: .v3_1_1, cleanStart: false)
        second.send(hex: "3C { 't' 0007 |x| } 62 { 0007 }")
        #expect(
            second.receiveAll() == [
                .pubrec(Acknowledgement(packetIdentifier: 7)), .pubcomp(Acknowledgement(packetIdentifier: 7)),
            ]
        )
        #expect(subscriber.receivePayloads() == ["x"])
    }

    @Test("QoS 2 of a session that ended is forgotten")
    func forgotten() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t", qos: .atMostOnce)
        broker.connect("a").send(hex: "34 { 't' 0007 {} |x| }")
        broker.connect("a").send(hex: "3C { 't' 0007 {} |x| }")
        #expect(subscriber.receivePayloads() == ["x", "x"])
    }

    @Test("PUBREL for a message that is not known is answered, with that as reason in version 5")
    func unknownPubrel() {
        let client = broker.connect("a")
        client.send(.pubrel(Acknowledgement(packetIdentifier: 9)))
        #expect(
            client.receiveAll()
                == [.pubcomp(Acknowledgement(packetIdentifier: 9, reasonCode: .packetIdentifierNotFound))]
        )
        let older = broker.connect("b", version: .v3_1_1)
        older.send(.pubrel(Acknowledgement(packetIdentifier: 9)))
        #expect(older.receiveAll() == [.pubcomp(Acknowledgement(packetIdentifier: 9))])
    }

    @Test("QoS 1 that is repeated is a new message: at least once [MQTT-4.3.2-5]")
    func atLeastOnce() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        let client = broker.connect("a")
        client.send(hex: "32 { 't' 0007 {} |x| } 3A { 't' 0007 {} |x| }")
        let messages = subscriber.receiveMessages()
        #expect(messages.map(\.payloadText) == ["x", "x"])
        #expect(messages.map(\.duplicate) == [false, false], "DUP is not passed on [MQTT-3.3.1-3]")
    }

    @Test("as many QoS 2 messages as the Receive Maximum may be unreleased, and no more [MQTT-3.3.4-7]")
    func receiveMaximum() {
        let broker = InMemoryBroker { $0.limits.receiveMaximum = 2 }
        let subscriber = broker.connect("s")
        subscriber.subscribe("t", qos: .atMostOnce)
        let client = broker.connect("a")
        client.send(hex: "34 { 't' 0001 {} |1| } 34 { 't' 0002 {} |2| } 34 { 't' 0001 {} |1| }")
        #expect(!client.isClosed, "a repetition is no further message")
        client.send(hex: "32 { 't' 0009 {} |9| }")
        #expect(!client.isClosed, "QoS 1 is acknowledged at once and takes no place")
        client.send(hex: "62 { 0001 } 34 { 't' 0003 {} |3| }")
        #expect(!client.isClosed)
        client.send(hex: "34 { 't' 0004 {} |4| }")
        #expect(client.disconnectReason() == .receiveMaximumExceeded)
        #expect(subscriber.receivePayloads() == ["1", "2", "9", "3"])
    }

    @Test("what is unreleased counts on the next connection too")
    func receiveMaximumResumed() {
        let broker = InMemoryBroker { $0.limits.receiveMaximum = 1 }
        let session: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(60))]
        let first = broker.connect("a", session)
        first.send(hex: "34 { 't' 0001 {} |1| }")
        first.drop()
        let second = broker.connect("a", cleanStart: false, session)
        second.send(hex: "3C { 't' 0001 {} |1| }")
        #expect(!second.isClosed)
        second.send(hex: "62 { 0001 } 34 { 't' 0002 {} |2| }")
        #expect(!second.isClosed)
    }

    @Test("PINGREQ is answered [MQTT-3.12.4-1]", arguments: ProtocolVersion.allCases)
    func ping(version: ProtocolVersion) {
        let client = broker.connect("a", version: version)
        client.send(.pingreq)
        #expect(client.receiveAll() == [.pingresp])
    }
}
