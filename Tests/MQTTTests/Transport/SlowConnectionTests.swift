import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker over TCP: those who are slow", .serialized)
struct SlowConnectionTests {
    @Test("a subscriber that does not read costs no more than the limit, and goes on when it reads again")
    func slowSubscriber() async throws {
        try await withServer({ $0.limits.outgoingBytes = 200_000 }) { server in
            let subscriber = try await SocketPeer.connect(port: server.port, reads: false)
            subscriber.send(.connect(.make("slow")))
            subscriber.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atMostOnce)])))
            let publisher = try await server.client("p")
            try await server.until { $0.subscriptionCount == 1 }
            let publish = ControlPacket.publish(Publish("t", String(repeating: "x", count: 50_000)))
            for _ in 0..<400 {
                publisher.send(publish)
            }
            try await publisher.ping()
            // 20 MB were published; the system's buffers take some, the rest is dropped.
            let load = try await server.until { $0.statistics.publishReceivedCount == 400 }
            #expect(load.waitingByteCount < 200_000 + 60_000)
            #expect(load.statistics.publishDroppedCount > 0)

            try await subscriber.startReading()
            #expect(try await subscriber.receive()?.type == .connack)
            #expect(try await subscriber.receive()?.type == .suback)
            var count = 0
            while count + load.statistics.publishDroppedCount < 400 {
                #expect(try await subscriber.receive() == publish)
                count += 1
            }
            try await subscriber.ping()
            publisher.send(.publish(Publish("t", "after")))
            #expect(try await subscriber.receive() == .publish(Publish("t", "after")))
        }
    }

    @Test("publishers wait while too much waits for receivers, and go on after")
    func overload() async throws {
        try await withServer({ $0.limits.waitingBytesInAll = 500_000 }) { server in
            let subscriber = try await server.client("s", sessionExpiryInterval: 600)
            subscriber.send(.subscribe(Subscribe(packetIdentifier: 1, subscriptions: [.make("t", .atLeastOnce)])))
            #expect(try await subscriber.receive()?.type == .suback)
            subscriber.send(.disconnect(Disconnect()))
            let publisher = try await server.client("p")
            let payload = String(repeating: "x", count: 10_000)
            var buffer = ByteBuffer()
            for number in 1...200 {
                let publish = Publish("t", payload, qos: .atLeastOnce, packetIdentifier: UInt16(number))
                ControlPacket.publish(publish).encode(into: &buffer, version: .v5_0)
            }
            let written = publisher.sendLater(buffer)
            let load = try await server.until { $0.pausedPublisherCount == 1 }
            #expect(load.waitingByteCount > 500_000)
            #expect(load.waitingByteCount < 700_000)

            let back = try await SocketPeer.connect(port: server.port)
            var connect = Connect.make("s")
            connect.cleanStart = false
            back.send(.connect(connect))
            #expect(try await back.receive()?.type == .connack)
            for number in 1...200 {
                guard case .publish(let publish)? = try await back.receive() else { throw Unexpected() }
                #expect(publish.packetIdentifier == UInt16(number))
                back.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
            }
            try await written.get()
            for number in 1...200 {
                #expect(
                    try await publisher.receive() == .puback(Acknowledgement(packetIdentifier: UInt16(number)))
                )
            }
            try await server.until { $0.pausedPublisherCount == 0 && $0.waitingByteCount == 0 }
        }
    }

    @Test("a connection that does not finish its CONNECT in time is closed")
    func partialConnect() async throws {
        try await withServer({ $0.connectTimeout = 1 }) { server in
            let silent = try await SocketPeer.connect(port: server.port)
            let slow = try await SocketPeer.connect(port: server.port)
            slow.send(HexNotation.bytes("10 0D 00"))
            let healthy = try await server.client("h")
            #expect(try await silent.receive() == nil)
            #expect(try await slow.receive() == nil)
            try await healthy.ping()
        }
    }
}
