import NIOCore

/// The loops of one broker: one for each event loop, and mostly one.
struct BrokerLoops: Sendable {
    /// All of them, by the numbers of their brokers.
    let all: [NIOLoopBound<BrokerLoop>]
    /// The event loops, each of which gets connections in turn.
    let group: any EventLoopGroup

    init(_ all: [NIOLoopBound<BrokerLoop>], group: any EventLoopGroup) {
        precondition(!all.isEmpty, "a broker has a loop")
        self.all = all
        self.group = group
    }

    /// The one that does what is to be done once: listens, checks passwords, tells of all of them.
    var first: NIOLoopBound<BrokerLoop> { all[0] }

    /// The loop that an event loop belongs to.
    func loop(on eventLoop: any EventLoop) -> NIOLoopBound<BrokerLoop> {
        guard all.count > 1 else { return first }
        // There are at most as many as brokers may be, and this is asked once for each connection.
        guard let loop = all.first(where: { $0.eventLoop === eventLoop }) else {
            preconditionFailure("a connection on an event loop that has no part of the broker")
        }
        return loop
    }

    /// Does something on each event loop. All of them are asked before one is waited for: later ones may have ended by then.
    ///
    /// - Returns: The results, in the order of the loops.
    func onEach<Result: Sendable>(_ body: @escaping @Sendable (BrokerLoop) throws -> Result) async throws -> [Result] {
        let futures = all.map { loop in loop.eventLoop.submit { try body(loop.value) } }
        var results: [Result] = []
        for future in futures {
            results.append(try await future.get())
        }
        return results
    }
}
