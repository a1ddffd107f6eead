import ArgumentParser
import MQTT

/// The message that the broker publishes when the client is gone without a farewell.
struct WillOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The topic of the will.", valueName: "topic")
    )
    var willTopic: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The payload of the will; empty without it.", valueName: "payload")
    )
    var willPayload: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The QoS of the will: 0, 1 or 2.", valueName: "qos")
    )
    var willQos = QoS.atMostOnce

    @Flag(name: .long, help: "Have the broker retain the will.")
    var willRetain = false

    func validate() throws {
        guard willTopic == nil else {
            return try checkTopic(willTopic ?? "", "the topic of the will")
        }
        guard willPayload == nil else { throw ValidationError("--will-payload needs --will-topic") }
        guard !willRetain else { throw ValidationError("--will-retain needs --will-topic") }
    }

    func apply(to configuration: inout MQTTClientConfiguration) {
        guard let willTopic else { return }
        configuration.will = Will(
            Message(topic: willTopic, payload: ArgumentBytes.of(willPayload ?? ""), qos: willQos, retain: willRetain)
        )
    }
}

/// Checks a topic to publish to, before anything is connected.
func checkTopic(_ topic: String, _ name: String) throws {
    guard ArgumentBytes.isText(topic) else { throw ValidationError("\(name) is not in UTF-8") }
    if let problem = problemOfTopic(topic, name) { throw ValidationError(problem) }
}
