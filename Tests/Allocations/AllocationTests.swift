import AllocationCounter
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// How many allocations the broker makes for what happens most often, from the bytes of a read to the bytes in the
/// outbox. With Swift 6.3.1 on Linux a release build counts, in the order of the tests: 0, 0, 0, 1, 6, 2 and 5, 14. The
/// limits leave a little room for what another build inlines otherwise; debug builds allocate more.
@Suite(.serialized, .enabled(if: allocations_are_counted() == 1, "allocations are counted with glibc only"))
struct AllocationTests {
    /// What one operation may allocate.
    struct Limit {
        let debug: Int
        let release: Int

        var ofThisBuild: Int {
            #if DEBUG
            debug
            #else
            release
            #endif
        }
    }

    private static let warmUpCount = 300
    private static let count: UInt64 = 1_000

    /// Counts what `operation` allocates on average, once its buffers have found their size.
    private static func expect(
        _ limit: Limit,
        _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ operation: () -> Void,
        after: () -> Void = {}
    ) {
        for _ in 0..<warmUpCount {
            operation()
            after()
        }
        var allocationCount: UInt64 = 0
        for _ in 0..<count {
            let before = allocation_count_of_this_thread()
            operation()
            allocationCount += allocation_count_of_this_thread() - before
            after()
        }
        // A table that grows once in a while does not make the next operation more expensive.
        let average = Int(allocationCount / count)
        print("allocations: \(what): \(average), limit \(limit.ofThisBuild)")
        #expect(average <= limit.ofThisBuild, "\(what)", sourceLocation: sourceLocation)
    }

    @Test("Allocations are counted: a class is one")
    func countingWorks() {
        final class Something {
            var value = 0
        }
        var kept: [Something] = []
        kept.reserveCapacity(100)
        let before = allocation_count_of_this_thread()
        for _ in 0..<100 {
            kept.append(Something())
        }
        #expect(allocation_count_of_this_thread() - before == 100)
        #expect(kept.count == 100)
    }

    @Test("QoS 0 to one receiver")
    func qos0ToOne() {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher")
        let subscriber = broker.connect("subscriber")
        broker.receive(BenchmarkBroker.subscribe("sensors/+/temperature"), from: subscriber)
        let publish = BenchmarkBroker.publish("sensors/kitchen/temperature")
        let before = broker.sentByteCount
        Self.expect(Limit(debug: 8, release: 2), "QoS 0 to one receiver") {
            broker.receive(publish, from: publisher)
        }
        #expect(broker.sentByteCount - before == publish.readableBytes * (Int(Self.count) + Self.warmUpCount))
    }

    @Test("QoS 0 to a hundred receivers of two versions")
    func qos0ToAHundred() {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher")
        for number in 0..<100 {
            let version = number % 2 == 0 ? ProtocolVersion.v3_1_1 : .v5_0
            let subscriber = broker.connect("subscriber-\(number)", version: version)
            broker.receive(BenchmarkBroker.subscribe("sensors/#", version: version), from: subscriber)
        }
        let publish = BenchmarkBroker.publish("sensors/kitchen/temperature")
        let before = broker.sentByteCount
        Self.expect(Limit(debug: 600, release: 20), "QoS 0 to a hundred receivers") {
            broker.receive(publish, from: publisher)
        }
        let sentByteCount = 50 * (2 * publish.readableBytes + 1)
        #expect(broker.sentByteCount - before == sentByteCount * (Int(Self.count) + Self.warmUpCount))
    }

    @Test("QoS 0 in reads of fifty messages with topics of their own")
    func qos0InBatches() {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher", version: .v5_0)
        let subscriber = broker.connect("subscriber", version: .v5_0)
        broker.receive(BenchmarkBroker.subscribe("sensors/#", version: .v5_0), from: subscriber)
        var batch = ByteBuffer()
        for number in 0..<50 {
            batch.writeImmutableBuffer(BenchmarkBroker.publish("sensors/\(number)/temperature", version: .v5_0))
        }
        // Two of the topics may share a place among the remembered ones, by chance: then both are looked up each time.
        Self.expect(Limit(debug: 400, release: 60), "fifty messages of QoS 0 in one read") {
            broker.receive(batch, from: publisher)
        }
        #expect(broker.broker.statistics.publishSentCount == 50 * (Int(Self.count) + Self.warmUpCount))
    }

    @Test("QoS 1: PUBLISH, PUBACK, the delivery, and its PUBACK")
    func qos1RoundTrip() {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher")
        let subscriber = broker.connect("subscriber")
        broker.receive(BenchmarkBroker.subscribe("sensors/#", qos: .atLeastOnce), from: subscriber)
        let publish = BenchmarkBroker.publish("sensors/kitchen", qos: .atLeastOnce, packetIdentifier: 1)
        var puback = BenchmarkBroker.puback(1)
        var identifier: UInt16 = 0
        Self.expect(Limit(debug: 28, release: 3), "QoS 1 round trip") {
            broker.receive(publish, from: publisher)
            identifier += 1
            puback.setInteger(identifier, at: 2)
            broker.receive(puback, from: subscriber)
        }
        #expect(broker.broker.sessions.indices.allSatisfy { broker.broker.sessions[$0].outgoing.isEmpty })
    }

    @Test("SUBSCRIBE with a new filter")
    func subscribe() {
        var broker = BenchmarkBroker()
        let subscriber = broker.connect("subscriber")
        let subscribe = BenchmarkBroker.subscribe("building/floor/room")
        let unsubscribe = BenchmarkBroker.unsubscribe("building/floor/room")
        Self.expect(Limit(debug: 30, release: 8), "SUBSCRIBE") {
            broker.receive(subscribe, from: subscriber)
        } after: {
            broker.receive(unsubscribe, from: subscriber)
        }
        broker.receive(subscribe, from: subscriber)
        #expect(broker.broker.subscriptions.count == 1)
    }

    @Test("CONNECT", arguments: [ProtocolVersion.v3_1_1, .v5_0])
    func connect(version: ProtocolVersion) {
        var broker = BenchmarkBroker()
        let connect = BenchmarkBroker.connect("client", version: version)
        var connection: ConnectionIndex?
        let limit = version == .v5_0 ? Limit(debug: 80, release: 7) : Limit(debug: 30, release: 4)
        Self.expect(limit, "CONNECT of version \(version)") {
            let opened = broker.open()
            broker.receive(connect, from: opened)
            connection = opened
        } after: {
            if let connection { broker.close(connection) }
        }
        #expect(broker.broker.statistics.connectionsAcceptedCount == Int(Self.count) + Self.warmUpCount)
        #expect(broker.broker.sessions.count == 0)
    }

    @Test("A SUBSCRIBE that fetches ten retained messages")
    func retainedReplay() {
        var broker = BenchmarkBroker()
        let publisher = broker.connect("publisher")
        for number in 0..<10 {
            broker.receive(BenchmarkBroker.publish("room/\(number)/temperature", retain: true), from: publisher)
        }
        let subscriber = broker.connect("subscriber")
        let subscribe = BenchmarkBroker.subscribe("room/+/temperature")
        Self.expect(Limit(debug: 95, release: 20), "ten retained messages") {
            broker.receive(subscribe, from: subscriber)
        }
        #expect(broker.broker.statistics.publishSentCount == 10 * (Int(Self.count) + Self.warmUpCount))
    }
}
