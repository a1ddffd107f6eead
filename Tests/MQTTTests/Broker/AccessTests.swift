import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: who may do what", .onSeveralBrokers)
struct AccessTests {
    /// The rules that the tests have: `ann` may write and read below `a`, everybody may read `news`.
    private static func list() -> AccessControlList {
        var list = AccessControlList()
        list.anonymous.append(.init(.read, .text("news"), line: 1))
        var ann = AccessControlList.Group()
        ann.append(.init(.readWrite, .text("a/#"), line: 3))
        ann.append(.init(.read, .text("news"), line: 4))
        ann.append(.init(.deny, .text("a/secret"), line: 5))
        list.users[.text("ann")] = ann
        var bob = AccessControlList.Group()
        bob.append(.init(.write, .text("a/#"), line: 7))
        list.users[.text("bob")] = bob
        return list
    }

    private func brokerWithList(_ change: (inout BrokerConfiguration) -> Void = { _ in }) -> InMemoryBroker {
        InMemoryBroker {
            $0.listeners[0].access.accessControlList = Self.list()
            change(&$0)
        }
    }

    // MARK: Passwords

    @Test("a Client whose password is right is let in, one whose password is wrong is not")
    func passwords() {
        let broker = InMemoryBroker {
            $0.listeners[0].access.checksPasswords = true
            $0.listeners[0].access.allowsAnonymous = false
        }
        broker.checksPassword = { $0.password == Array("secret".utf8) ? .accepted : .badUserNameOrPassword }
        #expect(broker.connect("a", userName: "ann", password: "secret").connack?.reasonCode == .success)
        for version in ProtocolVersion.allCases {
            let wrong = broker.connect("b", version: version, userName: "ann", password: "guess")
            #expect(wrong.connack?.reasonCode == .badUserNameOrPassword, "version \(version)")
            #expect(wrong.isClosed)
        }
        #expect(broker.connect("c").connack?.reasonCode == .notAuthorized, "nobody without a name")
        #expect(broker.session("c") == nil)
    }

    @Test("a Client whose password is checked may send packets as large as any other")
    func largePackets() {
        let broker = InMemoryBroker {
            $0.listeners[0].access.checksPasswords = true
            $0.limits.packetSizeBeforeConnect = 100
        }
        broker.checksPassword = { _ in .accepted }
        let client = broker.connect("a", userName: "ann", password: "secret")
        let payload = String(repeating: "x", count: 1_000)
        #expect(client.publish("t", payload, qos: .atLeastOnce) == .noMatchingSubscribers)
    }

    @Test("without a password file a name is not checked, and anonymous decides about everybody")
    func noPasswordFile() {
        let open = InMemoryBroker()
        #expect(open.connect("a", userName: "whoever", password: "whatever").connack?.reasonCode == .success)
        let closed = InMemoryBroker { $0.listeners[0].access.allowsAnonymous = false }
        #expect(closed.connect("a", userName: "whoever").connack?.reasonCode == .notAuthorized)
    }

