import ArgumentParser
import MQTT
import NIOCore

/// How the lines of standard input become messages, with `-l`.
struct LineOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("With -l: each line is a topic, this separator, and the payload.", valueName: "separator")
    )
    var split: String?

    @Flag(name: .long, help: "With -l: each line is a JSON object like those of sub --json.")
    var json = false

    func validate() throws {
        guard split != "" else { throw ValidationError("the separator of --split is empty") }
        guard split == nil || !json else { throw ValidationError("either --split or --json, not both") }
    }

    /// Whether each line names its topic.
    var namesTopics: Bool { split != nil || json }

    /// Whether an option stands here that means nothing without `-l`.
    var isUsed: Bool { namesTopics }

    /// The message of a line.
    ///
    /// - Parameters:
    ///   - number: The number of the line, counted from 1, for errors.
    ///   - defaults: What a line does not say: the topic, the QoS, the flag, the properties.
    func message(_ line: ByteBuffer, number: Int, defaults: Message) throws(LineProblem) -> Message {
        var message = defaults
        if json {
            let parsed = try MessageLine(parsing: line, number: number)
            let given = defaults.properties
            message = parsed.message(qos: defaults.qos, retain: defaults.retain)
            if message.properties.isEmpty { message.properties = given }
        } else if let split {
            let parts = try SplitLine(line, number: number, separator: split)
            message.topic = parts.topic
            message.payload = parts.payload
        } else {
            message.payload = line
        }
        return message
    }
}
