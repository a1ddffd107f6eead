import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What simulated worlds have found, each as a test of its own.
@Suite struct QueueOrderTests {
    @Test("A message of QoS 0 does not overtake one of QoS 0 that waits in the queue [MQTT-4.6.0-6]")
    func qos0KeepsItsOrder() throws {
        var configuration = BrokerConfiguration()
        configuration.limits.inFlightMessages = 1
        configuration.queuesQoS0Messages = true
        var broker = BenchmarkBroker(configuration)
        let publisher = broker.connect("publisher")
        var subscriber = broker.connect("subscriber", cleanStart: false)
        broker.receive(BenchmarkBroker.subscribe("a", qos: .atLeastOnce), from: subscriber)
        broker.close(subscriber)
        // While the subscriber is away: two of QoS 1, of which one is in flight at once, and one of QoS 0 behind them.
        for identifier in UInt16(1)...2 {
            let publish = BenchmarkBroker.publish("a", qos: .atLeastOnce, packetIdentifier: identifier)
            broker.receive(publish, from: publisher)
        }
        broker.receive(BenchmarkBroker.publish("a", payloadLength: 3), from: publisher)
        subscriber = broker.connect("subscriber", cleanStart: false)
        broker.watch(subscriber)
        // This one comes when the subscriber is there.
        broker.receive(BenchmarkBroker.publish("a", payloadLength: 5), from: publisher)
        broker.receive(BenchmarkBroker.puback(1), from: subscriber)
        broker.receive(BenchmarkBroker.puback(2), from: subscriber)

        var decoder = PacketDecoder(version: .v3_1_1, maximumPacketSize: .max)
        decoder.append(broker.watched)
        var payloadLengths: [Int] = []
        while let packet = try decoder.next() {
            guard case .publish(let publish) = packet, publish.qos == .atMostOnce else { continue }
            payloadLengths.append(publish.payload.count)
        }
        #expect(payloadLengths == [3, 5])
    }
}
