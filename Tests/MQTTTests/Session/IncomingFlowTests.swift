import Testing

@testable import MQTT
@testable import Support

@Suite("The receiving side of QoS 1 and 2")
struct IncomingFlowTests {
    private var flow = IncomingFlow(receiveMaximum: 3)

    @Test("QoS 1 is unsettled until PUBACK is sent, then its identifier is new again [MQTT-4.3.2-4] [MQTT-4.3.2-5]")
    mutating func atLeastOnce() {
        #expect(flow.publishReceived(7, qos: .atLeastOnce) == .new)
        #expect(flow.publishReceived(7, qos: .atLeastOnce) == .unacknowledged)
        #expect(flow.count == 1)
        #expect(flow.pubackSent(7) == true)
        #expect(flow.pubackSent(7) == false)
        #expect(flow.count == 0)
        #expect(flow.publishReceived(7, qos: .atLeastOnce) == .new)
    }

    @Test("QoS 2 is unsettled until PUBREL [MQTT-4.3.3-8] [MQTT-4.3.3-10] [MQTT-4.3.3-11] [MQTT-4.3.3-12]")
    mutating func exactlyOnce() {
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .new)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .unacknowledged)
        #expect(flow.pubrelReceived(7) == false, "PUBREC has not been sent")
        #expect(flow.pubrecSent(7, isFailure: false) == true)
        #expect(flow.pubrecSent(7, isFailure: false) == false)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .alreadyReceived)
        #expect(flow.count == 1)
        #expect(flow.pubrelReceived(7) == true)
        #expect(flow.pubrelReceived(7) == false)
        #expect(flow.count == 0)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .new)
    }

    @Test("PUBREC at once leaves only PUBREL to wait for")
    mutating func atOnce() {
        #expect(flow.publishAcknowledgedAtOnce(7) == .new)
        #expect(flow.publishAcknowledgedAtOnce(7) == .alreadyReceived)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .alreadyReceived)
        #expect(flow.pubrelReceived(7) == true)
        #expect(flow.publishAcknowledgedAtOnce(7) == .new)
    }

    @Test("PUBREC with a failure ends the exchange [MQTT-4.3.3-9]")
    mutating func failure() {
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .new)
        #expect(flow.pubrecSent(7, isFailure: true) == true)
        #expect(flow.count == 0)
        #expect(flow.pubrelReceived(7) == false)
        #expect(flow.publishReceived(7, qos: .exactlyOnce) == .new)
    }

    @Test("more than the Receive Maximum is told; repetitions are not more")
    mutating func receiveMaximum() {
        #expect(flow.publishReceived(1, qos: .atLeastOnce) == .new)
        #expect(flow.publishReceived(2, qos: .exactlyOnce) == .new)
        #expect(flow.publishAcknowledgedAtOnce(3) == .new)
        #expect(flow.publishReceived(4, qos: .atLeastOnce) == .receiveMaximumExceeded)
        #expect(flow.publishReceived(4, qos: .exactlyOnce) == .receiveMaximumExceeded)
        #expect(flow.publishAcknowledgedAtOnce(4) == .receiveMaximumExceeded)
        #expect(flow.publishReceived(2, qos: .exactlyOnce) == .unacknowledged)
        #expect(flow.publishAcknowledgedAtOnce(3) == .alreadyReceived)
        #expect(flow.count == 3)
        #expect(flow.pubackSent(1) == true)
        #expect(flow.publishReceived(4, qos: .atLeastOnce) == .new)
    }

    @Test("what waits for PUBREL is remembered on the next connection [MQTT-4.3.3-10]")
    mutating func resume() {
        #expect(flow.publishAcknowledgedAtOnce(1) == .new)
        #expect(flow.publishAcknowledgedAtOnce(2) == .new)
        flow.resume(receiveMaximum: 1)
        #expect(flow.receiveMaximum == 1)
        #expect(flow.publishAcknowledgedAtOnce(1) == .alreadyReceived)
        #expect(flow.publishAcknowledgedAtOnce(3) == .receiveMaximumExceeded)
        #expect(flow.pubrelReceived(1) == true)
        #expect(flow.pubrelReceived(2) == true)
        #expect(flow.publishAcknowledgedAtOnce(3) == .new)
    }
}
