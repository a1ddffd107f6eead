import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Brokers that are one: sessions that move")
struct SessionMoveTests {
    private static let minute: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(60))]

    /// The brokers at which a Client has a session.
    private func homes(_ clientIdentifier: String, _ broker: InMemoryBroker) -> [Int] {
        broker.brokers.indices.filter { broker.brokers[$0].sessionsByClient[.text(clientIdentifier)] != nil }
    }

    @Test("a session comes to where its Client connects, with its subscriptions and all that waits [MQTT-3.1.2-5]")
    func queue() {
        let broker = InMemoryBroker(count: 3)
        let first = broker.connect("a", at: 0, Self.minute)
        first.subscribe("t/#", qos: .atLeastOnce, identifier: 5)
        first.drop()
        let publisher = broker.connect("p", at: 1)
        for number in 0..<3 {
            publisher.publish("t/\(number)", "\(number)", qos: .atLeastOnce)
        }
        let second = broker.connect("a", cleanStart: false, at: 2, Self.minute)
        #expect(second.connack?.sessionPresent == true)
        #expect(homes("a", broker) == [2])
        publisher.publish("t", "3", qos: .atLeastOnce)
        let messages = second.receiveMessages()
        #expect(messages.map(\.payloadText) == ["0", "1", "2", "3"])
        #expect(messages.map(\.subscriptionIdentifiers) == [[5], [5], [5], [5]])
        second.drop()
        publisher.drop()
        broker.advance(by: .seconds(60))
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("exchanges go on where they were [MQTT-4.4.0-1]")
    func exchanges() throws {
        let broker = InMemoryBroker(count: 2)
        let first = broker.connect("a", at: 0, Self.minute)
        first.subscribe("t", qos: .exactlyOnce)
        let publisher = broker.connect("p", at: 1)
        publisher.publish("t", "1", qos: .atLeastOnce)
        publisher.publish("t", "2", qos: .exactlyOnce)
        first.send(.publish(Publish("u", "own", qos: .exactlyOnce, packetIdentifier: 9)))
        guard case .publish(let one)? = first.receive(), case .publish(let two)? = first.receive() else {
            Issue.record("the messages have not come")
            return
        }
        first.send(.pubrec(Acknowledgement(packetIdentifier: two.packetIdentifier)))
        first.drop()

        let second = broker.connect("a", cleanStart: false, at: 1, Self.minute)
        guard case .publish(let again)? = second.receive(), case .pubrel(let pubrel)? = second.receive() else {
            Issue.record("the exchanges are not gone on with")
            return
        }
        #expect(again.duplicate)
        #expect(again.packetIdentifier == one.packetIdentifier)
        #expect(pubrel.packetIdentifier == two.packetIdentifier)
        // What the broker has taken from the Client at QoS 2 it does not take again.
        let witness = broker.connect("w", at: 0)
        witness.subscribe("u")
        second.send(.publish(Publish("u", "own", qos: .exactlyOnce, duplicate: true, packetIdentifier: 9)))
        #expect(witness.receivePayloads().isEmpty)
    }

    @Test("a connection at another broker takes over: DISCONNECT, the will, and its delay [MQTT-3.1.4-3]")
    func takeover() {
        let broker = InMemoryBroker(count: 2)
        let witness = broker.connect("w", at: 1)
        witness.subscribe("will/#", "own")
        var will = Connect.Will(topic: .text("will/now"), payload: Array("now".utf8), qos: .atLeastOnce, retain: false)
        let first = broker.connect("a", will: will, at: 0, Self.minute)
        first.subscribe("own")
        will.topic = .text("will/later")
        will.properties[integer: .willDelayInterval] = 5
        let second = broker.connect("a", cleanStart: false, will: will, at: 1, Self.minute)
        #expect(first.isClosed)
        #expect(first.disconnectReason() == .sessionTakenOver)
        #expect(witness.receivePayloads() == ["now"])
        #expect(!second.isClosed)
        #expect(homes("a", broker) == [1])
        // A Client that is back takes back the will that waits, wherever it is back [MQTT-3.1.3-9].
        second.drop()
        let third = broker.connect("a", cleanStart: false, at: 0, Self.minute)
        broker.advance(by: .seconds(10))
        #expect(witness.receivePayloads().isEmpty)
        #expect(third.connack?.sessionPresent == true)
        #expect(broker.load.sessionCount == 2)
    }

    @Test("a clean start ends the session at the other broker [MQTT-3.1.2-4]", arguments: [true, false])
    func cleanStart(isConnected: Bool) {
        let broker = InMemoryBroker(count: 3)
        let first = broker.connect("a", at: 0, Self.minute)
        first.subscribe("t", "$share/g/t")
        if !isConnected { first.drop() }
        let second = broker.connect("a", cleanStart: true, at: 1)
        #expect(second.connack?.sessionPresent == false)
        #expect(first.isClosed)
        #expect(homes("a", broker) == [1])
        #expect(broker.connect("p", at: 2).publish("t", qos: .atLeastOnce) == .noMatchingSubscribers)
        #expect(broker.brokers.map(\.subscriptions.nodeCount) == [0, 0, 0])
    }

    @Test("a session that ends with its connection does not move [MQTT-4.1.0-2]")
    func noExpiry() {
        let broker = InMemoryBroker(count: 2)
        let first = broker.connect("a", at: 0)
        first.subscribe("t")
        let second = broker.connect("a", cleanStart: false, at: 1)
        #expect(first.disconnectReason() == .sessionTakenOver)
        #expect(second.connack?.sessionPresent == false)
        #expect(broker.load.subscriptionCount == 0)
    }

    @Test("the membership of a group moves along")
    func group() {
        let broker = InMemoryBroker(count: 3)
        let first = broker.connect("a", at: 0, Self.minute)
        first.subscribe("$share/g/t")
        let publisher = broker.connect("p", at: 2)
        let second = broker.connect("a", cleanStart: false, at: 1, Self.minute)
        for number in 0..<3 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        #expect(second.receivePayloads() == ["0", "1", "2"])
        #expect(broker.load.sharedSubscriptionCount == 1)
    }

    @Test("what is sent behind CONNECT is worked on when the session is there")
    func pipelined() throws {
        let broker = InMemoryBroker(count: 2)
        broker.connect("a", at: 0, Self.minute).drop()
        let peer = try #require(broker.open(at: 1))
        let connect = Connect(version: .v5_0, cleanStart: false, keepAlive: 0, clientIdentifier: .text("a"))
        let ping = ControlPacket.pingreq.encoded(for: .v5_0)
        peer.send(bytes: ControlPacket.connect(connect).encoded(for: .v5_0) + ping)
        guard case .connack(let connack)? = peer.receive() else {
            Issue.record("no CONNACK has come")
            return
        }
        #expect(connack.sessionPresent)
        #expect(peer.receive() == .pingresp)
    }

    @Test("a session whose Client does not wait for it lasts as long as where it was")
    func impatient() {
        let broker = InMemoryBroker(count: 3)
        broker.connect("a", at: 0, Self.minute).drop()
        broker.advance(by: .seconds(20))
        broker.delaysMail = true
        broker.connect("a", cleanStart: false, at: 1, Self.minute).drop()
        broker.settle()
        broker.delaysMail = false
        #expect(homes("a", broker) == [1])
        broker.advance(by: .seconds(39))
        #expect(broker.session("a") != nil)
        broker.advance(by: .seconds(1))
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("of Clients of one name that connect everywhere at once, one remains", arguments: UInt64(0)..<80)
    func chain(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let broker = InMemoryBroker(count: 4)
        broker.connect("a", at: 0, Self.minute).subscribe("t")
        broker.delaysMail = true
        var peers: [ScriptedPeer] = []
        var isAnyGone = false
        for _ in 0..<random.number(in: 2...12) {
            let node = random.number(in: 0...3)
            let cleanStart = random.chance(20)
            let expiry = random.chance(80) ? Self.minute : []
            peers.append(broker.connect("a", cleanStart: cleanStart, at: node, expiry))
            if random.chance(10) {
                random.element(of: peers).drop()
                isAnyGone = true
            }
            while random.chance(60) { _ = broker.endSomeTurn(&random) }
        }
        broker.settle()
        broker.delaysMail = false
        #expect(homes("a", broker).count <= 1)
        let remaining = peers.filter { !$0.isClosed }.count
        #expect(remaining == 1 || isAnyGone && remaining == 0)
        #expect(broker.isSettled)
        peers.forEach { $0.drop() }
        broker.advance(by: .seconds(60))
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("a CONNECT that waits for its session is refused where a new configuration does not let its Client stay")
    func reload() {
        let broker = InMemoryBroker(count: 2)
        broker.connect("a", at: 0, Self.minute).drop()
        broker.delaysMail = true
        let waiting = broker.connect("a", cleanStart: false, at: 1, Self.minute)
        let now = broker.now
        broker.operate(at: 1) { broker, effects in
            broker.reconfigure(broker.configuration, now: now, into: &effects) { _, _ in false }
        }
        broker.settle()
        broker.delaysMail = false
        guard case .connack(let connack)? = waiting.receive() else {
            Issue.record("it was not answered")
            return
        }
        #expect(connack.reasonCode == .notAuthorized)
        #expect(waiting.isClosed)
        // The session has come nevertheless, and is there for a Client that may have it.
        #expect(homes("a", broker) == [1])
        #expect(broker.connect("a", cleanStart: false, at: 0, Self.minute).connack?.sessionPresent == true)
    }

    @Test("only so many CONNECTs of one Client wait for its session")
    func bound() {
        let broker = InMemoryBroker(count: 2)
        broker.connect("a", at: 0, Self.minute).drop()
        broker.delaysMail = true
        let peers = (0..<Arrival.mostConnects + 50).map { _ in
            broker.connect("a", cleanStart: false, at: 1, Self.minute)
        }
        broker.settle()
        let answers = peers.map { $0.receive() }
        let refused = answers.count { answer in
            guard case .connack(let connack)? = answer else { return false }
            return connack.reasonCode == .serverBusy
        }
        #expect(refused == 50)
        #expect(peers.count { !$0.isClosed } == 1)
        #expect(broker.isSettled)
    }

    @Test("messages from everywhere come once and in order to a Client that goes about", arguments: UInt64(0)..<150)
    func wanderer(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = random.number(in: 2...5)
        let broker = InMemoryBroker(count: count) { $0.limits.inFlightMessages = UInt16(random.number(in: 1...4)) }
        let subscriber = broker.connect("a", at: 0, Self.minute)
        subscriber.subscribe("t/#", qos: .atLeastOnce)
        let publishers = (0..<count).map { (node: Int) in broker.connect("p\(node)", at: node) }
        broker.delaysMail = true
        var sent = Array(repeating: 0, count: count)
        var last = subscriber
        for _ in 0..<60 {
            let publisher = random.number(in: 0...count - 1)
            publishers[publisher].publish("t/\(publisher)", "\(sent[publisher])", qos: .atLeastOnce)
            sent[publisher] += 1
            if random.chance(15) {
                last = broker.connect("a", cleanStart: false, at: random.number(in: 0...count - 1), Self.minute)
            }
            while random.chance(50) { _ = broker.endSomeTurn(&random) }
        }
        broker.settle()
        broker.delaysMail = false
        last.drop()
        last = broker.connect("a", cleanStart: false, at: 0, Self.minute)
        var received: [String: [Int?]] = [:]
        for message in last.receiveMessages() {
            received[message.topicText, default: []].append(Int(message.payloadText))
        }
        for publisher in 0..<count {
            #expect(received["t/\(publisher)"] ?? [] == (0..<sent[publisher]).map { $0 })
        }
    }
}
