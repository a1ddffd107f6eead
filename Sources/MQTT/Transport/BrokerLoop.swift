import Logging
import NIOCore

/// Carries packets and time to a `Broker` and carries out its effects: the one place where the broker meets channels.
///
/// It belongs to one event loop, together with the broker and all channels; nothing of it may be touched from elsewhere,
/// and so it is not `Sendable` and needs no locks. What a turn of the event loop brings for a connection leaves in one
/// write at the end of that turn.
final class BrokerLoop {
    let eventLoop: any EventLoop
    private var broker: Broker
    private var effects = Effects()
    private var channels: [BrokerChannelHandler?] = []
    private let logger: Logger

    /// Whether the end of this turn has been asked for.
    private var isTurnScheduled = false
    private var timer: (deadline: NIODeadline, scheduled: Scheduled<Void>)?
    /// The connections that were served in the last turn; kept to use its memory again.
    private var pending: [ConnectionIndex] = []
    /// Publishers that are not read from while too much waits for receivers.
    private var paused: [ConnectionIndex] = []
    private var isResumeScheduled = false
    /// Kept while the broker shuts down.
    private var allClosed: EventLoopPromise<Void>?

    /// How long a paused publisher is kept waiting at most: then one read is let through, as the acknowledgements that
    /// would empty the queues may be behind it.
    private static let longestPause = TimeAmount.milliseconds(500)

    init(configuration: BrokerConfiguration, eventLoop: any EventLoop, logger: Logger) {
        broker = Broker(configuration: configuration)
        self.eventLoop = eventLoop
        self.logger = logger
    }

    // MARK: What channels report

    /// A channel is active. `nil` where the broker has as many connections as it may have.
    func opened(_ channel: BrokerChannelHandler) -> ConnectionIndex? {
        guard let connection = broker.opened(now: .now()) else { return nil }
        while channels.count <= Int(connection.value) {
            channels.append(nil)
        }
        channels[Int(connection.value)] = channel
        scheduleTurn()
        return connection
    }

    /// Bytes were received. Returns whether there was a PUBLISH among them.
    func received(_ decoder: inout PacketDecoder, from connection: ConnectionIndex) -> Bool {
        broker.received(&decoder, from: connection, now: .now(), into: &effects)
    }

    /// All that a read returned has been passed on.
    func readCompleted() {
        scheduleTurn()
    }

    func closed(_ connection: ConnectionIndex) {
        channels[Int(connection.value)] = nil
        paused.removeAll { $0 == connection }
        broker.closed(connection, now: .now(), into: &effects)
        scheduleTurn()
        if allClosed != nil, channels.allSatisfy({ $0 == nil }) { completeShutDown() }
    }

    /// The channel takes more again.
    func becameWritable(_ connection: ConnectionIndex) {
        send(to: connection)
        scheduleTurn()
    }

    func makeDecoder() -> PacketDecoder {
        broker.makeDecoder()
    }

    /// Whether a publisher is to be kept waiting; it is told to go on later.
    func pausesPublisher(_ connection: ConnectionIndex) -> Bool {
        guard broker.isOverloaded(effects) else { return false }
        paused.append(connection)
        scheduleResume()
        return true
    }

    /// Whether a connection is not to be read from until it has taken what waits for it.
    func isBlocked(_ connection: ConnectionIndex) -> Bool {
        broker.isBlocked(connection, effects)
    }

    /// How much the broker holds.
    var load: BrokerLoad {
        var load = broker.load(effects)
        load.pausedPublisherCount = paused.count
        return load
    }

    // MARK: Turns

    private func scheduleTurn() {
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        eventLoop.assumeIsolated().execute { self.endTurn() }
    }

    /// The end of a turn: everything that was read has been worked on.
    private func endTurn() {
        isTurnScheduled = false
        effects.outbox.takePending(into: &pending)
        for connection in pending {
            send(to: connection)
        }
        pending.removeAll(keepingCapacity: true)
        closeChannels()
        for event in effects.events {
            event.log(to: logger, peer: peer(of: event))
        }
        effects.events.removeAll(keepingCapacity: true)
        scheduleTimer()
        if !paused.isEmpty, !broker.isOverloaded(effects) { resumePublishers() }
        if effects.outbox.hasPending || !effects.closing.isEmpty { scheduleTurn() }
    }

    private func send(to connection: ConnectionIndex) {
        guard let channel = channels[Int(connection.value)], channel.isWritable else { return }
        let buffer = effects.outbox.take(connection)
        if buffer.readableBytes > 0 { channel.send(buffer) }
        effects.outbox.recycle(consume buffer)
        if broker.awaitsDrain(connection) { broker.drained(connection, now: .now(), into: &effects) }
        channel.outputTaken()
    }

    private func closeChannels() {
        // Closing a channel calls back into this loop, which may decide to close more.
        let closing = effects.closing
        effects.closing.removeAll(keepingCapacity: true)
        for connection in closing {
            // What the channel does not take now is given to it all the same: it is the last.
            channels[Int(connection.value)]?.close(after: effects.outbox.take(connection))
        }
    }

    private func peer(of event: BrokerEvent) -> String {
        guard let connection = event.connection, Int(connection.value) < channels.count else { return "" }
        return channels[Int(connection.value)]?.peerAddress ?? ""
    }

    // MARK: Time

    private func scheduleTimer() {
        guard let deadline = broker.nextDeadline else { return }
        if let timer, timer.deadline <= deadline { return }
        timer?.scheduled.cancel()
        let scheduled = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired() }
        timer = (deadline, scheduled)
    }

    private func timerFired() {
        timer = nil
        broker.timeAdvanced(to: .now(), into: &effects)
        scheduleTurn()
    }

    // MARK: Back-pressure

    private func scheduleResume() {
        guard !isResumeScheduled else { return }
        isResumeScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.longestPause) {
            self.isResumeScheduled = false
            self.resumePublishers()
        }
    }

    private func resumePublishers() {
        let resumed = paused
        paused = []
        for connection in resumed {
            channels[Int(connection.value)]?.resumeReading()
        }
    }

    // MARK: Stop

    /// Tells every Client that the Server shuts down, and closes all connections.
    ///
    /// - Returns: When all are closed, or `limit` has passed.
    func shutDown(within limit: TimeAmount) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        allClosed = promise
        broker.shutDown(now: .now(), into: &effects)
        scheduleTurn()
        eventLoop.assumeIsolated().scheduleTask(in: limit) { self.completeShutDown() }
        if channels.allSatisfy({ $0 == nil }) { completeShutDown() }
        return promise.futureResult
    }

    private func completeShutDown() {
        allClosed?.succeed()
        allClosed = nil
    }
}
