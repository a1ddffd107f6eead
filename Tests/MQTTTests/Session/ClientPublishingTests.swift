import NIOCore
import Testing

@testable import MQTT

/// The sending side of the state machine.
@Suite("A client publishes")
struct ClientPublishingTests {
    @Test("nothing before CONNACK, then in the order in which it was handed over")
    func order() {
        var client = ClientHarness()
        client.publish("a", qos: .atMostOnce)
        client.publish("b", qos: .atLeastOnce)
        client.publish("c", qos: .exactlyOnce)
        client.open()
        #expect(client.sent().words == ["CONNECT"])
        client.receive(.connack(Connack(sessionPresent: false, reasonCode: .success)))
        #expect(client.sent().words == ["PUBLISH a", "PUBLISH 1 b", "PUBLISH 2 c"])
    }

    @Test("QoS 0 is done when it is sent, QoS 1 with PUBACK, QoS 2 with PUBCOMP [MQTT-4.3.1-1] [MQTT-4.3.2-1]")
    func outcomes() {
        var client = ClientHarness()
        client.connect()
        client.publish("a", qos: .atMostOnce, request: 1)
        client.publish("b", qos: .atLeastOnce, request: 2)
        client.publish("c", qos: .exactlyOnce, request: 3)
        _ = client.sent()
        #expect(client.completions() == ["1 published: success"])
        client.receive(.puback(Acknowledgement(packetIdentifier: 1, reasonCode: .noMatchingSubscribers)))
        #expect(client.completions() == ["2 published: no matching subscribers"])
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 2)))
        #expect(client.sent().words == ["PUBREL 2"])  // [MQTT-4.3.3-4]
        #expect(client.completions() == [])
        client.receive(.pubcomp(Acknowledgement(packetIdentifier: 2)))
        #expect(client.completions() == ["3 published: success"])
        #expect(client.connection.isSettled)
    }

    @Test("a refusal ends the exchange, and is told also where nobody waits")
    func refusals() {
        var client = ClientHarness()
        client.connect()
        client.publish("a", qos: .atLeastOnce)
        client.publish("b", qos: .exactlyOnce)
        client.publish("c", qos: .atLeastOnce)
        _ = client.sent()
        client.receive(.puback(Acknowledgement(packetIdentifier: 1, reasonCode: .notAuthorized)))
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 2, reasonCode: .quotaExceeded)))
        client.receive(.puback(Acknowledgement(packetIdentifier: 3)))
        #expect(client.sent().words == [])
        #expect(client.completions() == ["0 published: not authorized", "0 published: quota exceeded"])
        #expect(client.connection.isSettled)
    }

    @Test("no more than the receive maximum is in flight [MQTT-3.3.4-7] [MQTT-4.9.0-2]")
    func receiveMaximum() {
        var client = ClientHarness()
        var properties = Properties()
        properties[integer: .receiveMaximum] = 2
        client.connect(properties)
        for payload in ["a", "b", "c", "d"] {
            client.publish(payload, qos: .atLeastOnce)
        }
        #expect(client.sent().words == ["PUBLISH 1 a", "PUBLISH 2 b"])
        client.receive(.puback(Acknowledgement(packetIdentifier: 1)))
        #expect(client.sent().words == ["PUBLISH 3 c"])
        // A failing PUBREC or a PUBACK frees the place, a successful PUBREC does not.
        client.receive(.puback(Acknowledgement(packetIdentifier: 2)))
        #expect(client.sent().words == ["PUBLISH 4 d"])
    }

    @Test("the client's own limit of messages in flight holds as well")
    func maximumInFlight() {
        var limits = ClientLimits()
        limits.maximumInFlight = 1
        var client = ClientHarness(version: .v3_1_1, limits: limits)
        client.connect()
        client.publish("a", qos: .exactlyOnce)
        client.publish("b", qos: .atLeastOnce)
        #expect(client.sent().words == ["PUBLISH 1 a"])
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 1)))
        #expect(client.sent().words == ["PUBREL 1"])
        client.receive(.pubcomp(Acknowledgement(packetIdentifier: 1)))
        #expect(client.sent().words == ["PUBLISH 2 b"])
    }

    @Test("there is room for as many messages and bytes as the limits say, and again when they are sent")
    func room() {
        var limits = ClientLimits()
        limits.maximumQueuedMessages = 2
        limits.maximumQueuedBytes = 100
        var client = ClientHarness(limits: limits)
        #expect(client.connection.hasRoom)
        client.publish("a", qos: .atMostOnce)
        #expect(client.connection.hasRoom)
        client.publish("b", qos: .atMostOnce)
        #expect(!client.connection.hasRoom)
        client.connect()
        _ = client.sent()
        #expect(client.connection.hasRoom)
        client.connection.writabilityChanged(false)
        client.publish(String(repeating: "x", count: 100), qos: .atMostOnce)
        #expect(!client.connection.hasRoom)
    }

    @Test("nothing is sent while the network takes nothing")
    func writability() {
        var client = ClientHarness()
        client.connect()
        client.connection.writabilityChanged(false)
        client.publish("a", qos: .atMostOnce, request: 1)
        #expect(client.sent().words == [])
        #expect(client.completions() == [])
        client.connection.writabilityChanged(true)
        #expect(client.sent().words == ["PUBLISH a"])
        #expect(client.completions() == ["1 published: success"])
    }

    @Test("what the server has said it does not take is not sent [MQTT-3.2.2-11] [MQTT-3.2.2-14] [MQTT-3.2.2-15]")
    func serverLimits() {
        var client = ClientHarness()
        var properties = Properties()
        properties[integer: .maximumQoS] = 1
        properties[integer: .retainAvailable] = 0
        properties[integer: .maximumPacketSize] = 30
        client.connect(properties)
        client.publish("a", qos: .exactlyOnce, request: 1)
        client.publish("b", qos: .atLeastOnce, retain: true, request: 2)
        client.publish(String(repeating: "x", count: 25), qos: .atMostOnce, request: 3)
        // 24 bytes of payload make 30 bytes: fixed header 2, topic 3, property length 1.
        client.publish(String(repeating: "y", count: 24), qos: .atMostOnce, request: 4)
        #expect(client.sent().words == ["PUBLISH " + String(repeating: "y", count: 24)])
        #expect(
            client.completions() == [
                "1 not published: notSupportedByServer QoS not supported",
                "2 not published: notSupportedByServer retain not supported",
                "3 not published: notSupportedByServer packet too large",
                "4 published: success",
            ]
        )
    }

    @Test("a message that was not sent can be taken back")
    func cancellation() {
        var client = ClientHarness()
        client.publish("a", qos: .atLeastOnce, request: 1)
        client.publish("b", qos: .atLeastOnce, request: 2)
        client.connection.cancel(RequestIdentifier(rawValue: 1))
        client.connect()
        #expect(client.sent().words == ["PUBLISH 1 b"])
    }

    @Test("an unknown PUBREC is answered with what is known of it")
    func unknownPubrec() {
        var client = ClientHarness()
        client.connect()
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 9)))
        #expect(client.sent().words == ["PUBREL 9 packet identifier not found"])
    }

    // MARK: Another connection

    @Test(
        """
        with the session present, what is unacknowledged is sent again with DUP, in its first order [MQTT-4.4.0-1] \
        [MQTT-3.3.1-1] [MQTT-4.6.0-1]
        """
    )
    func resumption() {
        var client = ClientHarness(sessionExpiryInterval: 100)
        client.connect()
        client.publish("a", qos: .atLeastOnce)
        client.publish("b", qos: .exactlyOnce)
        client.publish("c", qos: .exactlyOnce)
        client.publish("d", qos: .atMostOnce)
        _ = client.sent()
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 2)))
        _ = client.sent()
        #expect(client.lose() == .connectionLost)
        client.publish("e", qos: .atLeastOnce)
        let connect = client.connect(sessionPresent: true)
        #expect(connect?.cleanStart == false)
        #expect(client.sent().words == ["PUBLISH 1 DUP a", "PUBREL 2", "PUBLISH 3 DUP c", "PUBLISH 4 e"])
    }

    @Test("when the server has lost the session, what it did not own is sent as new messages, in order [MQTT-3.2.2-5]")
    func lostSession() {
        var client = ClientHarness(sessionExpiryInterval: 100)
        client.connect()
        client.publish("a", qos: .atLeastOnce, request: 1)
        client.publish("b", qos: .exactlyOnce, request: 2)
        client.publish("c", qos: .exactlyOnce, request: 3)
        _ = client.sent()
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 2)))
        client.lose()
        client.publish("d", qos: .atLeastOnce, request: 4)
        client.connect(sessionPresent: false)
        let sent = client.sent().words.map { $0.filter { !$0.isNumber } }
        #expect(sent == ["PUBLISH  a", "PUBLISH  c", "PUBLISH  d"])
        #expect(client.completions() == ["2 published: success"])
    }

    @Test("resending respects the receive maximum of the new connection, and new messages wait for it")
    func resumptionWithinReceiveMaximum() {
        var client = ClientHarness(sessionExpiryInterval: 100)
        client.connect()
        for payload in ["a", "b", "c"] {
            client.publish(payload, qos: .atLeastOnce)
        }
        _ = client.sent()
        client.lose()
        client.publish("d", qos: .atMostOnce)
        var properties = Properties()
        properties[integer: .receiveMaximum] = 2
        client.connect(sessionPresent: true, properties)
        #expect(client.sent().words == ["PUBLISH 1 DUP a", "PUBLISH 2 DUP b", "PUBLISH d"])
        client.receive(.puback(Acknowledgement(packetIdentifier: 1)))
        #expect(client.sent().words == ["PUBLISH 3 DUP c"])
    }

    @Test("a client of version 3 with Clean Session begins clean every time", arguments: [true, false])
    func cleanSession(cleanSession: Bool) {
        var client = ClientHarness(version: .v3_1_1, cleanStart: cleanSession)
        #expect(client.connect()?.cleanStart == cleanSession)
        client.lose()
        #expect(client.connect(sessionPresent: !cleanSession)?.cleanStart == cleanSession)
    }

    @Test("what is left fails when there will be no other connection")
    func end() {
        var client = ClientHarness()
        client.connect()
        client.publish("a", qos: .atLeastOnce, request: 1)
        client.subscribe("f", request: 2)
        _ = client.sent()
        client.lose()
        client.publish("b", qos: .atMostOnce, request: 3)
        client.connection.end(.connectionLost, into: &client.effects)
        #expect(
            Set(client.completions()) == [
                "1 not published: connectionLost", "2 failed: connectionLost", "3 not published: connectionLost",
            ]
        )
        #expect(client.connection.isSettled)
    }
}
