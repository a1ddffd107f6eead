/// The Topic Aliases that the other side of a connection has given to topics (section 3.3.2.3.4).
///
/// They belong to the connection and end with it [MQTT-3.3.2-7].
struct IncomingTopicAliases {
    /// The largest alias that this side accepts; 0 where it accepts none.
    let maximum: UInt16
    private var topics: [UInt16: [UInt8]] = [:]

    init(maximum: UInt16) {
        self.maximum = maximum
    }

    /// Puts the Topic Name in place of an alias, and remembers the name where both are there [MQTT-3.3.2-12].
    mutating func resolve(_ publish: inout Publish) throws(MalformedPacket) {
        guard publish.topicAlias != 0 else { return }
        guard publish.topicAlias <= maximum else {
            // [MQTT-3.3.2-9], [MQTT-3.3.2-11]
            throw MalformedPacket("topic alias is above the maximum", reasonCode: .topicAliasInvalid)
        }
        if publish.topic.isEmpty {
            guard let topic = topics[publish.topicAlias] else {
                throw MalformedPacket.protocolError("topic alias that stands for no topic")
            }
            publish = publish.replacingTopic(with: topic.span)
        } else {
            topics[publish.topicAlias] = [UInt8](copying: publish.topic)
        }
        publish.topicAlias = 0
    }
}

/// The Topic Aliases that this side gives to the topics it sends: to the first ones, until they are used up.
struct OutgoingTopicAliases {
    /// The most that this side uses, however many the other side accepts: the list is searched from end to end.
    static let maximumCount = 16
    /// What the property takes in a packet, in bytes.
    private static let encodedLength = 3

    /// What to write in place of a topic.
    enum Form {
        /// The topic and no alias.
        case topic
        /// The topic, and the alias that stands for it from now on.
        case topicAndAlias(UInt16)
        /// Only the alias.
        case alias(UInt16)
    }

    private let maximum: Int
    private var hashes: [UInt64] = []
    private var topics: [[UInt8]] = []
    private let hasher = SeededHash()

    /// - Parameter maximum: The Topic Alias Maximum of the other side [MQTT-3.1.2-26], [MQTT-3.1.2-27].
    init(maximum: UInt16) {
        self.maximum = min(Int(maximum), Self.maximumCount)
    }

    var isUsed: Bool { maximum > 0 }

    /// - Parameter mayBegin: Whether a topic that has no alias yet may get one; the packet is longer that tells it.
    mutating func form(of topic: Span<UInt8>, mayBegin: Bool = true) -> Form {
        // An alias takes three bytes: in place of a topic as short as that it saves nothing.
        guard maximum > 0, topic.count > Self.encodedLength else { return .topic }
        let hash = hasher.hash(topic)
        for index in hashes.indices where hashes[index] == hash {
            let known = topics[index]
            if known.span.hasSameBytes(as: topic) { return .alias(UInt16(index + 1)) }
        }
        guard mayBegin, hashes.count < maximum else { return .topic }
        hashes.append(hash)
        topics.append([UInt8](copying: topic))
        return .topicAndAlias(UInt16(hashes.count))
    }
}
