import NIOCore

/// What a test waits for, in the order in which it happens, each time with a deadline instead of a sleep.
///
/// All state belongs to the event loop.
final class EventQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiter: EventLoopPromise<Element>?
        var isFinished = false
    }

    /// Nothing came in time, or nothing can come any more.
    enum Failure: Error {
        case deadline(String)
        case finished(String)
    }

    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let name: String

    /// - Parameter name: What is waited for, for the failure's text.
    init(_ name: String, eventLoop: any EventLoop) {
        self.name = name
        self.eventLoop = eventLoop
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: eventLoop)
    }

    /// Something has happened; to be called in the order of events.
    func put(_ element: Element) {
        eventLoop.execute { [self] in
            if let waiter = state.value.waiter.take() {
                waiter.succeed(element)
            } else {
                state.value.elements.append(element)
            }
        }
    }

    /// Nothing happens any more.
    func finish() {
        eventLoop.execute { [self] in
            state.value.isFinished = true
            state.value.waiter.take()?.fail(Failure.finished(name))
        }
    }

    /// The next event; throws when none comes within `deadline`.
    func next(within deadline: TimeAmount = .seconds(60)) async throws -> Element {
        try await eventLoop.flatSubmit { [self] () -> EventLoopFuture<Element> in
            let promise = eventLoop.makePromise(of: Element.self)
            if !state.value.elements.isEmpty {
                promise.succeed(state.value.elements.removeFirst())
            } else if state.value.isFinished {
                promise.fail(Failure.finished(name))
            } else {
                state.value.waiter = promise
                eventLoop.scheduleTask(in: deadline) { [self] in
                    // Failing a promise that has its value already is what NIO forbids; so only the one that still waits.
                    guard state.value.waiter?.futureResult === promise.futureResult else { return }
                    state.value.waiter = nil
                    promise.fail(Failure.deadline(name))
                }
            }
            return promise.futureResult
        }.get()
    }
}
