import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: sending QoS 0, 1 and 2", .onSeveralBrokers)
struct OutgoingQoSTests {
    private let broker = InMemoryBroker()
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test(
        "delivery is at the lower of the QoS published and the QoS granted [MQTT-3.8.4-8]",
        arguments: QoS.allCases,
        QoS.allCases
    )
    func lowerQoS(published: QoS, granted: QoS) {
        let subscriber = broker.connect("s")
        #expect(subscriber.subscribe("t", qos: granted).map(\.rawValue) == [granted.rawValue])
        broker.connect("p").publish("t", "x", qos: published)
        let lower = min(published, granted)
        #expect(
            subscriber.receiveMessages()
                == [Publish("t", "x", qos: lower, packetIdentifier: lower == .atMostOnce ? 0 : 1)]
        )
        #expect(subscriber.receiveAll().isEmpty)
    }

    @Test(
        """
        QoS 1: a free identifier and DUP 0; after PUBACK the identifier is free [MQTT-4.3.2-1] [MQTT-4.3.2-2] \
        [MQTT-4.3.2-3] [MQTT-2.2.1-4]
        """
    )
    func atLeastOnce() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        for payload in ["1", "2", "3"] {
            publisher.publish("t", payload, qos: .atLeastOnce)
        }
        #expect(
            subscriber.receiveAll() == [
                .publish(Publish("t", "1", qos: .atLeastOnce, packetIdentifier: 1)),
                .publish(Publish("t", "2", qos: .atLeastOnce, packetIdentifier: 2)),
                .publish(Publish("t", "3", qos: .atLeastOnce, packetIdentifier: 3)),
            ]
        )
        #expect(broker.session("s")?.outgoing.inFlightCount == 3)
        for identifier: UInt16 in [2, 3, 1] {
            subscriber.send(.puback(Acknowledgement(packetIdentifier: identifier)))
        }
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test(
        """
        QoS 2: PUBREC is answered by PUBREL, PUBCOMP ends the exchange [MQTT-4.3.3-1] [MQTT-4.3.3-2] \
        [MQTT-4.3.3-3] [MQTT-4.3.3-4] [MQTT-4.3.3-5]
        """
    )
    func exactlyOnce() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        broker.connect("p").publish("t", "x", qos: .exactlyOnce)
        let acknowledgement = Acknowledgement(packetIdentifier: 1)
        #expect(subscriber.receiveAll() == [.publish(Publish("t", "x", qos: .exactlyOnce, packetIdentifier: 1))])
        subscriber.send(.pubrec(acknowledgement))
        #expect(subscriber.receiveAll() == [.pubrel(acknowledgement)])
        subscriber.send(.pubrec(acknowledgement))
        #expect(subscriber.receiveAll() == [.pubrel(acknowledgement)])
        subscriber.send(.pubcomp(acknowledgement))
        #expect(subscriber.receiveAll().isEmpty)
        #expect(broker.session("s")?.outgoing.isEmpty == true)
    }

    @Test("a failure in PUBACK or PUBREC ends the delivery [MQTT-4.4.0-2]")
    func refused() {
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        publisher.publish("t", "1", qos: .atLeastOnce)
        publisher.publish("t", "2", qos: .exactlyOnce)
        _ = subscriber.receiveAll()
        subscriber.send(.puback(Acknowledgement(packetIdentifier: 1, reasonCode: .notAuthorized)))
        subscriber.send(.pubrec(Acknowledgement(packetIdentifier: 2, reasonCode: .quotaExceeded)))
        #expect(subscriber.receiveAll().isEmpty)
        subscriber.drop()
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receiveAll().isEmpty)
    }

    @Test("acknowledgements of what was never sent harm nobody")
    func unexpectedAcknowledgements() {
        let client = broker.connect("a")
        client.send(.puback(Acknowledgement(packetIdentifier: 9)))
        client.send(.pubcomp(Acknowledgement(packetIdentifier: 9)))
        client.send(.pubrec(Acknowledgement(packetIdentifier: 9, reasonCode: .unspecifiedError)))
        #expect(client.receiveAll().isEmpty)
        client.send(.pubrec(Acknowledgement(packetIdentifier: 9)))
        #expect(
            client.receiveAll()
                == [.pubrel(Acknowledgement(packetIdentifier: 9, reasonCode: .packetIdentifierNotFound))]
        )
        #expect(!client.isClosed)
    }

    @Test(
        """
        after a reconnection what was not acknowledged is sent again, in its first order, with DUP and the same \
        identifiers [MQTT-4.4.0-1] [MQTT-3.3.1-1] [MQTT-4.6.0-1]
        """,
        arguments: [ProtocolVersion.v3_1_1, .v5_0]
    )
    func sentAgain(version: ProtocolVersion) {
        let first = broker.connect(
            "s",
            version: version,
            cleanStart: false,
            Self.lasting.filter { _ in version == .v5_0 }
        )
        first.subscribe("t")
        let publisher = broker.connect("p")
        for (payload, qos) in [("1", QoS.atLeastOnce), ("2", .exactlyOnce), ("3", .exactlyOnce), ("4", .atLeastOnce)] {
            publisher.publish("t", payload, qos: qos)
        }
        first.send(.pubrec(Acknowledgement(packetIdentifier: 3)))
        first.send(.puback(Acknowledgement(packetIdentifier: 4)))
        first.drop()
        publisher.publish("t", "5", qos: .atLeastOnce)

        let second = broker.connect("s", version: version, cleanStart: false)
        #expect(
            second.receiveAll() == [
                .publish(Publish("t", "1", qos: .atLeastOnce, duplicate: true, packetIdentifier: 1)),
                .publish(Publish("t", "2", qos: .exactlyOnce, duplicate: true, packetIdentifier: 2)),
                .pubrel(Acknowledgement(packetIdentifier: 3)),  // not the message again [MQTT-4.3.3-6]
                .publish(Publish("t", "5", qos: .atLeastOnce, packetIdentifier: 5)),
            ]
        )
    }

    @Test("what is acknowledged on the new connection before it is sent again is not sent again")
    func acknowledgedEarly() {
        let first = broker.connect("s", [(.sessionExpiryInterval, .integer(600))])
        first.subscribe("t")
        let publisher = broker.connect("p")
        for payload in ["1", "2", "3"] {
            publisher.publish("t", payload, qos: .atLeastOnce)
        }
        first.drop()
        let second = broker.connect("s", cleanStart: false, Self.lasting + [(.receiveMaximum, .integer(1))])
        second.send(.puback(Acknowledgement(packetIdentifier: 2)))
        #expect(second.receivePayloads() == ["1", "3"])
        publisher.publish("t", "4", qos: .atLeastOnce)
        #expect(second.receivePayloads() == ["4"])
    }

    @Test("nothing is sent again while the connection lasts [MQTT-4.4.0-1]")
    func notSentAgain() {
        let subscriber = broker.connect("s")
        subscriber.subscribe("t")
        broker.connect("p").publish("t", "1", qos: .atLeastOnce)
        #expect(subscriber.receiveAll().count == 1)
        broker.advance(by: .hours(1))
        subscriber.send(.pingreq)
        #expect(subscriber.receiveAll() == [.pingresp])
    }

    @Test(
        "messages of one Client, topic and QoS arrive in their order [MQTT-4.6.0-5] [MQTT-4.6.0-6]",
        arguments: QoS.allCases
    )
    func order(qos: QoS) {
        let subscriber = broker.connect("s", [(.receiveMaximum, .integer(3))])
        subscriber.subscribe("t/#")
        let publisher = broker.connect("p")
        for number in 0..<50 {
            publisher.publish("t/x", "\(number)", qos: qos)
        }
        #expect(subscriber.receivePayloads() == (0..<50).map { "\($0)" })
    }

    @Test("identifiers begin again after 65,535, and skip those in use [MQTT-2.2.1-4]")
    func identifiersWrap() {
        let subscriber = broker.connect("s", [(.receiveMaximum, .integer(10))])
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        var identifiers: Set<UInt16> = []
        let message = HexNotation.bytes("32 { 't' 0001 {} }")
        for number in 1...70_000 {
            publisher.send(bytes: message)
            guard case .publish(let publish)? = subscriber.receive() else {
                Issue.record("message \(number) did not arrive")
                return
            }
            identifiers.insert(publish.packetIdentifier)
            subscriber.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
        }
        _ = publisher.receiveAll()
        #expect(identifiers.count == 65_535)
        #expect(!identifiers.contains(0))
    }

    @Test("every Client whose subscription matches gets the message [MQTT-4.5.0-1] [MQTT-3.3.2-3]")
    func fanOut() {
        let subscribers = (0..<100).map { number in
            let version = ProtocolVersion.allCases[number % 3]
            let subscriber = broker.connect("s\(number)", version: version)
            subscriber.subscribe(number % 2 == 0 ? "a/+" : "a/b", qos: QoS.allCases[number % 5 % 3])
            return subscriber
        }
        let publisher = broker.connect("p")
        publisher.publish("a/b", "x", qos: .exactlyOnce, forwardedProperties: "03 'text'")
        publisher.publish("b/b", "no", qos: .exactlyOnce)
        for (number, subscriber) in subscribers.enumerated() {
            let messages = subscriber.receiveMessages()
            let qos = QoS.allCases[number % 5 % 3]
            let expected = Publish(
                "a/b",
                "x",
                qos: qos,
                packetIdentifier: qos == .atMostOnce ? 0 : 1,
                forwardedProperties: subscriber.version == .v5_0 ? "03 'text'" : ""
            )
            #expect(messages == [expected])
        }
    }
}
