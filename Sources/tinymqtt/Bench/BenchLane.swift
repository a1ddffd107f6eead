import HeapModule
import MQTT
import NIOCore

/// A thread of a benchmark, with all clients that work on it: the event loop is the executor of the actor, so that a
/// message goes from the socket to its account, and from its publisher to the socket, without a change of threads.
actor BenchLane {
    nonisolated let eventLoop: any EventLoop
    private let executor: any SerialExecutor
    let plan: BenchPlan
    let control: BenchControl
    private let guide: MQTTClient
    var tally = BenchTally()
    /// The number of the next message of each publisher whose messages are published a few at a time.
    var nextSequences: [Int: UInt64] = [:]
    /// Who waits until something is due.
    private var waiters = Heap<Waiter>()
    private var isTicking = false

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        // The actor keeps its executor as long as it lives.
        unsafe executor.asUnownedSerialExecutor()
    }

    /// How soon to look again for what is due, where no time is to be lost by sleeping. It is not nothing: between two
    /// looks the event loop has to look at its sockets, which it does not while there is something to be done at once.
    private static let spinInterval: UInt64 = 2_000
    /// Nearer than this to what is due, nothing else is looked at: to look at the sockets may take as long.
    private static let spinLimit: UInt64 = 20_000

    init(_ eventLoop: any EventLoop, plan: BenchPlan, control: BenchControl, guide: MQTTClient) {
        self.eventLoop = eventLoop
        self.guide = guide
        executor = eventLoop.executor
        self.plan = plan
        self.control = control
    }

    // MARK: Connecting

    /// Connects a client, and measures how long CONNACK takes.
    func connect(_ configuration: MQTTClientConfiguration) async throws(MQTTClientError) -> MQTTClient {
        let client = try MQTTClient(configuration: configuration, eventLoop: eventLoop, transportOf: guide)
        let start = BenchClock.now
        try await client.connect()
        let end = BenchClock.now
        tally.connectTimes.record(end - start)
        tally.lastTime = max(tally.lastTime, end)
        control.addConnected()
        return client
    }

    // MARK: Waiting

    /// Somebody who waits for a time.
    private struct Waiter: Comparable {
        let due: UInt64
        let continuation: CheckedContinuation<Void, Never>

        static func == (left: Self, right: Self) -> Bool { left.due == right.due }
        static func < (left: Self, right: Self) -> Bool { left.due < right.due }
    }

    /// Waits until it is so late, or the benchmark is to end.
    func wait(until due: UInt64) async {
        guard !control.isStopping, due > BenchClock.now else { return }
        await withCheckedContinuation { continuation in
            waiters.insert(Waiter(due: due, continuation: continuation))
            if plan.isSpinning {
                if !isTicking { scheduleTick(at: BenchClock.now) }
            } else if waiters.min?.due == due {
                scheduleTick(at: due)
            }
        }
    }

    private func scheduleTick(at due: UInt64) {
        isTicking = true
        let time = plan.isSpinning ? min(due, BenchClock.now + Self.spinInterval) : due
        eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time)) { self.assumeIsolated { $0.tick() } }
    }

    private func tick() {
        isTicking = false
        var now = BenchClock.now
        if plan.isSpinning, let first = waiters.min, first.due < now + Self.spinLimit {
            while now < first.due, !control.isStopping {
                now = BenchClock.now
            }
        }
        while let first = waiters.min, first.due <= now || control.isStopping {
            waiters.removeMin()
            first.continuation.resume()
        }
        if let first = waiters.min { scheduleTick(at: first.due) }
    }

    /// Nobody waits any longer: the benchmark is to end.
    func stopWaiting() {
        tick()
    }
}
