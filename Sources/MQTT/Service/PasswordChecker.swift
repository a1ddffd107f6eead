import NIOCore
import NIOPosix

/// Answers whether user names and passwords go together, on threads of its own: a check takes tens of milliseconds by
/// design, in which a broker delivers tens of thousands of messages.
///
/// It belongs to one event loop, from which it is called and on which it answers.
final class PasswordChecker {
    /// How many passwords are checked at the same time. Each takes memory, 46 MiB in the newest form of hash.
    static let threadCount = 2
    /// How many questions may wait for their answer, those that are being checked among them. Two threads need some five
    /// seconds for as many of the newest form; who came later would have left before the answer.
    static let maximumQueuedRequests = 256

    private let eventLoop: any EventLoop
    private let threads = NIOThreadPool(numberOfThreads: threadCount)
    /// The users of each listener, by its place in the broker's configuration; `nil` where it has none.
    private var files: [PasswordFile?]
    /// How many questions wait for their answer.
    private(set) var queuedRequestCount = 0

    /// Starts its threads; ``stop()`` has to end them.
    ///
    /// - Parameter files: The users of each listener, by its place in the broker's configuration.
    init(files: [PasswordFile?], eventLoop: any EventLoop) {
        self.files = files
        self.eventLoop = eventLoop
        threads.start()
    }

    /// Takes the users of a configuration that has been read again. Questions that wait are answered by the old ones.
    func replace(files: [PasswordFile?]) {
        eventLoop.assertInEventLoop()
        self.files = files
    }

    /// Checks a password. The answer comes in a later turn of the event loop, in any order with others; where too many
    /// wait it is ``AuthenticationResult/busy``, and where the listener has no users nobody is accepted. After ``stop()``
    /// none comes.
    func check(_ request: AuthenticationRequest, answer: @escaping (AuthenticationResult) -> Void) {
        eventLoop.assertInEventLoop()
        let answer = NIOLoopBound(answer, eventLoop: eventLoop)
        guard queuedRequestCount < Self.maximumQueuedRequests else {
            return eventLoop.execute { answer.value(.busy) }
        }
        let file = files.indices.contains(request.listener) ? files[request.listener] : nil
        guard let file else { return eventLoop.execute { answer.value(.badUserNameOrPassword) } }
        queuedRequestCount += 1
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        let eventLoop = eventLoop
        threads.submit { state in
            // It has been stopped, and the event loop may be gone.
            guard case .active = state else { return }
            let isRight = file.verify(userName: request.userName, password: request.password)
            eventLoop.execute {
                this.value.queuedRequestCount -= 1
                answer.value(isRight ? .accepted : .badUserNameOrPassword)
            }
        }
    }

    /// Ends the threads. What they are at is still answered, what waits is not.
    ///
    /// - Returns: When they have ended; only after that may the event loop be shut down.
    func stop() -> EventLoopFuture<Void> {
        let stopped = eventLoop.makePromise(of: Void.self)
        // It fails only where it is called twice.
        threads.shutdownGracefully { _ in stopped.succeed() }
        return stopped.futureResult
    }
}
