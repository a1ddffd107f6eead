import NIOCore

/// A step between the opening of a network connection and the first packet, like the handshake of TLS. It ends once; the
/// handler that takes it and the clock that watches it both may say how. It belongs to the channel's event loop.
final class ConnectionStep {
    private var promise: EventLoopPromise<Void>?
    /// Completes when the step has ended.
    let future: EventLoopFuture<Void>

    init(on eventLoop: any EventLoop) {
        let promise = eventLoop.makePromise(of: Void.self)
        self.promise = promise
        future = promise.futureResult
    }

    deinit {
        // A handler that goes with its channel, which nobody waits for any more.
        promise?.fail(ChannelError.ioOnClosedChannel)
    }

    var isDone: Bool { promise == nil }

    func succeed() {
        promise.take()?.succeed()
    }

    func fail(_ failure: ClientConnector.Failure) {
        promise.take()?.fail(failure)
    }
}
