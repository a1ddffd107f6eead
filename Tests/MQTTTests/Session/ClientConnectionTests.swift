import NIOCore
import Testing

@testable import MQTT

/// How connections begin, live and end, in virtual time.
@Suite("A client's connection")
struct ClientConnectionTests {
    // MARK: CONNECT and CONNACK

    @Test("CONNECT comes first and tells the client's limits [MQTT-3.1.0-1]", arguments: ProtocolVersion.allCases)
    func connect(version: ProtocolVersion) {
        var limits = ClientLimits()
        limits.receiveMaximum = 5
        limits.topicAliasMaximum = 6
        limits.maximumPacketSize = 7_000
        var client = ClientHarness(version: version, cleanStart: false, keepAlive: 9, limits: limits)
        let connect = client.connect()
        #expect(connect?.version == version)
        #expect(connect?.cleanStart == false)
        #expect(connect?.keepAlive == 9)
        let announced: [UInt32?] = [
            connect?.properties[integer: .receiveMaximum], connect?.properties[integer: .topicAliasMaximum],
            connect?.properties[integer: .maximumPacketSize],
        ]
        #expect(announced == (version == .v5_0 ? [5, 6, 7_000] : [nil, nil, nil]))
    }

    @Test("CONNACK tells what the server can do")
    func connack() {
        var client = ClientHarness()
        var properties = Properties()
        properties[integer: .serverKeepAlive] = 20
        properties[integer: .maximumQoS] = 0
        properties[integer: .sessionExpiryInterval] = 33
        properties[integer: .wildcardSubscriptionAvailable] = 0
        properties[string: .assignedClientIdentifier] = "given"
        client.connect(properties)
        let connected = client.effects.connected
        #expect(connected?.sessionPresent == false)
        #expect(connected?.limits.keepAlive == 20)
        #expect(connected?.limits.maximumQoS == .atMostOnce)
        #expect(connected?.limits.sessionExpiryInterval == 33)
        #expect(connected?.limits.areWildcardSubscriptionsAvailable == false)
        #expect(connected?.limits.areSharedSubscriptionsAvailable == true)
        #expect(connected?.clientIdentifier == "given")
        client.lose()
        // The next connection goes on with the identifier and the session that the Server gave.
        let next = client.connect()
        #expect(next?.clientIdentifier == "given")
        #expect(next?.cleanStart == false)
    }

    @Test("a refusal closes the connection without a packet")
    func refusal() {
        var client = ClientHarness()
        client.open()
        _ = client.sent()
        var properties = Properties()
        properties[string: .reasonString] = "go away"
        properties[string: .serverReference] = "elsewhere"
        client.receive(
            .connack(Connack(sessionPresent: false, reasonCode: .useAnotherServer, properties: properties))
        )
        #expect(client.sent().words == [])
        let failure = ClientFailure(
            kind: .connectionRefused,
            reasonCode: .useAnotherServer,
            text: "go away",
            serverReference: "elsewhere"
        )
        #expect(client.closes == [failure])
        #expect(client.lose() == failure)
    }

    @Test(
        "a session after a clean start is a protocol error [MQTT-3.2.2-4]; a client that did not begin clean takes it up"
    )
    func sessionPresent() {
        var clean = ClientHarness(cleanStart: true)
        clean.connect(sessionPresent: true)
        #expect(clean.sent().words == ["DISCONNECT protocol error"])
        var resuming = ClientHarness(cleanStart: false)
        resuming.connect(sessionPresent: true)
        #expect(resuming.sent().words == [])
        #expect(resuming.effects.connected?.sessionPresent == true)
    }

    @Test("anything but CONNACK first is a protocol error [MQTT-3.2.0-1]")
    func packetBeforeConnack() {
        var client = ClientHarness()
        client.open()
        _ = client.sent()
        client.receive(.pingresp)
        #expect(client.sent().words == ["DISCONNECT protocol error"])
    }

    @Test("a server that does not answer CONNECT in time is given up")
    func connackTimeout() {
        var client = ClientHarness()
        client.open()
        _ = client.sent()
        client.advance(by: .seconds(9))
        #expect(client.sent().isEmpty && client.closes.isEmpty)
        client.advance(by: .seconds(1))
        _ = client.sent()
        #expect(client.closes.map(\.kind) == [.timedOut])
    }

    // MARK: Keep-alive

