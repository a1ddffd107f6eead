import NIOCore
import Testing

@testable import MQTT
@testable import Support

extension Benchmarks {
    /// The durable store: what is written and read in a second, without the disk's own time, and how long a start takes.
    @Suite struct StoreBenchmarks {
        private static let batchSize: UInt64 = 5_000
        private static let longQueueLength: UInt64 = 200_000 * BenchmarkMeasure.scale
        /// How many sessions there are at a start; ten times as many messages are queued for them, and as many retained.
        private static let sessionCount: UInt64 = 10_000 * BenchmarkMeasure.scale
        private static let topic = Array("site/g17/device-1234/value".utf8)

        /// Seconds on the wall: the disk's time is a part of it.
        private func seconds(_ body: () throws -> Void) rethrows -> Double {
            let duration = try ContinuousClock().measure(body)
            return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        }

        private func message(_ payload: [UInt8]) -> StoredMessage {
            let noProperties: [UInt8] = []
            return StoredMessage(
                topic: Self.topic.span,
                properties: noProperties.span,
                payload: payload.span,
                qos: .atLeastOnce,
                retain: false,
                expiry: nil
            )
        }

        /// Batches of deliveries, each of `batchSize`, to one session after the other or all messages to each of them.
        private func queues(
            _ count: UInt64,
            sessions: ClosedRange<UInt64>,
            share: Bool,
            from first: UInt64 = 1
        )
            -> [StoreBatch]
        {
            let payload = [UInt8](repeating: 1, count: 100)
            var batch = StoreBatch(number: first)
            var batches: [StoreBatch] = []
            var content: UInt32 = 0
            for index in 0..<count {
                let turn = index % UInt64(sessions.count)
                if !share || turn == 0 || batch.messages.isEmpty { content = batch.add(message(payload)) }
                _ = batch.deliver(
                    content,
                    to: sessions.lowerBound + turn,
                    at: index / UInt64(sessions.count) + 1,
                    qos: .atLeastOnce,
                    retain: false,
                    isSent: false,
                    subscriptionIdentifiers: []
                )
                if (index + 1) % Self.batchSize == 0 || index + 1 == count {
                    batches.append(batch)
                    batch = StoreBatch(number: batch.number + 1)
                }
            }
            return batches
        }

        private func connection(
            _ folder: TemporaryFolder,
            _ synchronization: StoreConnection.Synchronization = .off
        ) throws -> StoreConnection {
            try StoreConnection(path: folder.path("store"), synchronization: synchronization, maximumPageCount: nil)
        }

        private func write(_ batches: [StoreBatch], to connection: StoreConnection) throws {
            for batch in batches {
                try connection.writer.write(batch, StoreClock.system.now())
                try connection.checkpointIfDue()
            }
        }

        @Test("Deliveries: written, read and ended")
        func deliveries() throws {
            let count: UInt64 = 50_000 * BenchmarkMeasure.scale
            for (name, sessions, share) in [
                ("own content, one session", 1...1, false), ("own content, 100 sessions", 1...100, false),
                ("shared content, 100 sessions", 1...100, true),
            ] as [(String, ClosedRange<UInt64>, Bool)] {
                let connection = try connection(TemporaryFolder())
                let batches = queues(count, sessions: sessions, share: share)
                let writing = try seconds { try write(batches, to: connection) }
                BenchmarkMeasure.report("store, written, \(name)", Double(count) / writing, "deliveries/s")
                var found = 0
                let reading = try seconds { found = try read(sessions, from: connection) }
                #expect(found == Int(count))
                BenchmarkMeasure.report("store, read, \(name)", Double(count) / reading, "deliveries/s")
                let ends = batches.map { batch in
                    var ends = StoreBatch(number: batch.number)
                    for delivery in batch.deliveries {
                        ends.end(StoreBatch.Place(position: delivery.position), of: delivery.session)
                    }
                    return ends
                }
                let ending = try seconds { try write(ends, to: connection) }
                BenchmarkMeasure.report("store, ended, \(name)", Double(count) / ending, "deliveries/s")
                #expect(try connection.database.integer("SELECT count(*) FROM delivery", to: "count") == 0)
                #expect(try connection.database.integer("SELECT count(*) FROM message", to: "count") == 0)
            }
        }

