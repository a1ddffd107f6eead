/// Reading an access control file.
extension AccessControlList {
    /// The most bytes that an access control file may have.
    static let maximumFileSize = 16 << 20
    /// The most rules that a file may have.
    static let maximumRuleCount = 100_000

    /// Reads an access control file, whose lines are `user NAME`, `topic [ACCESS] FILTER` and `pattern [ACCESS] FILTER`
    /// with `read`, `write`, `readwrite` or `deny` for ACCESS. `#` begins a comment.
    ///
    /// - Throws: ``ConfigurationError`` with the line that is wrong, or with what the system said of the file.
    public static func read(_ path: String) throws(ConfigurationError) -> AccessControlList {
        try AccessControlList(TextFile(reading: path, maximumSize: maximumFileSize))
    }

    /// The list that a file has.
    init(_ file: TextFile) throws(ConfigurationError) {
        self.init()
        var userName: UTF8String?
        var ruleCount = 0
        for line in file.lines where !line.isEmptyOrComment {
            let words = Words(line)
            guard words.first != "user" else {
                userName = try words.userName(in: file)
                continue
            }
            let rule = try words.rule(in: file)
            ruleCount += 1
            guard ruleCount <= Self.maximumRuleCount else {
                throw file.error("more than the \(Self.maximumRuleCount) rules that are allowed", line: line.number)
            }
            if rule.isPattern {
                patterns.append(rule)
            } else if let userName {
                users[userName, default: Group()].append(rule)
            } else {
                anonymous.append(rule)
            }
        }
    }
}

/// A line of an access control file: its first word and the rest. Only spaces separate, as in mosquitto.
private struct Words {
    /// How much of a line an error shows, in bytes.
    private static let longestQuotation = 60
    private static let space = UInt8(ascii: " ")

    let first: String
    private let rest: ArraySlice<UInt8>
    private let line: TextLine

    init(_ line: TextLine) {
        self.line = line
        let (first, rest) = Self.split(line.trimmed)
        self.first = Self.quotation(first)
        self.rest = rest
    }

    /// The bytes before the first space, and those behind the spaces that follow.
    private static func split(_ bytes: ArraySlice<UInt8>) -> (first: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
        let first = bytes.prefix { $0 != space }
        return (first, bytes[first.endIndex...].drop { $0 == space })
    }

    private static func quotation(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.prefix(longestQuotation).text + (bytes.count > longestQuotation ? "…" : "")
    }

    /// The name of a line `user NAME`.
    func userName(in file: TextFile) throws(ConfigurationError) -> UTF8String {
        guard !rest.isEmpty else {
            throw file.error(
                "user without a name; rules for Clients without a user name stand before the first user",
                line: line.number
            )
        }
        guard let name = UTF8String(validating: Array(rest)) else {
            throw file.error("the user name is not text that MQTT allows, in UTF-8", line: line.number)
        }
        return name
    }

    /// The rule of a line `topic …` or `pattern …`.
    func rule(in file: TextFile) throws(ConfigurationError) -> AccessControlList.Rule {
        guard first == "topic" || first == "pattern" else {
            throw file.error(
                "‘\(first)’ begins no line; lines begin with user, topic or pattern and a space",
                line: line.number
            )
        }
        guard !rest.isEmpty else { throw file.error("\(first) without a topic filter", line: line.number) }
        var access = AccessControlList.Access.readWrite
        var filter = rest
        // A filter of one word may itself be called like an access.
        let (word, behindWord) = Self.split(rest)
        if !behindWord.isEmpty {
            guard let written = AccessControlList.Access(rawValue: word.text) else {
                throw file.error(
                    """
                    ‘\(Self.quotation(word))’ is no access; before a topic filter stands read, write, readwrite or \
                    deny, and one of them must where the filter has spaces
                    """,
                    line: line.number
                )
            }
            access = written
            filter = behindWord
        }
        return AccessControlList.Rule(
            access,
            try topicFilter(filter, in: file),
            isPattern: first == "pattern",
            line: line.number
        )
    }

    private func topicFilter(_ bytes: ArraySlice<UInt8>, in file: TextFile) throws(ConfigurationError) -> UTF8String {
        let filter = Array(bytes)
        let quotation = Self.quotation(bytes)
        guard filter.count <= UTF8String.maximumLength else {
            throw file.error(
                "the topic filter is longer than \(UTF8String.maximumLength) bytes: \(quotation)",
                line: line.number
            )
        }
        guard let text = UTF8String(validating: filter) else {
            throw file.error("the topic filter is not text that MQTT allows, in UTF-8: \(quotation)", line: line.number)
        }
        guard filter.span.isValidTopicFilter else {
            throw file.error(
                "\(quotation) is no topic filter; + stands alone in its level, and # alone in the last one",
                line: line.number
            )
        }
        if first == "pattern", let level = Self.levelWithPlaceholderInside(filter) {
            throw file.error(
                "the pattern \(quotation) has \(level) within a level; %c and %u stand alone in theirs",
                line: line.number
            )
        }
        return text
    }

    /// The placeholder that does not fill its level; `nil` where all do.
    private static func levelWithPlaceholderInside(_ filter: [UInt8]) -> String? {
        let placeholders = [
            AccessControlList.Placeholder.clientIdentifier, AccessControlList.Placeholder.userName,
        ]
        for level in filter.split(separator: TopicCharacter.separator) where !placeholders.contains(Array(level)) {
            for placeholder in placeholders where level.contains(placeholder) {
                return String(decoding: placeholder, as: UTF8.self)
            }
        }
        return nil
    }
}
