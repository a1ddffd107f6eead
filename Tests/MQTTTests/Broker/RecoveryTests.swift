import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: what survives a restart")
struct RecoveryTests {
    private static let lasting = StoringTests.lasting

    private func lastingPeer(_ broker: InMemoryBroker, _ clientIdentifier: String) -> ScriptedPeer {
        let peer = broker.connect(clientIdentifier, cleanStart: false, Self.lasting)
        broker.commit()
        if case .connack(let connack)? = peer.next { peer.accept(connack) }
        return peer
    }

    private func publish(_ broker: InMemoryBroker, _ numbers: Range<Int>, qos: QoS = .atLeastOnce) {
        let publisher = broker.connect("p")
        for number in numbers {
            publisher.send(
                .publish(Publish("t", "\(number)", qos: qos, packetIdentifier: UInt16(number + 1)))
            )
        }
        broker.commit()
    }

    /// The messages that have arrived, not acknowledged.
    private func unacknowledged(_ peer: ScriptedPeer) -> [Publish] {
        peer.receiveAll().compactMap { if case .publish(let publish) = $0 { publish } else { nil } }
    }

    private func payloads(_ messages: [Publish]) -> [String] {
        messages.map { String(decoding: [UInt8](copying: $0.payload), as: UTF8.self) }
    }

    @Test("subscriptions, with all their options, and retained messages are there again")
    func subscriptionsAndRetained() throws {
        let broker = InMemoryBroker(isDurable: true)
        let peer = lastingPeer(broker, "s")
        peer.subscribe("a/+", qos: .atLeastOnce, options: { $0.retainAsPublished = true }, identifier: 9)
        peer.subscribe("$share/g/b")
        broker.connect("p").send(.publish(Publish("r", "kept", qos: .atLeastOnce, retain: true, packetIdentifier: 1)))
        broker.commit()
        broker.restart()
        let again = lastingPeer(broker, "s")
        #expect(again.connack?.sessionPresent == true)
        let publisher = broker.connect("p")
        publisher.send(.publish(Publish("a/b", "1", qos: .exactlyOnce, retain: true, packetIdentifier: 1)))
        publisher.send(.publish(Publish("b", "2", qos: .atMostOnce)))
        broker.commit()
        let messages = again.receiveMessages()
        #expect(payloads(messages) == ["1", "2"])
        #expect(messages.first?.subscriptionIdentifiers == [9])
        #expect(messages.first?.retain == true && messages.first?.qos == .atLeastOnce)
        let reader = broker.connect("reader")
        reader.subscribe("r")
        #expect(payloads(reader.receiveMessages()) == ["kept"])
    }

    @Test("what was sent and not acknowledged comes again with DUP and its identifier, and the rest after it")
    func inFlight() {
        let broker = InMemoryBroker(isDurable: true) { $0.limits.inFlightMessages = 2 }
        let peer = lastingPeer(broker, "s")
        peer.subscribe("t", qos: .atLeastOnce)
        broker.commit()
        publish(broker, 0..<5)
        #expect(unacknowledged(peer).map(\.packetIdentifier) == [1, 2])
        peer.send(.puback(Acknowledgement(packetIdentifier: 1)))
        broker.commit()
        #expect(unacknowledged(peer).map(\.packetIdentifier) == [3])
        broker.restart()
        let again = lastingPeer(broker, "s")
        let messages = unacknowledged(again)
        #expect(messages.map(\.packetIdentifier) == [2, 3])
        #expect(messages.allSatisfy { $0.duplicate })
        for identifier: UInt16 in 2...5 {
            again.send(.puback(Acknowledgement(packetIdentifier: identifier)))
            broker.commit()
        }
        #expect(payloads(unacknowledged(again)) == ["3", "4"])
        #expect(broker.store.sessions.values.first?.deliveries.isEmpty == true)
    }

