import NIOCore

/// PUBLISH: an Application Message on its way (section 3.3).
///
/// Topic Name, properties and payload stay where they were received and are only pointed at: a message that is passed on
/// at once is never copied into values of its own. `bytes` shares the memory of everything that one read returned, so
/// whoever keeps a message for longer copies it (see `StoredMessage`).
struct Publish: Sendable {
    /// The content of the packet, or what was composed in its place; the ranges below lie in it.
    private(set) var bytes: ByteBuffer
    private var topicStart: UInt32
    private var topicLength: UInt32
    private var propertiesStart: UInt32
    private var propertiesLength: UInt32
    private var payloadStart: UInt32

    var qos: QoS
    var retain: Bool
    /// Whether this may be the second attempt to deliver the message [MQTT-3.3.1-1].
    var duplicate: Bool
    /// 0 at QoS 0, where there is none [MQTT-2.2.1-2].
    var packetIdentifier: UInt16
    /// The number that stands for the Topic Name on this connection; 0 where there is none.
    var topicAlias: UInt16 = 0
    /// The lifetime of the message in seconds; `nil` where it does not expire.
    var messageExpiryInterval: UInt32?
    /// The identifiers of the subscriptions that the message matched; only towards a Client [MQTT-3.3.4-6].
    var subscriptionIdentifiers: [UInt32] = []

    /// A message composed from its parts.
    ///
    /// - Parameter properties: The properties that a Server forwards unaltered, encoded one after the other: without
    ///   Topic Alias, Message Expiry Interval and Subscription Identifiers, which are fields of their own.
    init(
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        duplicate: Bool = false,
        packetIdentifier: UInt16 = 0
    ) {
        bytes = ByteBuffer()
        bytes.reserveCapacity(topic.count + properties.count + payload.count)
        bytes.writeBytes(topic)
        bytes.writeBytes(properties)
        bytes.writeBytes(payload)
        topicStart = 0
        topicLength = UInt32(topic.count)
        propertiesStart = topicLength
        propertiesLength = UInt32(properties.count)
        payloadStart = propertiesStart + propertiesLength
        self.qos = qos
        self.retain = retain
        self.duplicate = duplicate
        self.packetIdentifier = packetIdentifier
    }

    /// The Topic Name; empty where only the Topic Alias was sent.
    var topic: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            bytes.readableBytesUInt8Span.extracting(Int(topicStart)..<Int(topicStart + topicLength))
        }
    }

    /// The properties that are forwarded unaltered, as encoded [MQTT-3.3.2-4], [MQTT-3.3.2-15],
    /// [MQTT-3.3.2-16], [MQTT-3.3.2-17], [MQTT-3.3.2-18], [MQTT-3.3.2-20].
    var forwardedProperties: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            bytes.readableBytesUInt8Span.extracting(
                Int(propertiesStart)..<Int(propertiesStart + propertiesLength)
            )
        }
    }

    var payload: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get {
            bytes.readableBytesUInt8Span.extracting(Int(payloadStart)...)
        }
    }

    /// How many bytes the parts have.
    var sizes: (topic: Int, properties: Int, payload: Int) {
        (Int(topicLength), Int(propertiesLength), bytes.readableBytes - Int(payloadStart))
    }

    /// The Topic Name as a buffer that shares the memory of the packet.
    var topicBuffer: ByteBuffer {
        var buffer = bytes
        buffer.moveReaderIndex(forwardBy: Int(topicStart))
        return buffer.readSlice(length: Int(topicLength)) ?? ByteBuffer()
    }

    /// The payload as a buffer that shares the memory of the packet.
    var payloadBuffer: ByteBuffer {
        var buffer = bytes
        buffer.moveReaderIndex(forwardBy: Int(payloadStart))
        return buffer
    }

    /// The same message with `topic` in place of its own.
    func replacingTopic(with topic: Span<UInt8>) -> Publish {
        var publish = Publish(topic: topic, properties: forwardedProperties, payload: payload)
        publish.qos = qos
        publish.retain = retain
        publish.duplicate = duplicate
        publish.packetIdentifier = packetIdentifier
        publish.topicAlias = topicAlias
        publish.messageExpiryInterval = messageExpiryInterval
        publish.subscriptionIdentifiers = subscriptionIdentifiers
        return publish
    }
}

