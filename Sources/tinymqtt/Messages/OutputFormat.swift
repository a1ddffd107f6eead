import NIOCore

/// How a message is written, as `-F` of mosquitto's clients says it; read once, applied to each message.
///
/// Three characters begin something: `%` what the message has, `@` a form of the receive time as in `strftime`, and `\` a
/// character that is hard to type. Between `%` and its letter there may be a flag (`0` pads with zeros, `-` aligns to the
/// left), a width, and behind a full stop a number that for text is the most bytes, for numbers with a fraction its digits,
/// and for a payload in hexadecimal the digits of a group; the character that then follows separates the groups.
struct OutputFormat: Sendable {
    /// Why a text is no format, in mosquitto's words.
    struct Problem: Error, Equatable {
        let text: String
    }

    /// What of a message is written.
    enum Field: Sendable, Hashable {
        case payload
        case hexadecimalPayload(isUppercase: Bool)
        /// The payload as a number with a fraction, in the byte order of this machine.
        case floatingPoint(byteCount: Int)
        case payloadLength
        case topic
        case packetIdentifier
        case qos
        case retain
        case topicAlias
        case contentType
        case correlationData
        case messageExpiryInterval
        case payloadFormatIndicator
        case userProperties
        case responseTopic
        case subscriptionIdentifier
        /// The receive time with its zone.
        case localTime
        /// The seconds since 1970, with nine decimals.
        case unixTime
        /// The message as JSON, and whether its payload is JSON in it, or a string.
        case json(embedsPayload: Bool)
    }

    /// In which room a field is written.
    struct Layout: Sendable, Hashable {
        /// The least bytes; of a payload the most, too. 0 stands for no width.
        var width = 0
        var isLeftAligned = false
        var padsWithZeros = false
        /// What stands behind the full stop.
        var precision: Int?
        /// What stands between the groups of digits.
        var separator = UInt8(ascii: " ")
    }

    /// One step in writing a message.
    enum Part: Sendable, Hashable {
        case bytes(ByteBuffer)
        case field(Field, Layout)
        /// The receive time in a form of `strftime`.
        case time(TimeForm)
        /// The nanoseconds of the receive time, nine digits.
        case nanoseconds
    }

    /// The largest width, and the largest number behind a full stop.
    static let maximumWidth = 65_535

    let parts: [Part]
    /// Whether one of the parts needs the properties of the message.
    let usesProperties: Bool
    /// Whether JSON is written in lines with indentation.
    let isPretty: Bool
    /// Whether a line feed follows each message.
    let endsLines: Bool

    /// Reads a format.
    ///
    /// - Parameters:
    ///   - isPretty: Whether `%j` and `%J` are written in lines with indentation.
    ///   - endsLines: Whether a line feed follows each message.
    init(_ text: String, isPretty: Bool = false, endsLines: Bool = true) throws(Problem) {
        var reader = OutputFormatReader(text)
        parts = try reader.parts()
        usesProperties = parts.contains { part in
            guard case .field(let field, _) = part else { return false }
            return field.usesProperties
        }
        self.isPretty = isPretty
        self.endsLines = endsLines
    }
}

extension OutputFormat.Field {
    /// The field that a letter stands for.
    init?(letter: UInt8) {
        switch letter {
        case UInt8(ascii: "p"): self = .payload
        case UInt8(ascii: "x"): self = .hexadecimalPayload(isUppercase: false)
        case UInt8(ascii: "X"): self = .hexadecimalPayload(isUppercase: true)
        case UInt8(ascii: "f"): self = .floatingPoint(byteCount: 4)
        case UInt8(ascii: "d"): self = .floatingPoint(byteCount: 8)
        case UInt8(ascii: "l"): self = .payloadLength
        case UInt8(ascii: "t"): self = .topic
        case UInt8(ascii: "m"): self = .packetIdentifier
        case UInt8(ascii: "q"): self = .qos
        case UInt8(ascii: "r"): self = .retain
        case UInt8(ascii: "A"): self = .topicAlias
        case UInt8(ascii: "C"): self = .contentType
        case UInt8(ascii: "D"): self = .correlationData
        case UInt8(ascii: "E"): self = .messageExpiryInterval
        case UInt8(ascii: "F"): self = .payloadFormatIndicator
        case UInt8(ascii: "P"): self = .userProperties
        case UInt8(ascii: "R"): self = .responseTopic
        case UInt8(ascii: "S"): self = .subscriptionIdentifier
        case UInt8(ascii: "I"): self = .localTime
        case UInt8(ascii: "U"): self = .unixTime
        case UInt8(ascii: "j"): self = .json(embedsPayload: false)
        case UInt8(ascii: "J"): self = .json(embedsPayload: true)
        default: return nil
        }
    }

    /// Whether it needs the properties of the message, which take time to read.
    fileprivate var usesProperties: Bool {
        switch self {
        case .payload, .hexadecimalPayload, .floatingPoint, .payloadLength, .topic, .packetIdentifier, .qos, .retain,
            .topicAlias, .localTime, .unixTime:
            false
        case .contentType, .correlationData, .messageExpiryInterval, .payloadFormatIndicator, .userProperties,
            .responseTopic, .subscriptionIdentifier, .json:
            true
        }
    }

    /// Whether it has groups of digits.
    var hasGroups: Bool {
        if case .hexadecimalPayload = self { true } else { false }
    }
}
