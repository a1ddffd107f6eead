/// Reads the fields of one packet from its bytes, in place; every read is checked against the packet's end.
struct PacketReader: ~Escapable {
    let bytes: Span<UInt8>
    private(set) var position: Int
    let end: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, from position: Int = 0) {
        self.bytes = bytes
        self.position = position
        end = bytes.count
    }

    @_lifetime(copy bytes)
    private init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }
    var isAtEnd: Bool { position == end }

    mutating func readByte() throws(MalformedPacket) -> UInt8 {
        guard remaining >= 1 else { throw MalformedPacket("packet ends inside a field") }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func readTwoByteInteger() throws(MalformedPacket) -> UInt16 {
        guard remaining >= 2 else { throw MalformedPacket("packet ends inside a two byte integer") }
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }

    mutating func readFourByteInteger() throws(MalformedPacket) -> UInt32 {
        let upper = try readTwoByteInteger()
        let lower = try readTwoByteInteger()
        return UInt32(upper) << 16 | UInt32(lower)
    }

    mutating func readVariableByteInteger() throws(MalformedPacket) -> Int {
        var value = 0
        for index in 0..<VariableByteInteger.maximumLength {
            let byte = try readByte()
            value |= Int(byte & 0x7F) << (7 * index)
            if byte & 0x80 == 0 {
                guard index == 0 || byte != 0 else {
                    throw MalformedPacket("variable byte integer is longer than it needs to be")  // [MQTT-1.5.5-1]
                }
                return value
            }
        }
        throw MalformedPacket("variable byte integer of more than four bytes")
    }

    /// A Packet Identifier, which is never 0 [MQTT-2.2.1-3].
    mutating func readPacketIdentifier() throws(MalformedPacket) -> UInt16 {
        let identifier = try readTwoByteInteger()
        guard identifier != 0 else { throw MalformedPacket.protocolError("packet identifier is 0") }
        return identifier
    }

    /// Binary Data: where it lies in `bytes`.
    mutating func readBinaryDataRange() throws(MalformedPacket) -> Range<Int> {
        let length = Int(try readTwoByteInteger())
        guard remaining >= length else { throw MalformedPacket("packet ends inside a string or binary data") }
        defer { position += length }
        return position..<position + length
    }

    /// A UTF-8 Encoded String: where it lies in `bytes`, validated.
    mutating func readUTF8StringRange() throws(MalformedPacket) -> Range<Int> {
        let range = try readBinaryDataRange()
        guard bytes.extracting(range).isWellFormedUTF8 else {
            throw MalformedPacket("string is not well-formed UTF-8 or holds U+0000")  // [MQTT-1.5.4-1], [MQTT-1.5.4-2]
        }
        return range
    }

    mutating func readBinaryData() throws(MalformedPacket) -> [UInt8] {
        copy(try readBinaryDataRange())
    }

    mutating func readUTF8String() throws(MalformedPacket) -> UTF8String {
        UTF8String(unchecked: copy(try readUTF8StringRange()))
    }

    /// All that is left.
    mutating func readRemaining() -> [UInt8] {
        defer { position = end }
        return copy(position..<end)
    }

    /// Takes the next `length` bytes as a packet of their own.
    @_lifetime(copy self)
    mutating func readNested(length: Int) throws(MalformedPacket) -> PacketReader {
        guard remaining >= length else { throw MalformedPacket("properties are longer than the packet") }
        let nested = PacketReader(bytes, position..<position + length)
        position += length
        return nested
    }

    func copy(_ range: Range<Int>) -> [UInt8] {
        [UInt8](copying: bytes.extracting(range))
    }

    func expectEnd() throws(MalformedPacket) {
        guard isAtEnd else { throw MalformedPacket("bytes after the end of the packet's content") }
    }
}

extension [UInt8] {
    /// An array with the bytes of `span`.
    init(copying span: Span<UInt8>) {
        // The pointer does not outlive the call, and `Array` copies what it points to.
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
