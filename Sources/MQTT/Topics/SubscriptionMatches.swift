/// Who is to get a message, and how.
struct SubscriptionMatches: Sendable {
    /// One session that is to get the message, with what its matching subscriptions amount to.
    struct Delivery: Sendable {
        var session: SubscriptionIndex.Session
        /// The highest QoS of the matching subscriptions [MQTT-3.3.4-2].
        var maximumQoS: QoS
        /// Whether one of them keeps the RETAIN flag as it was published [MQTT-3.3.1-13].
        var retainAsPublished: Bool
        /// Whether the session's own messages stay away from it, by all of the matching subscriptions.
        var noLocal: Bool
        /// Whether some of the subscriptions have No Local and others do not.
        var isPartlyNoLocal: Bool
        /// Where the Subscription Identifiers of the matching subscriptions lie in `identifiers`.
        fileprivate(set) var firstIdentifier: UInt32 = 0
        fileprivate(set) var identifierCount: UInt32 = 0
    }

    /// Which group of shared subscriptions a message matched.
    struct GroupPlace: Sendable {
        let node: UInt32
        let index: Int
    }

    fileprivate(set) var deliveries: [Delivery] = []
    fileprivate(set) var groups: [GroupPlace] = []
    private var identifiers: [UInt32] = []

    var isEmpty: Bool { deliveries.isEmpty && groups.isEmpty }

    /// The Subscription Identifiers to send along with a delivery [MQTT-3.3.4-3], [MQTT-3.3.4-4].
    func subscriptionIdentifiers(of delivery: Delivery) -> [UInt32] {
        guard delivery.identifierCount > 0 else { return [] }
        let first = Int(delivery.firstIdentifier)
        return Array(identifiers[first..<first + Int(delivery.identifierCount)])
    }

    fileprivate mutating func appendIdentifiers(_ list: [UInt32], to delivery: Int) {
        deliveries[delivery].firstIdentifier = UInt32(identifiers.count)
        deliveries[delivery].identifierCount = UInt32(list.count)
        identifiers += list
    }
}

/// Gathers what one message matches, each session once.
struct SubscriptionMatcher {
    /// The place of a session's delivery, valid where `stamp` is that of this search.
    private struct Mark {
        var stamp: UInt64 = 0
        var delivery = 0
    }

    private var matches = SubscriptionMatches()
    private var marks: [Mark] = []
    private var stamp: UInt64 = 0
    /// Subscription Identifiers with the delivery that they belong to; few messages have any.
    private var identifiers: [(delivery: Int, identifier: UInt32)] = []

    mutating func begin() {
        matches = SubscriptionMatches()
        identifiers.removeAll(keepingCapacity: true)
        stamp += 1
    }

    mutating func add(_ subscriber: SubscriptionIndex.Subscriber, merging: Bool) {
        let session = Int(subscriber.session)
        if marks.count <= session {
            marks += Array(repeating: Mark(), count: session + 1 - marks.count)
        }
        let place: Int
        if merging, marks[session].stamp == stamp {
            place = marks[session].delivery
            merge(subscriber.options, into: &matches.deliveries[place])
        } else {
            place = matches.deliveries.count
            marks[session] = Mark(stamp: stamp, delivery: place)
            matches.deliveries.append(
                SubscriptionMatches.Delivery(
                    session: subscriber.session,
                    maximumQoS: subscriber.options.maximumQoS,
                    retainAsPublished: subscriber.options.retainAsPublished,
                    noLocal: subscriber.options.noLocal,
                    isPartlyNoLocal: false
                )
            )
        }
        if subscriber.identifier != 0 { identifiers.append((place, subscriber.identifier)) }
    }

    private func merge(_ options: SubscriptionOptions, into delivery: inout SubscriptionMatches.Delivery) {
        delivery.maximumQoS = max(delivery.maximumQoS, options.maximumQoS)
        delivery.retainAsPublished = delivery.retainAsPublished || options.retainAsPublished
        if delivery.noLocal != options.noLocal { delivery.isPartlyNoLocal = true }
        delivery.noLocal = delivery.noLocal && options.noLocal
    }

    mutating func addGroup(node: UInt32, index: Int) {
        matches.groups.append(SubscriptionMatches.GroupPlace(node: node, index: index))
    }

    mutating func finish() -> SubscriptionMatches {
        if !identifiers.isEmpty {
            // Stable, so that the identifiers of one delivery keep their order.
            var byDelivery: [Int: [UInt32]] = [:]
            for (delivery, identifier) in identifiers {
                byDelivery[delivery, default: []].append(identifier)
            }
            for (delivery, list) in byDelivery {
                matches.appendIdentifiers(list, to: delivery)
            }
        }
        defer { matches = SubscriptionMatches() }
        return matches
    }
}

/// Remembers what recent topics matched, until a subscription changes.
///
/// A topic has one place by its hash; two topics with the same place take turns in it.
struct SubscriptionCache {
    /// How many topics are remembered at most.
    static let maximumCount = 1_024
    /// The longest topic, in bytes, and the largest result, in sessions, that are remembered: they bound the memory.
    static let maximumTopicLength = 256
    static let maximumDeliveryCount = 512

    private struct Entry {
        var generation: UInt64
        var topic: [UInt8]
        var matches: SubscriptionMatches
    }

    private var entries: [Entry?] = []
    private let hasher = SeededHash()

    func find(_ topic: Span<UInt8>, generation: UInt64) -> SubscriptionMatches? {
        guard !entries.isEmpty, let entry = entries[place(of: topic)], entry.generation == generation,
            entry.topic.span.hasSameBytes(as: topic)
        else { return nil }
        return entry.matches
    }

    mutating func remember(_ matches: SubscriptionMatches, of topic: Span<UInt8>, generation: UInt64) {
        guard topic.count <= Self.maximumTopicLength, matches.deliveries.count <= Self.maximumDeliveryCount else {
            return
        }
        if entries.isEmpty { entries = Array(repeating: nil, count: Self.maximumCount) }
        entries[place(of: topic)] = Entry(
            generation: generation,
            topic: [UInt8](copying: topic),
            matches: matches
        )
    }

    private func place(of topic: Span<UInt8>) -> Int {
        Int(truncatingIfNeeded: hasher.hash(topic) >> 32) & (Self.maximumCount - 1)
    }
}
