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

    @Test("a delivery is small, and what few have of it is there")
    func deliverySize() {
        #expect(MemoryLayout<ServerSession.Delivery?>.stride <= 24)
        var delivery = ServerSession.Delivery(
            message: StoredMessage(Publish("t", "12"), expiry: nil),
            qos: .exactlyOnce,
            retain: true,
            isReplay: false,
            subscriptionIdentifiers: [5, 6]
        )
        #expect(delivery.place.position == 0)
        delivery.place = StoreBatch.Place(position: 4)
        #expect(delivery.place.position == 4)
        #expect(delivery.subscriptionIdentifiers == [5, 6])
        #expect(self.delivery("1").subscriptionIdentifiers == [])
    }

    @Test("acknowledgements that come together end their exchanges in any order, and give their bytes back")
    mutating func acknowledgements() {
        var batch = StoreBatch(number: 1)
        let first = (1...4).map { _ in session.begin(delivery("123")) }
        #expect(session.inFlightByteCount == 4 * 4)
        session.pubacksReceived([first[2], first[0], first[0], 99, first[1]], into: &batch)
        #expect(session.outgoing.inFlightCount == 1)
        #expect(session.inFlightByteCount == 4)
        session.pubacksReceived([first[3]], into: &batch)
        #expect(session.outgoing.isEmpty && session.inFlightByteCount == 0)
        #expect(batch.changeCount == 0, "nothing of it was in the store")
    }

    @Test("PUBREC lets go of the message; what is left waits for PUBCOMP")
    mutating func released() {
        var batch = StoreBatch(number: 1)
        let delivery = ServerSession.Delivery(
            message: StoredMessage(Publish("t", "123"), expiry: nil),
            qos: .exactlyOnce,
            retain: false,
            isReplay: false,
            subscriptionIdentifiers: [],
            place: StoreBatch.Place(position: 9)
        )
        let identifier = session.begin(delivery)
        var answer = session.pubrecReceived(identifier)
        #expect(answer.isKnown && answer.released?.position == 9)
        #expect(session.inFlightByteCount == 0)
        answer = session.pubrecReceived(identifier)
        #expect(answer.isKnown && answer.released == nil, "it was let go of before")
        answer = session.pubrecReceived(identifier + 1)
        #expect(!answer.isKnown && answer.released == nil)
        session.pubcompsReceived([identifier], into: &batch)
        #expect(session.outgoing.isEmpty)
        #expect(batch.changeCount == 1, "the store need not keep it")
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
