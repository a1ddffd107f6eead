import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Brokers that are one: shared subscriptions")
struct PeerGroupTests {
    private static let lasting: [(PropertyIdentifier, Properties.Value)] = [(.sessionExpiryInterval, .integer(600))]

    @Test("all members of a group take turns, wherever they are", arguments: 0..<3)
    func turns(publishingAt node: Int) {
        let broker = InMemoryBroker(count: 3)
        let members = [0, 0, 1, 2].enumerated().map { number, node in broker.connect("m\(number)", at: node) }
        for member in members {
            member.subscribe("$share/g/t/#")
        }
        let publisher = broker.connect("p", at: node)
        for number in 0..<40 {
            publisher.publish("t/x", "\(number)", qos: .exactlyOnce)
        }
        let received = members.map { $0.receivePayloads() }
        #expect(received.map(\.count) == [10, 10, 10, 10])
        #expect(Set(received.joined()).count == 40)
    }

    @Test("members whose Client is there come first, wherever they are")
    func presentMembers() {
        let broker = InMemoryBroker(count: 3)
        let away = broker.connect("a", at: 0, Self.lasting)
        away.subscribe("$share/g/t")
        away.drop()
        let here = broker.connect("b", at: 2)
        here.subscribe("$share/g/t")
        for node in 0..<3 {
            broker.connect("p\(node)", at: node).publish("t", "\(node)", qos: .atLeastOnce)
        }
        #expect(here.receivePayloads() == ["0", "1", "2"])
        here.drop()
        broker.connect("p", at: 1).publish("t", "kept", qos: .atLeastOnce)
        #expect(broker.connect("a", cleanStart: false, at: 1, Self.lasting).receivePayloads() == ["kept"])
    }

    @Test("a member that leaves takes its turn along; the group's end is known everywhere")
    func leaving() {
        let broker = InMemoryBroker(count: 2)
        let members = (0..<2).map { (node: Int) in broker.connect("m\(node)", at: node) }
        members.forEach { $0.subscribe("$share/g/t") }
        let publisher = broker.connect("p", at: 0)
        members[0].unsubscribe("$share/g/t")
        for number in 0..<4 {
            publisher.publish("t", "\(number)", qos: .atLeastOnce)
        }
        #expect(members[1].receivePayloads() == ["0", "1", "2", "3"])
        members[1].disconnect()
        #expect(publisher.publish("t", "x", qos: .atLeastOnce) == .noMatchingSubscribers)
        #expect(broker.brokers.map(\.subscriptions.nodeCount) == [0, 0])
    }

    @Test(
        "a message for a member that has left goes to another one, and exactly one gets it",
        arguments: UInt64(0)..<60
    )
    func crossing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let broker = InMemoryBroker(count: 4)
        let members = (0..<4).map { (node: Int) in broker.connect("m\(node)", at: node) }
        members.forEach { $0.subscribe("$share/g/t") }
        let publishers = (0..<4).map { (node: Int) in broker.connect("p\(node)", at: node) }
        broker.delaysMail = true
        for number in 0..<20 {
            publishers[random.number(in: 0...3)].publish("t", "\(number)", qos: .atLeastOnce)
            // The first stays.
            let member = members[random.number(in: 1...3)]
            if random.chance(30) {
                member.unsubscribe("$share/g/t")
            } else if random.chance(30) {
                member.subscribe("$share/g/t")
            }
            if random.chance(50) { _ = broker.endSomeTurn(&random) }
        }
        broker.settle()
        let received = members.flatMap { $0.receivePayloads() }
        #expect(received.count == 20)
        #expect(Set(received).count == 20)
    }

    @Test("one who may not have a message does not take it from members at other brokers")
    func accessLists() {
        var list = AccessControlList()
        var good = AccessControlList.Group()
        good.append(.init(.readWrite, .text("t"), line: 1))
        list.users[.text("good")] = good
        var bad = AccessControlList.Group()
        bad.append(.init(.write, .text("t"), line: 3))
        bad.append(.init(.read, .text("u"), line: 4))
        list.users[.text("bad")] = bad
        let broker = InMemoryBroker(count: 2) { $0.listeners[0].access.accessControlList = list }
        let deaf = broker.connect("m0", userName: "bad", at: 0)
        let listener = broker.connect("m1", userName: "good", at: 1)
        deaf.subscribe("$share/g/#")
        listener.subscribe("$share/g/#")
        for node in 0..<2 {
            let publisher = broker.connect("p\(node)", userName: "bad", at: node)
            for number in 0..<4 {
                publisher.publish("t", "\(number)", qos: .atLeastOnce)
            }
        }
        #expect(deaf.receivePayloads().isEmpty)
        #expect(listener.receivePayloads().count == 8)
    }
}
