import NIOCore

/// Who gets a message (section 3.3.4).
extension Broker {
    /// Retains a message where it asks for that, and delivers it to every session that subscribes to its topic.
    ///
    /// - Parameter publisher: The session that published it, or whose Will it is; `nil` where that has ended.
    /// - Returns: Whether a subscription matched.
    mutating func route(
        _ publish: Publish,
        from publisher: SessionIndex?,
        now: NIODeadline,
        into effects: inout Effects
    ) -> Bool {
        let expiry = publish.messageExpiryInterval.map { now + .seconds(Int64($0)) }
        var message = RoutedMessage(publish, expiry: expiry)
        if publish.retain, configuration.retainAvailable {
            retained.store(message.stored)  // [MQTT-3.3.1-5], [MQTT-3.3.1-6]
        }
        var matches = subscriptions.matches(of: publish.topic)
        if let publisher,
            matches.deliveries.contains(where: { $0.isPartlyNoLocal && $0.session == publisher })
        {
            matches = subscriptions.matches(of: publish.topic, publishedBy: publisher)
        }
        guard !matches.isEmpty else { return false }
        shapes.begin()
        for delivery in matches.deliveries {
            if delivery.noLocal, delivery.session == publisher { continue }  // [MQTT-3.8.3-3]
            deliver(
                &message,
                to: delivery.session,
                maximumQoS: delivery.maximumQoS,
                retainAsPublished: delivery.retainAsPublished,
                subscriptionIdentifiers: matches.subscriptionIdentifiers(of: delivery),
                isOnly: matches.deliveries.count == 1,
                now: now,
                into: &effects
            )
        }
        for group in matches.groups {
            deliver(&message, toOneOf: group, now: now, into: &effects)
        }
        return true
    }

    /// Gives a message to one member of a group: the next whose Client is there, or else the next [MQTT-4.8.2-4].
    private mutating func deliver(
        _ message: inout RoutedMessage,
        toOneOf group: SubscriptionMatches.GroupPlace,
        now: NIODeadline,
        into effects: inout Effects
    ) {
        let memberCount = subscriptions.memberCount(of: group)
        var chosen = 0
        for distance in 0..<memberCount {
            guard let member = subscriptions.member(of: group, at: distance) else { continue }
            if sessions[member.session].connection != nil {
                chosen = distance
                break
            }
        }
        guard let member = subscriptions.member(of: group, at: chosen) else { return }
        subscriptions.passTurn(in: group, by: chosen)
        deliver(
            &message,
            to: member.session,
            maximumQoS: member.options.maximumQoS,
            retainAsPublished: member.options.retainAsPublished,
            subscriptionIdentifiers: member.identifier == 0 ? [] : [member.identifier],
            isOnly: true,
            now: now,
            into: &effects
        )
    }
}

/// A message on its way through the broker: the packet it came in and, once somebody must keep it, the stored form.
struct RoutedMessage {
    let publish: Publish
    let expiry: NIODeadline?
    private var storedMessage: StoredMessage?

    init(_ publish: Publish, expiry: NIODeadline?) {
        self.publish = publish
        self.expiry = expiry
    }

    /// The stored form; made once, however many keep it.
    var stored: StoredMessage {
        mutating get {
            if let storedMessage { return storedMessage }
            let message = StoredMessage(publish, expiry: expiry)
            storedMessage = message
            return message
        }
    }
}

/// The encoded forms of one message: receivers that get the same bytes share them, but for the Packet Identifier.
struct EncodedShapes {
    private var buffers = Array(repeating: ByteBuffer(), count: 16)
    private var identifierOffsets = Array(repeating: 0, count: 16)
    private var isEncoded: UInt16 = 0

    /// Begins with the next message: no form of it is there.
    mutating func begin() {
        isEncoded = 0
    }

    /// Which form a receiver gets: its version, the QoS and the RETAIN flag decide.
    static func shape(version: ProtocolVersion, qos: QoS, retain: Bool) -> Int {
        (version.hasProperties ? 8 : 0) | Int(qos.rawValue) << 1 | (retain ? 1 : 0)
    }

    /// The packet in the form `shape`, with where its Packet Identifier lies.
    mutating func encoded(
        _ shape: Int,
        _ header: Publish.Header,
        _ publish: Publish
    ) -> (packet: ByteBuffer, identifierOffset: Int) {
        if isEncoded & 1 << UInt16(shape) == 0 {
            isEncoded |= 1 << UInt16(shape)
            buffers[shape].clear()
            identifierOffsets[shape] = publish.encode(header, into: &buffers[shape])
        }
        return (buffers[shape], identifierOffsets[shape])
    }
}
