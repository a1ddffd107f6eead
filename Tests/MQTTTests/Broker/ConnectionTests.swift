import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: CONNECT and CONNACK", .onSeveralBrokers)
struct ConnectionTests {
    @Test(
        """
        a CONNECT is answered by one CONNACK with success, before anything else [MQTT-3.1.4-5] [MQTT-3.2.0-1] \
        [MQTT-3.2.0-2]
        """,
        arguments: ProtocolVersion.allCases
    )
    func accepted(version: ProtocolVersion) {
        let broker = InMemoryBroker()
        let client = broker.connect("a", version: version)
        #expect(client.connack?.reasonCode == .success)
        #expect(client.connack?.sessionPresent == false)
        client.send(.pingreq)
        #expect(client.receiveAll() == [.pingresp])
    }

    @Test("packets that come with the CONNECT are worked on after the CONNACK [MQTT-3.2.0-1]")
    func packetsTogether() throws {
        let broker = InMemoryBroker()
        let client = try #require(broker.open(version: .v3_1_1))
        client.send(hex: "10 { 'MQTT' 04 02 0000 'a' } 82 { 0001 'a' 00 } C000 30 { 'a' |x| }")
        #expect(
            client.receiveAll() == [
                .connack(Connack(sessionPresent: false, reasonCode: .success)),
                .suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success])),
                .pingresp,
                .publish(Publish("a", "x")),
            ]
        )
    }

    @Test(
        """
        version 5 is told the limits of the broker, and nothing that is as the specification has it anyway, nor an \
        authentication method that nobody asked for [MQTT-4.12.0-6]
        """
    )
    func announcements() {
        let broker = InMemoryBroker {
            $0.limits.receiveMaximum = 7
            $0.limits.packetSize = 1_000
            $0.listeners[0].topicAliasMaximum = 3
        }
        let properties = broker.connect("a").connack?.properties
        #expect(
            properties
                == Properties([
                    (.receiveMaximum, .integer(7)),
                    (.maximumPacketSize, .integer(1_000)),
                    (.topicAliasMaximum, .integer(3)),
                ])
        )
    }

    @Test("a broker that lacks something says so [MQTT-3.2.2-9]")
    func restrictions() {
        let broker = InMemoryBroker {
            $0.listeners[0].maximumQoS = .atLeastOnce
            $0.retainAvailable = false
        }
        let properties = broker.connect("a").connack?.properties
        #expect(properties?[integer: .maximumQoS] == 1)
        #expect(properties?[integer: .retainAvailable] == 0)
    }

    @Test("the first packet must be CONNECT [MQTT-3.1.0-1]", arguments: ["C000", "30 { 't' }", "E000", "2002 0000"])
    func firstPacket(notation: String) throws {
        let broker = InMemoryBroker()
        let client = try #require(broker.open())
        client.send(hex: notation)
        #expect(client.isClosed)
        #expect(client.receiveAll().isEmpty, "no DISCONNECT before a CONNACK [MQTT-3.14.0-1]")
        #expect(broker.remains.connections == 0)
    }

    @Test("a second CONNECT is a protocol error [MQTT-3.1.0-2]", arguments: ProtocolVersion.allCases)
    func secondConnect(version: ProtocolVersion) {
        let broker = InMemoryBroker()
        let client = broker.connect("a", version: version)
        client.send(
            .connect(Connect(version: version, cleanStart: true, keepAlive: 0, clientIdentifier: .text("a")))
        )
        #expect(client.isClosed)
        #expect(client.disconnectReason() == (version == .v5_0 ? .protocolError : nil))
    }

    @Test(
        """
        a CONNECT that is not as it must be closes the connection, and nothing after it is worked on \
        [MQTT-3.1.4-1] [MQTT-3.1.4-6]
        """,
        arguments: [
            "10 { 'MQTX' 04 02 0000 'a' }", "10 { 'MQTT' 04 03 0000 'a' }", "10 { 'MQTT' 04 02 0000 'a' 00 }",
            "10 { 'MQTT' 05 02 0000 { 21 0000 } 'a' }", "11 { 'MQTT' 04 02 0000 'a' }",
        ]
    )
    func malformedConnect(notation: String) throws {
        let broker = InMemoryBroker()
        let other = broker.connect("b")
        other.subscribe("#")
        let client = try #require(broker.open())
        client.send(hex: notation + " 30 { 't' |x| }")
        #expect(client.isClosed)
        #expect(client.receiveAll().isEmpty)
        #expect(other.receiveAll().isEmpty)
    }

    @Test("a protocol version that is none is told so in the form of version 3.1.1")
    func unsupportedVersion() throws {
        let broker = InMemoryBroker()
        let client = try #require(broker.open(version: .v3_1_1))
        client.send(hex: "10 { 'MQTT' 07 02 0000 'a' }")
        #expect(
            client.receive() == .connack(Connack(sessionPresent: false, reasonCode: .unsupportedProtocolVersion))
        )
        #expect(client.isClosed)
    }

    @Test("Client Identifiers of 1 to 23 letters and digits are accepted, and longer ones [MQTT-3.1.3-5]")
    func clientIdentifiers() {
        let broker = InMemoryBroker()
        for identifier in ["a", "0123456789abcdefghijABC", String(repeating: "long-", count: 1_000), "ä/+#"] {
            #expect(broker.connect(identifier).connack?.reasonCode == .success)
            #expect(broker.session(identifier) != nil, "the session is known by it [MQTT-3.1.3-2]")
        }
    }

    @Test("an empty Client Identifier gets one that nobody has [MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.2.2-16]")
    func assignedClientIdentifiers() throws {
        let broker = InMemoryBroker { $0.listeners[0].assignedClientIdentifierPrefix = "made-up-" }
        var identifiers: Set<String> = []
        for cleanStart in [true, false, true, false] {
            let client = broker.connect("", cleanStart: cleanStart)
            #expect(client.connack?.reasonCode == .success)
            let identifier = try #require(client.connack?.properties[string: .assignedClientIdentifier]).description
            #expect(identifier.hasPrefix("made-up-"))
            #expect(broker.session(identifier)?.connection == client.connection)
            identifiers.insert(identifier)
        }
        #expect(identifiers.count == 4)
    }

    @Test("an empty Client Identifier in version 3.1.1 needs Clean Session [MQTT-3.1.3-8]")
    func emptyClientIdentifier() {
        let broker = InMemoryBroker()
        #expect(broker.connect("", version: .v3_1_1).connack?.reasonCode == .success)
        let refused = broker.connect("", version: .v3_1_1, cleanStart: false)
        #expect(refused.connack?.reasonCode == .clientIdentifierNotValid)
        #expect(refused.isClosed)
        #expect(broker.connect("", version: .v3_1).connack?.reasonCode == .clientIdentifierNotValid)
    }

    @Test("a Client Identifier that is given is not assigned")
    func noAssignment() {
        let broker = InMemoryBroker()
        #expect(broker.connect("a").connack?.properties[string: .assignedClientIdentifier] == nil)
    }

    @Test(
        """
        what the broker does not support is refused, with no session, and the connection is closed \
        [MQTT-3.1.4-2] [MQTT-3.2.2-6] [MQTT-3.2.2-7] [MQTT-4.13.2-1]
        """
    )
    func refusals() {
        let broker = InMemoryBroker {
            $0.listeners[0].maximumQoS = .atLeastOnce
            $0.retainAvailable = false
            $0.limits.topicLevels = 3
        }
        func refusal(_ will: Connect.Will?, _ properties: [(PropertyIdentifier, Properties.Value)] = []) -> ReasonCode?
        {
            let client = broker.connect("a", will: will, properties)
            #expect(client.isClosed)
            #expect(client.connack?.sessionPresent == false)
            return client.connack?.reasonCode
        }
        #expect(refusal(.make(qos: .exactlyOnce)) == .qosNotSupported, "[MQTT-3.2.2-12]")
        #expect(refusal(.make(retain: true)) == .retainNotSupported, "[MQTT-3.2.2-13]")
        #expect(refusal(.make("a/b/c/d")) == .topicNameInvalid)
        #expect(
            refusal(nil, [(.authenticationMethod, .string(.text("SCRAM")))]) == .badAuthenticationMethod,
            "[MQTT-4.12.0-1]"
        )
        #expect(broker.remains == InMemoryBroker.Remains(deadlines: 1), "only connections' old deadlines are left")
        broker.advance(by: .seconds(31))
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("a refusal that version 3.1.1 has no code for just closes the connection")
    func refusalWithoutCode() {
        let broker = InMemoryBroker { $0.listeners[0].maximumQoS = .atMostOnce }
        let client = broker.connect("a", version: .v3_1_1, will: .make(qos: .atLeastOnce))
        #expect(client.isClosed)
        #expect(client.connack == nil)
        #expect(client.receiveAll().isEmpty)
    }

    @Test("a refused CONNECT leaves the session and the connection of its Client Identifier alone")
    func refusedBeforeTakeover() {
        let broker = InMemoryBroker { $0.listeners[0].maximumQoS = .atMostOnce }
        let first = broker.connect("a")
        let second = broker.connect("a", will: .make(qos: .atLeastOnce))
        #expect(second.isClosed)
        #expect(!first.isClosed)
        #expect(broker.session("a")?.connection == first.connection)
    }

    @Test("a CONNACK that does not fit the Client's Maximum Packet Size is a refusal that does [MQTT-3.1.2-24]")
    func connackTooLarge() {
        let broker = InMemoryBroker()
        let refused = broker.connect("a", [(.maximumPacketSize, .integer(15))])
        #expect(refused.isClosed)
        #expect(refused.connack == Connack(sessionPresent: false, reasonCode: .packetTooLarge))
        #expect(broker.session("a") == nil)
        let silent = broker.connect("a", [(.maximumPacketSize, .integer(4))])
        #expect(silent.isClosed)
        #expect(silent.receivedByteCount == 0)
        #expect(broker.connect("a", [(.maximumPacketSize, .integer(19))]).connack?.reasonCode == .success)
    }

    @Test("a connection without CONNECT ends after the time allowed, and no Client is told")
    func connectTimeout() throws {
        let broker = InMemoryBroker { $0.connectTimeout = 5 }
        let silent = try #require(broker.open())
        let slow = try #require(broker.open())
        slow.send(hex: "10")
        broker.advance(by: .milliseconds(4_999))
        #expect(!silent.isClosed && !slow.isClosed)
        broker.advance(by: .milliseconds(1))
        #expect(silent.isClosed && slow.isClosed)
        #expect(silent.receiveAll().isEmpty)
        #expect(broker.remains == InMemoryBroker.Remains())
    }

    @Test("more connections than the limit are not taken, and taken again when others have gone", .tags(.oneBroker))
    func connectionLimit() throws {
        let broker = InMemoryBroker { $0.limits.connections = 2 }
        let first = broker.connect("a")
        _ = broker.connect("b")
        #expect(broker.open() == nil)
        first.disconnect()
        #expect(broker.open() != nil)
    }

    @Test("a CONNECT larger than allowed before one is known closes the connection at its fixed header")
    func connectTooLarge() throws {
        let broker = InMemoryBroker { $0.limits.packetSizeBeforeConnect = 50 }
        let client = try #require(broker.open())
        client.send(hex: "10 33")
        #expect(client.isClosed)
        let other = broker.connect("a")
        other.subscribe("t")
        other.publish("t", String(repeating: "x", count: 1_000))
        #expect(other.receivePayloads().first?.count == 1_000, "the limit after CONNECT is another one")
    }

    @Test("Response Information goes to who asks for it [MQTT-3.1.2-28]")
    func responseInformation() {
        let broker = InMemoryBroker { $0.responseInformationPrefix = "answers/" }
        let asking = broker.connect("a", [(.requestResponseInformation, .integer(1))])
        #expect(asking.connack?.properties[string: .responseInformation] == .text("answers/a"))
        let notAsking = broker.connect("b", [(.requestResponseInformation, .integer(0))])
        #expect(notAsking.connack?.properties[string: .responseInformation] == nil)
        #expect(broker.connect("c").connack?.properties[string: .responseInformation] == nil)
    }

    @Test("a Client that wants no problem information gets no Reason String [MQTT-3.1.2-29]")
    func problemInformation() throws {
        let broker = InMemoryBroker()
        func explanation(of client: ScriptedPeer) throws -> UTF8String? {
            client.send(hex: "10 { 'MQTT' 05 02 0000 {} 'x' }")
            guard case .disconnect(let disconnect)? = client.receive() else { throw Unexpected() }
            #expect(disconnect.reasonCode == .protocolError)
            return disconnect.properties[string: .reasonString]
        }
        #expect(try explanation(of: broker.connect("a")) == .text("a second CONNECT"))
        #expect(try explanation(of: broker.connect("a", [(.requestProblemInformation, .integer(1))])) != nil)
        #expect(try explanation(of: broker.connect("a", [(.requestProblemInformation, .integer(0))])) == nil)
        // [MQTT-3.14.2-3]: an explanation that makes the packet too large stays away, the packet does not.
        #expect(try explanation(of: broker.connect("a", [(.maximumPacketSize, .integer(19))])) == nil)
    }
}

/// What a test found is not what it goes on with.
struct Unexpected: Error {}

extension Connect.Will {
    /// A Will with what the test at hand cares about.
    static func make(
        _ topic: String = "will",
        _ payload: String = "gone",
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        _ properties: [(PropertyIdentifier, Properties.Value)] = []
    ) -> Self {
        Self(
            topic: .text(topic),
            payload: Array(payload.utf8),
            qos: qos,
            retain: retain,
            properties: Properties(properties)
        )
    }
}
