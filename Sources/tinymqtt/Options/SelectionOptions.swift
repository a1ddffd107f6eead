import ArgumentParser
import MQTT

/// Which of the messages that arrive are shown, and how many.
struct SelectionOptions: ParsableArguments {
    @Option(
        name: [.customShort("T"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Topics not to print; may be given several times.", valueName: "filter")
    )
    var filterOut: [String] = []

    @Flag(
        name: [.customShort("R"), .customLong("no-retained")],
        help: "Do not print messages that the broker had retained."
    )
    var hidesRetained = false

    @Flag(name: .long, help: "Print only messages that the broker had retained, and end at the first other one.")
    var retainedOnly = false

    @Flag(name: .long, help: "Have the broker forget each retained message that arrives and is not hidden by -T.")
    var removeRetained = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Print about so many of a hundred messages, chosen at random.", valueName: "percent")
    )
    var randomFilter: Double?

    @Option(
        name: [.customShort("C"), .customLong("count")],
        parsing: .unconditional,
        help: ArgumentHelp("End after this many messages.", valueName: "count")
    )
    var count: Int?

    /// Below this count the broker is asked not to send more at once.
    private static let smallCount = 20
    /// mosquitto's clients take more than a hundred percent.
    private static let percentOfLinks = 0.1...1_000
    private static let percent = 0.1...100

    func validate() throws {
        for filter in filterOut {
            try checkTopicFilter(filter)
        }
        guard !hidesRetained || !retainedOnly else { throw ValidationError("either -R or --retained-only, not both") }
        if let count, count < 1 { throw ValidationError("-C is at least 1") }
        let allowed = ProgramName.current.isLink ? Self.percentOfLinks : Self.percent
        guard randomFilter.map({ allowed.contains($0) }) ?? true else {
            throw ValidationError("--random-filter is a number from 0.1 to 100")
        }
    }

    func apply(to configuration: inout MQTTClientConfiguration) {
        guard let count, count < Self.smallCount else { return }
        configuration.receiveMaximum = min(configuration.receiveMaximum, UInt16(count))
    }

    func selection() throws -> MessageSelection {
        MessageSelection(
            hiddenTopics: try filterOut.map { try TopicMatcher($0) },
            hidesRetained: hidesRetained,
            retainedOnly: retainedOnly,
            share: (randomFilter ?? 100) / 100
        )
    }
}

/// Decides which messages are shown.
struct MessageSelection: Sendable {
    /// What becomes of a message.
    enum Verdict {
        case hide
        case show
        /// It is not retained where only retained ones are wanted: those that were are all there.
        case end
    }

    let hiddenTopics: [TopicMatcher]
    let hidesRetained: Bool
    let retainedOnly: Bool
    /// From 0 to 1: how many of all messages are shown.
    let share: Double

    func verdict(on message: ReceivedMessage) -> Verdict {
        if retainedOnly, !message.retain { return .end }
        if hidesRetained, message.retain { return .hide }
        if !hiddenTopics.isEmpty, hiddenTopics.contains(where: { $0.matches(message) }) { return .hide }
        return .show
    }

    /// Whether a message that may be shown belongs to the sample.
    func isChosen() -> Bool { share >= 1 || Double.random(in: 0..<1) < share }
}
