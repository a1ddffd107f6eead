import NIOCore

/// Walks through the text of an ``OutputFormat``.
struct OutputFormatReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = Array(text.utf8)
    }

    /// All parts; neighbours that are always the same are one.
    mutating func parts() throws(OutputFormat.Problem) -> [OutputFormat.Part] {
        var parts: [OutputFormat.Part] = []
        var bytes = ByteBuffer()
        while position < text.count {
            let byte = text[position]
            position += 1
            let part: OutputFormat.Part?
            switch byte {
            case UInt8(ascii: "%"): part = try field()
            case UInt8(ascii: "@"): part = try time()
            case UInt8(ascii: "\\"): part = .bytes(ByteBuffer(bytes: [try escape()]))
            default: part = .bytes(ByteBuffer(bytes: [byte]))
            }
            if case .bytes(let constant)? = part {
                bytes.writeImmutableBuffer(constant)
                continue
            }
            if bytes.readableBytes > 0 { parts.append(.bytes(bytes)) }
            bytes = ByteBuffer()
            if let part { parts.append(part) }
        }
        if bytes.readableBytes > 0 { parts.append(.bytes(bytes)) }
        return parts
    }

    /// The byte at the position, which has to be there.
    private func next(_ kind: String) throws(OutputFormat.Problem) -> UInt8 {
        guard position < text.count else { throw OutputFormat.Problem(text: "Incomplete \(kind) specifier.") }
        return text[position]
    }

    /// What stands at the position is not known.
    private func invalid(_ kind: String) -> OutputFormat.Problem {
        let character = String(decoding: text[position...], as: UTF8.self).prefix(1)
        return OutputFormat.Problem(text: "Invalid \(kind) specifier '\(character)'.")
    }

    private mutating func field() throws(OutputFormat.Problem) -> OutputFormat.Part {
        var layout = OutputFormat.Layout()
        if try next("format") == UInt8(ascii: "-") {
            layout.isLeftAligned = true
            position += 1
        }
        if try next("format") == UInt8(ascii: "0") {
            layout.padsWithZeros = true
            position += 1
        }
        layout.width = try number()
        if try next("format") == UInt8(ascii: ".") {
            position += 1
            layout.precision = try number()
        }
        if let separator = try separator(endsPrecision: layout.precision != nil) { layout.separator = separator }
        let letter = try next("format")
        if letter == UInt8(ascii: "%") {
            position += 1
            return .bytes(ByteBuffer(string: "%"))
        }
        guard let field = OutputFormat.Field(letter: letter) else { throw invalid("format") }
        position += 1
        return .field(field, layout)
    }

    /// A number, 0 where there is none.
    private mutating func number() throws(OutputFormat.Problem) -> Int {
        var number = 0
        while case let digit = try next("format"), 0x30...0x39 ~= digit {
            number = number * 10 + Int(digit - 0x30)
            guard number <= OutputFormat.maximumWidth else {
                throw OutputFormat.Problem(
                    text: "A number in a format is larger than \(OutputFormat.maximumWidth)."
                )
            }
            position += 1
        }
        return number
    }

    /// What separates groups of digits: any punctuation of ASCII but `%`, where a field with groups follows.
    ///
    /// - Parameter endsPrecision: Whether there is a precision before it, so that the field may be what is missing.
    private mutating func separator(endsPrecision: Bool) throws(OutputFormat.Problem) -> UInt8? {
        let byte = try next("format")
        switch byte {
        case UInt8(ascii: "%"): return nil
        case 0x20...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: break
        default: return nil
        }
        guard position + 1 < text.count else {
            throw endsPrecision ? OutputFormat.Problem(text: "Incomplete format specifier.") : invalid("format")
        }
        guard OutputFormat.Field(letter: text[position + 1])?.hasGroups == true else { throw invalid("format") }
        position += 1
        return byte
    }

    private mutating func time() throws(OutputFormat.Problem) -> OutputFormat.Part {
        let letter = try next("format")
        guard letter < 0x80 else { throw invalid("format") }
        position += 1
        switch letter {
        case UInt8(ascii: "@"): return .bytes(ByteBuffer(string: "@"))
        case UInt8(ascii: "N"): return .nanoseconds
        default: return .time(TimeForm("%" + String(Character(Unicode.Scalar(letter)))))
        }
    }

    private mutating func escape() throws(OutputFormat.Problem) -> UInt8 {
        let byte: UInt8
        switch try next("escape") {
        case UInt8(ascii: "\\"): byte = UInt8(ascii: "\\")
        case UInt8(ascii: "0"): byte = 0x00
        case UInt8(ascii: "a"): byte = 0x07
        case UInt8(ascii: "e"): byte = 0x1B
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "v"): byte = 0x0B
        default: throw invalid("escape")
        }
        position += 1
        return byte
    }
}
