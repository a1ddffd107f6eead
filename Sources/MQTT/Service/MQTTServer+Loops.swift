import Logging
import NIOCore
import NIOPosix

// The event loops of a server: one `BrokerLoop` on each, all of which are one broker.
extension MQTTServer {
    /// The loops of a broker that keeps everything in memory, one on each event loop of the group.
    static func makeLoops(
        _ configuration: BrokerConfiguration,
        on group: MultiThreadedEventLoopGroup,
        _ logger: Logger
    ) async throws -> BrokerLoops {
        let eventLoops = Array(group.makeIterator())
        let postOffice = eventLoops.count > 1 ? PostOffice(loopCount: eventLoops.count) : nil
        let share = configuration.share(of: eventLoops.count)
        var loops: [NIOLoopBound<BrokerLoop>] = []
        for (number, eventLoop) in eventLoops.enumerated() {
            let made = eventLoop.submit {
                let loop = BrokerLoop(
                    broker: Broker(configuration: share, number: number, of: eventLoops.count),
                    store: nil,
                    eventLoop: eventLoop,
                    logger: logger,
                    postOffice: postOffice,
                    heapByteCount: heapByteCount
                )
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }
            loops.append(try await made.get())
        }
        let (first, others) = (loops[0], Array(loops.dropFirst()))
        try await first.eventLoop.submit { first.value.others = others }.get()
        return BrokerLoops(loops, group: group)
    }

    /// The one loop of a broker with a store, once that has all that has changed since it was written last.
    static func durableLoop(
        _ persistence: ServerSettings.Persistence,
        _ configuration: BrokerConfiguration,
        on group: MultiThreadedEventLoopGroup,
        _ logger: Logger,
        _ progress: @escaping @Sendable (StartProgress) -> Void
    ) async throws -> (BrokerLoops, SQLiteStore) {
        let eventLoop = group.next()
        let (loop, store) = try await eventLoop.submit {
            let durable = try DurableBroker(
                persistence,
                configuration: configuration,
                logger: logger,
                progress: progress
            )
            let loop = BrokerLoop(
                broker: durable.broker,
                effects: durable.effects,
                store: durable.store,
                eventLoop: eventLoop,
                logger: logger,
                heapByteCount: heapByteCount
            )
            return (NIOLoopBound(loop, eventLoop: eventLoop), durable.store)
        }.get()
        // Before anybody is served: after another crash, sessions are not to last and wills not to wait anew.
        _ = try await eventLoop.flatSubmit { loop.value.storeAll() }.get()
        return (BrokerLoops([loop], group: group), store)
    }

    /// Ends all that loops tell each other; each of them is there until the last one has nothing to tell any more.
    static func stopMail(of loops: BrokerLoops) async {
        guard loops.all.count > 1 else { return }
        let first = loops.first
        try? await first.eventLoop.submit { first.value.postOffice?.close() }.get()
        // What a loop was about to tell another one is over when it has had a turn.
        _ = try? await loops.onEach { _ in }
    }

    /// How much the broker holds; nothing once it was stopped.
    func load() async -> BrokerLoad {
        let loads = await onEachLoop(\.load)
        guard var sum = loads.first else { return BrokerLoad() }
        for load in loads.dropFirst() {
            sum.add(load)
        }
        return sum
    }

    /// Does something on the event loop that what is done once belongs to; `nil` once the server was stopped.
    @discardableResult
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (BrokerLoop) -> Result) async -> Result? {
        guard !isStopped else { return nil }
        let loop = loops.first
        return try? await loop.eventLoop.submit { body(loop.value) }.get()
    }

    /// Does something on each event loop; on none once the server was stopped.
    @discardableResult
    func onEachLoop<Result: Sendable>(_ body: @escaping @Sendable (BrokerLoop) -> Result) async -> [Result] {
        guard !isStopped else { return [] }
        return (try? await loops.onEach(body)) ?? []
    }

    /// Does something on the first event loop without waiting for it; nothing happens once the server was stopped.
    func performOnLoop(_ body: @escaping @Sendable (BrokerLoop) -> Void) {
        guard !isStopped else { return }
        let loop = loops.first
        loop.eventLoop.execute { body(loop.value) }
    }
}
