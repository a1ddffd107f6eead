import MQTT

/// A subscriber of a benchmark.
struct BenchSubscriber: Sendable {
    let client: MQTTClient
    /// Counted from 0.
    let index: Int
    /// The windows of all publishers; empty where nothing holds them back.
    let gates: [WindowGate]
    let timeline: BenchTimeline
}

/// The account of a subscriber with a publisher, and how far the publisher's window is known to have been passed.
private struct Account {
    var ledger = SequenceLedger()
    /// The segment of the window that is to be passed next, and the first message behind it.
    private var segment: UInt64 = 0
    private(set) var segmentEnd: UInt64

    init(_ gate: WindowGate?) {
        segmentEnd = gate?.segmentSize ?? .max
    }

    /// Tells the publisher which segments have been passed.
    mutating func tellPassed(_ gate: WindowGate) {
        let next = ledger.next / gate.segmentSize
        gate.passed(segment..<next)
        segment = next
        segmentEnd = (next + 1) * gate.segmentSize
    }
}

extension BenchLane {
    /// How many messages are taken at once.
    private static let batchSize = 1_000
    /// How many publishers of other benchmarks are told apart at most.
    private static let mostSenders = 10_000

    /// Subscribes; `false` where the broker has refused that.
    func subscribe(_ client: MQTTClient, to filter: String) async throws(MQTTClientError) -> Bool {
        let result = try await client.subscribe([Subscription(filter, maximumQoS: plan.qos)])
        guard let refusal = result.outcomes.first(where: { $0.isFailure }) else { return true }
        control.stop(.refused(topicFilter: filter, refusal.reasonCode))
        return false
    }

    /// Receives until the client is disconnected, and keeps account.
    func receive(_ subscriber: BenchSubscriber) async {
        do throws(MQTTClientError) {
            if plan.scenario.hasPublishers {
                try await check(subscriber)
            } else {
                try await count(subscriber)
            }
        } catch {
            control.stop(.failed(error))
        }
    }

    /// Receives what the publishers of this benchmark send.
    private func check(_ subscriber: BenchSubscriber) async throws(MQTTClientError) {
        let senders = plan.publishers(ofSubscriber: subscriber.index)
        var accounts = senders.map { Account(subscriber.gates.isEmpty ? nil : subscriber.gates[$0]) }
        // Also where the client fails, what has come counts.
        defer { for account in accounts { tally.deliveries += account.ledger } }
        while let batch = try await subscriber.client.messages.next(atMost: Self.batchSize) {
            let now = BenchClock.now
            var distinct = 0
            for message in batch {
                guard let stamp = BenchStamp(message.payload), stamp.run == plan.run,
                    senders.contains(Int(stamp.sender))
                else {
                    tally.foreign += 1
                    continue
                }
                let account = Int(stamp.sender) - senders.lowerBound
                let before = accounts[account].ledger.distinct
                accounts[account].ledger.record(stamp.sequence)
                distinct += accounts[account].ledger.distinct - before
                if accounts[account].ledger.next >= accounts[account].segmentEnd {
                    accounts[account].tellPassed(subscriber.gates[Int(stamp.sender)])
                }
                measure(stamp, now: now, subscriber.timeline)
            }
            tally.lastTime = max(tally.lastTime, now)
            control.addReceived(distinct)
        }
    }

    private func measure(_ stamp: BenchStamp, now: UInt64, _ timeline: BenchTimeline) {
        guard stamp.due >= timeline.measureStart else { return }
        tally.receivedMeasured += 1
        tally.deliveryTimes.record(now > stamp.due ? now - stamp.due : 0)
    }

    /// Receives whatever others send, as much as was asked for; what carries a stamp is checked.
    private func count(_ subscriber: BenchSubscriber) async throws(MQTTClientError) {
        /// A publisher of another benchmark.
        struct Sender: Hashable {
            let run: UInt64
            let index: UInt32
        }
        var accounts: [Sender: SequenceLedger] = [:]
        var remaining = plan.messageCount ?? .max
        defer { for ledger in accounts.values { tally.deliveries += ledger } }
        while remaining > 0,
            let batch = try await subscriber.client.messages.next(atMost: Int(min(remaining, UInt64(Self.batchSize))))
        {
            let now = BenchClock.now
            for message in batch {
                guard let stamp = BenchStamp(message.payload) else {
                    tally.foreign += 1
                    continue
                }
                let sender = Sender(run: stamp.run, index: stamp.sender)
                guard accounts[sender] != nil || accounts.count < Self.mostSenders else {
                    tally.foreign += 1
                    continue
                }
                accounts[sender, default: SequenceLedger(first: stamp.sequence)].record(stamp.sequence)
            }
            remaining -= UInt64(batch.count)
            if now >= subscriber.timeline.measureStart { tally.receivedMeasured += batch.count }
            tally.lastTime = max(tally.lastTime, now)
            control.addReceived(batch.count)
        }
    }
}
