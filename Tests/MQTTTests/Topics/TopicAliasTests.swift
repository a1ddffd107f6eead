import Testing

@testable import MQTT
@testable import Support

@Suite("Topic aliases")
struct TopicAliasTests {
    @Test("a name with an alias is remembered, an alias alone stands for it [MQTT-3.3.2-12]")
    func incoming() throws {
        var aliases = IncomingTopicAliases(maximum: 2)
        func resolve(_ topic: String, _ alias: UInt16) throws -> String {
            var publish = Publish(topic, "payload", forwardedProperties: "03 'text'").with(alias: alias, expiry: 7)
            try aliases.resolve(&publish)
            #expect(publish == Publish(publish.topicText, "payload", forwardedProperties: "03 'text'").with(expiry: 7))
            return publish.topicText
        }
        #expect(try resolve("a", 0) == "a")
        #expect(try resolve("a", 1) == "a")
        #expect(try resolve("", 1) == "a")
        #expect(try resolve("b", 2) == "b")
        #expect(try resolve("c", 1) == "c")
        #expect(try resolve("", 1) == "c")
        #expect(try resolve("", 2) == "b")
    }

    @Test(
        "aliases above the maximum or without a name are errors",
        arguments: [("a", 3, ReasonCode.topicAliasInvalid), ("", 2, .protocolError)]
    )
    func refused(topic: String, alias: UInt16, reasonCode: ReasonCode) {
        var aliases = IncomingTopicAliases(maximum: 2)
        var publish = Publish(topic).with(alias: alias)
        let error = #expect(throws: MalformedPacket.self) { try aliases.resolve(&publish) }
        #expect(error?.reasonCode == reasonCode)
    }

    @Test(
        "the first topics get aliases, up to the other side's maximum and our own [MQTT-3.1.2-26]",
        arguments: [0, 1, 3, 100]
    )
    func outgoing(maximum: UInt16) {
        var aliases = OutgoingTopicAliases(maximum: maximum)
        let given = min(Int(maximum), OutgoingTopicAliases.maximumCount)
        #expect(aliases.isUsed == (given > 0))
        let topics = (0..<20).map { UTF8String.text("topic \($0)").bytes }
        for round in 0..<2 {
            for (number, topic) in topics.enumerated() {
                let form = aliases.form(of: topic.span)
                let expected: OutgoingTopicAliases.Form =
                    number >= given
                    ? .topic
                    : round == 0 ? .topicAndAlias(UInt16(number + 1)) : .alias(UInt16(number + 1))
                #expect("\(form)" == "\(expected)")
            }
        }
    }

    @Test("a topic that may not begin an alias now may later")
    func later() {
        var aliases = OutgoingTopicAliases(maximum: 1)
        let topic = UTF8String.text("topic").bytes
        #expect("\(aliases.form(of: topic.span, mayBegin: false))" == "topic")
        #expect("\(aliases.form(of: topic.span))" == "topicAndAlias(1)")
        #expect("\(aliases.form(of: topic.span, mayBegin: false))" == "alias(1)")
    }
}
