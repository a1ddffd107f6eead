import Foundation
import NIOCore
import Testing

@testable import MQTT
@testable import Support

/// What the options of the clients become in packets, as a server sees them.
@Suite("Options of the clients, seen by a server", .timeLimit(.minutes(2)))
struct ClientPropertyTests {
    private let server: ScriptedServer

    init() async throws {
        server = try await ScriptedServer.start()
    }

    private func start(_ words: [String]) throws -> ChildProcess {
        try ChildProcess(
            Peers.tinymqtt,
            [words[0], "-h", "127.0.0.1", "-p", "\(server.port)", "-V", "5"] + words.dropFirst()
        )
    }

    /// The words that give a packet these properties.
    private func words(_ packet: String, _ properties: [String]) -> [String] {
        (properties + ["user-property name value", "user-property name again"]).flatMap { property in
            ["-D", packet] + property.split(separator: " ").map(String.init)
        }
    }

    /// What `words` gives the user.
    private func hasUserProperties(_ properties: Properties) -> Bool {
        properties.userProperties.map { "\($0.name)=\($0.value)" } == ["name=value", "name=again"]
    }

    @Test("-D connect and -D will: every property of CONNECT and of the will is in the packet")
    func connect() async throws {
        let client = try start(
            ["pub", "-t", "x", "-n", "--will-topic", "w", "--will-payload", "p", "--will-qos", "1", "--will-retain"]
                + words(
                    "connect",
                    [
                        "authentication-method m", "authentication-data hex:00ff", "maximum-packet-size 1000",
                        "receive-maximum 7", "request-problem-information 0", "request-response-information 1",
                        "session-expiry-interval 90", "topic-alias-maximum 3",
                    ]
                )
                + words(
                    "will",
                    [
                        "content-type t", "correlation-data base64:AP8=", "message-expiry-interval 5",
                        "payload-format-indicator 1", "response-topic r", "will-delay-interval 4",
                    ]
                )
        )
        guard case .connect(let connect) = try await server.acceptClient().connect else {
            Issue.record("no CONNECT")
            return
        }
        let properties = connect.properties
        #expect(properties[string: .authenticationMethod] == .text("m"))
        #expect(properties[binaryData: .authenticationData] == [0, 0xFF])
        #expect(properties[integer: .maximumPacketSize] == 1_000)
        #expect(properties[integer: .receiveMaximum] == 7)
        #expect(properties[integer: .requestProblemInformation] == 0)
        #expect(properties[integer: .requestResponseInformation] == 1)
        #expect(properties[integer: .sessionExpiryInterval] == 90)
        #expect(properties[integer: .topicAliasMaximum] == 3)
        #expect(hasUserProperties(properties))
        let will = try #require(connect.will)
        #expect(will.topic == .text("w"))
        #expect(will.payload == Array("p".utf8))
        #expect(will.qos == .atLeastOnce && will.retain)
        #expect(will.properties[string: .contentType] == .text("t"))
        #expect(will.properties[binaryData: .correlationData] == [0, 0xFF])
        #expect(will.properties[integer: .messageExpiryInterval] == 5)
        #expect(will.properties[integer: .payloadFormatIndicator] == 1)
        #expect(will.properties[string: .responseTopic] == .text("r"))
        #expect(will.properties[integer: .willDelayInterval] == 4)
        #expect(hasUserProperties(will.properties))
        #expect(try await client.waitForEnd().status == 0)
    }

