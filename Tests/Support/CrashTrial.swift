import NIOCore
import NIOPosix

/// Kills a broker again and again while clients publish and receive, and lets an account judge what comes out.
final class CrashTrial {
    /// In which moment the broker was killed.
    enum Phase: String, CaseIterable {
        /// Before it listens, or when it just does.
        case startUp = "during start-up"
        case running = "while running"
        /// Right after it was asked to move its log into the file.
        case checkpoint = "during a checkpoint"
        /// While a long queue goes out.
        case draining = "while a queue drains"
    }

    /// What is tried.
    struct Plan {
        var seed: UInt64
        var killCount: Int
        var isDurable = true
        /// How long nothing may happen before those who wait give up, in seconds.
        var patience = 20
    }

    /// What came out.
    struct Report: CustomStringConvertible {
        fileprivate(set) var kills: [Phase: Int] = [:]
        fileprivate(set) var figures = CrashAccount.Figures()
        fileprivate(set) var violations: [String] = []
        fileprivate(set) var violationCount = 0
        fileprivate(set) var lostCount = 0

        var description: String {
            let kills = Phase.allCases.map { "\(self.kills[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
            return """
                \(self.kills.values.reduce(0, +)) kills (\(kills)); \(figures.acknowledgedCount) messages acknowledged of \
                \(figures.sentCount), \(figures.sentAgainCount) sent again by publishers; \(figures.receivedCount) received \
                by lasting receivers, \(figures.redeliveredCount) packets delivered again, \(figures.retainedReadCount) \
                retained messages read; \(lostCount) lost, \(violationCount) violations
                """
        }
    }

    private static let configuration = """
        persistence_location @
        max_queued_messages 0
        """
    /// How often it is looked whether something has come true.
    private static let interval = TimeAmount.milliseconds(20)
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private let plan: Plan
    private let broker: CrashBroker
    private let eventLoop: any EventLoop
    private let crowd: NIOLoopBoundBox<CrashCrowd>
    private var random: SeededGenerator
    private var report = Report()

    private init(_ plan: Plan) async throws {
        self.plan = plan
        broker = try await CrashBroker("persistence \(plan.isDurable)\n" + Self.configuration)
        eventLoop = Self.group.next()
        random = SeededGenerator(seed: plan.seed)
        let crowd = CrashCrowd(port: broker.port, seed: plan.seed + 1, eventLoop: eventLoop)
        self.crowd = NIOLoopBoundBox.makeBoxSendingValue(crowd, eventLoop: eventLoop)
    }

    static func run(_ plan: Plan) async throws -> Report {
        let trial = try await CrashTrial(plan)
        do {
            try await trial.run()
        } catch {
            _ = try? await trial.ask { $0.dismiss() }
            throw error
        }
        return trial.report
    }

    private func run() async throws {
        try await ask { $0.open() }
        for number in 0..<plan.killCount {
            // The first time while they subscribe: what was confirmed then has to last too.
            if number == 1 { try await beginPublishing() }
            // Away until its queue is long.
            if number % 4 == 1 { try await ask { $0.setAbsentee(present: false) } }
            let phase = number == 0 ? .running : number % 4 == 0 ? .draining : random.pick(Phase.allCases.dropLast())
            try await wait(for: phase)
            try await broker.kill()
            report.kills[phase, default: 0] += 1
            try broker.spawn()
        }
        try await broker.untilListening()
        if plan.killCount < 2 { try await beginPublishing() }
        try await comeToRest()
        let (figures, violations, violationCount, lostCount) = try await ask { crowd in
            crowd.close()
            defer { crowd.dismiss() }
            let account = crowd.account
            return (account.figures, account.violations, account.violationCount, account.lostCount)
        }
        report.figures = figures
        report.violations = violations
        report.violationCount = violationCount
        report.lostCount = lostCount
        let said = try await broker.stop()
        guard said.status == 0 else { throw CrashBroker.Ended(description: "status \(said.status ?? 0) at the end") }
    }

    // MARK: Kills

    /// Waits until the moment has come to kill the broker.
    private func wait(for phase: Phase) async throws {
        guard phase != .startUp else {
            let limit = Int64(broker.startDuration / .milliseconds(1))
            return try await pass(milliseconds: 0...max(1, limit * 5 / 4))
        }
        try await broker.untilListening()
        switch phase {
        case .startUp: break
        case .running:
            try await pass(milliseconds: 20...600)
        case .checkpoint:
            try await pass(milliseconds: 20...300)
            broker.process.send(signal: SIGUSR1)
            try await pass(milliseconds: 0...3)
        case .draining:
            let before = try await ask { crowd in
                crowd.setAbsentee(present: true)
                return crowd.absenteePacketCount
            }
            _ = try await wait { $0.absenteePacketCount > before + 100 }
            try await pass(milliseconds: 0...100)
        }
    }

    /// Lets time pass that is part of the trial: the moment of a kill is chance, not an event.
    private func pass(milliseconds range: ClosedRange<Int64>) async throws {
        let delay = TimeAmount.milliseconds(Int64.random(in: range, using: &random))
        try await eventLoop.scheduleTask(in: delay) {}.futureResult.get()
    }

    // MARK: Clients

    private func beginPublishing() async throws {
        guard try await wait(until: \.isReady) else {
            throw ChildProcess.Timeout(description: "the receivers were not given their subscriptions")
        }
        try await ask { $0.startPublishing() }
    }

    /// Nothing new is published, everybody is there, and all that is under way arrives.
    private func comeToRest() async throws {
        try await ask { crowd in
            crowd.stopPublishing()
            crowd.setAbsentee(present: true)
        }
        // Where it does not come to that, the account says what is missing.
        _ = try await wait(until: \.isPublished)
        try await ask { $0.publishMarker() }
        _ = try await wait(until: \.isPublished)
        _ = try await wait(until: \.isComplete)
        try await ask { $0.renewPassersBy() }
        _ = try await wait(until: \.hasReadRetained)
    }

    @discardableResult
    private func ask<Answer: Sendable>(_ question: @escaping @Sendable (CrashCrowd) -> Answer) async throws -> Answer {
        let crowd = self.crowd
        return try await eventLoop.submit { question(crowd.value) }.get()
    }

    /// Waits until `condition` holds; `false` where nothing has happened for a while before it did.
    private func wait(until condition: @escaping @Sendable (CrashCrowd) -> Bool) async throws -> Bool {
        let patience = TimeAmount.seconds(Int64(plan.patience))
        var lastProgress = -1
        var deadline = NIODeadline.now() + patience
        while true {
            let (progress, isMet) = try await ask { ($0.progress, condition($0)) }
            if isMet { return true }
            if progress != lastProgress {
                lastProgress = progress
                deadline = .now() + patience
            }
            guard .now() < deadline else { return false }
            // The clients need the event loop for themselves most of the time.
            try await eventLoop.scheduleTask(in: Self.interval) {}.futureResult.get()
        }
    }
}
