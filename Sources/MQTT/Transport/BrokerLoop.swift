import Logging
import NIOCore

/// Carries packets and time to a `Broker` and carries out its effects: the one place where the broker meets channels.
///
/// It belongs to one event loop, together with the broker and all channels; nothing of it may be touched from elsewhere,
/// and so it is not `Sendable` and needs no locks. What a turn of the event loop brings for a connection leaves in one
/// write at the end of that turn.
///
/// A broker may have several of them, each with a `Broker` of its own that is a peer of the others. They reach each other
/// through a `PostOffice` only.
final class BrokerLoop {
    let eventLoop: any EventLoop
    var broker: Broker
    var effects: Effects
    private(set) var channels: [BrokerChannelHandler?] = []
    /// What reads of channels fill.
    let readBuffers = ReadBuffers()
    let logger: Logger
    /// Checks passwords, and answers by `authenticated`. Without it nobody has a password that is right.
    var authenticate: ((AuthenticationRequest, _ peer: SocketAddress?) -> Void)?
    /// Answers what Clients ask the broker about itself. Without it they get no answer.
    var answerControl: ((ControlRequest) -> [UInt8])?
    /// Writes what is to survive a restart. Without it nothing does.
    let store: (any StoreWriting)?
    /// The batch of changes that is being written, or is to be tried again.
    var unwritten: StoreBatch?
    /// Connections that are closed once what they are told is stored.
    var closingWhenStored: [ConnectionIndex] = []
    /// Asked for when the broker stops: fulfilled once all is stored, or cannot be.
    var allStored: EventLoopPromise<Bool>?
    /// What it shares with the other loops of its broker, where there are any, and the flag of its mailbox there.
    let postOffice: PostOffice?
    let flag: PostOffice.Flag?
    /// An empty list for mail that is read; kept to use its memory again.
    var spareDeliveries: [PostOffice.Delivery] = []
    /// How many deliveries that list keeps memory for at most.
    static let mostSpareDeliveries = 64
    /// What the other loops know to wait for the sessions and connections of this one, in bytes.
    var toldWaitingByteCount = 0
    /// The other loops whose figures this one tells together with its own: the first one does.
    var others: [NIOLoopBound<BrokerLoop>] = []
    /// What new connections of each listener speak TLS with, by its place in the broker's configuration.
    var tlsContexts: [TLSContext?] = []
    /// Bytes received and sent since the start.
    private(set) var receivedByteCount = 0
    private(set) var sentByteCount = 0
    /// Tells how much memory the process uses, in bytes.
    let heapByteCount: () -> Int
    var heapByteMaximum = 0
    let started = NIODeadline.now()

    /// Whether the end of this turn has been asked for.
    private(set) var isTurnScheduled = false
    private var timer: (deadline: NIODeadline, scheduled: Scheduled<Void>)?
    /// The connections that were served in the last turn; kept to use its memory again.
    private var pending: [ConnectionIndex] = []
    /// The bytes that the last turn has left unsent, as their receivers do not take them.
    private var unsentByteCount = 0
    /// An empty array for what is being sent; kept to use its memory again.
    private var spareParts: [ByteBuffer] = []
    /// Publishers that are not read from while too much waits for receivers.
    private var paused: [ConnectionIndex] = []
    private var isResumeScheduled = false
    /// Kept while the broker shuts down.
    private var allClosed: EventLoopPromise<Void>?
    /// Whether the broker shuts down, or has done so.
    private(set) var isStopping = false

    /// How long a paused publisher is kept waiting at most: then one read is let through, as the acknowledgements that
    /// would empty the queues may be behind it.
    private static let longestPause = TimeAmount.milliseconds(500)
    /// How many bytes a turn collects before it is ended early. A receiver that takes all that is sent to it must not
    /// come to the limit of what may wait for a connection while its turn is prepared.
    private static let mostCollectedBytes = 1 << 20

