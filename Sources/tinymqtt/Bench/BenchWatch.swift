import MQTT

/// Watches a running benchmark: where nothing moves any more, or a client has failed, nothing is waited for.
struct BenchWatch {
    let plan: BenchPlan
    let control: BenchControl
    let crowd: BenchCrowd

    private static let lookInterval = Duration.milliseconds(100)

    /// Watches until the task is cancelled, or there is nothing left to watch.
    func run() async {
        var last = control.progress
        var lastMove = BenchClock.now
        while (try? await Task.sleep(for: Self.lookInterval)) != nil {
            switch control.end {
            case .failed, .refused: return await giveUp()
            case .signal, .stalled, nil: break  // what is on its way may arrive
            }
            let progress = control.progress
            let now = BenchClock.now
            if progress != last || !isSomethingExpected(progress) {
                (last, lastMove) = (progress, now)
            } else if now - lastMove >= plan.stall.nanoseconds {
                // What has not come when all was sent is lost; before that, the benchmark was not through.
                if !control.isDraining { control.stop(.stalled) }
                return await giveUp()
            }
        }
    }

    /// Whether something should move.
    private func isSomethingExpected(_ progress: BenchControl.Progress) -> Bool {
        guard plan.scenario.hasPublishers else { return false }
        if plan.rate == nil { return true }
        if plan.scenario.hasDeliveries { return progress.received < progress.sent * plan.receiverCount }
        return plan.qos != .atMostOnce && progress.acknowledged < progress.sent
    }

    /// Ends the connections, so that whoever waits for them learns of it.
    private func giveUp() async {
        control.giveUp()
        await crowd.disconnect()
    }
}