    @Test("PINGREQ is sent when nothing else was for the keep-alive time [MQTT-3.1.2-20]")
    func pingreq() {
        var client = ClientHarness(keepAlive: 10)
        client.connect()
        client.advance(by: .seconds(9))
        #expect(client.sent().words == [])
        client.advance(by: .seconds(1))
        #expect(client.sent().words == ["PINGREQ"])
        client.receive(.pingresp)
        client.advance(by: .seconds(9))
        #expect(client.sent().words == [])
        client.advance(by: .seconds(1))
        #expect(client.sent().words == ["PINGREQ"])
    }

    @Test("PINGREQ is sent as well when nothing is received, however much is sent")
    func pingreqOfAPublisher() {
        var client = ClientHarness(keepAlive: 10)
        client.connect()
        for _ in 0..<3 {
            client.publish("a", qos: .atMostOnce)
            #expect(client.sent().words == ["PUBLISH a"])
            client.advance(by: .seconds(3))
        }
        #expect(client.sent().words == [])
        client.advance(by: .seconds(1))
        #expect(client.sent().words == ["PINGREQ"])
    }

    @Test("the server's keep-alive counts, and 0 means none [MQTT-3.1.2-21] [MQTT-3.2.2-21]")
    func serverKeepAlive() {
        var client = ClientHarness(keepAlive: 10)
        var properties = Properties()
        properties[integer: .serverKeepAlive] = 3
        client.connect(properties)
        client.advance(by: .seconds(3))
        #expect(client.sent().words == ["PINGREQ"])
        var silent = ClientHarness(keepAlive: 0)
        silent.connect()
        #expect(silent.connection.nextDeadline == nil)
    }

    @Test("without an answer to PINGREQ the connection is given up")
    func pingTimeout() {
        var client = ClientHarness(keepAlive: 60)
        client.connect()
        client.advance(by: .seconds(60))
        #expect(client.sent().words == ["PINGREQ"])
        client.advance(by: .seconds(10))
        #expect(client.sent().words == ["DISCONNECT unspecified error"])
        #expect(client.closes.map(\.kind) == [.timedOut])
    }

    @Test("a network that takes the bytes slowly is not dead, one that takes none is")
    func slowNetwork() {
        var client = ClientHarness(keepAlive: 60)
        client.connect()
        client.advance(by: .seconds(60), unsentBytes: 1_000)
        #expect(client.sent().words == ["PINGREQ"])
        client.advance(by: .seconds(10), unsentBytes: 500)
        client.advance(by: .seconds(10), unsentBytes: 200)
        #expect(client.sent().isEmpty && client.closes.isEmpty)
        client.advance(by: .seconds(10), unsentBytes: 200)
        _ = client.sent()
        #expect(client.closes.map(\.kind) == [.timedOut])
    }

    @Test("while the client does not read, it waits for no answer, and still sends PINGREQ")
    func pausedReading() {
        var client = ClientHarness(keepAlive: 60)
        client.connect()
        client.connection.readingChanged(false, now: client.now)
        for _ in 0..<5 {
            client.advance(by: .seconds(60))
            #expect(client.sent().words == ["PINGREQ"])
        }
        client.connection.readingChanged(true, now: client.now)
        client.advance(by: .seconds(59))
        #expect(client.closes.isEmpty)
    }

    // MARK: The end

    @Test("DISCONNECT is the last packet, and the connection closes [MQTT-3.14.4-1] [MQTT-3.14.4-2]")
    func disconnect() {
        var client = ClientHarness()
        client.connect()
        client.connection.disconnect(Disconnect(reasonCode: .disconnectWithWillMessage), into: &client.effects)
        client.publish("late", qos: .atMostOnce)
        #expect(client.sent().words == ["DISCONNECT disconnect with will message"])
        #expect(client.closes == [.disconnected])
        #expect(client.lose() == .disconnected)
    }

    @Test("a DISCONNECT of the server closes the connection and says why")
    func serverDisconnects() {
        var client = ClientHarness()
        client.connect()
        client.receive(.disconnect(Disconnect(reasonCode: .sessionTakenOver)))
        #expect(client.sent().words == [])
        #expect(client.lose() == ClientFailure(kind: .disconnectedByServer, reasonCode: .sessionTakenOver))
    }

    // MARK: Subscriptions