    @Test("-D publish and -D disconnect: every property of PUBLISH and DISCONNECT is in the packet")
    func publish() async throws {
        let client = try start(
            ["pub", "-t", "x", "-m", "hi", "-q", "1", "-r", "-x", "60", "-i", "me", "-k", "77", "-M", "9"]
                + words(
                    "publish",
                    [
                        "content-type t", "correlation-data text:hex:", "message-expiry-interval 5",
                        "payload-format-indicator 1", "response-topic r", "topic-alias 2",
                    ]
                )
                + words("disconnect", ["session-expiry-interval 30"])
        )
        let (peer, packet) = try await server.acceptClient(Properties([(.topicAliasMaximum, .integer(5))]))
        guard case .connect(let connect) = packet, case .publish(let publish) = try await peer.receive() else {
            Issue.record("no CONNECT or no PUBLISH")
            return
        }
        #expect(connect.clientIdentifier == .text("me"))
        #expect(connect.keepAlive == 77)
        #expect(connect.properties[integer: .sessionExpiryInterval] == 60)
        #expect(connect.properties[integer: .receiveMaximum] == 9)
        #expect(publish.retain && publish.qos == .atLeastOnce)
        #expect(publish.messageExpiryInterval == 5)
        #expect(publish.topicAlias == 2)
        let expected = """
            01 01 03 't' 08 'r' 09 ['hex:'] 26 'name' 'value' 26 'name' 'again'
            """
        let found = Set(Self.properties([UInt8](copying: publish.forwardedProperties)).map(\.description))
        let wanted = Set(
            Self.properties(HexNotation.bytes(expected.replacing("['hex:']", with: "'hex:'"))).map(\.description)
        )
        #expect(found == wanted)
        peer.send(.puback(Acknowledgement(packetIdentifier: publish.packetIdentifier)))
        guard case .disconnect(let disconnect) = try await peer.receive() else {
            Issue.record("no DISCONNECT")
            return
        }
        #expect(disconnect.properties[integer: .sessionExpiryInterval] == 30)
        #expect(hasUserProperties(disconnect.properties))
        #expect(try await client.waitForEnd().status == 0)
    }

    /// Encoded properties one by one, for a comparison in which their order does not count.
    private static func properties(_ bytes: [UInt8]) -> [[UInt8]] {
        var scanner = PropertyScanner(PacketReader(bytes.span), in: .publish)
        var found: [[UInt8]] = []
        var start = 0
        while case .some = try? scanner.next() {
            found.append(Array(bytes[start..<scanner.position]))
            start = scanner.position
        }
        return found
    }

    @Test("-D subscribe and unsubscribe, --sub, --retain-as-published and --retain-handling are in the packets")
    func subscribe() async throws {
        let client = try start(
            ["sub", "-t", "a", "-q", "1", "--sub", "b=c=2", "-U", "u", "-E", "--retain-as-published"]
                + ["--retain-handling", "new"] + words("subscribe", ["subscription-identifier 268435455"])
                + words("unsubscribe", [])
        )
        let (peer, _) = try await server.acceptClient()
        let first = try await peer.receive()
        guard case .subscribe(let subscribe) = first else {
            Issue.record("no SUBSCRIBE")
            return
        }
        #expect(subscribe.properties[integer: .subscriptionIdentifier] == 268_435_455)
        #expect(hasUserProperties(subscribe.properties))
        #expect(subscribe.subscriptions.map(\.topicFilter) == [.text("a"), .text("b=c")])
        #expect(subscribe.subscriptions.map(\.options.maximumQoS) == [.atLeastOnce, .exactlyOnce])
        #expect(subscribe.subscriptions.map(\.options.retainAsPublished) == [true, true])
        #expect(subscribe.subscriptions.map(\.options.retainHandling.rawValue) == [1, 1])
        peer.send(first.granted)
        let second = try await peer.receive()
        guard case .unsubscribe(let unsubscribe) = second else {
            Issue.record("no UNSUBSCRIBE")
            return
        }
        #expect(unsubscribe.topicFilters == [.text("u")])
        #expect(hasUserProperties(unsubscribe.properties))
        peer.send(second.granted)
        #expect(try await client.waitForEnd().status == 0)
    }

    @Test("-R asks for no retained messages, and -C below 20 for no more at once")
    func selection() async throws {
        let client = try start(["sub", "-t", "a", "-R", "-C", "3"])
        let (peer, packet) = try await server.acceptClient()
        guard case .connect(let connect) = packet, case .subscribe(let subscribe) = try await peer.receive() else {
            Issue.record("no CONNECT or no SUBSCRIBE")
            return
        }
        #expect(connect.properties[integer: .receiveMaximum] == 3)
        #expect(subscribe.subscriptions.first?.options.retainHandling.rawValue == 2)
        client.send(signal: SIGTERM)
        #expect(try await client.waitForEnd().status == 0)
    }
}
