import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: Will Messages", .onSeveralBrokers)
struct WillTests {
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    private static func delayed(_ seconds: UInt32, qos: QoS = .atLeastOnce) -> Connect.Will {
        .make(qos: qos, [(.willDelayInterval, .integer(seconds))])
    }

    @Test(
        "a connection that is lost has its Will published [MQTT-3.1.2-8] [MQTT-3.1.2-7]",
        arguments: ProtocolVersion.allCases
    )
    func connectionLost(version: ProtocolVersion) {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", version: version, will: .make(qos: .atLeastOnce)).drop()
        #expect(watcher.receiveMessages() == [Publish("will", "gone", qos: .atLeastOnce, packetIdentifier: 1)])
    }

    @Test("a normal DISCONNECT calls off the Will [MQTT-3.1.2-10] [MQTT-3.14.4-3]", arguments: ProtocolVersion.allCases)
    func disconnected(version: ProtocolVersion) {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", version: version, will: .make()).disconnect()
        #expect(watcher.receiveAll().isEmpty)
    }

    @Test(
        "any other DISCONNECT has it published",
        arguments: [ReasonCode.disconnectWithWillMessage, .unspecifiedError]
    )
    func disconnectedWithWill(reasonCode: ReasonCode) {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", will: .make()).disconnect(reasonCode)
        #expect(watcher.receivePayloads() == ["gone"])
    }

