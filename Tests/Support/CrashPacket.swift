import NIOCore

/// A packet as the clients of a crash trial read it.
///
/// Encoding and decoding are written here a second time, and only as far as those clients need them: a trial that shared
/// them with the broker would not notice what both get wrong.
enum CrashPacket: Equatable {
    /// What matters of a PUBLISH.
    struct Message: Equatable {
        var topic: String
        var payload: String
        var qos: UInt8
        var retain = false
        var duplicate = false
        /// 0 at QoS 0.
        var identifier: UInt16 = 0
    }

    /// The packets that answer a PUBLISH, or each other; each with the first half of its first byte.
    enum Answer: UInt8 {
        case puback = 4
        case pubrec = 5
        case pubrel = 6
        case pubcomp = 7
    }

    /// What is not MQTT as these clients know it.
    struct Unreadable: Error {
        let firstByte: UInt8
    }

    case connack(sessionPresent: Bool, reason: UInt8)
    case message(Message)
    case answer(Answer, identifier: UInt16, reason: UInt8)
    case suback(reasons: [UInt8])
    case disconnect(reason: UInt8)

    /// Which version of the protocol a client speaks.
    enum Version: UInt8 {
        case three = 4
        case five = 5
    }

    // MARK: Reading

    /// Reads the next packet; `nil` where its end has not been received.
    static func read(from buffer: inout ByteBuffer, _ version: Version) throws -> CrashPacket? {
        var ahead = buffer
        guard let firstByte = ahead.readInteger(as: UInt8.self), let length = try readLength(from: &ahead),
            var content = ahead.readSlice(length: length)
        else { return nil }
        buffer = ahead
        guard let packet = try read(firstByte, &content, version) else { throw Unreadable(firstByte: firstByte) }
        return packet
    }

    private static func readLength(from buffer: inout ByteBuffer) throws -> Int? {
        var length = 0
        for place in 0..<4 {
            guard let byte = buffer.readInteger(as: UInt8.self) else { return nil }
            length |= Int(byte & 0x7F) << (7 * place)
            if byte & 0x80 == 0 { return length }
        }
        throw Unreadable(firstByte: 0xFF)
    }

    private static func read(_ firstByte: UInt8, _ content: inout ByteBuffer, _ version: Version) throws -> CrashPacket?
    {
        if firstByte >> 4 == 3 { return try readMessage(firstByte, &content, version) }
        if let answer = Answer(rawValue: firstByte >> 4) {
            guard let identifier = content.readInteger(as: UInt16.self) else { return nil }
            return .answer(answer, identifier: identifier, reason: content.readInteger() ?? 0)
        }
        switch firstByte {
        case 0x20:
            guard let flags = content.readInteger(as: UInt8.self), let reason = content.readInteger(as: UInt8.self)
            else { return nil }
            return .connack(sessionPresent: flags == 1, reason: reason)
        case 0x90:
            content.moveReaderIndex(forwardBy: min(2, content.readableBytes))
            if version == .five { try skipProperties(&content) }
            return .suback(reasons: Array(content.readableBytesView))
        case 0xE0:
            return .disconnect(reason: content.readInteger() ?? 0)
        default:
            return nil  // a server sends nothing else to these clients
        }
    }

    private static func readMessage(
        _ firstByte: UInt8,
        _ content: inout ByteBuffer,
        _ version: Version
    ) throws -> CrashPacket? {
        let qos = firstByte >> 1 & 3
        guard let length = content.readInteger(as: UInt16.self), let topic = content.readString(length: Int(length)),
            let identifier = qos > 0 ? content.readInteger(as: UInt16.self) : 0
        else { return nil }
        if version == .five { try skipProperties(&content) }
        return .message(
            Message(
                topic: topic,
                payload: String(buffer: content),
                qos: qos,
                retain: firstByte & 1 != 0,
                duplicate: firstByte & 8 != 0,
                identifier: identifier
            )
        )
    }

    private static func skipProperties(_ content: inout ByteBuffer) throws {
        guard let length = try readLength(from: &content), length <= content.readableBytes else {
            throw Unreadable(firstByte: 0)
        }
        content.moveReaderIndex(forwardBy: length)
    }

    // MARK: Writing

    /// A CONNECT; the session of a lasting one is kept for an hour or longer.
    static func connect(
        _ clientIdentifier: String,
        isLasting: Bool,
        receiveMaximum: UInt16,
        _ version: Version
    ) -> ByteBuffer {
        packet(0x10) { content in
            write("MQTT", to: &content)
            content.writeInteger(version.rawValue)
            content.writeInteger(UInt8(isLasting ? 0 : 2))
            content.writeInteger(UInt16(0))  // no keep-alive
            if version == .five {
                var properties = ByteBuffer()
                properties.writeInteger(UInt8(0x21))  // Receive Maximum
                properties.writeInteger(receiveMaximum)
                if isLasting {
                    properties.writeInteger(UInt8(0x11))  // Session Expiry Interval
                    properties.writeInteger(UInt32(3_600))
                }
                content.writeInteger(UInt8(properties.readableBytes))
                content.writeImmutableBuffer(properties)
            }
            write(clientIdentifier, to: &content)
        }
    }

    static func publish(_ message: Message, _ version: Version) -> ByteBuffer {
        let flags = (message.duplicate ? 8 : 0) | message.qos << 1 | (message.retain ? 1 : 0)
        return packet(0x30 | flags) { content in
            write(message.topic, to: &content)
            if message.qos > 0 { content.writeInteger(message.identifier) }
            if version == .five { content.writeInteger(UInt8(0)) }
            content.writeString(message.payload)
        }
    }

    static func subscribe(_ topicFilter: String, qos: UInt8, _ version: Version) -> ByteBuffer {
        packet(0x82) { content in
            content.writeInteger(UInt16(1))
            if version == .five { content.writeInteger(UInt8(0)) }
            write(topicFilter, to: &content)
            content.writeInteger(qos)
        }
    }

    static func answer(_ answer: Answer, identifier: UInt16) -> ByteBuffer {
        // Two bytes mean success in both versions; PUBREL has a reserved flag set.
        packet(answer.rawValue << 4 | (answer == .pubrel ? 2 : 0)) { $0.writeInteger(identifier) }
    }

    static var disconnect: ByteBuffer { packet(0xE0) { _ in } }

    private static func write(_ text: String, to content: inout ByteBuffer) {
        content.writeInteger(UInt16(text.utf8.count))
        content.writeString(text)
    }

    private static func packet(_ firstByte: UInt8, _ fill: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var content = ByteBuffer()
        fill(&content)
        var packet = ByteBuffer()
        packet.writeInteger(firstByte)
        var rest = content.readableBytes
        repeat {
            packet.writeInteger(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        packet.writeImmutableBuffer(content)
        return packet
    }
}
