import ArgumentParser
import MQTT

/// What to subscribe to, and for how long.
struct SubscriptionOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic filter to subscribe to; may be given several times.", valueName: "filter"),
        completion: .topics
    )
    var topic: [String] = []

    @Option(
        name: .customLong("sub"),
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic filter with a QoS of its own; may be given several times.", valueName: "filter=qos")
    )
    var filtersWithQoS: [FilterWithQoS] = []

    @Option(
        name: [.short, .long],
        parsing: .unconditional,
        help: ArgumentHelp("The highest QoS at which messages arrive: 0, 1 or 2.", valueName: "qos")
    )
    var qos = QoS.atMostOnce

    @Option(
        name: [.customShort("U"), .long],
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A topic filter to unsubscribe from; may be given several times.", valueName: "filter")
    )
    var unsubscribe: [String] = []

    @Flag(name: .long, help: "Messages keep the retain flag with which they were published; MQTT 5.")
    var retainAsPublished = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp(
            "When to fetch retained messages: always, new (subscriptions) or never; MQTT 5.",
            valueName: "when"
        )
    )
    var retainHandling: RetainHandlingChoice?

    @Flag(name: [.customShort("E"), .long], help: "End as soon as the subscriptions are made.")
    var exitAfterSubscribing = false

    /// Checks that there is something to subscribe to, or to unsubscribe from.
    ///
    /// - Parameter url: The address in one word, which may have a topic filter.
    func check(_ url: BrokerURL?) throws {
        guard !topic.isEmpty || !filtersWithQoS.isEmpty || !unsubscribe.isEmpty || url != nil else {
            throw ValidationError("no topic; give one with -t, or one to unsubscribe from with -U")
        }
        for filter in topic + filtersWithQoS.map(\.filter) + unsubscribe + (url.map { [$0.topic] } ?? []) {
            try checkTopicFilter(filter)
        }
    }

    /// The subscriptions; version 3 knows no options.
    func subscriptions(_ url: BrokerURL?, version: ProtocolVersion, hidesRetained: Bool) throws -> [Subscription] {
        var handling = retainHandling?.handling ?? .always
        if hidesRetained { handling = .never }
        let wantsOptions = retainAsPublished || retainHandling != nil
        guard version == .v5_0 || !wantsOptions || ProgramName.current.isLink else {
            throw ValidationError("--retain-as-published and --retain-handling need MQTT 5; give -V 5")
        }
        let filters = topic.map { ($0, qos) } + filtersWithQoS.map { ($0.filter, $0.qos) }
        return (filters + (url.map { [($0.topic, qos)] } ?? [])).map { filter, qos in
            Subscription(
                filter,
                maximumQoS: qos,
                retainAsPublished: retainAsPublished && version == .v5_0,
                retainHandling: version == .v5_0 ? handling : .always
            )
        }
    }
}

/// A topic filter and the highest QoS for it, as `filter=qos`.
struct FilterWithQoS: ExpressibleByArgument {
    let filter: String
    let qos: QoS

    init?(argument: String) {
        guard let sign = argument.lastIndex(of: "="),
            let qos = QoS(argument: String(argument[argument.index(after: sign)...]))
        else { return nil }
        filter = String(argument[..<sign])
        self.qos = qos
    }
}

/// When a subscription fetches the messages that the broker has kept.
enum RetainHandlingChoice: String, ExpressibleByArgument, CaseIterable {
    case always
    case new
    case never

    var handling: Subscription.RetainHandling {
        switch self {
        case .always: .always
        case .new: .onlyIfNew
        case .never: .never
        }
    }
}

/// Checks a topic filter, before anything is connected.
func checkTopicFilter(_ filter: String) throws {
    guard ArgumentBytes.isText(filter) else { throw ValidationError("the topic filter \(filter) is not in UTF-8") }
    do throws(MQTTClientError) {
        _ = try TopicMatcher(filter)
    } catch {
        throw ValidationError(error.text)
    }
}
