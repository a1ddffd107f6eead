import MQTT

/// A publisher of a benchmark.
struct BenchPublisher: Sendable {
    let client: MQTTClient
    /// Counted from 0.
    let index: Int
    /// What holds it back; `nil` where nothing does.
    let gate: WindowGate?
    let timeline: BenchTimeline
    /// When its messages are due; `nil` where they are as soon as they can be sent.
    let schedule: SendSchedule?
}

extension BenchLane {
    /// Publishes until there is enough, the time is up, or the benchmark is to end, and waits for what the broker says.
    func publish(_ publisher: BenchPublisher) async {
        do throws(MQTTClientError) {
            if plan.qos != .atMostOnce, !plan.scenario.hasDeliveries {
                try await publishInTurns(publisher)
            } else {
                try await stream(publisher)
            }
        } catch {
            control.stop(.failed(error))
        }
    }

    /// Hands over one message after the other; their acknowledgements are counted at the end.
    private func stream(_ publisher: BenchPublisher) async throws(MQTTClientError) {
        let topic = plan.topic(ofPublisher: publisher.index)
        var sequence: UInt64 = 0
        var limit: UInt64 = 0
        while true {
            if let gate = publisher.gate, sequence >= limit { limit = await gate.wait(for: sequence) }
            guard let due = await whenDue(sequence, of: publisher) else { break }
            try await publisher.client.send(message(sequence, of: publisher, to: topic, due: due))
            sequence += 1
        }
        tally.settle(sent: Int(sequence), try await publisher.client.flush(), qos: plan.qos)
        tally.lastTime = max(tally.lastTime, BenchClock.now)
    }

    /// Publishes so many messages at a time as may be without an answer, and measures how long each takes.
    private func publishInTurns(_ publisher: BenchPublisher) async throws(MQTTClientError) {
        var failure: MQTTClientError?
        await withTaskGroup(of: MQTTClientError?.self) { group in
            for _ in 0..<plan.inFlightCount {
                group.addTask { await self.publishAndWait(publisher) }
            }
            for await error in group where failure == nil {
                failure = error
            }
        }
        if let failure { throw failure }
    }

    /// - Returns: why it has ended, if it is a failure.
    private func publishAndWait(_ publisher: BenchPublisher) async -> MQTTClientError? {
        let topic = plan.topic(ofPublisher: publisher.index)
        while true {
            let sequence = nextSequences[publisher.index, default: 0]
            nextSequences[publisher.index] = sequence + 1
            guard let due = await whenDue(sequence, of: publisher) else { return nil }
            let message = message(sequence, of: publisher, to: topic, due: due)
            do throws(MQTTClientError) {
                let result = try await publisher.client.publish(message)
                guard !result.isFailure else {
                    tally.refuse(topic, result.reasonCode)
                    continue
                }
            } catch {
                return error
            }
            let now = BenchClock.now
            tally.acknowledged += 1
            tally.lastTime = max(tally.lastTime, now)
            if due >= publisher.timeline.measureStart { tally.acknowledgementTimes.record(now - due) }
            control.addAcknowledged(1)
        }
    }

    /// Waits until a message is due, and returns when that was; `nil` where it is not to be sent.
    private func whenDue(_ sequence: UInt64, of publisher: BenchPublisher) async -> UInt64? {
        guard !control.isStopping, sequence < plan.messageCount ?? .max else { return nil }
        guard let schedule = publisher.schedule else {
            let now = BenchClock.now
            return publisher.timeline.isOver(at: now) ? nil : now
        }
        let due = schedule.due(publisher: publisher.index, sequence: sequence)
        guard !publisher.timeline.isOver(at: due) else { return nil }
        await wait(until: due)
        guard !control.isStopping else { return nil }
        let now = BenchClock.now
        if due >= publisher.timeline.measureStart { tally.lags.record(now > due ? now - due : 0) }
        return due
    }

    private func message(_ sequence: UInt64, of publisher: BenchPublisher, to topic: String, due: UInt64) -> Message {
        tally.sent += 1
        if due >= publisher.timeline.measureStart { tally.sentMeasured += 1 }
        control.addSent()
        let stamp = BenchStamp(run: plan.run, sender: UInt32(publisher.index), sequence: sequence, due: due)
        return Message(topic: topic, payload: stamp.payload(size: plan.payloadSize), qos: plan.qos)
    }
}
