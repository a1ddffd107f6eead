import NIOCore

@testable import MQTT
@testable import Support

extension Operation {
    /// Bytes to packets, and packets to bytes.
    static let codec = decoding + encoding

    private static let topic = "sensors/kitchen/temperature"
    private static let largePayload = 65_536

    private static let decoding = [
        Operation("decode PUBLISH of QoS 0", allocations: 0, instructions: 2_100, outcome: 64) {
            decoder(of: BenchmarkBroker.publish(topic))
        },
        Operation("decode PUBLISH of QoS 0, version 5.0", allocations: 0, instructions: 2_100, outcome: 64) {
            decoder(of: BenchmarkBroker.publish(topic, version: .v5_0), version: .v5_0)
        },
        Operation("decode PUBLISH of QoS 1", allocations: 0, instructions: 2_100, outcome: 64) {
            decoder(of: BenchmarkBroker.publish(topic, qos: .atLeastOnce, packetIdentifier: 7))
        },
        Operation("decode PUBLISH of 64 KiB", allocations: 0, instructions: 2_100, outcome: largePayload) {
            decoder(of: BenchmarkBroker.publish(topic, payloadLength: largePayload))
        },
        Operation("decode SUBSCRIBE", allocations: 2, instructions: 3_000) {
            decoder(of: BenchmarkBroker.subscribe("sensors/+/temperature"))
        },
        Operation("decode CONNECT", allocations: 6, instructions: 6_200) {
            decoder(of: connect(.v3_1_1))
        },
        Operation("decode CONNECT of version 5.0", allocations: 7, instructions: 7_300) {
            decoder(of: connect(.v5_0), version: .v5_0)
        },
    ]

    private static let encoding = [
        Operation("encode PUBLISH of QoS 0", allocations: 0, instructions: 670, outcome: 95) {
            try encoder(of: BenchmarkBroker.publish(topic))
        },
        Operation("encode PUBLISH of QoS 0, version 5.0", allocations: 0, instructions: 860, outcome: 96) {
            try encoder(of: BenchmarkBroker.publish(topic, version: .v5_0), version: .v5_0)
        },
        Operation("encode PUBLISH of QoS 1", allocations: 0, instructions: 680, outcome: 97) {
            try encoder(of: BenchmarkBroker.publish(topic, qos: .atLeastOnce, packetIdentifier: 7))
        },
        Operation("encode PUBACK", allocations: 0, instructions: 490, outcome: 4) {
            var buffer = ByteBuffer()
            return repetition { count in
                buffer.clear()
                for _ in 0..<count {
                    Acknowledgement.encode(.puback, packetIdentifier: 7, into: &buffer, version: .v3_1_1)
                }
                return buffer.readableBytes
            }
        },
    ]

    /// A CONNECT with all that a Client may send.
    private static func connect(_ version: ProtocolVersion) -> ByteBuffer {
        var connect = Connect(
            version: version,
            cleanStart: false,
            keepAlive: 60,
            clientIdentifier: BenchmarkBroker.text("client")
        )
        connect.will = Connect.Will(
            topic: BenchmarkBroker.text("clients/client/end"),
            payload: Array("gone".utf8),
            qos: .atLeastOnce,
            retain: true
        )
        connect.userName = BenchmarkBroker.text("ann")
        connect.password = Array("secret".utf8)
        if version.hasProperties { connect.properties[integer: .sessionExpiryInterval] = 3_600 }
        return BenchmarkBroker.bytes(.connect(connect), version: version)
    }

    /// Decodes reads that hold `unit` packets each.
    private static func decoder(of packet: ByteBuffer, version: ProtocolVersion = .v3_1_1) -> Repetition {
        var read = ByteBuffer()
        for _ in 0..<unit {
            read.writeImmutableBuffer(packet)
        }
        var decoder = PacketDecoder(version: version, maximumPacketSize: 1_000_000)
        return repetition { _ in
            var outcome = 0
            decoder.append(read)
            while let packet = try decoder.next() {
                switch packet {
                case .publish(let publish): outcome += publish.sizes.payload
                case .subscribe(let subscribe): outcome += subscribe.subscriptions.count
                case .connect(let connect): outcome += connect.will == nil ? 0 : 1
                default: break
                }
            }
            decoder.settle()
            return outcome
        }
    }

    /// Encodes a message that was received, as a broker passes it on.
    private static func encoder(of packet: ByteBuffer, version: ProtocolVersion = .v3_1_1) throws -> Repetition {
        var decoder = PacketDecoder(version: version, maximumPacketSize: 1_000_000)
        decoder.append(packet)
        guard case .publish(let publish)? = try decoder.next() else {
            preconditionFailure("what was encoded as PUBLISH is another packet")
        }
        let header = Publish.Header(version: version, qos: publish.qos, retain: false)
        var buffer = ByteBuffer()
        return repetition { count in
            buffer.clear()
            for _ in 0..<count {
                publish.encode(header, into: &buffer)
            }
            return buffer.readableBytes
        }
    }
}
