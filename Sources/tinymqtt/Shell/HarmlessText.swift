/// What strangers have written, made fit for a terminal.
extension String {
    /// The text in one line, with control characters, and what turns the direction of writing, as escape sequences that
    /// a person can read.
    var harmless: String {
        guard unicodeScalars.contains(where: \.isHarmful) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isHarmful { text += scalar.escaped } else { text.unicodeScalars.append(scalar) }
        }
    }

    /// The same, with line feeds and tabulators left as they are. A carriage return before a line feed, with which some
    /// systems end lines, is left out.
    var harmlessLines: String {
        var text = String.UnicodeScalarView()
        var hasReturn = false
        for scalar in unicodeScalars {
            if hasReturn, scalar != "\n" { text.append(contentsOf: "\\r".unicodeScalars) }
            hasReturn = scalar == "\r"
            if hasReturn { continue }
            if scalar.isHarmful, scalar != "\n", scalar != "\t" {
                text.append(contentsOf: scalar.escaped.unicodeScalars)
            } else {
                text.append(scalar)
            }
        }
        if hasReturn { text.append(contentsOf: "\\r".unicodeScalars) }
        return String(text)
    }

    /// Whether it can be typed and shown as it is.
    var isPrintable: Bool {
        // Most names are ASCII, of which this is seen faster.
        utf8.allSatisfy { 0x20..<0x7F ~= $0 } || !unicodeScalars.contains(where: \.isHarmful)
    }
}

extension Unicode.Scalar {
    /// Whether a terminal does something else with it than show it, or shows others in another order.
    fileprivate var isHarmful: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB: true
        default: false
        }
    }

    fileprivate var escaped: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{1B}": "\\e"
        default:
            value < 0x100 ? "\\x\(UInt8(value).hexadecimal)" : "\\u{\(String(value, radix: 16))}"
        }
    }
}

extension UInt8 {
    /// Two hexadecimal digits.
    var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}
