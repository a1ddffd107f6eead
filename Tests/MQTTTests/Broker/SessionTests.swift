import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: sessions", .onSeveralBrokers)
struct SessionTests {
    private static let minute: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(60))]

    @Test("a session goes on on the next connection, with its subscriptions [MQTT-3.1.2-5] [MQTT-3.2.2-3]")
    func resumed() {
        let broker = InMemoryBroker()
        let publisher = broker.connect("p")
        let first = broker.connect("a", Self.minute)
        first.subscribe("t")
        first.drop()
        publisher.publish("t", "while away", qos: .atLeastOnce)
        let second = broker.connect("a", cleanStart: false, Self.minute)
        #expect(second.connack?.sessionPresent == true)
        #expect(second.receivePayloads() == ["while away"])
        publisher.publish("t", "back", qos: .atLeastOnce)
        #expect(second.receivePayloads() == ["back"])
    }

    @Test("without a session a new one begins, and is not present [MQTT-3.1.2-6] [MQTT-3.2.2-3]")
    func noneToResume() {
        let broker = InMemoryBroker()
        #expect(broker.connect("a", cleanStart: false).connack?.sessionPresent == false)
        #expect(broker.connect("b", version: .v3_1_1, cleanStart: false).connack?.sessionPresent == false)
    }

    @Test(
        """
        Clean Start throws the session away, also while its Client is connected [MQTT-3.1.2-4] [MQTT-3.2.2-2] \
        [MQTT-3.1.4-4]
        """,
        arguments: [false, true]
    )
    func cleanStart(whileConnected: Bool) {
        let broker = InMemoryBroker()
        let publisher = broker.connect("p")
        let first = broker.connect("a", Self.minute)
        first.subscribe("t")
        if !whileConnected {
            first.drop()
            publisher.publish("t", "while away", qos: .atLeastOnce)
        }
        let second = broker.connect("a", cleanStart: true, Self.minute)
        #expect(second.connack?.sessionPresent == false)
        #expect(publisher.publish("t", "later", qos: .atLeastOnce) == .noMatchingSubscribers)
        #expect(second.receiveAll().isEmpty)
        #expect(broker.remains.subscriptions == 0)
    }

    @Test("a session without expiry interval ends with its connection [MQTT-4.1.0-2]", arguments: [true, false])
    func noExpiry(cleanly: Bool) {
        let broker = InMemoryBroker()
        let first = broker.connect("a")
        first.subscribe("t")
        if cleanly { first.disconnect() } else { first.drop() }
        #expect(broker.session("a") == nil)
        #expect(broker.remains.subscriptions == 0)
        #expect(broker.connect("a", cleanStart: false).connack?.sessionPresent == false)
    }

    @Test("a session outlives its connection for as long as its expiry interval [MQTT-3.1.2-23] [MQTT-4.1.0-2]")
    func expiry() {
        let broker = InMemoryBroker()
        let client = broker.connect("a", Self.minute)
        client.subscribe("t")
        broker.advance(by: .seconds(3_600))
        #expect(broker.session("a") != nil, "not while the connection is open [MQTT-4.1.0-1]")
        client.drop()
        broker.advance(by: .milliseconds(59_999))
        #expect(broker.session("a") != nil)
        broker.advance(by: .milliseconds(1))
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("the expiry interval begins anew with each connection's end")
    func expiryAnew() {
        let broker = InMemoryBroker()
        broker.connect("a", Self.minute).drop()
        broker.advance(by: .seconds(50))
        let second = broker.connect("a", cleanStart: false, Self.minute)
        #expect(second.connack?.sessionPresent == true)
        broker.advance(by: .seconds(50))
        #expect(!second.isClosed)
        second.drop()
        broker.advance(by: .seconds(59))
        #expect(broker.session("a") != nil)
        broker.advance(by: .seconds(1))
        #expect(broker.session("a") == nil)
    }

    @Test("an expiry interval of 0xFFFFFFFF never passes")
    func neverExpires() {
        let broker = InMemoryBroker()
        broker.connect("a", [(.sessionExpiryInterval, .integer(.max))]).drop()
        broker.connect("b", version: .v3_1_1, cleanStart: false).drop()
        broker.advance(by: .hours(24 * 365 * 200))
        #expect(broker.session("a") != nil)
        #expect(broker.session("b") != nil)
    }

    @Test("the next connection's expiry interval is the one that counts")
    func changedExpiry() {
        let broker = InMemoryBroker()
        broker.connect("a", Self.minute).drop()
        let second = broker.connect("a", cleanStart: false)
        #expect(second.connack?.sessionPresent == true)
        second.drop()
        #expect(broker.session("a") == nil)
    }

    @Test("DISCONNECT may change the expiry interval")
    func expiryInDisconnect() {
        let broker = InMemoryBroker()
        broker.connect("a", Self.minute).disconnect(.success, [(.sessionExpiryInterval, .integer(10))])
        broker.advance(by: .seconds(9))
        #expect(broker.session("a") != nil)
        broker.advance(by: .seconds(1))
        #expect(broker.session("a") == nil)
        broker.connect("a", Self.minute).disconnect(.success, [(.sessionExpiryInterval, .integer(0))])
        #expect(broker.session("a") == nil)
    }

    @Test("DISCONNECT may not make a session last that was not to")
    func expiryInDisconnectFromZero() {
        let broker = InMemoryBroker()
        let client = broker.connect("a")
        client.disconnect(.success, [(.sessionExpiryInterval, .integer(10))])
        #expect(client.disconnectReason() == .protocolError)
        #expect(broker.session("a") == nil)
        let other = broker.connect("a")
        other.disconnect(.success, [(.sessionExpiryInterval, .integer(0))])
        #expect(other.isClosed && other.disconnectReason() == nil)
    }

    @Test("an expiry interval beyond the broker's own is shortened, and the Client told")
    func shortenedExpiry() {
        let broker = InMemoryBroker { $0.maximumSessionExpiryInterval = 30 }
        let client = broker.connect("a", Self.minute)
        #expect(client.connack?.properties[integer: .sessionExpiryInterval] == 30)
        #expect(
            broker.connect("b", [(.sessionExpiryInterval, .integer(30))]).connack?
                .properties[integer: .sessionExpiryInterval] == nil
        )
        broker.connect("c", version: .v3_1_1, cleanStart: false).drop()
        client.disconnect(.success, [(.sessionExpiryInterval, .integer(.max))])
        broker.advance(by: .seconds(30))
        #expect(broker.session("a") == nil)
        #expect(broker.session("c") == nil)
    }

    @Test("a broker that keeps no sessions takes the word of a Client at its end for what it is")
    func noSessionsAtAll() {
        let broker = InMemoryBroker { $0.maximumSessionExpiryInterval = 0 }
        let client = broker.connect("a", Self.minute)
        client.disconnect(.success, [(.sessionExpiryInterval, .integer(10))])
        #expect(client.isClosed && client.disconnectReason() == nil, "the interval of CONNECT was not 0")
        #expect(broker.session("a") == nil)
    }

    @Test("a second connection of a Client takes over: the first is told and closed [MQTT-3.1.4-3]")
    func takeover() {
        let broker = InMemoryBroker()
        let first = broker.connect("a", Self.minute)
        first.subscribe("t")
        let second = broker.connect("a", cleanStart: false, Self.minute)
        #expect(first.disconnectReason() == .sessionTakenOver)
        #expect(second.connack?.sessionPresent == true)
        broker.connect("p").publish("t", "x")
        #expect(second.receivePayloads() == ["x"])
        #expect(first.receiveMessages().isEmpty)
        second.drop()
        #expect(broker.session("a") != nil)
    }

    @Test(
        "versions take over from each other; the older are closed without a word",
        arguments: ProtocolVersion.allCases
    )
    func takeoverOfOlder(version: ProtocolVersion) {
        let broker = InMemoryBroker()
        let first = broker.connect("a", version: version, cleanStart: false)
        let second = broker.connect("a", version: .v3_1_1, cleanStart: false)
        #expect(first.isClosed)
        #expect(first.disconnectReason() == (version == .v5_0 ? .sessionTakenOver : nil))
        #expect(second.connack?.sessionPresent == (version != .v5_0), "version 5 without an expiry interval ended")
    }

    @Test("a session of version 3.1 goes on without a word of it in CONNACK")
    func version31() {
        let broker = InMemoryBroker()
        broker.connect("a", version: .v3_1, cleanStart: false).subscribe("t")
        let second = broker.connect("a", version: .v3_1, cleanStart: false)
        #expect(second.connack == Connack(sessionPresent: false, reasonCode: .success))
        broker.connect("p").publish("t", "x")
        #expect(second.receivePayloads() == ["x"])
    }

    @Test("nothing of a session is left after it ended, whatever it held")
    func nothingLeft() {
        let broker = InMemoryBroker()
        let client = broker.connect(
            "a",
            will: .make(qos: .atLeastOnce, [(.willDelayInterval, .integer(600))]),
            [(.sessionExpiryInterval, .integer(60)), (.receiveMaximum, .integer(1))]
        )
        client.subscribe("t/#", "$share/g/t", "will")
        client.send(hex: "34 { 't' 0009 {} |unreleased| }")
        client.isReading = false
        let publisher = broker.connect("p")
        for number in 0..<100 {
            publisher.publish("t/x", "message \(number)", qos: number % 2 == 0 ? .atLeastOnce : .exactlyOnce)
        }
        client.drop()
        for _ in 0..<100 {
            publisher.publish("t/x", "more", qos: .atLeastOnce)
        }
        #expect(broker.remains.queuedBytes > 100)
        publisher.disconnect()
        broker.advance(by: .seconds(60))
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("Clients that come and go with long sessions leave no deadlines behind")
    func deadlinesStayFew() {
        let broker = InMemoryBroker()
        for _ in 0..<20_000 {
            broker.connect("a", keepAlive: 600, [(.sessionExpiryInterval, .integer(1_000_000_000))]).drop()
        }
        #expect(broker.broker.deadlines.count < 5_000)
        #expect(broker.session("a")?.expiry == broker.now + .seconds(1_000_000_000))
        broker.advance(by: .seconds(1_000_000_000))
        #expect(broker.remains == InMemoryBroker.Remains())
        #expect(broker.broker.deadlines.count == 0)
    }
}
