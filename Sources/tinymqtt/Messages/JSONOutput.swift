import MQTT
import NIOCore

/// Writes JSON byte by byte as mosquitto's clients do: in one line, or in lines that begin with a tabulator for each level.
///
/// Bytes that are no UTF-8 are passed on as they are, as there; what is strict about its strings is ``MessageLine``.
struct JSONOutput {
    private let isPretty: Bool
    /// In how many objects and arrays the next value lies.
    private var depth = 0
    /// Whether nothing stands yet in the innermost of them.
    private var isFirst = true

    init(isPretty: Bool) {
        self.isPretty = isPretty
    }

    /// Adds an object; `members` adds its members.
    mutating func object(to buffer: inout ByteBuffer, _ members: (inout Self, inout ByteBuffer) -> Void) {
        buffer.writeStaticString(isPretty ? "{\n" : "{")
        depth += 1
        isFirst = true
        members(&self, &buffer)
        depth -= 1
        if isPretty {
            if !isFirst { buffer.writeStaticString("\n") }
            buffer.writeRepeatingByte(UInt8(ascii: "\t"), count: depth)
        }
        buffer.writeStaticString("}")
        isFirst = false
    }

    /// Adds an array; `elements` adds its elements, each after `beginElement`.
    mutating func array(to buffer: inout ByteBuffer, _ elements: (inout Self, inout ByteBuffer) -> Void) {
        buffer.writeStaticString("[")
        depth += 1
        isFirst = true
        elements(&self, &buffer)
        depth -= 1
        buffer.writeStaticString("]")
        isFirst = false
    }

    /// Adds what stands before an element of an array.
    mutating func beginElement(_ buffer: inout ByteBuffer) {
        if !isFirst { buffer.writeStaticString(isPretty ? ", " : ",") }
        isFirst = false
    }

    /// Adds what stands before the value of a member of an object.
    mutating func beginMember(_ name: String, _ buffer: inout ByteBuffer) {
        if !isFirst { buffer.writeStaticString(isPretty ? ",\n" : ",") }
        isFirst = false
        if isPretty { buffer.writeRepeatingByte(UInt8(ascii: "\t"), count: depth) }
        buffer.writeJSONString(name)
        buffer.writeStaticString(isPretty ? ":\t" : ":")
    }

    /// Adds a member that is a string.
    mutating func member(_ name: String, _ text: String, _ buffer: inout ByteBuffer) {
        beginMember(name, &buffer)
        buffer.writeJSONString(text)
    }

    /// Adds a member that is a whole number.
    mutating func member(_ name: String, _ number: Int, _ buffer: inout ByteBuffer) {
        beginMember(name, &buffer)
        buffer.writeString(String(number))
    }

    /// Adds any value. Numbers are written anew, see ``JSONNumber``.
    mutating func value(_ value: JSONValue, to buffer: inout ByteBuffer) {
        switch value {
        case .null: buffer.writeStaticString("null")
        case .bool(let truth): buffer.writeString(truth ? "true" : "false")
        case .number(let text): JSONNumber.write(text, to: &buffer)
        case .string(let text): buffer.writeJSONString(text)
        case .array(let elements):
            array(to: &buffer) { output, buffer in
                for element in elements {
                    output.beginElement(&buffer)
                    output.value(element, to: &buffer)
                }
            }
        case .object(let members):
            object(to: &buffer) { output, buffer in
                for member in members {
                    output.beginMember(member.name, &buffer)
                    output.value(member.value, to: &buffer)
                }
            }
        }
    }
}

extension ByteBuffer {
    /// Adds text as a string of JSON; what needs no escape is copied in runs.
    mutating func writeJSONString(_ text: ByteBuffer) {
        let bytes = text.readableBytesUInt8Span
        let raw = text.readableBytesSpan
        writeStaticString("\"")
        var start = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard Self.needsJSONEscape(byte) else { continue }
            writeBytes(raw.extracting(start..<index))
            writeJSONEscape(byte)
            start = index + 1
        }
        writeBytes(raw.extracting(start..<bytes.count))
        writeStaticString("\"")
    }

    /// Adds text as a string of JSON.
    mutating func writeJSONString(_ text: String) {
        guard !text.utf8.contains(where: Self.needsJSONEscape) else {
            writeJSONString(ByteBuffer(string: text))
            return
        }
        writeStaticString("\"")
        writeString(text)
        writeStaticString("\"")
    }

    private static func needsJSONEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeJSONEscape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): writeStaticString("\\\"")
        case UInt8(ascii: "\\"): writeStaticString("\\\\")
        case 0x08: writeStaticString("\\b")
        case 0x09: writeStaticString("\\t")
        case 0x0A: writeStaticString("\\n")
        case 0x0C: writeStaticString("\\f")
        case 0x0D: writeStaticString("\\r")
        default:
            writeStaticString(byte < 0x10 ? "\\u000" : "\\u00")
            writeString(String(byte, radix: 16))
        }
    }
}

/// Numbers of JSON as mosquitto's clients write them anew: with 15 digits, or with 17 where 15 are not enough.
enum JSONNumber {
    /// Whole numbers of so many characters are the same in every form.
    private static let longestCopied = 15
    /// Longer than any number with 17 digits.
    private static let longest = 32

    /// Adds a number that is written as JSON has it; what is beyond all numbers becomes `null`.
    static func write(_ text: String, to buffer: inout ByteBuffer) {
        let isWhole = text.utf8.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }
        if isWhole, text.utf8.count <= longestCopied {
            buffer.writeString(text)
            return
        }
        guard let number = Double(text), number.isFinite else {
            buffer.writeStaticString("null")
            return
        }
        var short = ByteBuffer()
        short.write(number, form: "%1.15g", atMost: longest)
        if let read = Double(String(buffer: short)), isSame(number, read) {
            buffer.writeImmutableBuffer(short)
        } else {
            buffer.write(number, form: "%1.17g", atMost: longest)
        }
    }

    /// Whether two numbers differ by no more than the last digit of the larger one.
    private static func isSame(_ first: Double, _ second: Double) -> Bool {
        (first - second).magnitude <= max(first.magnitude, second.magnitude) * Double.ulpOfOne
    }
}