// MARK: - Decoding

extension Publish {
    private enum Flag {
        static let retain: UInt8 = 0b0001
        static let duplicate: UInt8 = 0b1000
        static let qosShift: UInt8 = 1
    }

    /// Decodes the packet whose content is `content`.
    init(
        flags: UInt8,
        content: consuming ByteBuffer,
        version: ProtocolVersion
    ) throws(MalformedPacket) {
        guard let qos = QoS(rawValue: flags >> Flag.qosShift & 0b11) else {
            throw MalformedPacket("QoS is 3")  // [MQTT-3.3.1-4]
        }
        duplicate = flags & Flag.duplicate != 0
        guard !duplicate || qos != .atMostOnce || version == .v3_1 else {
            throw MalformedPacket("DUP is set at QoS 0")  // [MQTT-3.3.1-2]
        }
        self.qos = qos
        retain = flags & Flag.retain != 0

        let buffer = content
        var reader = PacketReader(buffer.readableBytesUInt8Span)
        let topicRange = try reader.readUTF8StringRange()  // [MQTT-3.3.2-1]
        packetIdentifier = qos == .atMostOnce ? 0 : try reader.readPacketIdentifier()
        var propertiesRange = reader.position..<reader.position
        if version.hasProperties {
            let length = try reader.readVariableByteInteger()
            propertiesRange = reader.position..<reader.position + length
            if length > 0 {
                (topicAlias, messageExpiryInterval, subscriptionIdentifiers) =
                    try Self.readProperties(try reader.readNested(length: length))
            }
        }
        try Self.checkTopic(reader.bytes.extracting(topicRange), topicAlias: topicAlias, version: version)
        bytes = buffer
        topicStart = UInt32(topicRange.lowerBound)
        topicLength = UInt32(topicRange.count)
        propertiesStart = UInt32(propertiesRange.lowerBound)
        propertiesLength = UInt32(propertiesRange.count)
        payloadStart = UInt32(reader.position)
        if topicAlias != 0 || messageExpiryInterval != nil || !subscriptionIdentifiers.isEmpty {
            leaveForwardedProperties()
        }
    }

    private static func checkTopic(
        _ topic: Span<UInt8>,
        topicAlias: UInt16,
        version: ProtocolVersion
    ) throws(MalformedPacket) {
        guard topic.isEmpty else {
            guard topic.isValidTopicName else {
                // [MQTT-3.3.2-2]
                throw MalformedPacket("topic name has a wildcard", reasonCode: .topicNameInvalid)
            }
            return
        }
        guard topicAlias != 0 else {
            throw version.hasProperties
                ? MalformedPacket.protocolError("empty topic name without a topic alias")
                : MalformedPacket("topic name is empty")  // [MQTT-4.7.3-1]
        }
    }

    /// Checks the properties and returns those that are not forwarded as they are.
    private static func readProperties(
        _ reader: consuming PacketReader
    ) throws(MalformedPacket) -> (topicAlias: UInt16, messageExpiryInterval: UInt32?, identifiers: [UInt32]) {
        var scanner = PropertyScanner(reader, in: .publish)
        var topicAlias: UInt16 = 0
        var messageExpiryInterval: UInt32?
        var identifiers: [UInt32] = []
        while let identifier = try scanner.next() {
            switch identifier {
            case .topicAlias: topicAlias = UInt16(scanner.integer)
            case .messageExpiryInterval: messageExpiryInterval = scanner.integer
            case .subscriptionIdentifier: identifiers.append(scanner.integer)
            default: break  // forwarded as it is
            }
        }
        return (topicAlias, messageExpiryInterval, identifiers)
    }

