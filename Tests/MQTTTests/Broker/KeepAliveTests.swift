import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: keep alive", .onSeveralBrokers)
struct KeepAliveTests {
    @Test(
        "silence of one and a half times the Keep Alive ends the connection [MQTT-3.1.2-22] [MQTT-3.2.2-22]",
        arguments: ProtocolVersion.allCases
    )
    func timeout(version: ProtocolVersion) {
        let broker = InMemoryBroker()
        let client = broker.connect("a", version: version, keepAlive: 11)
        broker.advance(by: .milliseconds(16_499))
        #expect(!client.isClosed)
        broker.advance(by: .milliseconds(1))
        #expect(client.isClosed)
        #expect(client.disconnectReason() == (version == .v5_0 ? .keepAliveTimeout : nil))
        #expect(broker.remains.connections == 0)
    }

    @Test(
        "any packet begins the time anew",
        arguments: ["C000", "30 { 't' {} }", "40 { 0001 }", "82 { 0001 {} 't' 00 }"]
    )
    func anyPacket(notation: String) {
        let broker = InMemoryBroker()
        let client = broker.connect("a", keepAlive: 10)
        for _ in 0..<10 {
            broker.advance(by: .seconds(14))
            client.send(hex: notation)
        }
        broker.advance(by: .milliseconds(14_999))
        #expect(!client.isClosed)
        broker.advance(by: .milliseconds(1))
        #expect(client.isClosed)
    }

    @Test("the time begins with the CONNECT and not with the connection")
    func beginsWithConnect() throws {
        let broker = InMemoryBroker()
        let client = try #require(broker.open(version: .v3_1_1))
        broker.advance(by: .seconds(20))
        client.send(hex: "10 { 'MQTT' 04 02 000A 'a' }")
        broker.advance(by: .milliseconds(14_999))
        #expect(!client.isClosed)
        broker.advance(by: .milliseconds(1))
        #expect(client.isClosed)
    }

    @Test("what a broker sends is no sign of its Client")
    func sendingIsNoSign() {
        let broker = InMemoryBroker()
        let subscriber = broker.connect("s", keepAlive: 10)
        subscriber.subscribe("t")
        let publisher = broker.connect("p")
        broker.advance(by: .seconds(10))
        publisher.publish("t", "x")
        broker.advance(by: .seconds(5))
        #expect(subscriber.isClosed)
    }

    @Test("a Keep Alive of 0 turns it off [MQTT-3.2.2-22]")
    func off() {
        let broker = InMemoryBroker()
        let client = broker.connect("a", keepAlive: 0)
        #expect(client.connack?.properties[integer: .serverKeepAlive] == nil)
        broker.advance(by: .hours(1_000))
        #expect(!client.isClosed)
    }

    @Test("a broker's own maximum takes the place of a longer one or of none, and the Client is told")
    func maximum() {
        let broker = InMemoryBroker { $0.maximumKeepAlive = 20 }
        func told(_ keepAlive: UInt16) -> UInt32? {
            broker.connect("a", keepAlive: keepAlive).connack?.properties[integer: .serverKeepAlive]
        }
        #expect(told(0) == 20)
        #expect(told(21) == 20)
        #expect(told(20) == nil)
        #expect(told(10) == nil)
        let client = broker.connect("b", keepAlive: 0)
        broker.advance(by: .milliseconds(29_999))
        #expect(!client.isClosed)
        broker.advance(by: .milliseconds(1))
        #expect(client.isClosed)
    }

    @Test("version 3.1.1 cannot be told, and is refused")
    func maximumOfOlder() {
        let broker = InMemoryBroker { $0.maximumKeepAlive = 20 }
        #expect(broker.connect("a", version: .v3_1_1, keepAlive: 20).connack?.reasonCode == .success)
        #expect(broker.connect("b", version: .v3_1_1, keepAlive: 21).connack?.reasonCode == .clientIdentifierNotValid)
        #expect(broker.connect("c", version: .v3_1_1, keepAlive: 0).connack?.reasonCode == .clientIdentifierNotValid)
    }

    @Test("thousands of Clients are each ended in their time")
    func many() {
        let broker = InMemoryBroker()
        let clients = (1...1_000).map { broker.connect("c\($0)", keepAlive: UInt16($0)) }
        broker.advance(by: .seconds(750))
        #expect(clients.map(\.isClosed) == (1...1_000).map { $0 <= 500 })
        broker.advance(by: .seconds(750))
        #expect(broker.remains == InMemoryBroker.Remains())
    }
}
