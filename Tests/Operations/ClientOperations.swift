import NIOCore

@testable import MQTT
@testable import Support

extension Operation {
    /// What the machine of a client does with what the application hands it and with what comes from the Server.
    static let client = [
        Operation("client publishes at QoS 0", allocations: 0, instructions: 2_800) {
            try publisher(qos: .atMostOnce, answers: [])
        },
        Operation("client publishes at QoS 1, with PUBACK", allocations: 0, instructions: 6_900) {
            try publisher(qos: .atLeastOnce, answers: [ControlPacket.puback])
        },
        Operation("client publishes at QoS 2, with PUBREC and PUBCOMP", allocations: 2, instructions: 14_600) {
            try publisher(qos: .exactlyOnce, answers: [ControlPacket.pubrec, ControlPacket.pubcomp])
        },
        Operation("client receives at QoS 0", allocations: 0, instructions: 3_800) {
            try receiver(qos: .atMostOnce)
        },
        Operation("client receives at QoS 1, and acknowledges", allocations: 0, instructions: 4_550) {
            try receiver(qos: .atLeastOnce)
        },
        Operation("client receives at QoS 2, up to PUBREL", allocations: 0, instructions: 6_900) {
            try receiver(qos: .exactlyOnce)
        },
    ]

    private static let topic = BenchmarkBroker.text("sensors/kitchen/temperature")
    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000)

    /// A client that the Server has accepted, as the network drives it: the bytes that came are decoded, and what it
    /// wants sent or told is taken from its effects.
    private struct Driver {
        private var connection: ClientConnection
        private var effects = ClientEffects()
        private var decoder = PacketDecoder(version: .v5_0, maximumPacketSize: 1_000_000)
        /// How many messages the Server has acknowledged, or the application was given.
        private(set) var settledCount = 0

        init() throws {
            let connect = Connect(
                version: .v5_0,
                cleanStart: true,
                keepAlive: 60,
                clientIdentifier: BenchmarkBroker.text("client")
            )
            connection = ClientConnection(connect: connect, limits: ClientLimits())
            connection.connectionOpened(now: now, connackDeadline: now + .seconds(10), into: &effects)
            let connack = Connack(sessionPresent: false, reasonCode: .success)
            try receive(BenchmarkBroker.bytes(.connack(connack), version: .v5_0))
        }

        mutating func publish(_ message: OutgoingMessage) {
            connection.publish(message)
            endTurn()
        }

        mutating func receive(_ bytes: ByteBuffer) throws {
            decoder.append(bytes)
            while let packet = try decoder.next() {
                connection.received(packet, now: now, into: &effects)
            }
            decoder.settle()
            endTurn()
        }

        private mutating func endTurn() {
            connection.advance(now: now, into: &effects)
            settledCount += effects.completions.count + effects.messages.count
            let owedCount = effects.messages.reduce(0) { $0 + ($1.qos == .atMostOnce ? 0 : 1) }
            connection.messagesConsumed(owedCount, into: &effects)
            effects.completions.removeAll(keepingCapacity: true)
            effects.messages.removeAll(keepingCapacity: true)
            effects.output.clear()
        }
    }

    private static func publisher(qos: QoS, answers: [(Acknowledgement) -> ControlPacket]) throws -> Repetition {
        var driver = try Driver()
        let request = RequestIdentifier(rawValue: 1)
        let payload = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64)
        let message = OutgoingMessage(request: request, topic: topic, payload: payload, qos: qos)
        var packets = answers.map {
            BenchmarkBroker.bytes($0(Acknowledgement(packetIdentifier: 1)), version: .v5_0)
        }
        var identifier: UInt16 = 0
        return repetition { count in
            let before = driver.settledCount
            for _ in 0..<count {
                driver.publish(message)
                identifier = identifier == .max ? 1 : identifier + 1
                for index in packets.indices {
                    packets[index].setInteger(identifier, at: 2)
                    try driver.receive(packets[index])
                }
            }
            return driver.settledCount - before
        }
    }

    private static func receiver(qos: QoS) throws -> Repetition {
        var driver = try Driver()
        let identifier: UInt16 = qos == .atMostOnce ? 0 : 1
        let publish = BenchmarkBroker.publish(
            "sensors/kitchen/temperature",
            qos: qos,
            packetIdentifier: identifier,
            version: .v5_0
        )
        let pubrel = BenchmarkBroker.bytes(
            .pubrel(Acknowledgement(packetIdentifier: identifier)),
            version: .v5_0
        )
        return repetition { count in
            let before = driver.settledCount
            for _ in 0..<count {
                try driver.receive(publish)
                if qos == .exactlyOnce { try driver.receive(pubrel) }
            }
            return driver.settledCount - before
        }
    }
}
