import NIOCore
import Testing

@testable import MQTT

/// The receiving side of the state machine.
@Suite("A client receives")
struct ClientReceivingTests {
    @Test("a message is acknowledged when it is consumed, in the order of arrival [MQTT-4.6.0-2] [MQTT-4.6.0-3]")
    func acknowledgement() {
        var client = ClientHarness()
        client.connect()
        client.receivePublish("a", qos: .atLeastOnce, identifier: 5)
        client.receivePublish("b", qos: .atMostOnce)
        client.receivePublish("c", qos: .exactlyOnce, identifier: 3)
        client.receivePublish("d", qos: .atLeastOnce, identifier: 4)
        #expect(client.delivered() == ["a", "b", "c", "d"])
        #expect(client.sent().words == [])
        client.consume(2)
        #expect(client.sent().words == ["PUBACK 5", "PUBREC 3"])
        client.consume(1)
        #expect(client.sent().words == ["PUBACK 4"])
    }

    @Test("PUBREL is answered with PUBCOMP; a repeated PUBLISH of QoS 2 before it only with PUBREC [MQTT-4.3.3-10]")
    func exactlyOnce() {
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        client.receivePublish("a", qos: .exactlyOnce, identifier: 3)
        client.consume(1)
        #expect(client.sent().words == ["PUBREC 3"])
        client.lose()
        client.connect(sessionPresent: true)
        client.receivePublish("a", qos: .exactlyOnce, identifier: 3, duplicate: true)
        #expect(client.delivered() == ["a"])
        #expect(client.sent().words == ["PUBREC 3"])
        client.receive(.pubrel(Acknowledgement(packetIdentifier: 3)))
        #expect(client.sent().words == ["PUBCOMP 3"])  // [MQTT-4.3.3-11]
        client.receive(.pubrel(Acknowledgement(packetIdentifier: 3)))
        #expect(client.sent().words == ["PUBCOMP 3 packet identifier not found"])
    }

    @Test(
        "what was not consumed when the connection broke is not handed out twice",
        arguments: [QoS.atLeastOnce, .exactlyOnce]
    )
    func unconsumed(qos: QoS) {
        let answer = qos == .atLeastOnce ? "PUBACK" : "PUBREC"
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        for (index, payload) in ["a", "b", "c"].enumerated() {
            client.receivePublish(payload, qos: qos, identifier: UInt16(index + 1))
        }
        client.lose()
        // One is consumed while there is no connection, one before it is repeated, one after.
        client.consume(1)
        client.connect(sessionPresent: true)
        client.consume(1)
        #expect(client.sent().words == [])
        for (index, payload) in ["a", "b", "c"].enumerated() {
            client.receivePublish(payload, qos: qos, identifier: UInt16(index + 1), duplicate: true)
        }
        #expect(client.sent().words == ["\(answer) 1", "\(answer) 2"])
        client.consume(1)
        #expect(client.sent().words == ["\(answer) 3"])
        #expect(client.delivered() == ["a", "b", "c"])
    }

    @Test("consumed after the last packet and before the connection is gone, it waits for its repetition as well")
    func consumedWhileClosing() {
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        client.receivePublish("a", qos: .atLeastOnce, identifier: 1)
        client.receive(.disconnect(Disconnect(reasonCode: .serverShuttingDown)))
        client.consume(1)
        #expect(client.sent().words == [])
        client.lose()
        client.connect(sessionPresent: true)
        client.receivePublish("a", qos: .atLeastOnce, identifier: 1, duplicate: true)
        #expect(client.sent().words == ["PUBACK 1"])
        #expect(client.delivered() == ["a"])
    }

    @Test("a packet identifier that comes without DUP on the next connection is a new message")
    func reusedIdentifier() {
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        client.receivePublish("a", qos: .atLeastOnce, identifier: 1)
        client.lose()
        client.connect(sessionPresent: true)
        client.receivePublish("b", qos: .atLeastOnce, identifier: 1)
        #expect(client.delivered() == ["a", "b"])
        client.consume(1)
        #expect(client.sent().words == [])
        client.consume(1)
        #expect(client.sent().words == ["PUBACK 1"])
    }

    @Test("nothing of a lost session is acknowledged in the next [MQTT-3.2.2-5]")
    func lostSession() {
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        client.receivePublish("a", qos: .atLeastOnce, identifier: 1)
        client.lose()
        client.connect(sessionPresent: false)
        client.receivePublish("b", qos: .atLeastOnce, identifier: 1)
        client.consume(1)
        #expect(client.sent().words == [])
        client.consume(1)
        #expect(client.sent().words == ["PUBACK 1"])
        #expect(client.delivered() == ["a", "b"])
    }

