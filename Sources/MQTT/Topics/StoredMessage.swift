import NIOCore

/// An Application Message that outlives the packet it came in: retained, queued or in flight.
///
/// The content is copied once, into memory of just its size, and shared by all that still owe the message to somebody;
/// the value itself is 24 bytes.
struct StoredMessage: Sendable {
    /// Topic Name, forwarded properties and payload, one after the other.
    private let bytes: [UInt8]
    /// When the message expires; in the distant future where it does not.
    private let deadline: NIODeadline
    private let propertiesLength: UInt32
    private let topicLength: UInt16
    /// The QoS with which the message was published.
    let qos: QoS
    /// The RETAIN flag with which the message was published.
    let retain: Bool

    init(
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        qos: QoS,
        retain: Bool,
        expiry: NIODeadline?
    ) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(topic.count + properties.count + payload.count)
        bytes.append(copying: topic)
        bytes.append(copying: properties)
        bytes.append(copying: payload)
        self.bytes = bytes
        topicLength = UInt16(topic.count)
        propertiesLength = UInt32(properties.count)
        self.qos = qos
        self.retain = retain
        deadline = expiry ?? .distantFuture
    }

    init(_ publish: borrowing Publish, expiry: NIODeadline?) {
        self.init(
            topic: publish.topic,
            properties: publish.forwardedProperties,
            payload: publish.payload,
            qos: publish.qos,
            retain: publish.retain,
            expiry: expiry
        )
    }

    /// The bytes that it counts with against limits.
    var size: Int { bytes.count }

    /// When the message expires; `nil` where it does not.
    var expiry: NIODeadline? { deadline == .distantFuture ? nil : deadline }

    var topic: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(0..<Int(topicLength)) }
    }

    /// The properties that are forwarded unaltered, as encoded.
    var forwardedProperties: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(Int(topicLength)..<Int(topicLength) + Int(propertiesLength)) }
    }

    var payload: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting((Int(topicLength) + Int(propertiesLength))...) }
    }

    /// Whether the message is not to be delivered any more [MQTT-3.3.2-5].
    func isExpired(now: NIODeadline) -> Bool {
        deadline <= now
    }

    /// The Message Expiry Interval to forward: what is left, in whole seconds, at least 1 [MQTT-3.3.2-6].
    func remainingExpiryInterval(now: NIODeadline) -> UInt32? {
        guard let expiry else { return nil }
        let seconds = ((expiry - now).nanoseconds + 999_999_999) / 1_000_000_000
        return UInt32(clamping: max(seconds, 1))
    }
}

extension [UInt8] {
    /// Appends the bytes of `span`.
    fileprivate mutating func append(copying span: Span<UInt8>) {
        // The pointer does not outlive the call, and the array copies what it points to.
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
