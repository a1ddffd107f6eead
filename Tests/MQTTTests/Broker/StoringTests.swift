import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: what is promised is stored")
struct StoringTests {
    private let broker = InMemoryBroker(isDurable: true)
    static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    /// A Client whose session lasts, connected.
    private func lastingPeer(_ clientIdentifier: String, cleanStart: Bool = false) -> ScriptedPeer {
        let peer = broker.connect(clientIdentifier, cleanStart: cleanStart, Self.lasting)
        broker.commit()
        _ = peer.receiveAll()
        return peer
    }

    private func publish(_ payload: String, qos: QoS, identifier: UInt16, retain: Bool = false) -> ControlPacket {
        .publish(Publish("t", payload, qos: qos, retain: retain, packetIdentifier: identifier))
    }

    @Test("CONNACK, SUBACK and UNSUBACK of a session that lasts wait until it is stored")
    func sessionAnswers() {
        let peer = broker.connect("s", Self.lasting)
        #expect(peer.connack == nil && peer.receive() == nil)
        broker.commit()
        guard case .connack(let connack)? = peer.receive() else {
            Issue.record("no CONNACK")
            return
        }
        #expect(!connack.sessionPresent)
        #expect(peer.subscribe("a/#").isEmpty)
        broker.commit()
        #expect(peer.receive()?.type == .suback)
        #expect(broker.store.sessions.values.first?.subscriptions.count == 1)
        #expect(peer.unsubscribe("a/#").isEmpty)
        broker.commit()
        #expect(peer.receive()?.type == .unsuback)
        #expect(broker.store.sessions.values.first?.subscriptions.isEmpty == true)
    }

    @Test("what no session that lasts and no topic keeps waits for nothing")
    func freeAnswers() {
        let peer = broker.connect("s")
        #expect(peer.connack?.reasonCode == .success)
        #expect(peer.subscribe("t") == [.grantedQoS2])
        let publisher = broker.connect("p")
        publisher.send(publish("1", qos: .atLeastOnce, identifier: 1))
        #expect(publisher.receive()?.type == .puback)
        publisher.send(publish("2", qos: .exactlyOnce, identifier: 2))
        #expect(publisher.receive()?.type == .pubrec)
        publisher.send(.pubrel(Acknowledgement(packetIdentifier: 2)))
        #expect(publisher.receive()?.type == .pubcomp)
        #expect(peer.receiveMessages().count == 2)
        #expect(broker.unwritten == nil, "nothing is to be written")
    }

    @Test("PUBACK and PUBREC wait until the message is stored, and all behind them keep their order")
    func publisherAnswers() {
        let subscriber = lastingPeer("s")
        subscriber.subscribe("t", qos: .atLeastOnce)
        broker.commit()
        let publisher = broker.connect("p")
        publisher.send(publish("1", qos: .atLeastOnce, identifier: 1))
        publisher.send(publish("2", qos: .exactlyOnce, identifier: 2))
        publisher.send(.pingreq)
        #expect(publisher.receive() == nil)
        broker.commit()
        #expect(publisher.receiveAll().map(\.type) == [.puback, .pubrec, .pingresp])
    }

    @Test("a retained message waits too, whoever subscribes", arguments: [QoS.atLeastOnce, .exactlyOnce])
    func retainedAnswers(qos: QoS) {
        let publisher = broker.connect("p")
        publisher.send(publish("1", qos: qos, identifier: 1, retain: true))
        #expect(publisher.receive() == nil)
        broker.commit()
        #expect(publisher.receive() != nil)
        #expect(broker.store.retained.count == 1)
        publisher.send(publish("", qos: qos, identifier: 2, retain: true))
        broker.commit()
        #expect(broker.store.retained.isEmpty)
    }

    @Test("QoS 2 from a session that lasts: PUBREC and PUBCOMP wait; the identifier is known after a restart")
    func incomingExactlyOnce() {
        let publisher = lastingPeer("p")
        publisher.send(publish("1", qos: .exactlyOnce, identifier: 7))
        #expect(publisher.receive() == nil)
        broker.commit()
        #expect(publisher.receive()?.type == .pubrec)
        broker.restart()
        let listener = broker.connect("l")
        listener.subscribe("t")
        let again = lastingPeer("p")
        again.send(publish("1", qos: .exactlyOnce, identifier: 7))
        #expect(again.receive()?.type == .pubrec)
        #expect(listener.receiveMessages().isEmpty, "the message was passed on before the restart")
        again.send(.pubrel(Acknowledgement(packetIdentifier: 7)))
        #expect(again.receive() == nil)
        broker.commit()
        #expect(again.receive()?.type == .pubcomp)
        again.send(publish("2", qos: .exactlyOnce, identifier: 7))
        #expect(listener.receiveMessages().count == 1)
    }