    /// Composes the message again without the properties that became fields.
    private mutating func leaveForwardedProperties() {
        var kept: [UInt8] = []
        do {
            let reader = PacketReader(forwardedProperties)
            var scanner = PropertyScanner(reader, in: .publish)
            // The properties were read without an error before; they are read the same way again.
            while case .some(let identifier) = try? scanner.next() {
                switch identifier {
                case .topicAlias, .messageExpiryInterval, .subscriptionIdentifier: continue
                default: kept += [UInt8](copying: forwardedProperties.extracting(scanner.start..<scanner.position))
                }
            }
        }
        let composed = Publish(topic: topic, properties: kept.span, payload: payload)
        bytes = composed.bytes
        topicStart = composed.topicStart
        propertiesStart = composed.propertiesStart
        propertiesLength = composed.propertiesLength
        payloadStart = composed.payloadStart
    }
}

// MARK: - Encoding

extension Publish {
    /// What varies between the copies of a message that different receivers get.
    struct Header {
        var version: ProtocolVersion
        var qos: QoS
        var retain: Bool
        var duplicate = false
        /// 0 at QoS 0.
        var packetIdentifier: UInt16 = 0
        var topicAlias: UInt16 = 0
        var messageExpiryInterval: UInt32?
        var subscriptionIdentifiers: [UInt32] = []

        init(version: ProtocolVersion, qos: QoS, retain: Bool) {
            self.version = version
            self.qos = qos
            self.retain = retain
        }

        fileprivate var firstByte: UInt8 {
            ControlPacketType.publish.rawValue << 4 | (duplicate ? Flag.duplicate : 0)
                | qos.rawValue << Flag.qosShift | (retain ? Flag.retain : 0)
        }

        /// The bytes of the properties that this header adds to the forwarded ones.
        fileprivate var addedPropertiesLength: Int {
            var length = (topicAlias != 0 ? 3 : 0) + (messageExpiryInterval != nil ? 5 : 0)
            for identifier in subscriptionIdentifiers {
                length += 1 + VariableByteInteger.encodedLength(of: Int(identifier))
            }
            return length
        }

        /// The Remaining Length of a packet with this header.
        func remainingLength(topicCount: Int, propertiesCount: Int, payloadCount: Int) -> Int {
            var length = 2 + topicCount + (qos == .atMostOnce ? 0 : 2) + payloadCount
            if version.hasProperties {
                let propertiesLength = propertiesCount + addedPropertiesLength
                length += VariableByteInteger.encodedLength(of: propertiesLength) + propertiesLength
            }
            return length
        }

        /// The size of the whole packet in bytes, which the Maximum Packet Size bounds.
        func packetSize(topicCount: Int, propertiesCount: Int, payloadCount: Int) -> Int {
            let length = remainingLength(
                topicCount: topicCount,
                propertiesCount: propertiesCount,
                payloadCount: payloadCount
            )
            return 1 + VariableByteInteger.encodedLength(of: length) + length
        }
    }

    /// Writes the packet of a message at the end of `buffer`.
    ///
    /// - Parameter count: How many bytes of payload are to follow, which somebody else writes.
    /// - Returns: Where the Packet Identifier lies, counted from the packet's first byte, so that copies of the packet
    ///   can be given others; 0 at QoS 0.
    @discardableResult
    static func encode(
        _ header: Header,
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        followedBy count: Int = 0,
        into buffer: inout ByteBuffer
    ) -> Int {
        let propertiesCount = header.version.hasProperties ? properties.count : 0
        let remainingLength = header.remainingLength(
            topicCount: topic.count,
            propertiesCount: propertiesCount,
            payloadCount: payload.count + count
        )
        let packetSize = 1 + VariableByteInteger.encodedLength(of: remainingLength) + remainingLength - count
        var identifierOffset = 0
        buffer.writePacket(packetSize) { writer in
            writer.writeByte(header.firstByte)
            writer.writeVariableByteInteger(remainingLength)
            writer.writeTwoByteInteger(UInt16(topic.count))
            writer.writeBytes(topic)
            if header.qos != .atMostOnce {
                identifierOffset = writer.offset
                writer.writeTwoByteInteger(header.packetIdentifier)
            }
            if header.version.hasProperties {
                writer.writeVariableByteInteger(propertiesCount + header.addedPropertiesLength)
                header.writeAddedProperties(to: &writer)
                writer.writeBytes(properties)
            }
            writer.writeBytes(payload)
        }
        return identifierOffset
    }

