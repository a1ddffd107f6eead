import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// Something that a connected Client must not send.
struct Violation: Sendable, CustomTestStringConvertible {
    let name: String
    let notation: String
    let reasonCode: ReasonCode

    init(_ name: String, _ notation: String, _ reasonCode: ReasonCode) {
        self.name = name
        self.notation = notation
        self.reasonCode = reasonCode
    }

    var testDescription: String { name }
}

private let violations = [
    Violation("packet type 0", "00 00", .malformedPacket),
    Violation("reserved flags", "C1 00", .malformedPacket),
    Violation("remaining length of five bytes", "30 FFFFFFFF01", .malformedPacket),
    Violation("a packet that is too large", "30 FFFFFF7F", .packetTooLarge),
    Violation("a second CONNECT [MQTT-3.1.0-2]", "10 { 'MQTT' 05 02 0000 {} 'a' }", .protocolError),
    Violation("CONNACK", "20 { 00 00 {} }", .protocolError),
    Violation("SUBACK", "90 { 0001 {} 00 }", .protocolError),
    Violation("UNSUBACK", "B0 { 0001 {} 00 }", .protocolError),
    Violation("PINGRESP", "D0 00", .protocolError),
    Violation("AUTH without a method in CONNECT [MQTT-4.12.0-7]", "F0 { 18 { 15 'm' } }", .protocolError),
    Violation("QoS 3", "36 { 't' 0001 {} }", .malformedPacket),
    Violation("DUP at QoS 0", "38 { 't' {} }", .malformedPacket),
    Violation("packet identifier 0", "32 { 't' 0000 {} }", .protocolError),
    Violation("a wildcard in a topic", "30 { 'a/#' {} }", .topicNameInvalid),
    Violation("an empty topic without alias", "30 { '' {} }", .protocolError),
    Violation("bytes that are no UTF-8", "30 { 0001 FF {} }", .malformedPacket),
    Violation("a Subscription Identifier in PUBLISH [MQTT-3.3.4-6]", "30 { 't' { 0B 01 } }", .protocolError),
    Violation("a property that PUBLISH may not have", "30 { 't' { 21 0001 } }", .malformedPacket),
    Violation("a property twice", "30 { 't' { 01 00 01 00 } }", .protocolError),
    Violation("a wildcard in a Response Topic", "30 { 't' { 08 '#' } }", .protocolError),
    Violation("SUBSCRIBE without filters", "82 { 0001 {} }", .protocolError),
    Violation("SUBSCRIBE with a wildcard inside a level", "82 { 0001 {} 'a+' 00 }", .malformedPacket),
    Violation("SUBSCRIBE with QoS 3", "82 { 0001 {} 't' 03 }", .protocolError),
    Violation("SUBSCRIBE with identifier 0", "82 { 0001 { 0B 00 } 't' 00 }", .protocolError),
    Violation("SUBSCRIBE with two identifiers", "82 { 0001 { 0B 01 0B 02 } 't' 00 }", .protocolError),
    Violation("No Local on a shared subscription", "82 { 0001 {} '$share/g/t' 04 }", .protocolError),
    Violation("UNSUBSCRIBE without filters", "A2 { 0001 {} }", .protocolError),
    Violation("a reason code that PUBACK may not have", "40 { 0001 8D }", .malformedPacket),
    Violation("a reason code that DISCONNECT may not have", "E0 { 10 }", .malformedPacket),
    Violation("a Server Reference from a Client", "E0 { 00 { 1C 's' } }", .protocolError),
    Violation("a session expiry interval that was 0 before", "E0 { 00 { 11 00000001 } }", .protocolError),
]

@Suite("Broker: protocol errors", .onSeveralBrokers)
struct ProtocolErrorTests {
    @Test(
        """
        a Client of version 5 is told the reason and its connection closed; the Will is published \
        [MQTT-4.13.1-1] [MQTT-4.13.2-1]
        """,
        arguments: violations
    )
    func violation(row: Violation) {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("#")
        let client = broker.connect("a", will: .make())
        client.send(hex: row.notation + " 30 { 'after' {} }")
        #expect(client.disconnectReason() == row.reasonCode)
        #expect(client.receiveAll().count == 1)
        #expect(watcher.receiveMessages() == [Publish("will", "gone")])
        #expect(broker.load.statistics.malformedPacketCount == 1)
        #expect(broker.remains.connections == 1)
    }

    @Test(
        "a Client of version 3.1.1 is not told, its connection is closed",
        arguments: [
            "0000", "C100", "30FFFFFFFF01", "10 { 'MQTT' 04 02 0000 'a' }", "20 { 0000 }", "36 { 't' 0001 }",
            "38 { 't' }", "32 { 't' 0000 }", "30 { '+' }", "30 { '' }", "82 { 0001 }", "82 { 0001 't' 03 }",
            "82 { 0001 't' 04 }", "80 { 0001 't' 00 }", "A2 { 0001 }", "F000", "40 { 000100 }", "E0 { 00 }", "D000",
        ]
    )
    func olderVersion(notation: String) {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        let client = broker.connect("a", version: .v3_1_1, will: .make())
        client.send(hex: notation)
        #expect(client.isClosed)
        #expect(client.receiveAll().isEmpty)
        #expect(watcher.receivePayloads() == ["gone"])
    }

    @Test("QoS above the Maximum QoS ends the connection")
    func qosNotSupported() {
        let broker = InMemoryBroker { $0.listeners[0].maximumQoS = .atLeastOnce }
        let client = broker.connect("a")
        client.send(hex: "34 { 't' 0001 {} }")
        #expect(client.disconnectReason() == .qosNotSupported)
    }

    @Test("whatever the bytes, the broker stays up and forgets the connection", arguments: 0..<50)
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let broker = InMemoryBroker()
        let healthy = broker.connect("healthy")
        healthy.subscribe("t")
        for _ in 0..<20 {
            let client = broker.connect("a", version: random.pick(ProtocolVersion.allCases))
            for _ in 0..<20 where !client.isClosed {
                let count = random.pick(1...30)
                client.send(bytes: (0..<count).map { _ in .random(in: 0...255, using: &random) })
            }
            client.drop()
        }
        healthy.publish("t", "still here", qos: .atLeastOnce)
        #expect(healthy.receivePayloads().last == "still here")
        healthy.disconnect()
        broker.advance(by: .hours(30))
        #expect(broker.remains == InMemoryBroker.Remains())
    }
}
