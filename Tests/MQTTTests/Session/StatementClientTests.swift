import NIOCore
import Testing

@testable import MQTT

/// Normative statements about what a Client sends that no other test holds alone.
@Suite("A client keeps to single statements")
struct StatementClientTests {
    @Test(
        """
        a full Receive Maximum holds back PUBLISH of QoS 1 and 2 and nothing else [MQTT-3.3.4-7] [MQTT-3.3.4-8] \
        [MQTT-4.9.0-3]
        """
    )
    func fullReceiveMaximum() {
        var client = ClientHarness(keepAlive: 10)
        var properties = Properties()
        properties[integer: .receiveMaximum] = 1
        client.connect(properties)
        client.publish("a", qos: .exactlyOnce)
        client.publish("held back", qos: .atLeastOnce)
        #expect(client.sent().words == ["PUBLISH 1 a"])
        client.subscribe("x")
        client.connection.unsubscribe(UnsubscribeRequest(request: .none, topicFilters: ["y"]))
        #expect(client.sent().words == ["SUBSCRIBE 2 x", "UNSUBSCRIBE 3 y"])
        client.receivePublish("b", qos: .atLeastOnce, identifier: 8)
        client.receivePublish("c", qos: .exactlyOnce, identifier: 9)
        client.consume(2)
        client.receive(.pubrel(Acknowledgement(packetIdentifier: 9)))
        #expect(client.sent().words == ["PUBACK 8", "PUBREC 9", "PUBCOMP 9"])
        client.receive(.pubrec(Acknowledgement(packetIdentifier: 1)))
        #expect(client.sent().words == ["PUBREL 1"])
        client.advance(by: .seconds(10))
        #expect(client.sent().words == ["PINGREQ"])
        client.receive(.pubcomp(Acknowledgement(packetIdentifier: 1)))
        #expect(client.sent().words == ["PUBLISH 4 held back"])
    }

    @Test(
        """
        no Topic Alias is sent, whatever the server takes, and every PUBLISH has its topic [MQTT-3.2.2-17] \
        [MQTT-3.2.2-18] [MQTT-3.3.2-9]
        """,
        arguments: [nil, 0, 1, 65_535] as [UInt32?]
    )
    func topicAlias(maximum: UInt32?) {
        var client = ClientHarness()
        var properties = Properties()
        properties[integer: .topicAliasMaximum] = maximum
        client.connect(properties)
        for qos in QoS.allCases {
            client.publish("a", qos: qos, topic: "long/topic")
        }
        let messages = client.sent().compactMap { packet -> Publish? in
            guard case .publish(let publish) = packet else { return nil }
            return publish
        }
        #expect(messages.map(\.topicAlias) == [0, 0, 0])
        #expect(messages.map { String(buffer: $0.topicBuffer) } == ["long/topic", "long/topic", "long/topic"])
    }

    @Test("PUBREL go out in the order of the PUBREC [MQTT-4.6.0-4]")
    func pubrelOrder() {
        var client = ClientHarness()
        client.connect()
        for payload in ["a", "b", "c"] {
            client.publish(payload, qos: .exactlyOnce)
        }
        #expect(client.sent().words == ["PUBLISH 1 a", "PUBLISH 2 b", "PUBLISH 3 c"])
        for identifier: UInt16 in [3, 1, 2] {
            client.receive(.pubrec(Acknowledgement(packetIdentifier: identifier)))
        }
        #expect(client.sent().words == ["PUBREL 3", "PUBREL 1", "PUBREL 2"])
    }

    @Test("what nobody subscribed to or waits for is acknowledged like all else [MQTT-4.5.0-2]")
    func unwanted() {
        var client = ClientHarness()
        client.connect()
        client.connection.responseTopic = "r"
        client.receivePublish("not subscribed to", qos: .atLeastOnce, identifier: 1)
        client.receivePublish("answer to nobody", qos: .exactlyOnce, identifier: 2, topic: "r")
        #expect(client.delivered() == ["not subscribed to"])
        client.consume(1)
        #expect(client.sent().words == ["PUBACK 1", "PUBREC 2"])
    }

    // MARK: Packet Identifiers

    @Test(
        """
        a Packet Identifier that is in use is not given out again, nor is 0 [MQTT-2.2.1-3] [MQTT-2.2.1-4] \
        [MQTT-4.3.2-1] [MQTT-4.3.3-1]
        """,
        arguments: [QoS.atLeastOnce, .exactlyOnce]
    )
    func identifiersInUse(qos: QoS) {
        var flow = OutgoingFlow<Int>(receiveMaximum: .max)
        let kept = flow.begin(0, qos: qos)
        var given: Set<UInt16> = [kept]
        for number in 2...65_535 {
            let identifier = flow.begin(number, qos: qos)
            given.insert(identifier)
            Self.finish(identifier, qos: qos, in: &flow)
        }
        #expect(given.count == 65_535)
        #expect(!given.contains(0))
        #expect(!flow.canBegin, "the next would be the one that is in use")
        #expect(flow.beginRequest(0) == nil)
        Self.finish(kept, qos: qos, in: &flow)
        #expect(flow.isEmpty)
        #expect(flow.begin(0, qos: qos) == kept)
    }

    private static func finish(_ identifier: UInt16, qos: QoS, in flow: inout OutgoingFlow<Int>) {
        if qos == .exactlyOnce { _ = flow.pubrecReceived(identifier, isFailure: false) }
        let answer = qos == .exactlyOnce ? flow.pubcompReceived(identifier) : flow.pubackReceived(identifier)
        guard case .finished = answer else {
            Issue.record("\(identifier) was not in use: \(answer)")
            return
        }
    }

    @Test("after PUBREC with a failure the identifier stands for a new message [MQTT-4.3.3-9]")
    func identifierAfterRefusal() {
        var flow = IncomingFlow(receiveMaximum: 1)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .new)
        let wasRefused = flow.pubrecSent(7, isFailure: true)
        #expect(wasRefused)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .new)
        let wasTaken = flow.pubrecSent(7, isFailure: false)
        #expect(wasTaken)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .alreadyReceived)
    }
}
