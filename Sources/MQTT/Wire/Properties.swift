import NIOCore

/// The properties of one packet, in the order in which they were given or received (section 2.2.2).
///
/// An empty list takes no memory of its own. A PUBLISH on the broker's hot path never becomes one of these: there the
/// bytes are checked where they lie and forwarded (see `PropertyScanner`).
struct Properties: Sendable, Hashable {
    /// A property with its value.
    struct Property: Sendable, Hashable {
        let identifier: PropertyIdentifier
        let value: Value
    }

    /// What a property says, in the type that its identifier has on the wire.
    enum Value: Sendable, Hashable {
        /// The value of every numeric type, whatever its length on the wire.
        case integer(UInt32)
        case string(UTF8String)
        case binaryData([UInt8])
        case stringPair(UTF8String, UTF8String)
    }

    private(set) var list: [Property] = []

    var isEmpty: Bool { list.isEmpty }

    mutating func append(_ identifier: PropertyIdentifier, _ value: Value) {
        list.append(Property(identifier: identifier, value: value))
    }

    mutating func removeAll(_ identifier: PropertyIdentifier) {
        list.removeAll { $0.identifier == identifier }
    }

    /// The integer value of `identifier`, where it is present.
    subscript(integer identifier: PropertyIdentifier) -> UInt32? {
        get {
            for property in list where property.identifier == identifier {
                if case .integer(let value) = property.value { return value }
            }
            return nil
        }
        set { replace(identifier, with: newValue.map { .integer($0) }) }
    }

    subscript(string identifier: PropertyIdentifier) -> UTF8String? {
        get {
            for property in list where property.identifier == identifier {
                if case .string(let value) = property.value { return value }
            }
            return nil
        }
        set { replace(identifier, with: newValue.map { .string($0) }) }
    }

    subscript(binaryData identifier: PropertyIdentifier) -> [UInt8]? {
        get {
            for property in list where property.identifier == identifier {
                if case .binaryData(let value) = property.value { return value }
            }
            return nil
        }
        set { replace(identifier, with: newValue.map { .binaryData($0) }) }
    }

    /// The User Properties in their order, which a receiver must keep [MQTT-3.3.2-18].
    var userProperties: [(name: UTF8String, value: UTF8String)] {
        list.compactMap { property in
            guard case .stringPair(let name, let value) = property.value else { return nil }
            return (name, value)
        }
    }

    mutating func appendUserProperty(name: UTF8String, value: UTF8String) {
        append(.userProperty, .stringPair(name, value))
    }

    private mutating func replace(_ identifier: PropertyIdentifier, with value: Value?) {
        removeAll(identifier)
        if let value { append(identifier, value) }
    }
}

// MARK: - Decoding

extension Properties {
    /// Reads the Property Length and the properties of a packet of type `packetType`.
    init(from reader: inout PacketReader, in packetType: ControlPacketTypes) throws(MalformedPacket) {
        let length = try reader.readVariableByteInteger()
        var scanner = PropertyScanner(try reader.readNested(length: length), in: packetType)
        while let identifier = try scanner.next() {
            append(identifier, scanner.value)
        }
        if self[binaryData: .authenticationData] != nil, self[string: .authenticationMethod] == nil {
            throw MalformedPacket.protocolError("authentication data without an authentication method")
        }
    }
}

/// Walks the properties of a packet where they lie and checks each against the table.
struct PropertyScanner: ~Escapable {
    private var reader: PacketReader
    private let packetType: ControlPacketTypes
    /// One bit for each identifier seen so far; identifiers are below 64.
    private var seen: UInt64 = 0
    /// The value of the property that `next` returned, where it is a number.
    private(set) var integer: UInt32 = 0
    /// Where that property begins, identifier included.
    private(set) var start: Int
    /// Where its value lies, where it is a string or binary data; of a pair the name.
    private(set) var range: Range<Int> = 0..<0
    private var secondRange: Range<Int> = 0..<0
    private var valueType = PropertyIdentifier.ValueType.flag

    @_lifetime(copy reader)
    init(_ reader: consuming PacketReader, in packetType: ControlPacketTypes) {
        start = reader.position
        self.reader = reader
        self.packetType = packetType
    }

    /// Where the property after this one begins.
    var position: Int { reader.position }

    /// Reads the next property; `nil` at the end.
    mutating func next() throws(MalformedPacket) -> PropertyIdentifier? {
        guard !reader.isAtEnd else { return nil }
        start = reader.position
        // All identifiers are below 128, so that the Variable Byte Integer they are written as is one byte.
        guard let identifier = PropertyIdentifier(rawValue: try reader.readByte()) else {
            throw MalformedPacket("unknown property")
        }
        guard !identifier.packetTypes.isDisjoint(with: packetType) else {
            throw MalformedPacket("property that this packet may not have")  // section 2.2.2.2
        }
        let bit: UInt64 = 1 << UInt64(identifier.rawValue)
        guard seen & bit == 0 || !identifier.repeatableIn.isDisjoint(with: packetType) else {
            throw MalformedPacket.protocolError("property appears more than once")
        }
        seen |= bit
        try readValue(of: identifier)
        return identifier
    }

