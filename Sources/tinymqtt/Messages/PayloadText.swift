import MQTT
import NIOCore

/// A payload as a word on the command line says it, where such words have a meaning: `hex:1883`, `base64:aGVsbG8=`, the
/// content of a file as `@path`, and otherwise the text itself. `text:` stands before a text that would be taken for
/// something else.
enum PayloadText: Equatable {
    /// The payload itself.
    case bytes(ByteBuffer)
    /// The file at this path has it.
    case file(String)

    /// Why a word is no payload, and what is allowed.
    struct Problem: Error, Equatable {
        let text: String
    }

    private static let escape = "text:"

    /// Reads a word; no file is opened.
    static func parse(_ word: String) throws(Problem) -> PayloadText {
        if word.hasPrefix(escape) { return .bytes(ArgumentBytes.of(String(word.dropFirst(escape.count)))) }
        if word.hasPrefix("@") {
            let path = String(word.dropFirst())
            guard !path.isEmpty else {
                throw Problem(text: "no path after @; write \(escape)@ for the character itself")
            }
            return .file(path)
        }
        if word.hasPrefix("hex:") { return .bytes(try hexadecimal(word.dropFirst(4))) }
        for prefix in ["base64:", "b64:"] where word.hasPrefix(prefix) {
            guard let bytes = Base64.decode(word.dropFirst(prefix.count).utf8, padding: .full) else {
                throw Problem(
                    text: """
                        \(word.prefix(40)) is no Base64; allowed are groups of four of A-Z, a-z, 0-9, + and /, the last one \
                        filled up with =; write \(escape)\(prefix)… for the text itself
                        """
                )
            }
            return .bytes(ByteBuffer(bytes: bytes))
        }
        return .bytes(ArgumentBytes.of(word))
    }

    /// The payload; the file is read for it.
    func read() throws(StandardInput.Failure) -> ByteBuffer {
        switch self {
        case .bytes(let bytes): bytes
        case .file(let path): try StandardInput.readFile(path)
        }
    }

    private static func hexadecimal(_ digits: Substring) throws(Problem) -> ByteBuffer {
        var bytes = ByteBuffer()
        var first: UInt8?
        for digit in digits {
            guard digit.isASCII, let value = digit.hexDigitValue.map(UInt8.init) else {
                throw Problem(
                    text:
                        "\(digit) in hex: is no digit; allowed are 0-9, a-f and A-F; write \(escape)hex:… for the text itself"
                )
            }
            if let high = first {
                bytes.writeInteger(high << 4 | value)
                first = nil
            } else {
                first = value
            }
        }
        guard first == nil else { throw Problem(text: "an odd number of digits in hex:; a byte has two") }
        return bytes
    }
}