    @Test(
        "messages beyond memory come from the store in order, whatever is published meanwhile",
        arguments: [3, 1_000]
    )
    func beyondMemory(inMemory: Int) {
        let broker = InMemoryBroker(isDurable: true) {
            $0.limits.queuedMessagesInMemory = inMemory
            $0.limits.inFlightMessages = 5
        }
        let peer = lastingPeer(broker, "s")
        peer.subscribe("t", qos: .atLeastOnce)
        broker.commit()
        peer.drop()
        publish(broker, 0..<100)
        #expect(broker.session("s")?.waitingMessageCount == 100)
        #expect((broker.session("s")?.queue.count ?? 0) <= inMemory)
        let again = lastingPeer(broker, "s")
        var received: [String] = []
        var published = 100
        while received.count < 120 {
            let messages = unacknowledged(again)
            guard !messages.isEmpty else { break }
            received += payloads(messages)
            if published < 120 {
                publish(broker, published..<published + 1)
                published += 1
            }
            for message in messages {
                again.send(.puback(Acknowledgement(packetIdentifier: message.packetIdentifier)))
            }
            broker.commit()
        }
        #expect(received == (0..<120).map(String.init))
        #expect(broker.session("s")?.waitingMessageCount == 0)
        #expect(broker.store.sessions.values.first?.deliveries.isEmpty == true)
        #expect(broker.broker.queuedByteCount == 0 && broker.broker.beyondByteCount == 0)
    }

    @Test("retained messages that a session gets by a subscription count against no limit, however many there are")
    func manyRetained() {
        let broker = InMemoryBroker(isDurable: true) {
            $0.limits.queuedMessagesInMemory = 5
            $0.limits.queuedMessages = 10
            $0.limits.inFlightMessages = 1
        }
        let publisher = broker.connect("p")
        for number in 1...50 {
            publisher.send(
                .publish(
                    Publish("r/\(number)", "x", qos: .atLeastOnce, retain: true, packetIdentifier: UInt16(number))
                )
            )
        }
        let peer = lastingPeer(broker, "s")
        peer.subscribe("#", qos: .atLeastOnce)
        broker.commit()
        publisher.send(.publish(Publish("live", "x", qos: .atLeastOnce, packetIdentifier: 51)))
        broker.commit()
        var topics: [String] = []
        while case let messages = unacknowledged(peer), let last = messages.last {
            topics += messages.map(\.topicText)
            peer.send(.puback(Acknowledgement(packetIdentifier: last.packetIdentifier)))
            broker.commit()
        }
        #expect(topics.count == 51 && topics.last == "live")
    }

    @Test("messages that cannot be read concern their session only, and are tried again when its client is back")
    func unreadable() throws {
        let broker = InMemoryBroker(isDurable: true)
        for client in ["s", "o"] {
            let peer = lastingPeer(broker, client)
            peer.subscribe("t", qos: .atLeastOnce)
            broker.commit()
            peer.drop()
        }
        publish(broker, 0..<3)
        broker.restart()
        let damaged = try #require(broker.session("s")).storage.number
        broker.store.damagedSessions = [damaged]
        let peer = lastingPeer(broker, "s")
        #expect(unacknowledged(peer).isEmpty)
        #expect(broker.events.contains(.queueUnreadable(clientIdentifier: .text("s"), "a page is damaged")))
        #expect(payloads(unacknowledged(lastingPeer(broker, "o"))) == ["0", "1", "2"])
        publish(broker, 3..<4)
        #expect(broker.session("s")?.waitingMessageCount == 4, "what comes is stored behind them")
        broker.store.damagedSessions = []
        peer.drop()
        #expect(payloads(unacknowledged(lastingPeer(broker, "s"))) == ["0", "1", "2", "3"])
    }

    @Test("a session expires also while the broker is away; one that was connected from then on")
    func expiry() {
        let broker = InMemoryBroker(isDurable: true)
        lastingPeer(broker, "away").drop()
        _ = lastingPeer(broker, "connected")
        broker.commit()
        broker.restart(after: .seconds(599))
        #expect(broker.session("away") != nil && broker.session("connected") != nil)
        broker.restart(after: .seconds(1))
        #expect(broker.session("away") == nil && broker.session("connected") != nil)
        broker.advance(by: .seconds(599))
        #expect(broker.session("connected") == nil)
        broker.commit()
        #expect(broker.store.sessions.isEmpty)
    }

