import NIOCore

/// An Application Message that outlives the packet it came in: retained, queued or in flight.
///
/// The content is copied once, into memory of just its size, and shared by all that still owe the message to somebody.
/// All that is known of it lies there too, so that the value itself is one reference: what is kept for each receiver is
/// small, and to hand it on counts one owner.
struct StoredMessage: Sendable {
    /// The fields that `Field` names; then Topic Name, forwarded properties and payload, one after the other.
    private let bytes: [UInt8]

    /// Where in `bytes` each field begins; integers are big-endian.
    private enum Field {
        /// When the message expires; in the distant future where it does not.
        static let deadline = 0
        static let propertiesLength = 8
        static let topicLength = 12
        static let qos = 14
        static let retain = 15
        /// Where the Topic Name begins.
        static let end = 16
    }

    init(
        topic: Span<UInt8>,
        properties: Span<UInt8>,
        payload: Span<UInt8>,
        qos: QoS,
        retain: Bool,
        expiry: NIODeadline?
    ) {
        let deadline = (expiry ?? .distantFuture).uptimeNanoseconds
        let size = Field.end + topic.count + properties.count + payload.count
        // The writer checks each step against the end of the memory that it was given, which lives for the length of the
        // call, and what it says it has written is initialised.
        bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { memory, count in
            var writer = unsafe MemoryWriter(UnsafeMutableRawBufferPointer(memory))
            writer.writeFourByteInteger(UInt32(truncatingIfNeeded: deadline >> 32))
            writer.writeFourByteInteger(UInt32(truncatingIfNeeded: deadline))
            writer.writeFourByteInteger(UInt32(properties.count))
            writer.writeTwoByteInteger(UInt16(topic.count))
            writer.writeByte(qos.rawValue)
            writer.writeByte(retain ? 1 : 0)
            writer.writeBytes(topic)
            writer.writeBytes(properties)
            writer.writeBytes(payload)
            count = writer.offset
        }
    }

    /// The integer that lies at `offset`.
    private func integer<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        // Every pattern of bits is an integer, and the span checks the bounds.
        unsafe Value(bigEndian: bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// The QoS with which the message was published.
    var qos: QoS {
        guard let qos = QoS(rawValue: bytes[Field.qos]) else { preconditionFailure("it was written from a QoS") }
        return qos
    }

    /// The RETAIN flag with which the message was published.
    var retain: Bool { bytes[Field.retain] != 0 }

    private var deadline: NIODeadline { .uptimeNanoseconds(integer(at: Field.deadline, as: UInt64.self)) }

    /// Where the properties and the payload begin.
    private var propertiesStart: Int { Field.end + Int(integer(at: Field.topicLength, as: UInt16.self)) }
    private var payloadStart: Int { propertiesStart + Int(integer(at: Field.propertiesLength, as: UInt32.self)) }

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
    var size: Int { bytes.count - Field.end }

    /// When the message expires; `nil` where it does not.
    var expiry: NIODeadline? { deadline == .distantFuture ? nil : deadline }

    var topic: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(Field.end..<propertiesStart) }
    }

    /// The properties that are forwarded unaltered, as encoded.
    var forwardedProperties: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(propertiesStart..<payloadStart) }
    }

    var payload: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(payloadStart...) }
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