    /// Writes the packet of this message with another header.
    @discardableResult
    func encode(_ header: Header, into buffer: inout ByteBuffer) -> Int {
        // One look at the buffer for all three parts.
        let content = bytes.readableBytesUInt8Span
        return Self.encode(
            header,
            topic: content.extracting(Int(topicStart)..<Int(topicStart + topicLength)),
            properties: content.extracting(Int(propertiesStart)..<Int(propertiesStart + propertiesLength)),
            payload: content.extracting(Int(payloadStart)...),
            into: &buffer
        )
    }

    /// Writes the packet of this message with another header, but for its payload, which is to follow.
    func encodeBeginning(_ header: Header, into buffer: inout ByteBuffer) {
        let content = bytes.readableBytesUInt8Span
        Self.encode(
            header,
            topic: content.extracting(Int(topicStart)..<Int(topicStart + topicLength)),
            properties: content.extracting(Int(propertiesStart)..<Int(propertiesStart + propertiesLength)),
            payload: content.extracting(0..<0),
            followedBy: sizes.payload,
            into: &buffer
        )
    }

    /// Whether to keep the memory of the packet keeps hardly more than the payload.
    var fillsItsMemory: Bool { 2 * sizes.payload >= bytes.storageCapacity }

    /// Writes this packet, for `version`.
    func encode(into buffer: inout ByteBuffer, version: ProtocolVersion) {
        var header = Header(version: version, qos: qos, retain: retain)
        header.duplicate = duplicate
        header.packetIdentifier = packetIdentifier
        header.topicAlias = topicAlias
        header.messageExpiryInterval = messageExpiryInterval
        header.subscriptionIdentifiers = subscriptionIdentifiers
        encode(header, into: &buffer)
    }
}

extension Publish.Header {
    fileprivate func writeAddedProperties(to writer: inout MemoryWriter) {
        if topicAlias != 0 {
            writer.writeByte(PropertyIdentifier.topicAlias.rawValue)
            writer.writeTwoByteInteger(topicAlias)
        }
        if let messageExpiryInterval {
            writer.writeByte(PropertyIdentifier.messageExpiryInterval.rawValue)
            writer.writeFourByteInteger(messageExpiryInterval)
        }
        for identifier in subscriptionIdentifiers {
            writer.writeByte(PropertyIdentifier.subscriptionIdentifier.rawValue)
            writer.writeVariableByteInteger(Int(identifier))
        }
    }
}

extension Publish: Equatable {
    /// Whether the packets say the same, wherever their bytes lie.
    static func == (lhs: Publish, rhs: Publish) -> Bool {
        lhs.qos == rhs.qos && lhs.retain == rhs.retain && lhs.duplicate == rhs.duplicate
            && lhs.packetIdentifier == rhs.packetIdentifier && lhs.topicAlias == rhs.topicAlias
            && lhs.messageExpiryInterval == rhs.messageExpiryInterval
            && lhs.subscriptionIdentifiers == rhs.subscriptionIdentifiers
            && lhs.topic.hasSameBytes(as: rhs.topic)
            && lhs.forwardedProperties.hasSameBytes(as: rhs.forwardedProperties)
            && lhs.payload.hasSameBytes(as: rhs.payload)
    }
}
