import NIOCore
import Testing

@testable import MQTT
@testable import Support

@Suite("Retained messages")
struct RetainedMessagesTests {
    private let start = NIODeadline.uptimeNanoseconds(0)

    private func message(_ topic: String, _ payload: String, expiry: NIODeadline? = nil) -> StoredMessage {
        StoredMessage(Publish(topic, payload, forwardedProperties: "03 't'"), expiry: expiry)
    }

    @Test("one message a topic, counted with its bytes [MQTT-3.3.1-5] [MQTT-3.3.1-6]")
    func counts() {
        var retained = RetainedMessages()
        retained.store(message("a", "12"))
        retained.store(message("a/b", "123"))
        #expect(retained.count == 2)
        #expect(retained.byteCount == 1 + 4 + 2 + 3 + 4 + 3)
        retained.store(message("a", "1"))
        #expect(retained.count == 2)
        #expect(retained.byteCount == 1 + 4 + 1 + 3 + 4 + 3)
        retained.store(message("a/b", ""))
        retained.store(message("none", ""))
        #expect(retained.count == 1)
        retained.remove(UTF8String.text("a").bytes.span)
        retained.remove(UTF8String.text("a").bytes.span)
        #expect(retained.count == 0)
        #expect(retained.byteCount == 0)
    }

    @Test("the message of a topic is found as it was stored")
    func found() throws {
        var retained = RetainedMessages()
        let stored = StoredMessage(
            Publish(
                "a/b",
                "payload",
                qos: .atLeastOnce,
                retain: true,
                packetIdentifier: 9,
                forwardedProperties: "01 01"
            ),
            expiry: start + .seconds(9)
        )
        retained.store(stored)
        let message = retained.message(of: UTF8String.text("a/b").bytes.span)
        let found = try #require(message)
        #expect([UInt8](copying: found.topic) == Array("a/b".utf8))
        #expect([UInt8](copying: found.forwardedProperties) == [1, 1])
        #expect([UInt8](copying: found.payload) == Array("payload".utf8))
        #expect(found.qos == .atLeastOnce)
        #expect(found.retain)
        #expect(found.expiry == start + .seconds(9))
        #expect(found.size == 3 + 2 + 7)
        #expect(retained.message(of: UTF8String.text("a").bytes.span) == nil)
    }

    @Test("what has expired is removed when it is asked for [MQTT-3.3.2-5]")
    func expired() {
        var retained = RetainedMessages()
        for number in 0..<10 {
            retained.store(message("t/\(number)", "x", expiry: number % 2 == 0 ? start + .seconds(5) : nil))
        }
        let filter = UTF8String.text("t/+").bytes
        #expect(retained.messages(matching: filter.span, now: start + .milliseconds(4_999)).count == 10)
        #expect(retained.messages(matching: filter.span, now: start + .seconds(5)).count == 5)
        #expect(retained.count == 5)
        #expect(retained.byteCount == 5 * (3 + 4 + 1))
    }

    @Test(
        "what is left of an expiry interval is told in whole seconds, at least 1 [MQTT-3.3.2-6]",
        arguments: [
            (0, 10), (1, 10), (999, 10), (1_000, 9), (1_001, 9), (8_999, 2), (9_000, 1), (9_999, 1), (60_000, 1),
        ]
    )
    func remaining(milliseconds: Int64, seconds: UInt32) {
        let stored = message("t", "x", expiry: start + .seconds(10))
        #expect(stored.remainingExpiryInterval(now: start + .milliseconds(milliseconds)) == seconds)
        #expect(message("t", "x").remainingExpiryInterval(now: start) == nil)
    }
}