    @Test("the will of a connected client is published when the broker is there again, after its delay")
    func wills() {
        let broker = InMemoryBroker(isDurable: true)
        let listener = lastingPeer(broker, "listener")
        listener.subscribe("will/#")
        var will = Connect.Will(topic: .text("will/now"), payload: Array("1".utf8), qos: .atLeastOnce, retain: false)
        _ = broker.connect("a", cleanStart: false, will: will, Self.lasting)
        will.topic = .text("will/later")
        will.properties[integer: .willDelayInterval] = 10
        _ = broker.connect("b", cleanStart: false, will: will, Self.lasting)
        broker.commit()
        broker.restart()
        let again = lastingPeer(broker, "listener")
        #expect(again.receiveMessages().map(\.topicText) == ["will/now"])
        // Another restart neither repeats the first one nor lets the second one wait anew.
        broker.advance(by: .seconds(6))
        broker.restart(after: .seconds(3))
        let third = lastingPeer(broker, "listener")
        _ = third.receiveMessages()
        broker.advance(by: .seconds(1))
        broker.commit()
        #expect(third.receiveMessages().map(\.topicText) == ["will/later"])
        broker.restart()
        broker.advance(by: .seconds(20))
        #expect(broker.session("a")?.delayedWill == nil && broker.session("b")?.delayedWill == nil)
    }

    @Test("a message expires while the broker is away")
    func messageExpiry() {
        let broker = InMemoryBroker(isDurable: true)
        let peer = lastingPeer(broker, "s")
        peer.subscribe("t")
        broker.commit()
        peer.drop()
        let publisher = broker.connect("p")
        publisher.send(.publish(Publish("t", "short", qos: .atLeastOnce, packetIdentifier: 1).with(expiry: 5)))
        publisher.send(.publish(Publish("t", "long", qos: .atLeastOnce, packetIdentifier: 2).with(expiry: 50)))
        broker.commit()
        broker.restart(after: .seconds(10))
        let messages = unacknowledged(lastingPeer(broker, "s"))
        #expect(payloads(messages) == ["long"])
        #expect(messages.first?.messageExpiryInterval == 40)
        broker.commit()
        #expect(broker.store.sessions.values.first?.deliveries.count == 1)
    }

    @Test("a retained message that has expired is not there again, and leaves the store without a restart")
    func retainedExpiry() {
        let broker = InMemoryBroker(isDurable: true)
        let publisher = broker.connect("p")
        for (number, topic) in ["swept", "looked/at", "kept"].enumerated() {
            let message = Publish(topic, "x", qos: .atLeastOnce, retain: true, packetIdentifier: UInt16(number + 1))
            publisher.send(.publish(message.with(expiry: topic == "kept" ? 500 : 5)))
        }
        broker.commit()
        #expect(broker.store.retained.count == 3)
        broker.advance(by: .seconds(10))
        let reader = broker.connect("r")
        reader.subscribe("looked/+")
        broker.commit()
        #expect(broker.store.retained.count == 2)
        broker.advance(by: .seconds(60))
        broker.commit()
        #expect(broker.store.retained.keys.map(\.description) == ["kept"])
        broker.restart(after: .seconds(500))
        let late = broker.connect("late")
        late.subscribe("#")
        #expect(late.receiveMessages().isEmpty)
    }

    @Test("a session that was ended, or begun anew, is not there again")
    func ended() {
        let broker = InMemoryBroker(isDurable: true)
        let peer = lastingPeer(broker, "s")
        peer.subscribe("t")
        broker.commit()
        _ = broker.connect("s", cleanStart: true, Self.lasting)
        broker.commit()
        broker.restart()
        #expect(broker.session("s") != nil)
        #expect(broker.broker.subscriptions.count == 0)
        _ = broker.connect("s", cleanStart: true)
        broker.commit()
        broker.restart()
        #expect(broker.session("s") == nil)
        #expect(broker.store.sessions.isEmpty)
    }
}
