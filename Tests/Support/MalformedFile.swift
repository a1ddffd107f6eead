@testable import MQTT

/// A file with something wrong in it, and what is to be said of it.
struct MalformedFile: Sendable, CustomStringConvertible {
    /// What the file is called in the messages.
    static let name = "file"

    let bytes: [UInt8]
    let line: Int
    /// A part of the message.
    let words: String

    init(_ text: String, _ line: Int, _ words: String) {
        self.init(Array(text.utf8), line, words)
    }

    init(_ bytes: [UInt8], _ line: Int, _ words: String) {
        self.bytes = bytes
        self.line = line
        self.words = words
    }

    var description: String { String(decoding: bytes.prefix(100), as: UTF8.self).debugDescription }

    var textFile: TextFile { TextFile(path: Self.name, bytes: bytes) }

    /// What is wrong with an error that reading the file gave; `nil` where it is the right one.
    func fault(of error: ConfigurationError?) -> String? {
        guard let error else { return "no error" }
        let isRight = "\(error)".hasPrefix("\(Self.name):\(line): ") && error.problem.contains(words)
        return isRight ? nil : "\(error)"
    }
}
