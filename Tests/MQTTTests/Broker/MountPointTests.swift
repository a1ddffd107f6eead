import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: mount points", .onSeveralBrokers)
struct MountPointTests {
    /// Listener 0 sees everything, listeners 1 and 2 each have a part of it.
    private let broker = InMemoryBroker {
        $0.listeners = Array(repeating: ListenerRules(), count: 3)
        $0.listeners[1].mountPoint = "one/"
        $0.listeners[2].mountPoint = "two/"
    }

    @Test("topics of a listener with a mount point lie below it, and its Clients do not see that")
    func separate() {
        let operatorPeer = broker.connect("o")
        operatorPeer.subscribe("#")
        let first = broker.connect("a", by: 1)
        first.subscribe("t", "$share/g/s")
        let second = broker.connect("b", by: 2)
        second.subscribe("#")
        broker.connect("p", by: 1).publish("t", "1", qos: .exactlyOnce)
        broker.connect("p2", by: 1).publish("s", "2", qos: .atLeastOnce)
        broker.connect("q", by: 2).publish("t", "3")
        operatorPeer.publish("one/t", "4")
        #expect(first.receiveMessages().map { $0.topicText + $0.payloadText } == ["t1", "s2", "t4"])
        #expect(second.receiveMessages().map { $0.topicText + $0.payloadText } == ["t3"])
        let all = operatorPeer.receiveMessages().map { $0.topicText + $0.payloadText }
        #expect(all == ["one/t1", "one/s2", "two/t3", "one/t4"])
    }

    @Test("retained messages, queued ones, wills and aliases have their mount point too")
    func everywhere() {
        let first = broker.connect("a", cleanStart: false, by: 1, [(.sessionExpiryInterval, .integer(100))])
        first.subscribe("#", qos: .atLeastOnce)
        first.drop()
        let will = Connect.Will(topic: .text("will"), payload: [0x77], qos: .atLeastOnce, retain: false)
        let publisher = broker.connect("p", will: will, by: 1)
        publisher.publish("kept", "k", qos: .atLeastOnce, retain: true)
        publisher.drop()
        let again = broker.connect(
            "a",
            cleanStart: false,
            by: 1,
            [(.sessionExpiryInterval, .integer(100)), (.topicAliasMaximum, .integer(2))]
        )
        #expect(again.receiveMessages().map { $0.topicText + $0.payloadText } == ["keptk", "willw"])
        let late = broker.connect("l", by: 1)
        late.subscribe("kept")
        #expect(late.receiveMessages().map(\.topicText) == ["kept"])
        #expect(again.unsubscribe("#") == [.success])
        let watcher = broker.connect("w")
        watcher.subscribe("one/kept")
        #expect(watcher.receiveMessages().map(\.topicText) == ["one/kept"])
    }

    @Test("a topic that is too long with its mount point is an error of the Client")
    func tooLong() {
        let client = broker.connect("a", by: 1)
        client.publish(String(repeating: "x", count: 65_535))
        #expect(client.disconnectReason() == .topicNameInvalid)
    }
}
