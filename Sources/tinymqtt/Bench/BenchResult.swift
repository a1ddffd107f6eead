import MQTT

/// What has come of a benchmark.
struct BenchResult {
    let plan: BenchPlan
    let version: ProtocolVersion
    let address: ServerAddress
    var tally = BenchTally()
    /// How many connections the broker has accepted, and how many not.
    var connectedCount = 0
    var failedCount = 0
    /// How many connections were lost while they were held.
    var lostConnectionCount = 0
    /// Why the first connection failed that did.
    var failure: MQTTClientError?
    /// How long it took until the last connection was accepted, in nanoseconds.
    var connectTime: UInt64 = 0
    /// From the end of the warm-up until the last message was sent, acknowledged or received, in nanoseconds.
    var measuredTime: UInt64 = 0
    /// From the first message to the end of the last connection, in nanoseconds, and how much of the processors this
    /// process has used meanwhile.
    var wallTime: UInt64 = 0
    var processorTime: UInt64 = 0
    /// Why it ended before it was through.
    var end: BenchControl.End?

    init(plan: BenchPlan, version: ProtocolVersion, address: ServerAddress) {
        self.plan = plan
        self.version = version
        self.address = address
    }

    // MARK: Whether the counts add up

    /// How many messages were to arrive; `nil` where nobody knows.
    var expected: Int? {
        plan.scenario.hasDeliveries ? (tally.sent - tally.refused) * plan.receiverCount : nil
    }

    /// How many messages have arrived, duplicates included.
    var received: Int {
        plan.scenario.hasPublishers ? tally.deliveries.received : tally.deliveries.received + tally.foreign
    }

    /// How many messages have not arrived: of those that were to, or, where nobody knows how many were, those that later
    /// ones of the same publisher have overtaken.
    var lost: Int { expected.map { max(0, $0 - tally.deliveries.distinct) } ?? tally.deliveries.missing }

    /// How many messages the broker has not answered that it had to.
    var unacknowledged: Int {
        plan.qos == .atMostOnce ? 0 : max(0, tally.sent - tally.refused - tally.acknowledged)
    }

    /// How many connections are missing.
    var missingConnections: Int {
        plan.scenario == .connections && end == nil ? plan.connectionCount - connectedCount + lostConnectionCount : 0
    }

    /// Whether everything has arrived, once and in order.
    var addsUp: Bool {
        lost == 0 && tally.deliveries.duplicated == 0 && tally.deliveries.outOfOrder == 0 && unacknowledged == 0
            && missingConnections == 0
    }

    /// Whether it ran until it was through, nothing was refused, and the counts add up.
    var isComplete: Bool {
        let hasEnded =
            switch end {
            case nil: true
            case .signal: isThroughWithSignal
            case .stalled, .failed, .refused: false
            }
        return hasEnded && failure == nil && tally.refused == 0 && !isShort && addsUp
    }

    /// Whether a signal is how it is to end: not while clients are still on their way to the broker.
    private var isThroughWithSignal: Bool { plan.runsUntilSignal && connectedCount == plan.clientCount }

    /// Whether the time was up before as much was received as was asked for.
    private var isShort: Bool {
        guard end == nil, let wanted = plan.subscriberMessageCount else { return false }
        return received < wanted
    }

    // MARK: Rates

    /// How many messages a second were sent.
    var sendRate: Int { Self.rate(tally.sentMeasured, in: measuredTime) }

    /// How many messages a second were received.
    var receiveRate: Int { Self.rate(tally.receivedMeasured, in: measuredTime) }

    /// How many connections a second were made.
    var connectRate: Int { Self.rate(connectedCount, in: connectTime) }

    /// How much of one processor this process has used, in percent.
    var processorPercent: Int { Self.rate(Int(processorTime) * 100, in: wallTime * 1_000_000_000) }

    private static func rate(_ count: Int, in nanoseconds: UInt64) -> Int {
        nanoseconds == 0 ? 0 : Int((Double(count) * 1e9 / Double(nanoseconds)).rounded())
    }

    // MARK: The end

    /// Tells what went wrong, and returns the exit code.
    func status(_ report: ClientReport) -> Int32 {
        switch end {
        case .failed(let error): return report.status(of: error)
        case .refused(let topicFilter, let reasonCode):
            report.tell("the broker refused the subscription to \(topicFilter): \(reasonCode)")
            return Int32(reasonCode.rawValue)
        case .signal, .stalled, nil: break
        }
        if let failure { return report.status(of: failure) }
        if let refusal = tally.firstRefusal {
            report.tell("\(tally.refused) messages were refused, to \(refusal.topic) first: \(refusal.reasonCode)")
            return Int32(refusal.reasonCode.rawValue)
        }
        if end == .stalled || isShort {
            report.tell(isShort ? "the time was up before all was received" : "nothing has moved for \(plan.stall)")
            return ExitStatus.timedOut.rawValue
        }
        guard addsUp else {
            report.tell("the counts do not add up")
            return ExitStatus.countsDiffer.rawValue
        }
        if case .signal(let number) = end, !isThroughWithSignal { return StopSignals.exitCode(of: number) }
        return ExitStatus.success.rawValue
    }
}