    private mutating func readValue(of identifier: PropertyIdentifier) throws(MalformedPacket) {
        valueType = identifier.valueType
        switch valueType {
        case .flag:
            integer = UInt32(try reader.readByte())
            guard integer <= 1 else { throw MalformedPacket.protocolError("property value is neither 0 nor 1") }
        case .twoByteInteger:
            integer = UInt32(try reader.readTwoByteInteger())
        case .positiveTwoByteInteger:
            integer = UInt32(try reader.readTwoByteInteger())
            guard integer != 0 else {
                if identifier == .topicAlias {
                    throw MalformedPacket("topic alias is 0", reasonCode: .topicAliasInvalid)  // [MQTT-3.3.2-8]
                }
                throw MalformedPacket.protocolError("property value is 0")
            }
        case .fourByteInteger:
            integer = try reader.readFourByteInteger()
        case .positiveFourByteInteger:
            integer = try reader.readFourByteInteger()
            guard integer != 0 else { throw MalformedPacket.protocolError("property value is 0") }
        case .positiveVariableByteInteger:
            integer = UInt32(try reader.readVariableByteInteger())
            guard integer != 0 else { throw MalformedPacket.protocolError("subscription identifier is 0") }
        case .utf8String:
            range = try reader.readUTF8StringRange()
            if identifier == .responseTopic, !reader.bytes.extracting(range).isValidTopicName {
                // [MQTT-3.3.2-14]
                throw MalformedPacket.protocolError("response topic is empty or has a wildcard")
            }
        case .binaryData:
            range = try reader.readBinaryDataRange()
        case .utf8StringPair:
            range = try reader.readUTF8StringRange()
            secondRange = try reader.readUTF8StringRange()
        }
    }

    /// The value of the property that `next` returned, copied.
    var value: Properties.Value {
        switch valueType {
        case .flag, .twoByteInteger, .positiveTwoByteInteger, .fourByteInteger, .positiveFourByteInteger,
            .positiveVariableByteInteger:
            .integer(integer)
        case .utf8String: .string(UTF8String(unchecked: reader.copy(range)))
        case .binaryData: .binaryData(reader.copy(range))
        case .utf8StringPair:
            .stringPair(
                UTF8String(unchecked: reader.copy(range)),
                UTF8String(unchecked: reader.copy(secondRange))
            )
        }
    }
}

// MARK: - Encoding

extension Properties.Property {
    /// The bytes it takes on the wire, identifier included.
    var encodedLength: Int {
        switch (identifier.valueType, value) {
        case (.flag, _): 2
        case (.twoByteInteger, _), (.positiveTwoByteInteger, _): 3
        case (.fourByteInteger, _), (.positiveFourByteInteger, _): 5
        case (_, .integer(let integer)): 1 + VariableByteInteger.encodedLength(of: Int(integer))
        case (_, .string(let string)): 3 + string.count
        case (_, .binaryData(let data)): 3 + data.count
        case (_, .stringPair(let name, let value)): 5 + name.count + value.count
        }
    }

    fileprivate func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(identifier.rawValue)
        switch value {
        case .integer(let integer):
            switch identifier.valueType {
            case .flag: buffer.writeInteger(UInt8(truncatingIfNeeded: integer))
            case .twoByteInteger, .positiveTwoByteInteger:
                buffer.writeInteger(UInt16(truncatingIfNeeded: integer))
            case .fourByteInteger, .positiveFourByteInteger: buffer.writeInteger(integer)
            case .positiveVariableByteInteger: buffer.writeVariableByteInteger(Int(integer))
            case .utf8String, .binaryData, .utf8StringPair:
                preconditionFailure("property \(identifier) was given a number")
            }
        case .string(let string): buffer.writeUTF8String(string)
        case .binaryData(let data): buffer.writeBinaryData(data)
        case .stringPair(let name, let value):
            buffer.writeUTF8String(name)
            buffer.writeUTF8String(value)
        }
    }
}

extension Properties {
    /// The bytes of all properties, without the Property Length before them.
    var contentLength: Int { list.reduce(0) { $0 + $1.encodedLength } }

    /// The bytes of all properties with the Property Length before them [MQTT-2.2.2-1].
    var encodedLength: Int {
        let length = contentLength
        return VariableByteInteger.encodedLength(of: length) + length
    }

    /// All properties encoded one after the other, without the Property Length.
    var encodedContent: [UInt8] {
        var buffer = ByteBuffer()
        for property in list {
            property.write(to: &buffer)
        }
        return [UInt8](copying: buffer.readableBytesUInt8Span)
    }

    /// Writes the Property Length, also when it is 0 [MQTT-2.2.2-1], and the properties.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeVariableByteInteger(contentLength)
        for property in list {
            property.write(to: &buffer)
        }
    }
}
