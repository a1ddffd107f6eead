import ArgumentParser
import MQTT

/// What a benchmark sends, how much of it, and how fast.
struct LoadOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many publishers (default: 10; 1 in fan-out and latency).", valueName: "count")
    )
    var publishers: Int?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many subscribers (default: 10; 1 in fan-in and latency).", valueName: "count")
    )
    var subscribers: Int?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many connections (default: 1000).", valueName: "count")
    )
    var connections: Int?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many connections are made at a time.", valueName: "count")
    )
    var parallel = BenchPlan.defaultParallelism

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "Hold all connections for this time, in place of closing each at once.",
            valueName: "seconds"
        )
    )
    var hold: Seconds?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("How surely messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How large a payload is.", valueName: "bytes")
    )
    var size = BenchPlan.defaultPayloadSize

    @Option(
        name: [.customShort("C"), .customLong("count")],
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many messages each publisher sends, or in sub each subscriber receives.",
            valueName: "count"
        )
    )
    var count: Int?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long messages are sent (default: 10 without --count; sub receives until a signal).",
            valueName: "seconds"
        )
    )
    var duration: Seconds?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long before that messages are sent that are not measured.", valueName: "seconds")
    )
    var warmUp: Seconds?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "Messages a second, of all publishers together; 0 for as many as go (default: 0; 1000 in latency).",
            valueName: "rate"
        )
    )
    var rate: Double?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many messages a publisher is ahead of its slowest subscriber at most (default: what keeps a subscriber "
                + "1000 behind, with QoS 1 and 2 400).",
            valueName: "count"
        )
    )
    var window: Int?

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp(
            "The topic, or what topics begin with (default: bench/ and a name for each run); in sub the filter (default: "
                + "bench/#).",
            valueName: "topic"
        )
    )
    var topic: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How long nothing may move until it is given up.", valueName: "seconds")
    )
    var stall = Seconds(seconds: 5)

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("How many threads the clients are spread over.", valueName: "count")
    )
    var threads = 1

    @Flag(
        name: .long,
        help: "In latency: sleep until a message is due. It saves a processor, and adds the time to wake up."
    )
    var noSpin = false
}

extension LoadOptions {
    private static let mostMessages = 1_000_000_000
    private static let mostThreads = 64
    private static let rates = 0.01...1e8
    private static let defaultConnectionCount = 1_000
    private static let defaultLatencyRate = 1_000.0
    private static let defaultDuration = Duration.seconds(10)

    /// The plan of a scenario.
    ///
    /// - Parameter inFlightCount: How many messages of a publisher may be without an answer.
    /// - Throws: where an option is out of bounds, or makes no sense in the scenario.
    func plan(_ scenario: BenchScenario, inFlightCount: Int) throws -> BenchPlan {
        try checkSense(in: scenario)
        try checkBounds()
        try checkTopic(in: scenario)
        var (publisherCount, subscriberCount) = (
            publishers ?? scenario.defaultPublisherCount, subscribers ?? scenario.defaultSubscriberCount
        )
        if scenario.isPaired {
            publisherCount = publishers ?? subscribers ?? scenario.defaultPublisherCount
            subscriberCount = subscribers ?? publisherCount
            guard publisherCount == subscriberCount else {
                throw ValidationError("in \(scenario.rawValue) there are as many publishers as subscribers")
            }
        }
        let run = UInt64.random(in: 1..<(1 << 40))
        let name = String(run, radix: 36)
        var plan = BenchPlan(
            scenario: scenario,
            publisherCount: publisherCount,
            subscriberCount: subscriberCount,
            window: window
                ?? BenchPlan.defaultWindow(
                    qos: qos,
                    payloadSize: size,
                    publishersOfSubscriber: scenario.isPaired ? 1 : publisherCount
                ),
            topic: topic ?? (scenario == .subscribe ? "bench/#" : "bench/\(name)"),
            run: run
        )
        if scenario == .connections { plan.connectionCount = connections ?? Self.defaultConnectionCount }
        plan.qos = qos
        plan.payloadSize = size
        plan.messageCount = count.map(UInt64.init)
        plan.duration = duration?.duration
        if duration == nil, count == nil, scenario.hasPublishers { plan.duration = Self.defaultDuration }
        plan.warmUp = warmUp?.duration ?? .zero
        plan.rate = rate ?? (scenario.isOpenLoop ? Self.defaultLatencyRate : 0)
        if plan.rate == 0 { plan.rate = nil }
        plan.inFlightCount = inFlightCount
        plan.parallelism = parallel
        plan.hold = hold?.duration
        plan.stall = stall.duration
        plan.threadCount = threads
        plan.isSpinning = scenario.isOpenLoop && !noSpin
        try checkSize(plan)
        return plan
    }

