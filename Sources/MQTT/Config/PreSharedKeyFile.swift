/// The keys that Clients of a TLS listener share with the broker, by their identity.
public struct PreSharedKeyFile: Sendable {
    /// The most bytes that the file may have.
    static let maximumFileSize = 16 << 20
    /// The most keys that the file may have.
    static let maximumKeyCount = 100_000
    /// The longest key, in bytes; OpenSSL takes no longer one.
    static let maximumKeyLength = 256
    /// The longest identity, in bytes; TLS libraries take no longer one.
    static let maximumIdentityLength = 128
    /// How many notices are kept; further ones would tell nothing new.
    static let maximumNoticeCount = 100

    /// The keys by identity.
    private(set) var keys: [String: [UInt8]] = [:]
    /// The lines that were left out, and why.
    public private(set) var notices: [ConfigurationError] = []

    /// No keys.
    public init() {}

    /// Reads a file of lines `IDENTITY:KEY`, the key in hexadecimal digits. `#` begins a comment. A line without an
    /// identity or a key, and the second line of an identity, are left out with a notice.
    ///
    /// - Throws: ``ConfigurationError`` with the line that is wrong, or with what the system said of the file.
    public static func read(_ path: String) throws(ConfigurationError) -> PreSharedKeyFile {
        try PreSharedKeyFile(TextFile(reading: path, maximumSize: maximumFileSize))
    }

    /// The keys that a file has.
    init(_ file: TextFile) throws(ConfigurationError) {
        for line in file.lines where !line.isEmptyOrComment {
            let text = line.trimmed
            let colon = text.firstIndex(of: UInt8(ascii: ":"))
            guard let colon, colon > text.startIndex, colon + 1 < text.endIndex else {
                leaveOut(file.error("left out: a line is an identity, a colon and a key", line: line.number))
                continue
            }
            let identity = text[..<colon].trimmingBlanks
            guard let name = UTF8String(validating: Array(identity)), name.count <= Self.maximumIdentityLength else {
                throw file.error(
                    "the identity is not text in UTF-8 of at most \(Self.maximumIdentityLength) bytes",
                    line: line.number
                )
            }
            let key = try Self.key(text[(colon + 1)...].trimmingBlanks, file, line.number)
            guard keys[name.description] == nil else {
                leaveOut(file.error("left out: \(name) has a key already, in a line above", line: line.number))
                continue
            }
            guard keys.count < Self.maximumKeyCount else {
                throw file.error("more than the \(Self.maximumKeyCount) keys that are allowed", line: line.number)
            }
            keys[name.description] = key
        }
    }

    private mutating func leaveOut(_ notice: ConfigurationError) {
        if notices.count < Self.maximumNoticeCount { notices.append(notice) }
    }

    private static func key(
        _ digits: ArraySlice<UInt8>,
        _ file: TextFile,
        _ line: Int
    ) throws(ConfigurationError) -> [UInt8] {
        // The key itself is not shown: errors are logged.
        guard digits.count <= 2 * maximumKeyLength else {
            throw file.error("the key is longer than \(maximumKeyLength) bytes", line: line)
        }
        guard let key = [UInt8](hexadecimal: digits) else {
            throw file.error("the key is not an even number of hexadecimal digits", line: line)
        }
        return key
    }

    /// The key of an identity.
    func key(of identity: String) -> [UInt8]? { keys[identity] }
}