    convenience init(
        configuration: BrokerConfiguration,
        eventLoop: any EventLoop,
        logger: Logger,
        heapByteCount: @escaping () -> Int = { 0 }
    ) {
        self.init(
            broker: Broker(configuration: configuration),
            store: nil,
            eventLoop: eventLoop,
            logger: logger,
            heapByteCount: heapByteCount
        )
    }

    /// - Parameters:
    ///   - broker: With what an earlier run of it has left.
    ///   - effects: What it has to do already.
    ///   - store: Where its changes are written; `nil` for a broker that is not durable.
    ///   - postOffice: What the broker reaches its peers through; `nil` where it is alone.
    init(
        broker: Broker,
        effects: Effects = Effects(),
        store: (any StoreWriting)?,
        eventLoop: any EventLoop,
        logger: Logger,
        postOffice: PostOffice? = nil,
        heapByteCount: @escaping () -> Int = { 0 }
    ) {
        precondition((postOffice != nil) == (broker.peerCount > 0), "brokers that are peers need a post office")
        self.broker = broker
        self.effects = effects
        self.store = store
        self.broker.isDurable = store != nil
        self.eventLoop = eventLoop
        self.logger = logger
        self.postOffice = postOffice
        flag = postOffice?.flag(of: broker.number)
        self.heapByteCount = heapByteCount
        postOffice?.open(broker.number, call: Self.call(NIOLoopBound(self, eventLoop: eventLoop)))
        publishSystemTopics()
        // What a recovered broker has to do, and when.
        scheduleTurn()
    }

    // MARK: What channels report

    /// A channel is active. `nil` where the broker has as many connections as it may have, or stops.
    ///
    /// - Parameter listener: The place of its listener in the broker's configuration.
    func opened(_ channel: BrokerChannelHandler, by listener: Int) -> ConnectionIndex? {
        // It may have been on its way here from the event loop that accepts connections.
        guard !isStopping else { return nil }
        readMail()
        guard let connection = admit(by: listener) else {
            scheduleTurn()
            logger.notice("connection from \(channel.peerAddress) refused: there are as many as there may be")
            return nil
        }
        while channels.count <= Int(connection.value) {
            channels.append(nil)
        }
        channels[Int(connection.value)] = channel
        scheduleTurn()
        return connection
    }

    /// A connection ends before a packet could be read from it.
    func failed(_ failure: ConnectionFailure, from peer: String) {
        logger.notice("connection from \(peer) closed: \(failure)")
    }

    /// A connection cannot be accepted at the moment.
    func acceptFailed(_ reason: String, at address: String) {
        logger.error("no connection can be accepted at \(address): \(reason)")
    }

    /// Bytes were received. Returns whether their Client may be kept waiting for what they have asked for.
    func received(_ decoder: inout PacketDecoder, from connection: ConnectionIndex) -> Bool {
        readMail()
        return broker.received(&decoder, from: connection, now: .now(), into: &effects)
    }

    /// All that a read returned has been passed on.
    func readCompleted() {
        guard effects.outbox.byteCount - unsentByteCount >= Self.mostCollectedBytes else { return scheduleTurn() }
        endTurn()
    }

    func closed(_ connection: ConnectionIndex) {
        readMail()
        channels[Int(connection.value)] = nil
        paused.removeAll { $0 == connection }
        closingWhenStored.removeAll { $0 == connection }
        postOffice?.dismiss(by: broker.connections[connection.value].listener)
        broker.closed(connection, now: .now(), into: &effects)
        scheduleTurn()
        if allClosed != nil, channels.allSatisfy({ $0 == nil }) { completeShutDown() }
    }

    /// The channel takes more again.
    func becameWritable(_ connection: ConnectionIndex) {
        postMail()
        send(to: connection)
        scheduleTurn()
    }

    /// Bytes were received, whatever they are.
    func noteReceived(byteCount: Int) {
        receivedByteCount += byteCount
    }

