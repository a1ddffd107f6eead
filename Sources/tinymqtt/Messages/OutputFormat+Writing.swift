import MQTT
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension OutputFormat {
    /// Adds a message.
    ///
    /// - Returns: What could not be written, each a line for standard error; the rest of the format is written all the
    ///   same, so that lines stay in step with messages.
    func append(_ message: ReceivedMessage, at time: ReceiveTime, to buffer: inout ByteBuffer) -> [String] {
        var problems: [String] = []
        let properties = usesProperties ? message.properties : MessageProperties()
        for index in parts.indices {
            switch parts[index] {
            case .bytes(let bytes): buffer.writeImmutableBuffer(bytes)
            case .time(let form): time.write(form, in: .local, to: &buffer)
            case .nanoseconds: time.writeFraction(digits: 9, to: &buffer)
            case .field(let field, let layout):
                let source = Source(message: message, properties: properties, time: time)
                if let problem = append(field, layout, of: source, to: &buffer) { problems.append(problem) }
            }
        }
        if endsLines { buffer.writeStaticString("\n") }
        return problems
    }

    /// What fields are taken from.
    private struct Source {
        let message: ReceivedMessage
        let properties: MessageProperties
        let time: ReceiveTime
    }

    /// Adds a field of the packet itself; returns what is wrong with it, where something is.
    private func append(
        _ field: Field,
        _ layout: Layout,
        of source: Source,
        to buffer: inout ByteBuffer
    ) -> String? {
        let message = source.message
        switch field {
        case .payload:
            layout.write(payload: message.payload, to: &buffer)
        case .hexadecimalPayload(let isUppercase):
            layout.write(hexadecimal: message.payload, isUppercase: isUppercase, to: &buffer)
        case .floatingPoint(let byteCount):
            return layout.write(floatingPoint: message.payload, byteCount: byteCount, to: &buffer)
                ? nil : Self.wrongSize(message, byteCount: byteCount)
        case .payloadLength:
            layout.write(number: message.payload.readableBytes, to: &buffer)
        case .topic:
            layout.write(text: message.topicBytes, to: &buffer)
        case .packetIdentifier:
            layout.write(number: Int(message.packetIdentifier), to: &buffer)
        case .qos:
            // Neither this nor the next one knows a width in mosquitto.
            buffer.writeInteger(UInt8(ascii: "0") + message.qos.rawValue)
        case .retain:
            buffer.writeStaticString(message.retain ? "1" : "0")
        case .localTime:
            layout.write(source.time, to: &buffer)
        case .unixTime:
            buffer.writeString(String(source.time.seconds))
            buffer.writeStaticString(".")
            source.time.writeFraction(digits: 9, to: &buffer)
        case .json(let embedsPayload):
            var json = JSONOutput(isPretty: isPretty)
            guard json.write(message, source.properties, at: source.time, embedsPayload: embedsPayload, to: &buffer)
            else {
                return "Message payload is not valid JSON on topic \(message.topic)."
            }
        case .topicAlias, .contentType, .correlationData, .messageExpiryInterval, .payloadFormatIndicator,
            .userProperties, .responseTopic, .subscriptionIdentifier:
            appendProperty(field, layout, of: source.properties, to: &buffer)
        }
        return nil
    }

    /// Adds a field of the properties; a property that is absent leaves its room empty.
    private func appendProperty(
        _ field: Field,
        _ layout: Layout,
        of properties: MessageProperties,
        to buffer: inout ByteBuffer
    ) {
        switch field {
        case .contentType:
            layout.write(text: ByteBuffer(string: properties.contentType ?? ""), to: &buffer)
        case .correlationData:
            if let data = properties.correlationData { buffer.writeImmutableBuffer(data) }
        case .messageExpiryInterval:
            layout.write(number: properties.messageExpiryInterval.map { Int($0) }, to: &buffer)
        case .payloadFormatIndicator:
            layout.write(number: properties.isText ? 1 : nil, to: &buffer)
        case .userProperties:
            for (index, property) in properties.userProperties.enumerated() {
                if index > 0 { buffer.writeStaticString(" ") }
                buffer.writeString(property.name)
                buffer.writeStaticString(":")
                buffer.writeString(property.value)
            }
        case .responseTopic:
            if let topic = properties.responseTopic { layout.write(text: ByteBuffer(string: topic), to: &buffer) }
        case .subscriptionIdentifier:
            layout.write(number: properties.subscriptionIdentifiers.first.map { Int($0) }, to: &buffer)
        case .topicAlias:
            // The library puts the topic in place of its alias before anybody sees the message.
            layout.write(number: nil, to: &buffer)
        case .payload, .hexadecimalPayload, .floatingPoint, .payloadLength, .topic, .packetIdentifier, .qos, .retain,
            .localTime, .unixTime, .json:
            break
        }
    }

    private static func wrongSize(_ message: ReceivedMessage, byteCount: Int) -> String {
        """
        The payload on topic \(message.topic) has \(message.payload.readableBytes) bytes; \
        %\(byteCount == 4 ? "f" : "d") prints one of \(byteCount) bytes.
        """
    }
}

extension OutputFormat.Layout {
    private static let space = UInt8(ascii: " ")
    private static let zero = UInt8(ascii: "0")
    /// The sign, the 309 digits of the largest number and the point.
    private static let longestWholePart = 311

    /// What fills the room of numbers and payloads.
    private var filler: UInt8 { padsWithZeros ? Self.zero : Self.space }

