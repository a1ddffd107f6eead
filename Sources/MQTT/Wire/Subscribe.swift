import NIOCore

/// SUBSCRIBE: a Client asks for messages (section 3.8).
struct Subscribe: Sendable, Equatable {
    var packetIdentifier: UInt16
    var properties = Properties()
    /// At least one, in the order in which SUBACK answers them.
    var subscriptions: [Subscription]

    /// A Topic Filter, and how the Client wants what matches it.
    struct Subscription: Sendable, Equatable {
        var topicFilter: UTF8String
        var options: SubscriptionOptions
    }

    init(packetIdentifier: UInt16, properties: Properties = Properties(), subscriptions: [Subscription]) {
        self.packetIdentifier = packetIdentifier
        self.properties = properties
        self.subscriptions = subscriptions
    }

    init(from reader: inout PacketReader, version: ProtocolVersion) throws(MalformedPacket) {
        packetIdentifier = try reader.readPacketIdentifier()
        properties = version.hasProperties ? try Properties(from: &reader, in: .subscribe) : Properties()
        subscriptions = []
        while !reader.isAtEnd {
            let filter = try reader.readUTF8String()  // [MQTT-3.8.3-1]
            guard filter.bytes.span.isValidTopicFilter else {
                throw MalformedPacket("topic filter is empty or has a wildcard in the wrong place")
            }
            let options = try SubscriptionOptions(byte: try reader.readByte(), version: version)
            if options.noLocal, filter.bytes.starts(with: SharedSubscription.prefix) {
                throw MalformedPacket.protocolError("no local on a shared subscription")  // [MQTT-3.8.3-4]
            }
            subscriptions.append(Subscription(topicFilter: filter, options: options))
        }
        guard !subscriptions.isEmpty else {
            throw MalformedPacket.protocolError("SUBSCRIBE without a topic filter")  // [MQTT-3.8.3-2]
        }
    }

    func encode(into buffer: inout ByteBuffer, version: ProtocolVersion) {
        var length = 2 + (version.hasProperties ? properties.encodedLength : 0)
        for subscription in subscriptions {
            length += 2 + subscription.topicFilter.count + 1
        }
        buffer.writeFixedHeader(ControlPacketType.subscribe.firstByte, remainingLength: length)
        buffer.writeInteger(packetIdentifier)
        if version.hasProperties { properties.write(to: &buffer) }
        for subscription in subscriptions {
            buffer.writeUTF8String(subscription.topicFilter)
            buffer.writeInteger(subscription.options.byte(version: version))
        }
    }
}

/// How the messages of a subscription are delivered (section 3.8.3.1).
struct SubscriptionOptions: Sendable, Hashable {
    /// The highest QoS at which the Server delivers.
    var maximumQoS: QoS
    /// Whether the subscriber's own messages stay away from it [MQTT-3.8.3-3].
    var noLocal = false
    /// Whether forwarded messages keep the RETAIN flag with which they were published.
    var retainAsPublished = false
    /// Which retained messages a SUBSCRIBE fetches.
    var retainHandling = RetainHandling.always

    /// When a SUBSCRIBE fetches the retained messages (section 3.8.3.1).
    enum RetainHandling: UInt8, Sendable {
        /// At every SUBSCRIBE [MQTT-3.3.1-9].
        case always = 0
        /// Only where there was no such subscription yet [MQTT-3.3.1-10].
        case onlyIfNew = 1
        /// Never [MQTT-3.3.1-11].
        case never = 2
    }

    init(
        maximumQoS: QoS,
        noLocal: Bool = false,
        retainAsPublished: Bool = false,
        retainHandling: RetainHandling = .always
    ) {
        self.maximumQoS = maximumQoS
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.retainHandling = retainHandling
    }

    init(byte: UInt8, version: ProtocolVersion) throws(MalformedPacket) {
        guard let qos = QoS(rawValue: byte & 0b11) else {
            // Version 5.0 calls it a Protocol Error (section 3.8.3.1).
            throw version.hasProperties
                ? MalformedPacket.protocolError("maximum QoS is 3") : MalformedPacket("requested QoS is 3")
        }
        maximumQoS = qos
        guard version.hasProperties else {
            guard byte & 0b1111_1100 == 0 else {
                throw MalformedPacket("reserved bits beside the requested QoS are set")  // [MQTT-3-8.3-4] of 3.1.1
            }
            return
        }
        guard byte & 0b1100_0000 == 0 else {
            throw MalformedPacket("reserved bits of the subscription options are set")  // [MQTT-3.8.3-5]
        }
        guard let handling = RetainHandling(rawValue: byte >> 4 & 0b11) else {
            throw MalformedPacket.protocolError("retain handling is 3")
        }
        noLocal = byte & 0b0100 != 0
        retainAsPublished = byte & 0b1000 != 0
        retainHandling = handling
    }

    func byte(version: ProtocolVersion) -> UInt8 {
        guard version.hasProperties else { return maximumQoS.rawValue }
        return maximumQoS.rawValue | (noLocal ? 0b0100 : 0) | (retainAsPublished ? 0b1000 : 0)
            | retainHandling.rawValue << 4
    }
}

/// What marks a Topic Filter as a Shared Subscription (section 4.8.2).
enum SharedSubscription {
    /// `$share/`
    static let prefix = Array("$share/".utf8)
}
