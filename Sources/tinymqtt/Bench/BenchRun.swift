import MQTT
import NIOPosix

/// Runs a benchmark: connects its clients, lets them work, waits until all has arrived, and adds up.
struct BenchRun {
    let plan: BenchPlan
    let control = BenchControl()
    /// What the clients have in common.
    private let configuration: MQTTClientConfiguration
    private let lanes: [BenchLane]

    /// How often is looked whether all has arrived.
    private static let lookInterval = Duration.milliseconds(10)

    /// - Parameter guide: Knows the way to the broker, which the clients take; it is never connected itself.
    init(_ plan: BenchPlan, configuration: MQTTClientConfiguration, guide: MQTTClient) {
        self.plan = plan
        self.configuration = configuration
        let control = control
        let group = MultiThreadedEventLoopGroup(numberOfThreads: plan.threadCount)
        let lanes = group.makeIterator().map { BenchLane($0, plan: plan, control: control, guide: guide) }
        self.lanes = lanes
        control.whenStopping {
            for lane in lanes {
                Task { await lane.stopWaiting() }
            }
        }
    }

    func run() async -> BenchResult {
        var start = Moment.now
        let crowd = await BenchCrowd.connect(plan, configuration, lanes, control)
        var result = BenchResult(plan: plan, version: configuration.version, address: configuration.address)
        result.connectedCount = control.progress.connected
        result.failedCount = crowd.failedCount
        result.failure = crowd.failure
        result.connectTime = await tally().lastTime.elapsed(since: start.time)
        if plan.scenario == .connections {
            result.lostConnectionCount = await hold(crowd)
        } else if crowd.clients.count == plan.clientCount, !control.isStopping {
            // What it takes to connect is no part of what messages take.
            start = .now
            await exchange(crowd, BenchTimeline(plan, start: start.time))
        }
        await crowd.disconnect()
        result.tally = await tally()
        result.measuredTime = result.tally.lastTime.elapsed(since: start.time + plan.warmUp.nanoseconds)
        result.wallTime = BenchClock.now.elapsed(since: start.time)
        result.processorTime = BenchClock.processorTime.elapsed(since: start.processorTime)
        result.end = control.end
        return result
    }

    /// When something began, and how much of the processors this process had used by then.
    private struct Moment {
        let time = BenchClock.now
        let processorTime = BenchClock.processorTime

        static var now: Moment { Moment() }
    }

    /// What all lanes have counted so far.
    private func tally() async -> BenchTally {
        var total = BenchTally()
        for lane in lanes {
            total += await lane.tally
        }
        return total
    }

    /// Keeps the connections for as long as was asked for.
    ///
    /// - Returns: how many were lost meanwhile.
    private func hold(_ crowd: BenchCrowd) async -> Int {
        guard let hold = plan.hold else { return 0 }
        let end = BenchClock.now + hold.nanoseconds
        while BenchClock.now < end, !control.isStopping {
            await pause()
        }
        return crowd.clients.count - (await crowd.ping())
    }

    /// Lets the publishers publish and the subscribers receive, until all has arrived.
    private func exchange(_ crowd: BenchCrowd, _ timeline: BenchTimeline) async {
        let gates = plan.sendWindow.map { window in (0..<plan.publisherCount).map { _ in WindowGate(window) } } ?? []
        control.whenStopping {
            for gate in gates {
                gate.open()
            }
        }
        let receiving = Task { await receive(crowd, gates, timeline) }
        let watch = BenchWatch(plan: plan, control: control, crowd: crowd)
        let watching = Task { await watch.run() }
        await publish(crowd, gates, timeline)
        control.beginDraining()
        await waitForDeliveries(timeline)
        // What the broker sends twice comes before its answer to a ping.
        if !control.hasGivenUp { _ = await crowd.ping() }
        await crowd.disconnect()
        await receiving.value
        watching.cancel()
    }

    private func receive(_ crowd: BenchCrowd, _ gates: [WindowGate], _ timeline: BenchTimeline) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, client) in crowd.subscribers.enumerated() {
                let subscriber = BenchSubscriber(client: client, index: index, gates: gates, timeline: timeline)
                group.addTask { await lanes[index % lanes.count].receive(subscriber) }
            }
        }
    }

    /// Returns when the last message was sent, and answered where it is to be.
    private func publish(_ crowd: BenchCrowd, _ gates: [WindowGate], _ timeline: BenchTimeline) async {
        let schedule = plan.rate.map {
            SendSchedule(start: timeline.start, rate: $0, publisherCount: plan.publisherCount)
        }
        await withTaskGroup(of: Void.self) { group in
            for (index, client) in crowd.publishers.enumerated() {
                let publisher = BenchPublisher(
                    client: client,
                    index: index,
                    gate: gates.isEmpty ? nil : gates[index],
                    timeline: timeline,
                    schedule: schedule
                )
                group.addTask { await lanes[index % lanes.count].publish(publisher) }
            }
        }
    }

    /// Waits until everything has arrived that is to arrive, or no more is waited for.
    private func waitForDeliveries(_ timeline: BenchTimeline) async {
        let tally = await tally()
        let expected = (tally.sent - tally.refused) * plan.receiverCount
        while !control.hasGivenUp, !hasAllArrived(expected, timeline) {
            await pause()
        }
    }

    private func hasAllArrived(_ expected: Int, _ timeline: BenchTimeline) -> Bool {
        guard !plan.scenario.hasPublishers else { return control.progress.received >= expected }
        return control.isStopping || timeline.isOver(at: BenchClock.now)
            || plan.subscriberMessageCount.map { control.progress.received >= $0 } ?? false
    }

    private func pause() async {
        // It can only be cancelled, which nobody does.
        try? await Task.sleep(for: Self.lookInterval)
    }
}

extension UInt64 {
    /// How much later this time is than another; 0 where it is not.
    fileprivate func elapsed(since start: UInt64) -> UInt64 { self > start ? self - start : 0 }
}
