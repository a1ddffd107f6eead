import NIOCore

/// What the broker tells of itself below `$SYS`. Of several loops the first one tells it, for all of them.
extension BrokerLoop {
    /// What one loop knows of how the broker is doing.
    struct Report: Sendable {
        var load: BrokerLoad
        var figures: SystemFigures

        /// Adds what another loop knows. The memory and the time are those of the process, and count once.
        mutating func add(_ other: Report) {
            load.add(other.load)
            figures.receivedByteCount += other.figures.receivedByteCount
            figures.sentByteCount += other.figures.sentByteCount
            figures.outgoingPacketCount += other.figures.outgoingPacketCount
            figures.outgoingByteCount += other.figures.outgoingByteCount
        }
    }

    /// The topics below `$SYS` with the values that were published last, sorted.
    var systemTopics: [(topic: String, value: String)] {
        broker.systemTopics.values.sorted { $0.key < $1.key }.map { ("$SYS/broker/" + $0.key, $0.value) }
    }

    /// Publishes the topics below `$SYS` now and again and again; only the first loop does.
    func publishSystemTopics() {
        guard broker.number == 0 else { return }
        let interval = broker.configuration.systemInterval
        // Where there are no such topics now, a new configuration may ask for them.
        let next = TimeAmount.seconds(Int64(interval > 0 ? interval : 1))
        eventLoop.assumeIsolated().scheduleTask(in: next) { [weak self] in self?.publishSystemTopics() }
        guard interval > 0, !isStopping else { return }
        guard !others.isEmpty else { return publish(report()) }
        let reports = others.map { other in other.eventLoop.submit { other.value.report() } }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        EventLoopFuture.whenAllSucceed(reports, on: eventLoop).whenSuccess { reports in
            var all = this.value.report()
            for report in reports { all.add(report) }
            this.value.publish(all)
        }
    }

    private func publish(_ report: Report) {
        guard !isStopping else { return }
        operate { broker, effects in
            broker.publishSystemTopics(report.figures, load: report.load, now: .now(), into: &effects)
        }
    }

    /// What this loop knows.
    private func report() -> Report {
        // It is the heap of the process, and takes long to walk through.
        let heapByteCount = broker.number == 0 ? self.heapByteCount() : 0
        heapByteMaximum = max(heapByteMaximum, heapByteCount)
        let figures = SystemFigures(
            receivedByteCount: receivedByteCount,
            sentByteCount: sentByteCount,
            outgoingPacketCount: effects.outbox.packetCount,
            outgoingByteCount: effects.outbox.byteCount,
            heapByteCount: heapByteCount,
            heapByteMaximum: heapByteMaximum,
            uptime: Int((NIODeadline.now() - started).nanoseconds / 1_000_000_000)
        )
        return Report(load: load, figures: figures)
    }
}
