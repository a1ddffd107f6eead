import NIOCore

/// The fields that packets are made of, written to the end of a buffer. Integers are big-endian (sections
/// 1.5.2 and 1.5.3), as `writeInteger` has them by default.
extension ByteBuffer {
    /// Writes one to four bytes, the fewest possible [MQTT-1.5.5-1].
    mutating func writeVariableByteInteger(_ value: Int) {
        precondition(
            0...VariableByteInteger.maximum ~= value,
            "\(value) does not fit a variable byte integer; the caller checks packet sizes"
        )
        var rest = value
        repeat {
            let byte = UInt8(rest & 0x7F)
            rest >>= 7
            writeInteger(rest > 0 ? byte | 0x80 : byte)
        } while rest > 0
    }

    mutating func writeUTF8String(_ string: UTF8String) {
        writeInteger(UInt16(string.count))
        writeBytes(string.bytes)
    }

    mutating func writeBinaryData(_ data: [UInt8]) {
        writeInteger(UInt16(data.count))
        writeBytes(data)
    }

    mutating func writeBytes(_ bytes: Span<UInt8>) {
        // The raw view is unsafe for types with padding; bytes have none.
        unsafe writeBytes(bytes.bytes)
    }

    /// Writes the fixed header of a packet whose content has `remainingLength` bytes, and makes room for the content.
    mutating func writeFixedHeader(_ firstByte: UInt8, remainingLength: Int) {
        reserveCapacity(minimumWritableBytes: 5 + remainingLength)
        writeInteger(firstByte)
        writeVariableByteInteger(remainingLength)
    }
}
