import MQTT

/// Text of strangers, made harmless for a terminal and for programs that read lines.
enum PrintableText {
    /// The text in one line. Control characters become pictures of themselves, so that nothing moves the cursor, changes
    /// colours or ends the line; what turns text around becomes a sign for something unknown.
    static func line(_ text: String) -> String {
        // Most texts are as they should be.
        guard text.unicodeScalars.contains(where: { !$0.isVisible }) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar.value {
            case _ where scalar.isVisible: line.unicodeScalars.append(scalar)
            case 0x09: line += " "
            // The pictures stand in the order of the characters.
            case 0..<0x20: line.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value) ?? unknown)
            case 0x7F: line += "\u{2421}"
            default: line.unicodeScalars.append(unknown)
            }
        }
    }

    private static let unknown: Unicode.Scalar = "\u{FFFD}"

    /// JSON that means the same and has no character that a terminal obeys.
    static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !$0.isVisible }) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            guard !scalar.isVisible else { return line.unicodeScalars.append(scalar) }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}
