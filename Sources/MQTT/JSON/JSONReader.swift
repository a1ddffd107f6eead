/// Walks through a JSON text (RFC 8259).
///
/// It builds no tree: who reads says what it wants of each object, and skips the rest. ``JSONValue`` is the tree, for
/// those who do not know what comes. Nesting has a bound, so that a
/// text of brackets only does not use up the stack.
struct JSONReader {
    /// Why a text is not read on.
    struct Problem: Error, Equatable {
        let text: String

        /// What is wrong, and before which byte, counted from 0.
        init(_ text: String, at position: Int) {
            self.text = "\(text) at byte \(position)"
        }
    }

    /// How many arrays and objects lie in each other at most.
    static let deepest = 32

    private let bytes: [UInt8]
    /// How many bytes have been read.
    private(set) var position = 0
    private var depth = 0

    /// - Throws: where the bytes are not UTF-8.
    init(_ bytes: [UInt8]) throws(Problem) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Problem("no UTF-8", at: 0) }
        self.bytes = bytes
    }

    /// The next byte that is no white space; `nil` at the end.
    private mutating func peek() -> UInt8? {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
            position += 1
        }
        return position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private func problem(_ text: String) -> Problem { Problem(text, at: position) }

    /// Nothing may follow.
    mutating func end() throws(Problem) {
        guard peek() == nil else { throw problem("text behind the end") }
    }

    /// Reads an object. `body` reads or skips the value of each member.
    mutating func object(_ body: (inout Self, _ name: String) throws(Problem) -> Void) throws(Problem) {
        try list(from: UInt8(ascii: "{"), to: UInt8(ascii: "}"), "object") { (reader) throws(Problem) in
            let name = try reader.string()
            guard reader.take(UInt8(ascii: ":")) else { throw reader.problem("no colon") }
            try body(&reader, name)
        }
    }

    /// Reads an array. `body` reads or skips each element.
    mutating func array(_ body: (inout Self) throws(Problem) -> Void) throws(Problem) {
        try list(from: UInt8(ascii: "["), to: UInt8(ascii: "]"), "array", body)
    }

    private mutating func list(
        from first: UInt8,
        to last: UInt8,
        _ kind: String,
        _ element: (inout Self) throws(Problem) -> Void
    ) throws(Problem) {
        guard take(first) else { throw problem("no \(kind)") }
        guard depth < Self.deepest else { throw problem("more than \(Self.deepest) levels") }
        depth += 1
        defer { depth -= 1 }
        guard !take(last) else { return }
        repeat {
            try element(&self)
        } while take(UInt8(ascii: ","))
        guard take(last) else { throw problem("no end of an \(kind)") }
    }

    /// Reads a value, whatever it is.
    mutating func value() throws(Problem) -> JSONValue {
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [JSONValue.Member] = []
            try object { (reader, name) throws(Problem) in
                members.append(JSONValue.Member(name, try reader.value()))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try array { (reader) throws(Problem) in elements.append(try reader.value()) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default:
            let start = position
            try number()
            return .number(String(decoding: bytes[start..<position], as: UTF8.self))
        }
    }

    /// Reads over a value, whatever it is.
    mutating func skip() throws(Problem) {
        switch peek() {
        case UInt8(ascii: "{"): try object { (reader, _) throws(Problem) in try reader.skip() }
        case UInt8(ascii: "["): try array { (reader) throws(Problem) in try reader.skip() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func word(_ word: String) throws(Problem) {
        guard bytes[position...].starts(with: word.utf8) else { throw problem("no value") }
        position += word.utf8.count
    }

    private mutating func digits() throws(Problem) {
        let start = position
        while position < bytes.count, 0x30...0x39 ~= bytes[position] {
            position += 1
        }
        guard position > start else { throw problem("no value") }
    }

    private mutating func number() throws(Problem) {
        _ = take(UInt8(ascii: "-"))
        let start = position
        try digits()
        if bytes[start] == UInt8(ascii: "0"), position > start + 1 { throw problem("a number that begins with 0") }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return }
        position += 1
        if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) { position += 1 }
        try digits()
    }

    // MARK: Strings

    /// Reads a string.
    mutating func string() throws(Problem) -> String {
        guard take(UInt8(ascii: "\"")) else { throw problem("no string") }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw problem("a control character in a string")
            default: text.append(byte)
            }
        }
        throw problem("no end of a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
        guard position < bytes.count else { throw problem("no end of a string") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += String(Character(try scalar())).utf8
        default: throw problem("an unknown escape")
        }
    }

    /// The character that four digits stand for, or eight where it takes two units of UTF-16.
    private mutating func scalar() throws(Problem) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), bytes[position...].starts(with: #"\u"#.utf8) else {
            throw problem("half a character")
        }
        position += 2
        let second = try codeUnit()
        guard UTF16.isTrailSurrogate(second) else { throw problem("half a character") }
        let bits = UInt32(unit & 0x3FF) << 10 | UInt32(second & 0x3FF)
        // Twenty bits above U+10000 are always a character.
        return Unicode.Scalar(0x10000 + bits) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(Problem) -> UInt16 {
        guard bytes.count - position >= 4 else { throw problem("no end of a string") }
        var unit: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw problem("no hexadecimal digit")
            }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }
}