    /// Checks that each option means something in the scenario.
    private func checkSense(in scenario: BenchScenario) throws {
        let senses: [(name: String, isGiven: Bool, makesSense: Bool)] = [
            ("--publishers", publishers != nil, scenario.hasPublishers),
            ("--subscribers", subscribers != nil, scenario.defaultSubscriberCount > 0),
            ("--connections", connections != nil, scenario == .connections),
            ("--hold", hold != nil, scenario == .connections),
            ("--count", count != nil, scenario != .connections),
            ("--duration", duration != nil, scenario != .connections),
            ("--warm-up", warmUp != nil, scenario != .connections),
            ("--rate", rate != nil, scenario.hasPublishers),
            ("--window", window != nil, scenario.hasDeliveries && !scenario.isOpenLoop),
            ("--no-spin", noSpin, scenario.isOpenLoop),
        ]
        if let option = senses.first(where: { $0.isGiven && !$0.makesSense }) {
            throw ValidationError("\(option.name) means nothing in \(scenario.rawValue)")
        }
        guard !(scenario.isOpenLoop && rate == 0) else { throw ValidationError("latency needs a --rate above 0") }
    }

    private func checkBounds() throws {
        let bounds: [(name: String, value: Int?, bounds: ClosedRange<Int>)] = [
            ("--publishers", publishers, 1...BenchPlan.mostClients),
            ("--subscribers", subscribers, 1...BenchPlan.mostClients),
            ("--connections", connections, 1...BenchPlan.mostClients),
            ("--parallel", parallel, 1...BenchPlan.mostClients),
            ("--size", size, BenchStamp.byteCount...BenchPlan.largestPayload),
            ("--count", count, 1...Self.mostMessages),
            ("--window", window, 1...BenchPlan.largestWindow),
            ("--threads", threads, 1...Self.mostThreads),
        ]
        for (name, value, bounds) in bounds {
            guard let value, !bounds.contains(value) else { continue }
            throw ValidationError("\(name) is a number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        if let rate, rate != 0, !Self.rates.contains(rate) {
            throw ValidationError("--rate is 0, or a number from 0.01 to 100000000")
        }
        for (name, time) in [("--duration", duration), ("--stall", stall)] where time?.duration == .zero {
            throw ValidationError("\(name) is more than 0")
        }
    }

    private func checkTopic(in scenario: BenchScenario) throws {
        guard let topic else { return }
        try checkTopicFilter(topic)
        guard scenario == .subscribe || !topic.contains(where: { "+#".contains($0) }) else {
            throw ValidationError("a topic to publish to has no wildcards")
        }
    }

    /// Checks what the options come to together.
    private func checkSize(_ plan: BenchPlan) throws {
        guard plan.clientCount <= BenchPlan.mostClients else {
            throw ValidationError(
                "there are \(BenchPlan.mostClients) clients at most, publishers and subscribers together"
            )
        }
        let accounts = plan.subscriberCount * (plan.scenario.isPaired ? 1 : max(plan.publisherCount, 1))
        guard accounts <= BenchPlan.mostAccounts else {
            throw ValidationError(
                "\(plan.publisherCount) publishers times \(plan.subscriberCount) subscribers are more than "
                    + "\(BenchPlan.mostAccounts)"
            )
        }
    }
}
