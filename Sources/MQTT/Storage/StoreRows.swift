/// What the columns of a row say, checked: what the store would not have written is an error, and never a trap.
extension Statement {
    /// A number of a certain type.
    func number<Number: FixedWidthInteger>(at column: Int32, _ name: StaticString) throws(StoreError) -> Number {
        guard let number = Number(exactly: integer(at: column)) else { throw damaged(name, "\(integer(at: column))") }
        return number
    }

    func optionalNumber<Number: FixedWidthInteger>(
        at column: Int32,
        _ name: StaticString
    ) throws(StoreError) -> Number? {
        isNull(at: column) ? nil : try number(at: column, name)
    }

    func flag(at column: Int32) -> Bool { integer(at: column) != 0 }

    func qos(at column: Int32) throws(StoreError) -> QoS {
        guard let qos = QoS(rawValue: try number(at: column, "QoS")) else {
            throw damaged("QoS", "\(integer(at: column))")
        }
        return qos
    }

    /// A string of MQTT. With a mount point before it, a Topic Filter may be longer than one in a packet.
    func utf8String(at column: Int32, _ name: StaticString) throws(StoreError) -> UTF8String {
        let bytes = bytes(at: column)
        guard bytes.count <= 2 * UTF8String.maximumLength, bytes.span.isWellFormedUTF8 else {
            throw damaged(name, "\(bytes.count) bytes that are too many, or no UTF-8")
        }
        return UTF8String(unchecked: bytes)
    }

    func optionalUTF8String(at column: Int32, _ name: StaticString) throws(StoreError) -> UTF8String? {
        isNull(at: column) ? nil : try utf8String(at: column, name)
    }

    /// The content of a message, which six columns in a row hold: `message_qos`, `message_retain`, `expires_at`,
    /// `topic`, `properties` and `payload`.
    func message(at column: Int32, _ moment: StoreMoment) throws(StoreError) -> StoredMessage {
        let qos = try qos(at: column)
        let retain = flag(at: column + 1)
        let expiry = optionalInteger(at: column + 2).map(moment.deadline)
        let message = withBytes(at: column + 3) { topic -> StoredMessage? in
            guard topic.count <= UTF8String.maximumLength else { return nil }
            return withBytes(at: column + 4) { properties in
                withBytes(at: column + 5) { payload in
                    StoredMessage(
                        topic: topic,
                        properties: properties,
                        payload: payload,
                        qos: qos,
                        retain: retain,
                        expiry: expiry
                    )
                }
            }
        }
        guard let message else { throw damaged("topic", "more than \(UTF8String.maximumLength) bytes") }
        return message
    }

    /// Binds such a content to six parameters in a row, by reference while `body` steps and resets.
    func withBound(
        _ message: StoredMessage,
        at index: Int32,
        _ moment: StoreMoment,
        _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        bind(Int64(message.qos.rawValue), at: index)
        bind(message.retain, at: index + 1)
        bind(optional: message.expiry.map(moment.wall), at: index + 2)
        // `body` inside the other two: all three are bound when it runs.
        try withBound(message.topic, as: .text, at: index + 3) { () throws(StoreError) in
            try withBound(message.forwardedProperties, as: .blob, at: index + 4) { () throws(StoreError) in
                try withBound(message.payload, as: .blob, at: index + 5, body)
            }
        }
    }

    /// The Subscription Identifiers of a delivery; the column is NULL where there are none.
    func bind(_ identifiers: [UInt32], at index: Int32) {
        guard !identifiers.isEmpty else { return bindNull(at: index) }
        let bytes = identifiers.flatMap { identifier in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: identifier >> $0) }
        }
        bind(bytes, as: .blob, at: index)
    }

    func subscriptionIdentifiers(at column: Int32) -> [UInt32] {
        guard !isNull(at: column) else { return [] }
        let bytes = bytes(at: column)
        return stride(from: 0, to: bytes.count - 3, by: 4).map { start in
            bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
    }
}