    @Test("what comes behind a CONNECT waits until its password has been checked")
    func packetsWait() throws {
        let broker = InMemoryBroker { $0.listeners[0].access.checksPasswords = true }
        broker.checksPassword = { _ in nil }
        let peer = try #require(broker.open())
        var connect = Connect.make("a")
        connect.userName = .text("ann")
        peer.send(bytes: ControlPacket.connect(connect).encoded(for: .v5_0) + ControlPacket.pingreq.encoded(for: .v5_0))
        #expect(peer.receiveAll().isEmpty)
        broker.answer(try #require(broker.openRequests.first), .accepted)
        let answers = peer.receiveAll()
        try #require(answers.count == 2)
        #expect(answers[1] == .pingresp)
    }

    @Test("an answer about a connection that has gone meanwhile is nobody's")
    func lateAnswer() throws {
        let broker = InMemoryBroker { $0.listeners[0].access.checksPasswords = true }
        broker.checksPassword = { _ in nil }
        let gone = broker.connect("a", userName: "ann")
        gone.drop()
        // The same number is given to the next connection.
        let next = broker.connect("b", userName: "bob")
        let requests = broker.openRequests
        try #require(requests.count == 2)
        #expect(requests[0].connection == requests[1].connection)
        broker.answer(requests[0], .accepted)
        #expect(next.receiveAll().isEmpty, "the answer was meant for the one before")
        broker.answer(requests[1], .busy)
        #expect(next.receive() == .connack(Connack(sessionPresent: false, reasonCode: .serverBusy)))
    }

    @Test("a certificate's name takes the place of User Name, and no password is asked for")
    func identity() throws {
        let broker = brokerWithList {
            $0.listeners[0].access.checksPasswords = true
            $0.listeners[0].access.allowsAnonymous = false
            $0.listeners[0].usesUserNameAsClientIdentifier = true
        }
        let peer = try #require(broker.open())
        broker.operate { broker, _ in broker.identified(peer.connection, userName: .text("ann")) }
        var connect = Connect.make("made-up")
        connect.userName = .text("bob")
        peer.send(.connect(connect))
        #expect(broker.session("ann")?.userName == .text("ann"))
        #expect(broker.session("made-up") == nil)
    }

    @Test("client identifiers must begin as they are asked to")
    func prefixes() {
        let broker = InMemoryBroker { $0.listeners[0].access.clientIdentifierPrefixes = ["dev-", "lab-"] }
        #expect(broker.connect("lab-1").connack?.reasonCode == .success)
        #expect(broker.connect("home-1").connack?.reasonCode == .notAuthorized)
    }

    @Test("a Client without an identifier is refused where none is given")
    func zeroLength() {
        let broker = InMemoryBroker { $0.listeners[0].access.allowsZeroLengthClientIdentifier = false }
        #expect(broker.connect("").connack?.reasonCode == .clientIdentifierNotValid)
        #expect(broker.connect("", version: .v3_1_1).connack?.reasonCode == .clientIdentifierNotValid)
    }

    @Test("a version that the listener does not accept is refused [MQTT-3.1.2-2]")
    func versions() {
        let broker = InMemoryBroker { $0.listeners[0].acceptedVersions = [.v5_0] }
        #expect(broker.connect("a").connack?.reasonCode == .success)
        #expect(broker.connect("b", version: .v3_1_1).connack?.reasonCode == .unsupportedProtocolVersion)
    }

    // MARK: Topics

    @Test("a message that may not be published is refused where the version can say so, and logged")
    func deniedPublish() {
        let broker = brokerWithList()
        let ann = broker.connect("a", userName: "ann")
        ann.subscribe("a/#")
        let bob = broker.connect("b", userName: "bob")
        #expect(bob.publish("a/1", "yes", qos: .atLeastOnce) == .success)
        #expect(bob.publish("b/1", "no", qos: .atLeastOnce) == .notAuthorized)
        #expect(bob.publish("b/1", "no", qos: .exactlyOnce) == .notAuthorized)
        let old = broker.connect("o", version: .v3_1_1, userName: "bob")
        #expect(old.publish("b/1", "no", qos: .atLeastOnce) == .success, "version 3 has no word for it")
        #expect(old.publish("b/1", "no", qos: .exactlyOnce) == .success)
        #expect(ann.receivePayloads() == ["yes"])
        let denials = broker.events.compactMap { event in
            if case .denied(let denial) = event { denial } else { nil }
        }
        #expect(denials.count == 4)
        #expect(denials.first?.clientIdentifier == .text("b"))
        #expect(denials.first?.userName == .text("bob"))
        #expect(denials.first?.topic == .text("b/1"))
        #expect(denials.first?.rule == "no rule of the access control file allows it")
        broker.connect("a2", userName: "ann").publish("a/secret")
        guard case .denied(let denial) = broker.events.last else { return #expect(Bool(false), "no denial") }
        #expect(denial.rule == "line 5 of the access control file: topic deny a/secret")
    }

    @Test("a QoS 2 exchange of version 3 ends properly though its message is dropped")
    func deniedExactlyOnce() {
        let broker = brokerWithList()
        let old = broker.connect("o", version: .v3_1_1, userName: "bob")
        old.send(hex: "34 { 'b' 0007 'x' }")
        #expect(old.receive() == .pubrec(Acknowledgement(packetIdentifier: 7)))
        old.send(.pubrel(Acknowledgement(packetIdentifier: 7)))
        #expect(old.receive() == .pubcomp(Acknowledgement(packetIdentifier: 7)))
    }

    @Test("a subscription that can bring nothing is refused, one that can bring something is made")
    func deniedSubscribe() {
        let broker = brokerWithList()
        let nobody = broker.connect("n")
        #expect(nobody.subscribe("secret/#", "news") == [.notAuthorized, .grantedQoS2])
        let old = broker.connect("o", version: .v3_1_1)
        #expect(old.subscribe("secret/#").map(\.isFailure) == [true])
        #expect(broker.session("n").map { _ in broker.load.subscriptionCount } == 1)
    }

    @Test("a Client receives only what it may, also of what a wildcard matches and of what is retained")
    func deniedDelivery() {
        let broker = brokerWithList()
        let ann = broker.connect("a", userName: "ann")
        ann.publish("a/1", "private", retain: true)
        let everybody = broker.connect("n")
        #expect(everybody.subscribe("#") == [.grantedQoS2])
        ann.publish("a/2", "private")
        broker.operate { broker, effects in
            broker.publishOwn("news", Array("public".utf8), retain: false, now: .now(), into: &effects)
        }
        #expect(everybody.receivePayloads() == ["public"])
    }

    @Test("a member of a group that may not have a message does not take it from one that may")
    func deniedInGroup() {
        let broker = brokerWithList()
        let nobody = broker.connect("n")
        nobody.subscribe("$share/g/#")
        let ann = broker.connect("a", userName: "ann")
        ann.subscribe("$share/g/#")
        let bob = broker.connect("b", userName: "bob")
        for number in 1...4 { bob.publish("a/x", "\(number)") }
        #expect(ann.receivePayloads() == ["1", "2", "3", "4"])
        #expect(nobody.receivePayloads().isEmpty)
    }

    @Test("a will that may not be published is not")
    func deniedWill() {
        let broker = brokerWithList()
        let ann = broker.connect("a", userName: "ann")
        ann.subscribe("#")
        let will = Connect.Will(topic: .text("a/will"), payload: [1], qos: .atMostOnce, retain: false)
        broker.connect("b", will: will, userName: "bob").drop()
        broker.connect("n", will: will).drop()
        #expect(ann.receiveMessages().map(\.topicText) == ["a/will"], "bob's, and not that of the nameless one")
    }

    @Test("nobody publishes below $SYS, but for what bridges tell of themselves, and nobody to $share")
    func reservedTopics() {
        let broker = InMemoryBroker()
        let client = broker.connect("a")
        #expect(client.publish("$SYS/broker/uptime", "forged", qos: .atLeastOnce) == .notAuthorized)
        #expect(client.publish("$SYS/broker/connection/b/state", "1", qos: .atLeastOnce) == .noMatchingSubscribers)
        #expect(client.publish("$share/g/t", "x", qos: .atLeastOnce) == .notAuthorized)
    }

    @Test(
        "a retained message stays away when its publisher may not publish it any more, and comes back when it may",
        .tags(.oneBroker)
    )
    func retainedSource() {
        let broker = brokerWithList()
        broker.connect("b", userName: "bob").publish("a/1", "kept", retain: true)
        let ann = broker.connect("a", userName: "ann")
        ann.subscribe("a/1")
        #expect(ann.receivePayloads() == ["kept"])
        var configuration = broker.broker.configuration
        configuration.listeners[0].access.accessControlList?.users[.text("bob")] = nil
        reconfigure(broker, configuration)
        ann.subscribe("a/1")
        #expect(ann.receivePayloads().isEmpty)
        configuration.checksRetainSource = false
        reconfigure(broker, configuration)
        ann.subscribe("a/1")
        #expect(ann.receivePayloads() == ["kept"])
    }

    // MARK: A new configuration

    private func reconfigure(_ broker: InMemoryBroker, _ configuration: BrokerConfiguration, gone: String? = nil) {
        broker.operate { value, effects in
            value.reconfigure(configuration, now: broker.now, into: &effects) { _, userName in
                gone == nil || userName != gone.map { .text($0) }
            }
        }
    }

    @Test("a new access control list holds at once for those who are connected")
    func newList() {
        let broker = brokerWithList()
        let bob = broker.connect("b", userName: "bob")
        #expect(bob.publish("a/1", qos: .atLeastOnce) == .noMatchingSubscribers)
        var configuration = broker.broker.configuration
        configuration.listeners[0].access.accessControlList = AccessControlList()
        reconfigure(broker, configuration)
        #expect(!bob.isClosed)
        #expect(bob.publish("a/1", qos: .atLeastOnce) == .notAuthorized)
        configuration.listeners[0].access.accessControlList = nil
        reconfigure(broker, configuration)
        #expect(bob.publish("b/1", qos: .atLeastOnce) == .noMatchingSubscribers)
    }

    @Test("a Client whose user has gone is let go of, the others stay", .tags(.oneBroker))
    func userGone() {
        let broker = InMemoryBroker()
        let ann = broker.connect("a", userName: "ann")
        let bob = broker.connect("b", userName: "bob")
        reconfigure(broker, broker.broker.configuration, gone: "bob")
        #expect(bob.disconnectReason() == .notAuthorized)
        #expect(!ann.isClosed)
    }

    @Test("an operator ends a connection, and the will is published", .tags(.oneBroker))
    func kick() {
        let broker = InMemoryBroker()
        let watcher = broker.connect("w")
        watcher.subscribe("will")
        let will = Connect.Will(topic: .text("will"), payload: [0x21], qos: .atMostOnce, retain: false)
        let client = broker.connect("a", will: will)
        let isKicked = broker.operate { value, effects in value.kick(.text("a"), now: broker.now, into: &effects) }
        #expect(isKicked)
        #expect(client.disconnectReason() == .administrativeAction)
        #expect(watcher.receivePayloads() == ["!"])
        #expect(!broker.operate { value, effects in value.kick(.text("a"), now: broker.now, into: &effects) })
    }
}
