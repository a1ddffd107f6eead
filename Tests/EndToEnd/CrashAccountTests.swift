import Testing

@testable import Support

/// The account of a crash trial finds what a broker could do wrong.
@Suite("Crash trials: the account")
struct CrashAccountTests {
    private typealias Message = CrashPacket.Message

    /// Two publishers, of QoS 1 and 2; a receiver of each QoS, and two that share a subscription.
    private var account = CrashAccount(
        publisherCount: 2,
        receivers: [
            CrashAccount.Receiver(name: "one", qos: 1), CrashAccount.Receiver(name: "two", qos: 2),
            CrashAccount.Receiver(name: "a", qos: 2, group: 0), CrashAccount.Receiver(name: "b", qos: 2, group: 0),
        ]
    )

    private mutating func publish(by publisher: Int = 0, retain: Bool = false) -> CrashAccount.Key {
        account.publish(by: publisher, to: "t\(publisher)", qos: UInt8(publisher + 1), retain: retain)
    }

    private func packet(_ key: CrashAccount.Key, _ identifier: UInt16, duplicate: Bool = false) -> Message {
        Message(
            topic: "t\(key.publisher)",
            payload: CrashAccount.payload(key),
            qos: UInt8(key.publisher + 1),
            duplicate: duplicate,
            identifier: identifier
        )
    }

    private mutating func receive(
        _ key: CrashAccount.Key,
        by receiver: Int,
        _ identifier: UInt16,
        qos: UInt8? = nil,
        duplicate: Bool = false,
        isDelivered: Bool = true
    ) {
        var message = packet(key, identifier, duplicate: duplicate)
        if let qos { message.qos = qos }
        account.receive(message, key, by: receiver, isDelivered: isDelivered)
    }

    @Test("what has reached everybody is in order")
    mutating func nothingWrong() {
        let key = publish()
        account.acknowledge(key)
        receive(key, by: 0, 1)
        receive(key, by: 1, 1)
        receive(key, by: 3, 1)
        // An answer was lost.
        receive(key, by: 0, 1, duplicate: true)
        account.close()
        #expect(account.violations == [])
        #expect(account.lostCount == 0)
        #expect(account.figures.redeliveredCount == 1)
    }

    @Test("an acknowledged message that is missing is found, for each who was to get it")
    mutating func missing() {
        let key = publish()
        _ = publish()
        account.acknowledge(key)
        receive(key, by: 0, 1)
        #expect(account.lostCount == 2)
        account.close()
        #expect(
            account.violations == [
                "two never received 1 acknowledged messages, among them [0:0]",
                "a and b never received 1 acknowledged messages, among them [0:0]",
            ]
        )
    }

    @Test("a message of QoS 2 that comes twice is found, also under another identifier and in a group")
    mutating func twice() {
        let key = publish(by: 1)
        receive(key, by: 1, 1)
        receive(key, by: 1, 1, duplicate: true, isDelivered: false)
        #expect(account.violations == [])
        receive(key, by: 1, 1, duplicate: true)
        #expect(account.violations == ["two received 1:0 twice at QoS 2"])
        account.sendAgain(key)
        receive(key, by: 1, 2)
        #expect(
            account.violations.last == "two received 1:0 with the identifiers [1, 2] although it was sent 2 times"
        )
        receive(key, by: 2, 1)
        receive(key, by: 3, 1)
        account.close()
        #expect(account.violations.last == "1:0 went to 2 members of a group at QoS 2")
    }

    @Test("a message of QoS 1 may come as often as it was published, each time with an identifier of its own")
    mutating func published() {
        let key = publish()
        receive(key, by: 0, 1)
        account.sendAgain(key)
        receive(key, by: 0, 2)
        #expect(account.violations == [])
        receive(key, by: 0, 3)
        #expect(
            account.violations == ["one received 0:0 with the identifiers [1, 2, 3] although it was sent 2 times"]
        )
    }

    @Test("a message that comes again without DUP, out of order, or at another QoS is found")
    mutating func misdelivered() {
        let first = publish()
        let second = publish()
        receive(second, by: 0, 1)
        receive(second, by: 0, 1)
        receive(first, by: 0, 2)
        receive(first, by: 1, 1, qos: 2)
        #expect(
            account.violations == [
                "one received 0:1 once more without DUP", "one received 0:0 after 0:1 of the same topic",
                "two received 0:0 at QoS 2 instead of 1",
            ]
        )
    }

    @Test("a retained message that is older than the last acknowledged one is found")
    mutating func retained() {
        let old = publish(retain: true)
        let new = publish(retain: true)
        account.acknowledge(old)
        account.acknowledge(new)
        #expect(account.lastRetained == ["t0": 1])
        account.readRetained(new, least: 1, by: "reader")
        #expect(account.violations == [])
        account.readRetained(old, least: 1, by: "reader")
        #expect(account.violations == ["reader read 0:0 as retained, and 0:1 had been acknowledged before"])
    }

    @Test("what nobody published is found")
    mutating func invented() {
        let key = publish()
        #expect(account.identify(packet(key, 1), by: "one") == key)
        var altered = packet(key, 1)
        altered.payload += "x"
        #expect(account.identify(altered, by: "one") == nil)
        altered = packet(key, 1)
        altered.topic = "t1"
        #expect(account.identify(altered, by: "one") == nil)
        altered.payload = "9:9:"
        #expect(account.identify(altered, by: "one") == nil)
        #expect(account.violationCount == 3)
    }
}
