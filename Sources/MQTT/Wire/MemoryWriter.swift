import NIOCore

/// Writes the fields of one packet into memory of a known size.
///
/// It is for PUBLISH, the packet that is written most: through a `ByteBuffer` each field costs a look at who owns the
/// buffer and at its capacity, here one comparison. Safe, because every write is checked against the memory's end and
/// the writer cannot outlive the memory.
@safe
struct MemoryWriter: ~Copyable, ~Escapable {
    private let memory: UnsafeMutableRawBufferPointer
    /// How many bytes have been written.
    private(set) var offset = 0

    /// A writer to the beginning of `memory`, which must outlive it.
    @_lifetime(borrow memory)
    @unsafe init(_ memory: UnsafeMutableRawBufferPointer) {  // unsafe for the caller, who vouches for the memory
        // Only kept; what is written through it is checked there.
        unsafe self.memory = memory
    }

    /// Makes sure that `count` bytes more fit; a wrong length in the caller's sums traps here and writes nothing.
    @inline(__always)
    private mutating func advance(by count: Int) -> Int {
        let start = offset
        offset += count
        // Only the size is read.
        unsafe precondition(offset <= memory.count, "a packet is longer than was worked out")
        return start
    }

    mutating func writeByte(_ byte: UInt8) {
        let start = advance(by: 1)
        unsafe memory[start] = byte  // in bounds: `advance` has checked it
    }

    mutating func writeTwoByteInteger(_ value: UInt16) {
        let start = advance(by: 2)
        // In bounds: `advance` has checked it.
        unsafe memory.storeBytes(of: value.bigEndian, toByteOffset: start, as: UInt16.self)
    }

    /// Changes an integer that was written before.
    mutating func setTwoByteInteger(_ value: UInt16, at position: Int) {
        precondition(position >= 0 && position + 2 <= offset, "nothing was written there")
        // In bounds: what was written is.
        unsafe memory.storeBytes(of: value.bigEndian, toByteOffset: position, as: UInt16.self)
    }

    mutating func writeFourByteInteger(_ value: UInt32) {
        let start = advance(by: 4)
        // In bounds: `advance` has checked it.
        unsafe memory.storeBytes(of: value.bigEndian, toByteOffset: start, as: UInt32.self)
    }

    /// Writes one to four bytes, the fewest possible [MQTT-1.5.5-1].
    mutating func writeVariableByteInteger(_ value: Int) {
        var rest = value
        while rest >= 128 {
            writeByte(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        writeByte(UInt8(rest))
    }

    mutating func writeBytes(_ bytes: Span<UInt8>) {
        let start = advance(by: bytes.count)
        // Both sides have `count` bytes: `advance` has checked the memory's, and the span knows its own.
        unsafe bytes.withUnsafeBytes { source in
            let target = unsafe memory[start..<start + source.count]
            unsafe UnsafeMutableRawBufferPointer(rebasing: target).copyMemory(from: source)
        }
    }
}

extension ByteBuffer {
    /// Writes a packet, or as much of it as is to be written now, of `size` bytes: with one look at the buffer.
    mutating func writePacket(_ size: Int, _ write: (inout MemoryWriter) -> Void) {
        // The writer checks each step against the end of the memory that it was given, which lives for the length of the
        // call.
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: size) { memory in
            var writer = unsafe MemoryWriter(memory)
            write(&writer)
            return writer.offset
        }
    }
}
