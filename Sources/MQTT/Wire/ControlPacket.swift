import NIOCore

/// An MQTT Control Packet (section 2.1): what one side says to the other.
enum ControlPacket: Sendable, Equatable {
    case connect(Connect)
    case connack(Connack)
    case publish(Publish)
    case puback(Acknowledgement)
    case pubrec(Acknowledgement)
    case pubrel(Acknowledgement)
    case pubcomp(Acknowledgement)
    case subscribe(Subscribe)
    case suback(SubscriptionAcknowledgement)
    case unsubscribe(Unsubscribe)
    case unsuback(SubscriptionAcknowledgement)
    case pingreq
    case pingresp
    case disconnect(Disconnect)
    case auth(Auth)

    var type: ControlPacketType {
        switch self {
        case .connect: .connect
        case .connack: .connack
        case .publish: .publish
        case .puback: .puback
        case .pubrec: .pubrec
        case .pubrel: .pubrel
        case .pubcomp: .pubcomp
        case .subscribe: .subscribe
        case .suback: .suback
        case .unsubscribe: .unsubscribe
        case .unsuback: .unsuback
        case .pingreq: .pingreq
        case .pingresp: .pingresp
        case .disconnect: .disconnect
        case .auth: .auth
        }
    }

    /// Decodes the packet with the fixed header `header` and the content `content`, but for PUBLISH: that points at its
    /// content, and so is made by `Publish` from a buffer.
    ///
    /// - Parameter version: The version of the connection; a CONNECT names its own.
    init(
        _ header: FixedHeader,
        content: Span<UInt8>,
        version: ProtocolVersion
    ) throws(MalformedPacket) {
        var reader = PacketReader(content)
        switch header.type {
        case .connect: self = .connect(try Connect(from: &reader))
        case .connack: self = .connack(try Connack(from: &reader, version: version))
        case .puback: self = .puback(try Acknowledgement(.puback, from: &reader, version: version))
        case .pubrec: self = .pubrec(try Acknowledgement(.pubrec, from: &reader, version: version))
        case .pubrel: self = .pubrel(try Acknowledgement(.pubrel, from: &reader, version: version))
        case .pubcomp: self = .pubcomp(try Acknowledgement(.pubcomp, from: &reader, version: version))
        case .subscribe: self = .subscribe(try Subscribe(from: &reader, version: version))
        case .suback: self = .suback(try SubscriptionAcknowledgement(.suback, from: &reader, version: version))
        case .unsubscribe: self = .unsubscribe(try Unsubscribe(from: &reader, version: version))
        case .unsuback: self = .unsuback(try SubscriptionAcknowledgement(.unsuback, from: &reader, version: version))
        case .pingreq:
            try reader.expectEnd()
            self = .pingreq
        case .pingresp:
            try reader.expectEnd()
            self = .pingresp
        case .disconnect: self = .disconnect(try Disconnect(from: &reader, version: version))
        case .auth:
            guard version.hasProperties else { throw MalformedPacket("AUTH before version 5.0") }
            self = .auth(try Auth(from: &reader))
        case .publish: preconditionFailure("PUBLISH is decoded from a buffer")
        }
    }

    /// Writes the packet at the end of `buffer`, for `version`.
    func encode(into buffer: inout ByteBuffer, version: ProtocolVersion) {
        switch self {
        case .connect(let packet): packet.encode(into: &buffer)
        case .connack(let packet): packet.encode(into: &buffer, version: version)
        case .publish(let packet): packet.encode(into: &buffer, version: version)
        case .puback(let packet): packet.encode(.puback, into: &buffer, version: version)
        case .pubrec(let packet): packet.encode(.pubrec, into: &buffer, version: version)
        case .pubrel(let packet): packet.encode(.pubrel, into: &buffer, version: version)
        case .pubcomp(let packet): packet.encode(.pubcomp, into: &buffer, version: version)
        case .subscribe(let packet): packet.encode(into: &buffer, version: version)
        case .suback(let packet): packet.encode(.suback, into: &buffer, version: version)
        case .unsubscribe(let packet): packet.encode(into: &buffer, version: version)
        case .unsuback(let packet): packet.encode(.unsuback, into: &buffer, version: version)
        case .pingreq: buffer.writeFixedHeader(ControlPacketType.pingreq.firstByte, remainingLength: 0)
        case .pingresp: buffer.writeFixedHeader(ControlPacketType.pingresp.firstByte, remainingLength: 0)
        case .disconnect(let packet): packet.encode(into: &buffer, version: version)
        case .auth(let packet): packet.encode(into: &buffer)
        }
    }
}
