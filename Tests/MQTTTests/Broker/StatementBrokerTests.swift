import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Normative statements that say what a Server leaves out, or keeps although something changed.
@Suite("Broker: single statements", .onSeveralBrokers)
struct StatementBrokerTests {
    private let broker = InMemoryBroker()
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test("a Client that wants no problem information has none in its answers, and still in PUBLISH [MQTT-3.1.2-29]")
    func bareAnswers() {
        let client = broker.connect("a", [(.requestProblemInformation, .integer(0))])
        client.send(hex: "82 { 0001 {} 't' 00 '$share//t' 00 } A2 { 0002 {} 'none' }")
        client.send(hex: "32 { 'u' 0003 {} } 34 { 'u' 0004 {} } 62 { 0004 } 62 { 0009 } 50 { 0008 }")
        client.send(hex: "30 { 't' { 26 'a' 'b' } |x| }")
        #expect(
            client.receiveAll() == [
                .suback(
                    SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success, .topicFilterInvalid])
                ),
                .unsuback(SubscriptionAcknowledgement(packetIdentifier: 2, reasonCodes: [.noSubscriptionExisted])),
                .puback(Acknowledgement(packetIdentifier: 3, reasonCode: .noMatchingSubscribers)),
                .pubrec(Acknowledgement(packetIdentifier: 4, reasonCode: .noMatchingSubscribers)),
                .pubcomp(Acknowledgement(packetIdentifier: 4)),
                .pubcomp(Acknowledgement(packetIdentifier: 9, reasonCode: .packetIdentifierNotFound)),
                .pubrel(Acknowledgement(packetIdentifier: 8, reasonCode: .packetIdentifierNotFound)),
                .publish(Publish("t", "x", forwardedProperties: "26 'a' 'b'")),
            ]
        )
    }

    @Test("no message is lost when a subscription is replaced [MQTT-3.8.4-4]")
    func replacedWhileMessagesWait() {
        let subscriber = broker.connect("s", [(.receiveMaximum, .integer(1))])
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        for payload in ["1", "2", "3"] {
            publisher.publish("t", payload, qos: .atLeastOnce)
        }
        subscriber.send(hex: "82 { 0009 {} 't' 01 }")
        publisher.publish("t", "4", qos: .atLeastOnce)
        #expect(subscriber.receivePayloads() == ["1", "2", "3", "4"])
        #expect(
            subscriber.receiveAll()
                == [.suback(SubscriptionAcknowledgement(packetIdentifier: 9, reasonCodes: [.grantedQoS1]))]
        )
    }

    @Test("the acknowledgements of QoS 2 go on although the message has expired [MQTT-4.3.3-13]")
    func acknowledgedAfterExpiry() {
        let subscriber = broker.connect("s", Self.lasting)
        subscriber.subscribe("t")
        subscriber.drop()
        let client = broker.connect("a")
        client.send(hex: "34 { 't' 0007 { 02 00000001 } |x| }")
        broker.advance(by: .seconds(10))
        #expect(broker.connect("s", cleanStart: false, Self.lasting).receiveAll().isEmpty, "it has expired")
        client.send(hex: "3C { 't' 0007 { 02 00000001 } |x| } 62 { 0007 }")
        #expect(
            client.receiveAll() == [
                .pubrec(Acknowledgement(packetIdentifier: 7)), .pubrec(Acknowledgement(packetIdentifier: 7)),
                .pubcomp(Acknowledgement(packetIdentifier: 7)),
            ]
        )
    }

    @Test("DISCONNECT of the broker has no Session Expiry Interval, however the session ends [MQTT-3.14.2-2]")
    func disconnectWithoutExpiry() {
        let first = broker.connect("a", Self.lasting)
        let second = broker.connect("a", cleanStart: false, Self.lasting)
        #expect(first.receiveAll() == [.disconnect(Disconnect(reasonCode: .sessionTakenOver))])
        second.send(hex: "D000")
        guard case .disconnect(let disconnect)? = second.receive() else {
            Issue.record("no DISCONNECT")
            return
        }
        #expect(disconnect.reasonCode == .protocolError)
        #expect(disconnect.properties[integer: .sessionExpiryInterval] == nil)
        let third = broker.connect("a", cleanStart: false, Self.lasting)
        broker.shutDown()
        #expect(third.receiveAll() == [.disconnect(Disconnect(reasonCode: .serverShuttingDown))])
    }
}