    @Test("topic aliases stand for topics until the connection ends [MQTT-3.3.2-7] [MQTT-3.3.2-10]")
    func topicAliases() {
        var limits = ClientLimits()
        limits.topicAliasMaximum = 2
        var client = ClientHarness(limits: limits)
        #expect(client.connect()?.properties[integer: .topicAliasMaximum] == 2)
        client.receivePublish("a", qos: .atMostOnce, topic: "x/y", topicAlias: 2)
        client.receivePublish("b", qos: .atMostOnce, topic: "", topicAlias: 2)
        #expect(client.effects.messages.map { String(buffer: $0.topicBuffer) } == ["x/y", "x/y"])
        client.lose()
        client.connect()
        client.receivePublish("c", qos: .atMostOnce, topic: "", topicAlias: 2)
        #expect(client.sent().words == ["DISCONNECT protocol error"])
    }

    @Test("responses go their own way and are acknowledged in order with the others")
    func responses() {
        var client = ClientHarness()
        client.connect()
        client.connection.responseTopic = "r"
        client.receivePublish("a", qos: .atLeastOnce, identifier: 1)
        client.receivePublish("answer", qos: .atLeastOnce, identifier: 2, topic: "r")
        client.receivePublish("at once", qos: .atMostOnce, topic: "r")
        #expect(client.delivered() == ["a"])
        #expect(client.effects.responses.map { String(buffer: $0.payloadBuffer) } == ["answer", "at once"])
        #expect(client.sent().words == [])
        client.consume(1)
        #expect(client.sent().words == ["PUBACK 1", "PUBACK 2"])
    }

    // MARK: A server that breaks the protocol

    /// A packet that the Server may not send, and the reason with which the client disconnects.
    struct Violation: CustomTestStringConvertible, Sendable {
        var name: String
        var packets: [ControlPacket]
        var reason: ReasonCode = .protocolError

        var testDescription: String { name }
    }

    static let violationTable: [Violation] = [
        Violation(
            name: "[MQTT-3.2.0-2] second CONNACK",
            packets: [.connack(Connack(sessionPresent: false, reasonCode: .success))]
        ),
        Violation(name: "PINGREQ", packets: [.pingreq]),
        Violation(
            name: "SUBSCRIBE",
            packets: [.subscribe(Subscribe(packetIdentifier: 1, subscriptions: []))]
        ),
        Violation(name: "[MQTT-4.12.0-6] AUTH unasked", packets: [.auth(Auth(reasonCode: .success))]),
        Violation(
            name: "SUBACK that answers nothing",
            packets: [.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success]))]
        ),
        Violation(
            name: "[MQTT-3.3.4-9] more than the receive maximum",
            packets: (1...3).map { .publish(qos1($0)) },
            reason: .receiveMaximumExceeded
        ),
        Violation(
            name: "[MQTT-2.2.1-4] packet identifier in use",
            packets: [.publish(qos1(1)), .publish(qos1(1))]
        ),
    ]

    private static func qos1(_ identifier: UInt16) -> Publish {
        Publish(
            topic: Array("t".utf8).span,
            properties: [UInt8]().span,
            payload: [UInt8]().span,
            qos: .atLeastOnce,
            packetIdentifier: identifier
        )
    }

    @Test("what breaks the protocol is answered with DISCONNECT [MQTT-4.13.2-1]", arguments: violationTable)
    func violations(violation: Violation) {
        var limits = ClientLimits()
        limits.receiveMaximum = 2
        var client = ClientHarness(limits: limits)
        client.connect()
        for packet in violation.packets {
            client.receive(packet)
        }
        #expect(client.sent().words == ["DISCONNECT \(violation.reason.text)"])
        #expect(client.closes.map(\.kind) == [.protocolError])
        // After DISCONNECT nothing is sent, and nothing that comes matters [MQTT-3.14.4-1].
        client.publish("a", qos: .atMostOnce)
        client.receivePublish("b", qos: .atMostOnce)
        #expect(client.sent().words == [])
        #expect(!client.delivered().contains("b"))
        #expect(client.lose().reasonCode == violation.reason)
    }

    @Test("version 3 has no DISCONNECT with a reason: the connection just closes")
    func violationInVersion3() {
        var client = ClientHarness(version: .v3_1_1)
        client.connect()
        client.receive(.pingreq)
        #expect(client.sent().words == [])
        #expect(client.closes.map(\.kind) == [.protocolError])
    }
}