        @Test("A long queue: what the last messages cost against the first, and the memory")
        func longQueue() throws {
            let count: UInt64 = Self.longQueueLength
            let connection = try connection(TemporaryFolder())
            let payload = [UInt8](repeating: 1, count: 100)
            let before = try #require(BenchmarkMeasure.residentByteCount)
            var times: [Double] = []
            for part in 0..<10 as Range<UInt64> {
                let positions = part * count / 10 + 1..<(part + 1) * count / 10 + 1
                times.append(
                    try seconds {
                        for start in stride(from: positions.lowerBound, to: positions.upperBound, by: 5_000) {
                            var batch = StoreBatch(number: start)
                            for position in start..<min(start + Self.batchSize, positions.upperBound) {
                                _ = batch.deliver(
                                    batch.add(message(payload)),
                                    to: 1,
                                    at: position,
                                    qos: .atLeastOnce,
                                    retain: false,
                                    isSent: false,
                                    subscriptionIdentifiers: []
                                )
                            }
                            try write([batch], to: connection)
                        }
                    }
                )
            }
            BenchmarkMeasure.report("store, long queue, written", Double(count) / times.reduce(0, +), "deliveries/s")
            BenchmarkMeasure.report("store, long queue, last tenth against the first", times[9] / times[0], "times")
            var found = 0
            let reading = try seconds { found = try read(1...1, from: connection) }
            #expect(found == Int(count))
            BenchmarkMeasure.report("store, long queue, read", Double(count) / reading, "deliveries/s")
            let after = try #require(BenchmarkMeasure.residentByteCount)
            BenchmarkMeasure.report("store, long queue, memory", Double(after - before) / 1_048_576, "MiB")
        }

        /// Reads all queues as a broker does, a thousand messages at a time.
        private func read(_ sessions: ClosedRange<UInt64>, from connection: StoreConnection) throws -> Int {
            var count = 0
            for session in sessions {
                var after: UInt64 = 0
                while true {
                    let request = StoredDeliveryRequest(
                        session: session,
                        after: after,
                        messageLimit: 1_000,
                        byteLimit: 1 << 20
                    )
                    let answers = try connection.reader.answers(to: [request], StoreClock.system.now())
                    guard let last = answers[0].deliveries.last else { break }
                    count += answers[0].deliveries.count
                    after = last.position
                }
            }
            return count
        }

        @Test("Commits: one message each, by what they wait for")
        func commits() throws {
            for (name, synchronization) in [("full", .full), ("normal", .normal), ("off", .off)]
                as [(String, StoreConnection.Synchronization)]
            {
                let connection = try connection(TemporaryFolder(), synchronization)
                let batches = (1...1_000).map { number in
                    var batch = StoreBatch(number: UInt64(number))
                    _ = batch.deliver(
                        batch.add(message([1, 2, 3])),
                        to: 1,
                        at: UInt64(number),
                        qos: .atLeastOnce,
                        retain: false,
                        isSent: false,
                        subscriptionIdentifiers: []
                    )
                    return batch
                }
                let time = try seconds { try write(batches, to: connection) }
                BenchmarkMeasure.report("store, commits with \(name)", 1_000 / time, "commits/s")
            }
        }

        @Test("Start with many sessions, each with ten queued messages, and as many retained ones")
        func start() throws {
            let folder = try TemporaryFolder()
            try fill(folder)
            var summary = StoreRecovery()
            let time = try seconds {
                let connection = try connection(folder)
                summary = try StoreReader(connection.database, StoreClock.system.now()).recover(
                    progress: { _ in },
                    { _ in }
                )
            }
            let count = Int(Self.sessionCount)
            BenchmarkMeasure.report("store, start with \(count) sessions", time * 1_000, "ms")
            #expect(summary.sessionCount == count && summary.subscriptionCount == 2 * count)
            #expect(summary.retainedCount == 10 * count && summary.queuedMessageCount == 10 * count)
        }

        private func fill(_ folder: TemporaryFolder) throws {
            let connection = try connection(folder)
            var number: UInt64 = 1
            for start in stride(from: 1, through: Self.sessionCount, by: 5_000) as StrideThrough<UInt64> {
                var batch = StoreBatch(number: number)
                for session in start..<start + 5_000 {
                    batch.keep(
                        StoredSession(number: session, clientIdentifier: BenchmarkBroker.text("client-\(session)"))
                    )
                    for name in ["site/\(session)/+", "all/#"] {
                        let filter = TopicFilter(shareName: nil, filter: BenchmarkBroker.text(name))
                        let options = SubscriptionOptions(maximumQoS: .atLeastOnce)
                        let subscription = StoredSubscription(filter: filter, options: options, identifier: 0)
                        batch.subscribe(session, to: filter, subscription)
                    }
                }
                try write([batch], to: connection)
                number += 1
            }
            let payload = [UInt8](repeating: 1, count: 64)
            let noProperties: [UInt8] = []
            let time = try seconds {
                for start in stride(from: 0, to: 10 * Self.sessionCount, by: 5_000) {
                    var batch = StoreBatch(number: number)
                    for device in start..<start + 5_000 {
                        let message = StoredMessage(
                            topic: BenchmarkBroker.text("site/g\(device / 100)/device-\(device)/value").bytes.span,
                            properties: noProperties.span,
                            payload: payload.span,
                            qos: .atLeastOnce,
                            retain: true,
                            expiry: nil
                        )
                        batch.retain(StoredRetainedMessage(message: message))
                    }
                    try write([batch], to: connection)
                    number += 1
                }
            }
            BenchmarkMeasure.report("store, retained written", Double(10 * Self.sessionCount) / time, "messages/s")
            try write(
                queues(10 * Self.sessionCount, sessions: 1...Self.sessionCount, share: false, from: number),
                to: connection
            )
        }
    }
}
