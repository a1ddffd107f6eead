import NIOCore

/// An Application Message that outlives the packet it came in: retained, queued or in flight.
///
/// The content is copied once, into memory of just its size, and shared by all that still owe the message to somebody.
/// All that is known of it lies there too, so that the value itself is one reference: what is kept for each receiver is
/// small, and to hand it on counts one owner.
struct StoredMessage: Sendable {
    /// A `Header`; then Topic Name, forwarded properties and payload, one after the other.
    private let bytes: [UInt8]

    /// What is known of a message beside its bytes: sixteen bytes of integers, without a gap, so that any are one.
    private struct Header: BitwiseCopyable {
        /// When the message expires; in the distant future where it does not.
        let deadline: UInt64
        let propertiesLength: UInt32
        let topicLength: UInt16
        let qos: UInt8
        let retain: UInt8

        static let size = 16

        var propertiesStart: Int { Self.size + Int(topicLength) }
        var payloadStart: Int { propertiesStart + Int(propertiesLength) }
    }

    init(
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        qos: QoS,
        retain: Bool,
        expiry: NIODeadline?
    ) {
        let header = Header(
            deadline: (expiry ?? .distantFuture).uptimeNanoseconds,
            propertiesLength: UInt32(properties.count),
            topicLength: UInt16(topic.count),
            qos: qos.rawValue,
            retain: retain ? 1 : 0
        )
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Header.size + topic.count + properties.count + payload.count)
        // The pointers do not outlive the calls; the memory of the header has no gap that were not initialised.
        unsafe withUnsafeBytes(of: header) { header in
            unsafe header.withMemoryRebound(to: UInt8.self) { unsafe bytes.append(contentsOf: $0) }
        }
        bytes.append(copying: topic)
        bytes.append(copying: properties)
        bytes.append(copying: payload)
        self.bytes = bytes
    }

    private var header: Header {
        // Any bytes are a header, and the span checks the bounds.
        unsafe bytes.span.bytes.unsafeLoadUnaligned(as: Header.self)
    }

    /// The QoS with which the message was published.
    var qos: QoS {
        guard let qos = QoS(rawValue: header.qos) else { preconditionFailure("it was written from a QoS") }
        return qos
    }

    /// The RETAIN flag with which the message was published.
    var retain: Bool { header.retain != 0 }

    private var deadline: NIODeadline { .uptimeNanoseconds(header.deadline) }

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
    var size: Int { bytes.count - Header.size }

    /// When the message expires; `nil` where it does not.
    var expiry: NIODeadline? { deadline == .distantFuture ? nil : deadline }

    var topic: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(Header.size..<header.propertiesStart) }
    }

    /// The properties that are forwarded unaltered, as encoded.
    var forwardedProperties: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(header.propertiesStart..<header.payloadStart) }
    }

    var payload: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(header.payloadStart...) }
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
