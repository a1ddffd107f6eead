import NIOCore
import Testing

@testable import MQTT
@testable import Support

extension Benchmarks {
    /// What a message costs on its way: decoding, encoding and routing in memory.
    @Suite struct MessageBenchmarks {
        private static let count = 100_000
        private static let batchCount = 100

        private func batch(_ packet: ByteBuffer) -> ByteBuffer {
            var batch = ByteBuffer()
            for _ in 0..<Self.batchCount {
                batch.writeImmutableBuffer(packet)
            }
            return batch
        }

        @Test("Decoding PUBLISH", arguments: [ProtocolVersion.v3_1_1, .v5_0])
        func decoding(version: ProtocolVersion) throws {
            let packet = BenchmarkBroker.publish("sensors/kitchen/temperature", version: version)
            let batch = batch(packet)
            var decoder = PacketDecoder(version: version, maximumPacketSize: 1_000_000)
            var payloadByteCount = 0
            let nanoseconds = try BenchmarkMeasure.nanoseconds(Self.count) {
                payloadByteCount = 0
                for _ in 0..<Self.count / Self.batchCount {
                    decoder.append(batch)
                    while let packet = try decoder.next() {
                        guard case .publish(let publish) = packet else { continue }
                        payloadByteCount += publish.sizes.payload
                    }
                    decoder.settle()
                }
            }
            BenchmarkMeasure.report("decode PUBLISH of version \(version)", nanoseconds, "ns")
            #expect(payloadByteCount == 64 * Self.count)
        }

        @Test("Encoding PUBLISH", arguments: [ProtocolVersion.v3_1_1, .v5_0])
        func encoding(version: ProtocolVersion) throws {
            let packet = BenchmarkBroker.publish("sensors/kitchen/temperature", version: version)
            var decoder = PacketDecoder(version: version, maximumPacketSize: 1_000_000)
            decoder.append(packet)
            guard case .publish(let publish)? = try decoder.next() else {
                Issue.record("the packet is no PUBLISH")
                return
            }
            let header = Publish.Header(version: version, qos: .atMostOnce, retain: false)
            var buffer = ByteBuffer()
            var byteCount = 0
            let nanoseconds = BenchmarkMeasure.nanoseconds(Self.count) {
                byteCount = 0
                for _ in 0..<Self.count / Self.batchCount {
                    buffer.clear()
                    for _ in 0..<Self.batchCount {
                        publish.encode(header, into: &buffer)
                    }
                    byteCount += buffer.readableBytes
                }
            }
            BenchmarkMeasure.report("encode PUBLISH of version \(version)", nanoseconds, "ns")
            #expect(byteCount == packet.readableBytes * Self.count)
        }

        @Test("Routing QoS 0", arguments: [1, 100], [1, 100])
        func routing(receiverCount: Int, messagesPerRead: Int) {
            var broker = BenchmarkBroker()
            let publisher = broker.connect("publisher")
            for number in 0..<receiverCount {
                let subscriber = broker.connect("subscriber-\(number)")
                broker.receive(BenchmarkBroker.subscribe("sensors/#"), from: subscriber)
            }
            let packet = BenchmarkBroker.publish("sensors/kitchen/temperature")
            let read = messagesPerRead == 1 ? packet : batch(packet)
            let messageCount = 2_000_000 / (receiverCount + 19)
            let before = broker.broker.statistics.publishSentCount
            let nanoseconds = BenchmarkMeasure.nanoseconds(messageCount / messagesPerRead * messagesPerRead) {
                for _ in 0..<messageCount / messagesPerRead {
                    broker.receive(read, from: publisher)
                }
            }
            let what = "QoS 0 to \(receiverCount), \(messagesPerRead) in a read"
            BenchmarkMeasure.report(what, nanoseconds, "ns a message")
            BenchmarkMeasure.report(what, nanoseconds / Double(receiverCount), "ns a delivery")
            let sentCount = broker.broker.statistics.publishSentCount - before
            #expect(sentCount == 5 * (messageCount / messagesPerRead * messagesPerRead) * receiverCount)
        }

        @Test("Routing QoS 1, acknowledged on both sides")
        func routingQoS1() {
            var broker = BenchmarkBroker()
            let publisher = broker.connect("publisher")
            let subscriber = broker.connect("subscriber")
            broker.receive(BenchmarkBroker.subscribe("sensors/#", qos: .atLeastOnce), from: subscriber)
            let publish = BenchmarkBroker.publish("sensors/kitchen", qos: .atLeastOnce, packetIdentifier: 1)
            var puback = BenchmarkBroker.puback(1)
            var identifier: UInt16 = 0
            let before = broker.broker.statistics.publishSentCount
            let nanoseconds = BenchmarkMeasure.nanoseconds(Self.count) {
                for _ in 0..<Self.count {
                    broker.receive(publish, from: publisher)
                    identifier = identifier == .max ? 1 : identifier + 1
                    puback.setInteger(identifier, at: 2)
                    broker.receive(puback, from: subscriber)
                }
            }
            BenchmarkMeasure.report("QoS 1 to 1, one in a read", nanoseconds, "ns a message")
            #expect(broker.broker.statistics.publishSentCount - before == 5 * Self.count)
            #expect(broker.broker.sessions.indices.allSatisfy { broker.broker.sessions[$0].outgoing.isEmpty })
        }
    }
}
