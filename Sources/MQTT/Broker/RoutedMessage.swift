import NIOCore

/// A message on its way through the broker: the packet it came in and, once somebody must keep it, the stored form.
struct RoutedMessage {
    let publish: Publish
    let expiry: NIODeadline?
    private var storedMessage: StoredMessage?
    /// Its place among the messages of the batch that is to be stored, once it has one.
    var slot: UInt32?

    init(_ publish: consuming Publish, expiry: NIODeadline?) {
        self.publish = publish
        self.expiry = expiry
    }

    /// A message that a peer has passed on.
    init(_ stored: StoredMessage, now: NIODeadline) {
        var publish = Publish(
            topic: stored.topic,
            properties: stored.forwardedProperties,
            payload: stored.payload,
            qos: stored.qos,
            retain: stored.retain
        )
        publish.messageExpiryInterval = stored.remainingExpiryInterval(now: now)
        self.publish = publish
        expiry = stored.expiry
        storedMessage = stored
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

    /// The bytes that the message counts with against limits.
    var size: Int {
        let sizes = publish.sizes
        return sizes.topic + sizes.properties + sizes.payload
    }

    /// How a session gets the message that subscribes to it like this.
    ///
    /// - Parameter isUpgraded: Whether the message gets the QoS of the subscription, however low its own is.
    func terms(
        maximumQoS: QoS,
        isUpgraded: Bool,
        retainAsPublished: Bool,
        subscriptionIdentifiers: [UInt32]
    ) -> DeliveryTerms {
        DeliveryTerms(
            qos: isUpgraded ? maximumQoS : min(publish.qos, maximumQoS),  // [MQTT-3.8.4-8]
            retain: retainAsPublished && publish.retain,  // [MQTT-3.3.1-12], [MQTT-3.3.1-13]
            subscriptionIdentifiers: subscriptionIdentifiers
        )
    }

    /// How a session gets the message by what its matching subscriptions amount to.
    func terms(
        of delivery: SubscriptionMatches.Delivery,
        isUpgraded: Bool,
        subscriptionIdentifiers: [UInt32]
    ) -> DeliveryTerms {
        terms(
            maximumQoS: delivery.maximumQoS,
            isUpgraded: isUpgraded,
            retainAsPublished: delivery.retainAsPublished,
            subscriptionIdentifiers: subscriptionIdentifiers
        )
    }

    /// The message as it is kept for one session.
    mutating func delivery(_ terms: DeliveryTerms) -> ServerSession.Delivery {
        ServerSession.Delivery(
            message: stored,
            qos: terms.qos,
            retain: terms.retain,
            isReplay: false,
            subscriptionIdentifiers: terms.subscriptionIdentifiers
        )
    }
}

/// How one session gets a message: what the message says and what the session's subscriptions ask for, together.
struct DeliveryTerms {
    var qos: QoS
    let retain: Bool
    let subscriptionIdentifiers: [UInt32]
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

    /// Whether a message is in the form `shape` already.
    private func has(_ shape: Int) -> Bool { isEncoded & 1 << UInt16(shape) != 0 }

    /// Appends the message to what a connection gets, in the form `shape`.
    mutating func write(
        _ publish: Publish,
        _ shape: Int,
        header: @autoclosure () -> Publish.Header,
        packetIdentifier: UInt16,
        to connection: ConnectionIndex,
        in outbox: inout Outbox
    ) {
        if !has(shape) {
            isEncoded |= 1 << UInt16(shape)
            buffers[shape].clear()
            identifierOffsets[shape] = publish.encode(header(), into: &buffers[shape])
        }
        outbox.write(
            buffers[shape],
            packetIdentifier: packetIdentifier,
            at: identifierOffsets[shape],
            to: connection
        )
    }
}
