import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: shared subscriptions", .onSeveralBrokers)
struct SharedSubscriptionTests {
    private let broker = InMemoryBroker()
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test("the members of a group take turns")
    func turns() {
        let members = ["a", "b", "c"].map { broker.connect($0) }
        for member in members {
            member.subscribe("$share/g/t/#")
        }
        let publisher = broker.connect("p")
        for number in 0..<9 {
            publisher.publish("t/x", "\(number)", qos: .atLeastOnce)
        }
        let received = members.map { $0.receivePayloads() }
        #expect(received.map(\.count) == [3, 3, 3])
        #expect(Set(received.joined()).count == 9)
    }

    @Test("turns stay fair when a member leaves", .tags(.oneBroker))
    func leaving() {
        let members = ["a", "b", "c", "d"].map { broker.connect($0) }
        for member in members {
            member.subscribe("$share/g/t")
        }
        let publisher = broker.connect("p")
        publisher.publish("t", "0")
        publisher.publish("t", "1")
        members[0].unsubscribe("$share/g/t")
        publisher.publish("t", "2")
        #expect(members[2].receivePayloads() == ["2"])
    }

    @Test("each group gets every message once, beside subscriptions that are not shared")
    func groups() {
        let first = broker.connect("a")
        first.subscribe("$share/g/t", "$share/h/t", "$share/g/+", "t")
        broker.connect("p").publish("t", "x")
        #expect(first.receivePayloads().count == 4)
        #expect(broker.load.sharedSubscriptionCount == 3)
    }

    @Test("members whose Client is there come first")
    func offlineMembers() {
        let away = broker.connect("a", Self.lasting)
        away.subscribe("$share/g/t")
        away.drop()
        let here = broker.connect("b")
        here.subscribe("$share/g/t")
        let publisher = broker.connect("p")
        for number in 0..<4 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        #expect(here.receivePayloads().count == 4)
        here.drop()
        publisher.publish("t", "queued", qos: .atLeastOnce)
        #expect(broker.connect("a", cleanStart: false, Self.lasting).receivePayloads() == ["queued"])
    }

    @Test("each member gets it at the QoS granted to it, with its identifier [MQTT-4.8.2-3]")
    func qos() {
        let first = broker.connect("a")
        first.subscribe("$share/g/t", qos: .atMostOnce, identifier: 1)
        let second = broker.connect("b")
        second.subscribe("$share/g/t", qos: .exactlyOnce, identifier: 2)
        let publisher = broker.connect("p")
        for _ in 0..<2 {
            publisher.publish("t", "x", qos: .exactlyOnce)
        }
        #expect(first.receiveMessages() == [Publish("t", "x").with(subscriptionIdentifiers: [1])])
        let expected = Publish("t", "x", qos: .exactlyOnce, packetIdentifier: 1)
        #expect(second.receiveMessages() == [expected.with(subscriptionIdentifiers: [2])])
    }

    @Test("QoS 2 is finished with the Client with which it began [MQTT-4.8.2-4]")
    func sameClient() {
        let first = broker.connect("a", Self.lasting)
        first.subscribe("$share/g/t")
        broker.connect("p").publish("t", "x", qos: .exactlyOnce)
        #expect(first.receive() != nil)
        let second = broker.connect("b")
        second.subscribe("$share/g/t")
        first.drop()
        #expect(second.receiveAll().isEmpty)
        let back = broker.connect("a", cleanStart: false, Self.lasting)
        #expect(back.receiveMessages().map(\.duplicate) == [true])
        #expect(second.receiveAll().isEmpty)
    }

    @Test(
        "QoS 2 ends with the session with which it began, and a refused message goes to no other [MQTT-4.8.2-5] [MQTT-4.8.2-6]"
    )
    func notToOthers() {
        let first = broker.connect("a")
        first.subscribe("$share/g/t")
        let publisher = broker.connect("p")
        publisher.publish("t", "1", qos: .exactlyOnce)
        publisher.publish("t", "2", qos: .atLeastOnce)
        let second = broker.connect("b")
        second.subscribe("$share/g/t")
        first.send(.puback(Acknowledgement(packetIdentifier: 2, reasonCode: .implementationSpecificError)))
        #expect(second.receiveAll().isEmpty)
        first.drop()
        #expect(second.receiveAll().isEmpty)
        publisher.publish("t", "3", qos: .atLeastOnce)
        #expect(second.receivePayloads() == ["3"])
    }

    @Test("a group ends with its last member")
    func ends() {
        for name in ["a", "b"] {
            let member = broker.connect(name)
            member.subscribe("$share/g/t", "$share/h/t")
            member.drop()
        }
        #expect(broker.remains.subscriptions == 0)
        #expect(broker.connect("p").publish("t", qos: .atLeastOnce) == .noMatchingSubscribers)
    }

    @Test(
        "a Share Name has at least one character and none of / + #, and a Topic Filter follows [MQTT-4.8.2-1] [MQTT-4.8.2-2]",
        arguments: ["$share//t", "$share/g", "$share/g/", "$share/"]
    )
    func invalid(filter: String) {
        let client = broker.connect("a")
        #expect(client.subscribe(filter) == [.topicFilterInvalid])
        #expect(broker.remains.subscriptions == 0)
    }

    @Test(
        "a wildcard in the Share Name is refused [MQTT-4.8.2-2]",
        arguments: ["$share/+/t", "$share/g+/t", "$share/#"]
    )
    func wildcardInShareName(filter: String) {
        let client = broker.connect("a")
        let codes = client.subscribe(filter)
        #expect(codes == [.topicFilterInvalid] || client.disconnectReason() == .malformedPacket)
        #expect(broker.remains.subscriptions == 0)
    }

    @Test("what only begins like a shared subscription is none")
    func notShared() {
        let client = broker.connect("a")
        #expect(client.subscribe("$shared/g/t", "$share") == [.grantedQoS2, .grantedQoS2])
        broker.connect("p").publish("$shared/g/t", "x")
        #expect(client.receivePayloads() == ["x"])
    }

    @Test("No Local on a shared subscription is a protocol error")
    func noLocal() {
        let client = broker.connect("a")
        client.subscribe("$share/g/t") { $0.noLocal = true }
        #expect(client.disconnectReason() == .protocolError)
    }
}