    @Test("QoS 2 to a session that lasts: PUBLISH and PUBREL wait, and each goes on after a restart")
    func outgoingExactlyOnce() {
        let subscriber = lastingPeer("s")
        subscriber.subscribe("t")
        broker.commit()
        _ = subscriber.receiveAll()
        broker.connect("p").send(publish("1", qos: .exactlyOnce, identifier: 1))
        #expect(subscriber.receive() == nil)
        broker.commit()
        let sent = subscriber.receiveMessages()
        #expect(sent == [Publish("t", "1", qos: .exactlyOnce, packetIdentifier: 1)])
        broker.restart()
        let second = broker.connect("s", cleanStart: false, Self.lasting)
        broker.commit()
        #expect(
            second.receiveMessages()
                == [Publish("t", "1", qos: .exactlyOnce, duplicate: true, packetIdentifier: 1)]
        )
        _ = second.receiveAll()
        second.send(.pubrec(Acknowledgement(packetIdentifier: 1)))
        #expect(second.receive() == nil)
        broker.commit()
        #expect(second.receive() == .pubrel(Acknowledgement(packetIdentifier: 1)))
        broker.restart()
        let third = broker.connect("s", cleanStart: false, Self.lasting)
        broker.commit()
        #expect(third.receiveAll().last == .pubrel(Acknowledgement(packetIdentifier: 1)))
        third.send(.pubcomp(Acknowledgement(packetIdentifier: 1)))
        broker.commit()
        #expect(broker.store.sessions.values.first?.deliveries.isEmpty == true)
    }

    @Test("a message that is acknowledged before it is written leaves no trace")
    func cancelled() throws {
        let subscriber = lastingPeer("s")
        subscriber.subscribe("t", qos: .atLeastOnce)
        broker.commit()
        // Something is being written meanwhile.
        broker.connect("p").send(publish("r", qos: .atMostOnce, identifier: 0, retain: true))
        broker.connect("q").send(publish("1", qos: .atLeastOnce, identifier: 1))
        _ = subscriber.receiveAll()
        subscriber.send(.puback(Acknowledgement(packetIdentifier: 1)))
        #expect(broker.effects.batch.deliveries.map(\.isOver) == [true])
        #expect(broker.effects.batch.messages.map(\.referenceCount) == [0])
        #expect(broker.effects.batch.ended.isEmpty)
    }

    @Test("a DISCONNECT is answered by closing once what was promised before it is stored")
    func closingWaits() {
        let subscriber = lastingPeer("s")
        subscriber.subscribe("t", qos: .atLeastOnce)
        broker.commit()
        let publisher = broker.connect("p")
        publisher.send(publish("1", qos: .atLeastOnce, identifier: 1))
        publisher.send(.disconnect(Disconnect()))
        #expect(!publisher.isClosed)
        broker.commit()
        #expect(publisher.isClosed)
        #expect(publisher.receive()?.type == .puback)
    }

    // MARK: A store that takes nothing

    @Test("a full store: a message of QoS 2 that was taken in is not refused when it comes again")
    func repeatedWhileFull() {
        let subscriber = lastingPeer("s")
        subscriber.subscribe("t", qos: .atLeastOnce)
        broker.commit()
        let publisher = lastingPeer("p")
        publisher.send(publish("1", qos: .exactlyOnce, identifier: 7))
        publisher.drop()
        broker.commit()
        broker.fillStore()
        let again = broker.connect("p", cleanStart: false, Self.lasting)
        broker.commit()
        broker.fillStore()
        _ = again.receiveAll()
        again.send(.publish(Publish("t", "1", qos: .exactlyOnce, duplicate: true, packetIdentifier: 7)))
        #expect(again.receive() == .pubrec(Acknowledgement(packetIdentifier: 7)))
    }

    @Test("a full store: who comes back is not told what is not stored")
    func comesBackWhileFull() {
        let forEver: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(.max))]
        let publisher = broker.connect("p", cleanStart: false, forEver)
        broker.commit()
        _ = publisher.receiveAll()
        publisher.send(publish("1", qos: .exactlyOnce, identifier: 7))
        broker.commit()
        #expect(publisher.receive()?.type == .pubrec)
        // PUBCOMP waits for a batch that the store does not take.
        publisher.send(.pubrel(Acknowledgement(packetIdentifier: 7)))
        broker.fillStore()
        publisher.drop()
        let again = broker.connect("p", cleanStart: false, forEver)
        again.send(.pubrel(Acknowledgement(packetIdentifier: 7)))
        #expect(again.receive() == nil, "a killed broker would know the identifier still")
        // One that was promised nothing since is served.
        let other = broker.connect("o", cleanStart: false, forEver)
        #expect(other.connack?.reasonCode == .quotaExceeded, "it has no session yet")
        broker.commit()
        #expect(again.receiveAll().map(\.type) == [.connack, .pubcomp])
        again.drop()
        broker.commit()
        broker.fillStore()
        #expect(broker.connect("p", cleanStart: false, forEver).connack?.sessionPresent == true)
    }

    @Test("a full store: a queued message of QoS 2 that it does not have is not sent")
    func queuedWhileFull() {
        let forEver: [(PropertyIdentifier, Properties.Value)] = [
            (.sessionExpiryInterval, .integer(.max)), (.receiveMaximum, .integer(1)),
        ]
        let subscriber = broker.connect("s", cleanStart: false, forEver)
        broker.commit()
        _ = subscriber.receiveAll()
        subscriber.subscribe("t")
        broker.commit()
        _ = subscriber.receiveAll()
        let publisher = broker.connect("p")
        publisher.send(publish("1", qos: .atLeastOnce, identifier: 1))
        broker.commit()
        #expect(subscriber.receive()?.type == .publish)
        publisher.send(publish("2", qos: .exactlyOnce, identifier: 2))
        broker.fillStore()
        subscriber.send(.puback(Acknowledgement(packetIdentifier: 1)))
        #expect(subscriber.receive() == nil)
        broker.commit()
        #expect(subscriber.receive()?.type == .publish)
    }

    @Test("a full store: QoS 0 goes on to who is there, whatever it is raised to, and nothing gathers")
    func unacknowledgedWhileFull() {
        let raised = InMemoryBroker(isDurable: true) {
            $0.upgradesOutgoingQoS = true
            $0.queuesQoS0Messages = true
            $0.limits.queuedMessagesInMemory = 2
        }
        let subscriber = raised.connect("s", cleanStart: false, Self.lasting)
        raised.commit()
        _ = subscriber.receiveAll()
        subscriber.subscribe("t", qos: .atLeastOnce)
        raised.commit()
        _ = subscriber.receiveAll()
        raised.fillStore()
        let publisher = raised.connect("p")
        publisher.send(publish("1", qos: .atMostOnce, identifier: 0))
        #expect(subscriber.receiveMessages().map(\.qos) == [.atMostOnce])
        subscriber.drop()
        for _ in 0..<5 { publisher.send(publish("2", qos: .atMostOnce, identifier: 0)) }
        #expect(raised.session("s")?.waitingMessageCount == 2)
        #expect(raised.effects.batch.deliveries.isEmpty && raised.unwritten?.deliveries.isEmpty ?? true)
    }

    @Test("a full store: what it would have to take in is refused, and everything else goes on")
    func full() {
        let forEver: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(.max))]
        let subscriber = broker.connect("s", cleanStart: false, forEver)
        broker.commit()
        _ = subscriber.receiveAll()
        subscriber.subscribe("stored", qos: .atLeastOnce)
        broker.commit()
        let other = broker.connect("o")
        other.subscribe("t")
        broker.fillStore()
        let publisher = broker.connect("p")
        publisher.send(publish("1", qos: .atLeastOnce, identifier: 1))
        #expect(publisher.receive() == .puback(Acknowledgement(packetIdentifier: 1)))
        #expect(other.receiveMessages().count == 1)
        for (qos, answer) in [(QoS.atLeastOnce, ControlPacketType.puback), (.exactlyOnce, .pubrec)] {
            publisher.send(.publish(Publish("stored", "2", qos: qos, packetIdentifier: 2)))
            let refusal = Acknowledgement(packetIdentifier: 2, reasonCode: .quotaExceeded)
            #expect(publisher.receive() == (answer == .puback ? .puback(refusal) : .pubrec(refusal)))
        }
        #expect(broker.connect("n", Self.lasting).connack?.reasonCode == .quotaExceeded)
        #expect(broker.connect("m", version: .v3_1_1, cleanStart: false).connack?.reasonCode == .serverUnavailable)
        #expect(broker.connect("c").connack?.reasonCode == .success)
        let older = broker.connect("old", version: .v3_1_1)
        older.send(.publish(Publish("stored", "3", qos: .atLeastOnce, packetIdentifier: 1)))
        #expect(older.isClosed && older.receive() == nil)
        subscriber.subscribe("more")
        #expect(subscriber.receiveAll().last == .suback(.init(packetIdentifier: 2, reasonCodes: [.quotaExceeded])))
        subscriber.drop()
        #expect(broker.connect("s", cleanStart: false, forEver).connack?.sessionPresent == true)
        broker.commit()
        publisher.send(.publish(Publish("stored", "4", qos: .atLeastOnce, packetIdentifier: 3)))
        broker.commit()
        #expect(publisher.receive() == .puback(Acknowledgement(packetIdentifier: 3)))
    }
}
