import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Broker: what it tells of itself")
struct SystemTopicTests {
    private func publish(_ broker: InMemoryBroker, uptime: Int, _ change: (inout SystemFigures) -> Void = { _ in }) {
        var figures = SystemFigures(uptime: uptime)
        change(&figures)
        broker.operate { value, effects in value.publishSystemTopics(figures, now: broker.now, into: &effects) }
    }

    private func values(_ broker: InMemoryBroker) -> [String: String] {
        let reader = broker.connect("reader")
        reader.subscribe("$SYS/#")
        let messages = reader.receiveMessages()
        reader.disconnect()
        return Dictionary(uniqueKeysWithValues: messages.map { ($0.topicText, $0.payloadText) })
    }

    @Test("every topic is there, retained, and says what has happened")
    func figures() {
        let broker = InMemoryBroker { $0.versionText = "tinymqtt version x" }
        let receiver = broker.connect("r")
        receiver.subscribe("t", "$share/g/t")
        broker.connect("p").publish("t", "12345", qos: .atLeastOnce, retain: true)
        broker.connect("gone", [(.sessionExpiryInterval, .integer(10))]).drop()
        publish(broker, uptime: 10) {
            $0.receivedByteCount = 600
            $0.heapByteCount = 7
        }
        let values = values(broker)
        let expected = [
            "version": "tinymqtt version x", "uptime": "10 seconds", "clients/total": "3", "clients/connected": "2",
            "clients/disconnected": "1", "clients/maximum": "3", "clients/expired": "0", "subscriptions/count": "2",
            "shared_subscriptions/count": "1", "retained messages/count": "1", "publish/messages/received": "1",
            "publish/bytes/received": "5", "publish/messages/sent": "2", "publish/bytes/sent": "10",
            "bytes/received": "600", "heap/current": "7", "mqtt/connect/received": "3", "mqtt/puback/sent": "1",
            "mqtt/suback/sent": "1", "load/bytes/received/1min": "552.67", "load/connections/1min": "2.76",
            "connections/socket/count": "2", "store/messages/count": "1", "packet/out/count": "0",
        ]
        for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
            #expect(values["$SYS/broker/" + name] == value, "\(name)")
        }
        for name in ["publish/dropped", "publish/received", "publish/sent", "messages/sent", "bytes/sent", "sockets"] {
            for average in ["1min", "5min", "15min"] {
                #expect(values["$SYS/broker/load/\(name)/\(average)"] != nil, "\(name)")
            }
        }
    }

    @Test("a value that has not changed is not published again")
    func onlyChanges() {
        let broker = InMemoryBroker()
        publish(broker, uptime: 1)
        let watcher = broker.connect("w")
        watcher.subscribe("$SYS/broker/version", "$SYS/broker/uptime") { $0.retainHandling = .never }
        publish(broker, uptime: 2)
        #expect(watcher.receiveMessages().map { $0.topicText + $0.payloadText } == ["$SYS/broker/uptime2 seconds"])
    }

    @Test("averages approach what is steady, and forget it")
    func averages() {
        var average = LoadAverage()
        var count = 0
        for _ in 0..<600 {
            count += 100
            average.update(count: count, seconds: 10)
        }
        #expect(average.values.map { ($0 * 10).rounded() / 10 } == [600, 600, 599.2])
        average.update(count: count, seconds: 60)
        #expect(abs(average.values[0] - 600 / 2.718_281_828) < 0.01)
    }

    @Test("what an operator sees: Clients, subscriptions, retained messages, each with a bound")
    func inspection() {
        let broker = InMemoryBroker()
        let client = broker.connect("b", userName: "bob")
        client.subscribe("z", "a/+", qos: .atLeastOnce)
        broker.connect("a").publish("kept", "12", qos: .atLeastOnce, retain: true)
        let clients = broker.broker.clients(limit: 10)
        #expect(clients.map(\.clientIdentifier) == [.text("a"), .text("b")])
        #expect(clients[1].userName == .text("bob"))
        #expect(clients[1].subscriptionCount == 2)
        #expect(broker.broker.clients(limit: 1).count == 1)
        let subscriptions = broker.broker.subscriptions(of: .text("b"), limit: 10)
        #expect(subscriptions.map(\.topicFilter) == [.text("a/+"), .text("z")])
        #expect(broker.broker.subscriptions(of: nil, limit: 1).count == 1)
        #expect(broker.broker.subscriptions(of: .text("nobody"), limit: 1).isEmpty)
        let retained = broker.operate { value, effects in
            value.retainedMessages(matching: .text("#"), limit: 5, now: broker.now, into: &effects)
        }
        #expect(retained == [RetainedDescription(topic: .text("kept"), payloadByteCount: 2, qos: .atLeastOnce)])
    }

    @Test("packets are told where that is asked for, with nothing in them that drives a terminal")
    func tracing() {
        let broker = InMemoryBroker { $0.tracesPackets = true }
        let client = broker.connect("a\u{1B}[2J")
        client.publish("t\u{7}", "x", qos: .atLeastOnce)
        let lines = broker.events.compactMap { event -> String? in
            guard case .packet(let direction, let client, let summary) = event else { return nil }
            return "\(direction) \(client.printable) \(summary)"
        }
        #expect(lines.contains("received a\\u{1b}[2J PUBLISH 1 QoS 1 t\\u{7} (1 bytes)"))
        #expect(lines.contains { $0.hasPrefix("sent a\\u{1b}[2J PUBACK 1") })
        let silent = InMemoryBroker()
        silent.connect("a").publish("t")
        #expect(!silent.events.contains { if case .packet = $0 { true } else { false } })
    }
}
