import NIOCore

@testable import MQTT
@testable import Support

extension Operation {
    /// What a broker does, from the bytes of a read to the bytes in the outbox.
    static let routing = messages + requests

    private static let topic = "sensors/kitchen"

    private static let messages = [
        Operation("QoS 0 to one receiver", allocations: 0, instructions: 6_400) {
            route(qos: .atMostOnce, receiverCount: 1)
        },
        Operation("QoS 0 to 100 receivers of two versions", allocations: 0, instructions: 228_000, outcome: 100) {
            route(qos: .atMostOnce, receiverCount: 100)
        },
        Operation("QoS 0 in reads of 50 messages with topics of their own", allocations: 0, instructions: 4_800) {
            routeBatches(of: 50)
        },
        Operation("QoS 1 to one receiver, acknowledged on both sides", allocations: 1, instructions: 13_300) {
            route(qos: .atLeastOnce, receiverCount: 1)
        },
        Operation("QoS 1 to 100 receivers", allocations: 1, instructions: 560_000, outcome: 100) {
            route(qos: .atLeastOnce, receiverCount: 100)
        },
        Operation("QoS 2 to one receiver, acknowledged on both sides", allocations: 1, instructions: 21_500) {
            route(qos: .exactlyOnce, receiverCount: 1)
        },
        Operation("QoS 2 to 100 receivers", allocations: 1, instructions: 930_000, outcome: 100) {
            route(qos: .exactlyOnce, receiverCount: 100)
        },
    ]

    private static let requests = [
        Operation("SUBSCRIBE with a new filter, and UNSUBSCRIBE", allocations: 10, instructions: 26_000, outcome: 9) {
            var broker = BenchmarkBroker()
            let subscriber = broker.connect("subscriber")
            let subscribe = BenchmarkBroker.subscribe("building/floor/room")
            let unsubscribe = BenchmarkBroker.unsubscribe("building/floor/room")
            return repetition { count in
                let before = broker.sentByteCount
                for _ in 0..<count {
                    broker.receive(subscribe, from: subscriber)
                    broker.receive(unsubscribe, from: subscriber)
                }
                return broker.sentByteCount - before
            }
        },
        Operation("CONNECT, and its end", allocations: 2, instructions: 17_000) {
            connect(.v3_1_1)
        },
        Operation("CONNECT of version 5.0, and its end", allocations: 5, instructions: 22_000) {
            connect(.v5_0)
        },
        Operation("SUBSCRIBE that fetches ten retained messages", allocations: 14, instructions: 50_000, outcome: 10) {
            var broker = BenchmarkBroker()
            let publisher = broker.connect("publisher")
            for number in 0..<10 {
                broker.receive(BenchmarkBroker.publish("room/\(number)/temperature", retain: true), from: publisher)
            }
            let subscriber = broker.connect("subscriber")
            let subscribe = BenchmarkBroker.subscribe("room/+/temperature")
            return repetition { count in
                let before = broker.broker.statistics.publishSentCount
                for _ in 0..<count {
                    broker.receive(subscribe, from: subscriber)
                }
                return broker.broker.statistics.publishSentCount - before
            }
        },
    ]

    private static func connect(_ version: ProtocolVersion) -> Repetition {
        var broker = BenchmarkBroker()
        let connect = BenchmarkBroker.connect("client", version: version)
        return repetition { count in
            let before = broker.broker.statistics.connectionsAcceptedCount
            for _ in 0..<count {
                let connection = broker.open()
                broker.receive(connect, from: connection)
                broker.close(connection)
            }
            return broker.broker.statistics.connectionsAcceptedCount - before
        }
    }

    private static func routeBatches(of batchCount: Int) -> Repetition {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher", version: .v5_0)
        let subscriber = broker.connect("subscriber", version: .v5_0)
        broker.receive(BenchmarkBroker.subscribe("sensors/#", version: .v5_0), from: subscriber)
        var batch = ByteBuffer()
        for number in 0..<batchCount {
            batch.writeImmutableBuffer(BenchmarkBroker.publish("sensors/\(number)/temperature", version: .v5_0))
        }
        return repetition { count in
            let before = broker.broker.statistics.publishSentCount
            for _ in 0..<count / batchCount {
                broker.receive(batch, from: publisher)
            }
            return broker.broker.statistics.publishSentCount - before
        }
    }

    /// A message from one publisher to so many receivers, with all acknowledgements of both sides.
    private static func route(qos: QoS, receiverCount: Int) -> Repetition {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher")
        let receivers = (0..<receiverCount).map { number in
            let version = number % 2 == 0 ? ProtocolVersion.v3_1_1 : .v5_0
            let receiver = broker.connect("receiver-\(number)", version: version)
            broker.receive(BenchmarkBroker.subscribe("sensors/#", qos: qos, version: version), from: receiver)
            return receiver
        }
        let publish = BenchmarkBroker.publish(topic, qos: qos, packetIdentifier: qos == .atMostOnce ? 0 : 1)
        let publisherAnswers =
            qos == .exactlyOnce ? [BenchmarkBroker.bytes(.pubrel(Acknowledgement(packetIdentifier: 1)))] : []
        var answers: [ByteBuffer] =
            switch qos {
            case .atMostOnce: []
            case .atLeastOnce: [BenchmarkBroker.puback(1)]
            case .exactlyOnce:
                [
                    BenchmarkBroker.bytes(.pubrec(Acknowledgement(packetIdentifier: 1))),
                    BenchmarkBroker.bytes(.pubcomp(Acknowledgement(packetIdentifier: 1))),
                ]
            }
        var identifier: UInt16 = 0
        return repetition { count in
            let before = broker.broker.statistics.publishSentCount
            for _ in 0..<count {
                broker.receive(publish, from: publisher)
                for answer in publisherAnswers {
                    broker.receive(answer, from: publisher)
                }
                identifier = identifier == .max ? 1 : identifier + 1
                for index in answers.indices {
                    answers[index].setInteger(identifier, at: 2)
                    for receiver in receivers {
                        broker.receive(answers[index], from: receiver)
                    }
                }
            }
            return broker.broker.statistics.publishSentCount - before
        }
    }
}