    @Test("SUBSCRIBE and UNSUBSCRIBE share the packet identifiers with PUBLISH [MQTT-2.2.1-3]")
    func requests() {
        var client = ClientHarness()
        client.connect()
        client.publish("a", qos: .atLeastOnce)
        _ = client.sent()
        client.subscribe("x", "y/#", request: 1)
        client.connection.unsubscribe(
            UnsubscribeRequest(request: RequestIdentifier(rawValue: 2), topicFilters: ["z"])
        )
        #expect(client.sent().words == ["SUBSCRIBE 2 x y/#", "UNSUBSCRIBE 3 z"])
        client.receive(
            .unsuback(SubscriptionAcknowledgement(packetIdentifier: 3, reasonCodes: [.noSubscriptionExisted]))
        )
        client.receive(
            .suback(SubscriptionAcknowledgement(packetIdentifier: 2, reasonCodes: [.grantedQoS1, .notAuthorized]))
        )
        #expect(
            client.completions() == [
                "2 answered: no subscription existed", "1 answered: granted QoS 1, not authorized",
            ]
        )
    }

    @Test("an answer with too few reason codes is a protocol error [MQTT-3.8.4-6]")
    func shortAnswer() {
        var client = ClientHarness()
        client.connect()
        client.subscribe("x", "y")
        _ = client.sent()
        client.receive(.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success])))
        #expect(client.sent().words == ["DISCONNECT protocol error"])
    }

    @Test("a request without an answer is made again on the next connection, before later ones")
    func repeatedRequest() {
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        client.subscribe("x", request: 1)
        #expect(client.sent().words == ["SUBSCRIBE 1 x"])
        client.lose()
        client.subscribe("y", request: 2)
        client.connect(sessionPresent: true)
        let sent = client.sent().words.map { $0.filter { !$0.isNumber } }
        #expect(sent == ["SUBSCRIBE  x", "SUBSCRIBE  y"])
    }

    @Test("subscriptions are made again where the session is lost, and only there", arguments: [true, false])
    func subscribeAgain(sessionPresent: Bool) {
        var client = ClientHarness(sessionExpiryInterval: 10)
        client.connect()
        client.subscribe("x", "no")
        client.subscribe("y")
        client.subscribe("gone")
        _ = client.sent()
        for (identifier, codes) in [
            (1, [.grantedQoS2, .notAuthorized]), (2, [.grantedQoS2]), (3, [.success]),
        ] as [(UInt16, [ReasonCode])] {
            client.receive(.suback(SubscriptionAcknowledgement(packetIdentifier: identifier, reasonCodes: codes)))
        }
        client.connection.unsubscribe(UnsubscribeRequest(request: .none, topicFilters: ["gone"]))
        _ = client.sent()
        client.lose()
        client.connect(sessionPresent: sessionPresent)
        let sent = client.sent().words.map { $0.filter { !$0.isNumber } }
        #expect(sent == (sessionPresent ? ["UNSUBSCRIBE  gone"] : ["SUBSCRIBE  x y", "UNSUBSCRIBE  gone"]))
    }

    @Test("a subscription that is refused when it is made again is told of, and not tried once more")
    func lostSubscription() {
        var client = ClientHarness()
        client.connect()
        client.subscribe("x")
        _ = client.sent()
        client.receive(.suback(SubscriptionAcknowledgement(packetIdentifier: 1, reasonCodes: [.success])))
        client.lose()
        client.connect()
        guard case .subscribe(let again) = client.sent().first else {
            Issue.record("no SUBSCRIBE")
            return
        }
        client.receive(
            .suback(
                SubscriptionAcknowledgement(packetIdentifier: again.packetIdentifier, reasonCodes: [.notAuthorized])
            )
        )
        #expect(client.effects.lostSubscriptions.map(\.topicFilter) == ["x"])
        client.lose()
        client.connect()
        #expect(client.sent().words == [])
    }

    @Test("subscriptions that the server has said it does not take are not sent")
    func unsupportedSubscriptions() {
        var client = ClientHarness()
        var properties = Properties()
        properties[integer: .wildcardSubscriptionAvailable] = 0
        properties[integer: .sharedSubscriptionAvailable] = 0
        properties[integer: .subscriptionIdentifierAvailable] = 0
        client.connect(properties)
        client.subscribe("x/#", request: 1)
        client.subscribe("$share/g/x", request: 2)
        var identifier = Properties()
        identifier[integer: .subscriptionIdentifier] = 4
        client.subscribe("x", request: 3, properties: identifier)
        client.subscribe("x", request: 4)
        let sent = client.sent().words.map { $0.filter { !$0.isNumber } }
        #expect(sent == ["SUBSCRIBE  x"])
        #expect(
            client.completions() == [
                "1 failed: notSupportedByServer wildcard subscriptions not supported",
                "2 failed: notSupportedByServer shared subscriptions not supported",
                "3 failed: notSupportedByServer subscription identifiers not supported",
            ]
        )
    }
}