    @Test("a protocol error, a keep alive timeout and a takeover have it published [MQTT-3.1.2-8]")
    func otherEnds() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", will: .make("will", "error")).send(hex: "F1 00")
        #expect(watcher.receivePayloads() == ["error"])
        _ = broker.connect("a", keepAlive: 10, will: .make("will", "timeout"))
        broker.advance(by: .seconds(15))
        #expect(watcher.receivePayloads() == ["timeout"])
        _ = broker.connect("a", will: .make("will", "takeover"))
        _ = broker.connect("a")
        #expect(watcher.receivePayloads() == ["takeover"])
    }

    @Test("a Will is published once [MQTT-3.1.2-10]")
    func once() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", will: .make(), Self.lasting).drop()
        #expect(watcher.receivePayloads() == ["gone"])
        broker.connect("a", cleanStart: false, Self.lasting).drop()
        broker.advance(by: .seconds(700))
        #expect(watcher.receiveAll().isEmpty)
    }

    @Test("Will Retain decides whether it is retained [MQTT-3.1.2-14] [MQTT-3.1.2-15]", arguments: [true, false])
    func retain(retain: Bool) {
        let broker = InMemoryBroker()
        broker.connect("a", will: .make(retain: retain)).drop()
        let late = broker.connect("w")
        late.subscribe("will")
        #expect(late.receiveMessages() == (retain ? [Publish("will", "gone", retain: true)] : []))
    }

    @Test("a Will with a delay waits for it [MQTT-3.1.2-8]")
    func delay() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", will: Self.delayed(10), Self.lasting).drop()
        broker.advance(by: .milliseconds(9_999))
        #expect(watcher.receiveAll().isEmpty)
        broker.advance(by: .milliseconds(1))
        #expect(watcher.receivePayloads() == ["gone"])
        broker.advance(by: .seconds(600))
        #expect(watcher.receiveAll().isEmpty)
    }

    @Test("a Client that is back before the delay is over has no Will published [MQTT-3.1.3-9]")
    func backInTime() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        broker.connect("a", will: Self.delayed(10), Self.lasting).drop()
        broker.advance(by: .seconds(9))
        let second = broker.connect("a", cleanStart: false, Self.lasting)
        broker.advance(by: .seconds(700))
        #expect(watcher.receiveAll().isEmpty)
        second.drop()
        broker.advance(by: .seconds(700))
        #expect(watcher.receiveAll().isEmpty, "the second connection had no Will")
    }

    @Test("a takeover within the delay has no Will published, where the session goes on [MQTT-3.1.3-9]")
    func takeoverInTime() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        _ = broker.connect("a", will: Self.delayed(10), Self.lasting)
        _ = broker.connect("a", cleanStart: false, Self.lasting)
        broker.advance(by: .seconds(700))
        #expect(watcher.receiveAll().isEmpty)
    }

    @Test("the end of the session publishes the Will though its delay is not over")
    func sessionEndsFirst() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        // The session ends with the connection.
        broker.connect("a", will: Self.delayed(10)).drop()
        #expect(watcher.receivePayloads() == ["gone"])
        // The session ends after half the delay.
        broker.connect("a", will: Self.delayed(1_200), Self.lasting).drop()
        broker.advance(by: .seconds(599))
        #expect(watcher.receiveAll().isEmpty)
        broker.advance(by: .seconds(1))
        #expect(watcher.receivePayloads() == ["gone"])
        // A clean start ends the session.
        broker.connect("a", will: Self.delayed(10), Self.lasting).drop()
        _ = broker.connect("a")
        #expect(watcher.receivePayloads() == ["gone"])
        // DISCONNECT says that the session ends now.
        broker.connect("a", will: Self.delayed(10), Self.lasting)
            .disconnect(.disconnectWithWillMessage, [(.sessionExpiryInterval, .integer(0))])
        #expect(watcher.receivePayloads() == ["gone"])
        broker.advance(by: .seconds(2_000))
        #expect(watcher.receiveAll().isEmpty)
    }

    @Test("the Will's properties and their order are kept, without the delay [MQTT-3.1.3-10]")
    func properties() throws {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        let client = try #require(broker.open())
        client.send(
            hex: """
                10 { 'MQTT' 05 06 0000 {} 'a'
                    { 26 'b' '1' 18 00000000 01 01 26 'a' '2' 03 'text' 02 00000009 08 'r' 09 [ 07 ] 26 'b' '3' }
                    'will' [ |gone| ] }
                """
        )
        client.drop()
        let expected = Publish(
            "will",
            "gone",
            forwardedProperties: "26 'b' '1' 01 01 26 'a' '2' 03 'text' 08 'r' 09 [ 07 ] 26 'b' '3'"
        )
        #expect(watcher.receiveMessages() == [expected.with(expiry: 9)])
    }

    @Test("a Will's expiry interval begins when it is published")
    func expiry() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w", Self.lasting)
        watcher.subscribe("will")
        watcher.drop()
        let will = Connect.Will.make(
            qos: .atLeastOnce,
            [(.willDelayInterval, .integer(10)), (.messageExpiryInterval, .integer(5))]
        )
        broker.connect("a", will: will, Self.lasting).drop()
        broker.advance(by: .seconds(14))
        let back = broker.connect("w", cleanStart: false, Self.lasting)
        #expect(back.receiveMessages().map(\.messageExpiryInterval) == [1])
    }

    @Test("No Local keeps a Will from the Client whose it was [MQTT-3.8.3-3]")
    func noLocal() {
        let broker = InMemoryBroker()
        let client = broker.connect("a", will: .make(qos: .atLeastOnce), Self.lasting)
        client.subscribe("will") { $0.noLocal = true }
        client.drop()
        #expect(broker.connect("a", cleanStart: false, Self.lasting).receiveAll().isEmpty)
        let other = broker.connect("b", will: .make(qos: .atLeastOnce), Self.lasting)
        other.subscribe("will")
        other.drop()
        #expect(broker.connect("b", cleanStart: false, Self.lasting).receivePayloads() == ["gone"])
    }

    @Test("a broker that shuts down tells its Clients and publishes their Wills")
    func shutDown() throws {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w", version: .v3_1_1)
        watcher.subscribe("will")
        let client = broker.connect("a", will: .make(retain: true))
        let opened = try #require(broker.open())
        broker.shutDown()
        #expect(client.disconnectReason() == .serverShuttingDown)
        #expect(watcher.isClosed && opened.isClosed)
        #expect(opened.receiveAll().isEmpty)
        #expect(broker.broker.retained.count == 1)
    }
}