    /// Adds text, cut to the precision, in bytes; its room is filled with blanks.
    func write(text: ByteBuffer, to buffer: inout ByteBuffer) {
        let count = min(text.readableBytes, precision ?? .max)
        let room = max(0, width - count)
        if !isLeftAligned { buffer.writeRepeatingByte(Self.space, count: room) }
        buffer.writePrefix(of: text, count: count)
        if isLeftAligned { buffer.writeRepeatingByte(Self.space, count: room) }
    }

    /// Adds a time with its zone.
    func write(_ time: ReceiveTime, to buffer: inout ByteBuffer) {
        guard width > 0 || precision != nil else { return time.write(.zoned, in: .local, to: &buffer) }
        var text = ByteBuffer()
        time.write(.zoned, in: .local, to: &text)
        write(text: text, to: &buffer)
    }

    /// Adds a number, or only its room where there is none.
    func write(number: Int?, to buffer: inout ByteBuffer) {
        guard let number else {
            buffer.writeRepeatingByte(filler, count: width)
            return
        }
        let text = String(number)
        let room = max(0, width - text.utf8.count)
        if !isLeftAligned { buffer.writeRepeatingByte(filler, count: room) }
        buffer.writeString(text)
        if isLeftAligned { buffer.writeRepeatingByte(Self.space, count: room) }
    }

    /// Adds a payload as it is, cut to the width.
    func write(payload: ByteBuffer, to buffer: inout ByteBuffer) {
        guard width > 0 else {
            buffer.writeImmutableBuffer(payload)
            return
        }
        let count = min(payload.readableBytes, width)
        if !isLeftAligned { buffer.writeRepeatingByte(filler, count: width - count) }
        buffer.writePrefix(of: payload, count: count)
        if isLeftAligned { buffer.writeRepeatingByte(Self.space, count: width - count) }
    }

    /// Adds the digits of as many bytes of a payload as the width is, in groups where there is a precision. What fills
    /// the room on the left counts as digits; separators come on top of the width.
    func write(hexadecimal payload: ByteBuffer, isUppercase: Bool, to buffer: inout ByteBuffer) {
        let count = width > 0 ? min(payload.readableBytes, width) : payload.readableBytes
        let room = max(0, width - 2 * count)
        var digits = GroupedDigits(size: precision ?? 0, separator: separator)
        let letters = UInt8(ascii: isUppercase ? "A" : "a")
        let bytes = payload.readableBytesUInt8Span
        buffer.writeWithOutputRawSpan(minimumWritableBytes: 2 * (room + 2 * count)) { output in
            if !isLeftAligned {
                for _ in 0..<room {
                    digits.append(filler, to: &output)
                }
            }
            for index in 0..<count {
                digits.append(Self.digit(bytes[index] >> 4, letters), to: &output)
                digits.append(Self.digit(bytes[index] & 0x0F, letters), to: &output)
            }
            if count > 0 { digits.end(&output) }
        }
        if isLeftAligned { buffer.writeRepeatingByte(Self.space, count: room) }
    }

    private static func digit(_ value: UInt8, _ letters: UInt8) -> UInt8 {
        value < 10 ? zero + value : letters + value - 10
    }

    /// Adds a payload that is a number with a fraction; `false` where it has not so many bytes.
    func write(floatingPoint payload: ByteBuffer, byteCount: Int, to buffer: inout ByteBuffer) -> Bool {
        guard payload.readableBytes == byteCount else { return false }
        let number: Double
        if byteCount == 4 {
            let bits = payload.getInteger(at: payload.readerIndex, endianness: .host, as: UInt32.self)
            number = Double(Float(bitPattern: bits ?? 0))
        } else {
            let bits = payload.getInteger(at: payload.readerIndex, endianness: .host, as: UInt64.self)
            number = Double(bitPattern: bits ?? 0)
        }
        var flags = isLeftAligned ? "-" : ""
        if padsWithZeros, !isLeftAligned { flags += "0" }
        let digits = precision ?? 6
        buffer.write(
            number,
            form: "%\(flags)\(width > 0 ? String(width) : "").\(digits)f",
            atMost: width + digits + 320
        )
        return true
    }
}

/// Digits with a separator after each group of them.
private struct GroupedDigits {
    /// How many digits a group has; 0 where there are no groups.
    private let size: Int
    private let separator: UInt8
    /// How many are missing in the current group.
    private var missing: Int

    init(size: Int, separator: UInt8) {
        self.size = size
        self.separator = separator
        missing = size
    }

    mutating func append(_ digit: UInt8, to output: inout OutputRawSpan) {
        output.append(digit)
        guard size > 0 else { return }
        missing -= 1
        guard missing == 0 else { return }
        output.append(separator)
        missing = size
    }

    /// There is nothing that the last digit would be separated from.
    func end(_ output: inout OutputRawSpan) {
        if size > 0, missing == size { output.removeLast(1) }
    }
}

extension ByteBuffer {
    /// Adds the first bytes of another buffer, without making a buffer of them.
    mutating func writePrefix(of other: ByteBuffer, count: Int) {
        writeBytes(other.readableBytesSpan.extracting(0..<min(count, other.readableBytes)))
    }

    /// Adds a number in a form of `printf` that takes one number with a fraction.
    ///
    /// - Parameter length: How long the text can get; a longer one would be cut.
    mutating func write(_ number: Double, form: String, atMost length: Int) {
        // `vsnprintf` is told how much room there is, one byte of it for the zero at the end, and the form takes the one
        // argument that it is given.
        _ = unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: length + 1) { bytes in
            guard let text = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self) else { return 0 }
            let count = unsafe withVaList([number]) { unsafe vsnprintf(text, length + 1, form, $0) }
            return min(max(0, Int(count)), length)
        }
    }
}
