import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("A session of the Server")
struct ServerSessionTests {
    private var session = ServerSession(clientIdentifier: .text("a"), receiveMaximum: 10)

    private func delivery(_ payload: String, isReplay: Bool = false) -> ServerSession.Delivery {
        ServerSession.Delivery(
            message: StoredMessage(Publish("t", payload), expiry: nil),
            qos: .atLeastOnce,
            retain: false,
            isReplay: isReplay,
            subscriptionIdentifiers: []
        )
    }

    @Test("the queue counts messages and bytes, replays of retained messages apart")
    mutating func counts() {
        session.enqueue(delivery("12"))
        session.enqueue(delivery("123", isReplay: true))
        session.enqueue(delivery("1234"))
        #expect(session.queuedMessageCount == 2)
        #expect(session.queuedReplayCount == 1)
        #expect(session.queuedByteCount == 3 + 5)
        #expect(session.queue.count == 3)
        #expect(session.dequeue()?.size == 3)
        #expect(session.queuedByteCount == 5)
        #expect(session.dequeue()?.isReplay == true)
        #expect(session.queuedReplayCount == 0)
        #expect(session.queuedByteCount == 5)
        #expect(session.dequeue()?.size == 5)
        #expect(session.dequeue() == nil)
        #expect(session.queuedMessageCount == 0 && session.queuedByteCount == 0)
    }

    @Test("the deadline is the earlier of expiry and delayed will")
    mutating func deadline() {
        let start = NIODeadline.uptimeNanoseconds(0)
        #expect(session.deadline == nil)
        session.expiry = start + .seconds(10)
        #expect(session.deadline == start + .seconds(10))
        session.delayedWill = ServerSession.DelayedWill(will: .make(), deadline: start + .seconds(5))
        #expect(session.deadline == start + .seconds(5))
        session.expiry = start + .seconds(4)
        #expect(session.deadline == start + .seconds(4))
        session.expiry = nil
        #expect(session.deadline == start + .seconds(5))
    }

    @Test("a connection's deadline depends on its phase")
    func connectionDeadline() {
        let start = NIODeadline.uptimeNanoseconds(0)
        var connection = ServerConnection(opened: start)
        #expect(connection.deadline(connectTimeout: .seconds(30)) == start + .seconds(30))
        connection.phase = .connected
        #expect(connection.deadline(connectTimeout: .seconds(30)) == nil)
        connection.allowedSilence = .seconds(15)
        connection.lastReceived = start + .seconds(1)
        #expect(connection.deadline(connectTimeout: .seconds(30)) == start + .seconds(16))
        connection.phase = .ended
        #expect(connection.deadline(connectTimeout: .seconds(30)) == nil)
    }
}