    /// A certificate or key has told who the Client is.
    func identified(_ connection: ConnectionIndex, userName: UTF8String) {
        broker.identified(connection, userName: userName)
    }

    /// Whether what a connection sends is to wait for the answer about its password.
    func isAuthenticating(_ connection: ConnectionIndex) -> Bool {
        broker.isAuthenticating(connection)
    }

    /// A CONNECT does not wait any more: what has been sent behind it is worked on.
    func continueReceiving(from connection: ConnectionIndex) {
        guard Int(connection.value) < channels.count else { return }
        channels[Int(connection.value)]?.continueReceiving()
    }

    func makeDecoder() -> PacketDecoder {
        broker.makeDecoder()
    }

    /// Whether a publisher is to be kept waiting; it is told to go on later.
    func pausesPublisher(_ connection: ConnectionIndex) -> Bool {
        if let pause = broker.pause(of: connection) {
            let channel = channels[Int(connection.value)]
            eventLoop.assumeIsolated().scheduleTask(in: pause) { channel?.resumeReading() }
            return true
        }
        guard isOverloaded else { return false }
        paused.append(connection)
        scheduleResume()
        return true
    }

    /// Whether publishers are to be kept waiting.
    private var isOverloaded: Bool {
        broker.isOverloaded(effects, waitingElsewhere: waitingElsewhere)
            || postOffice?.isOverloaded(for: broker.number) ?? false
    }

    /// Whether a connection is not to be read from until it has taken what waits for it.
    func isBlocked(_ connection: ConnectionIndex) -> Bool {
        broker.isBlocked(connection, effects)
    }

    /// How much the broker holds.
    var load: BrokerLoad {
        var load = broker.load(effects)
        load.pausedPublisherCount = paused.count
        if let postOffice { load.statistics.sessionsMaximum = postOffice.mostClients }
        return load
    }

    // MARK: Turns

    func scheduleTurn() {
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        eventLoop.assumeIsolated().execute { self.endTurn() }
    }

    /// The end of a turn: everything that was read has been worked on.
    func endTurn() {
        isTurnScheduled = false
        postMail()
        effects.outbox.takePending(into: &pending)
        for connection in pending {
            send(to: connection)
        }
        pending.removeAll(keepingCapacity: true)
        unsentByteCount = effects.outbox.byteCount
        tellWaiting()
        // Before channels are closed: the log tells where they came from.
        for event in effects.events {
            event.log(to: logger, peer: peer(of: event))
        }
        effects.events.removeAll(keepingCapacity: true)
        closeChannels()
        askForAuthentication()
        answerControlRequests()
        writeChanges()
        scheduleTimer()
        if !paused.isEmpty, !isOverloaded { resumePublishers() }
        if effects.outbox.hasPending || !effects.closing.isEmpty || hasMoreToPost { scheduleTurn() }
    }

    private func send(to connection: ConnectionIndex) {
        guard let channel = channels[Int(connection.value)], channel.isWritable else { return }
        // Taken away, as the channel may call back into this while it sends.
        var parts: [ByteBuffer] = []
        swap(&parts, &spareParts)
        sentByteCount += effects.outbox.take(connection, into: &parts)
        channel.send(parts)
        while !parts.isEmpty {
            // Handed over, so that it has one owner.
            effects.outbox.recycle(parts.removeLast())
        }
        swap(&parts, &spareParts)
        if broker.awaitsDrain(connection) { broker.drained(connection, now: .now(), into: &effects) }
        channel.outputTaken()
    }

    private func closeChannels() {
        // Closing a channel calls back into this loop, which may decide to close more.
        let closing = effects.closing
        effects.closing.removeAll(keepingCapacity: true)
        for connection in closing {
            guard !effects.outbox.isHeld(connection) || broker.isStoreFull else {
                closingWhenStored.append(connection)
                continue
            }
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
        readMail()
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
        isStopping = true
        readMail()
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
