/// What the value of an option looks like, and what it means.
struct ConfigurationValue<Value: Sendable>: Sendable {
    /// What is allowed, for messages and the manual.
    let allowed: String
    /// Whether the whole rest of the line counts, and not only its first word.
    var isWholeLine = false
    /// What the text means, which is not empty; `nil` where it is not allowed.
    let parse: @Sendable (_ text: String) -> Value?

    /// The part of a line's value that counts.
    func counted(_ text: String) -> String {
        isWholeLine ? text : String(text.prefix { $0 != " " })
    }

    /// What a directive's value means.
    ///
    /// - Throws: ``ConfigurationError`` with the value and what is allowed.
    func read(_ directive: ConfigurationDirective) throws(ConfigurationError) -> Value {
        let text = counted(directive.value)
        guard !text.isEmpty, let value = parse(text) else { throw directive.badValue(allowed: allowed) }
        return value
    }
}

extension ConfigurationValue<Bool> {
    /// Exactly `true` or `false`.
    static var boolean: Self {
        Self(allowed: "true or false") { ["true": true, "false": false][$0] }
    }
}

extension ConfigurationValue<Int> {
    /// A whole number.
    static func number(_ range: ClosedRange<Int>) -> Self {
        Self(allowed: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A whole number that may be as large as it likes.
    static func number(from lowest: Int) -> Self {
        Self(allowed: "a number from \(lowest)") { text in Int(text).flatMap { $0 >= lowest ? $0 : nil } }
    }

    /// A bound, where 0 stands for none.
    static var bound: Self {
        Self(allowed: "a number from 0, which stands for no limit") { text in
            Int(text).flatMap { $0 < 0 ? nil : $0 == 0 ? .max : $0 }
        }
    }
}

extension ConfigurationValue<Int?> {
    /// A bound, where -1 stands for none.
    static var optionalBound: Self {
        Self(allowed: "a number from 0, or -1 for no limit") { text in
            guard let number = Int(text), number >= -1 else { return nil }
            return .some(number == -1 ? nil : number)
        }
    }
}

extension ConfigurationValue<UInt32> {
    /// A length of time: a number and a unit, as seconds. Months have 30 days and years 365.
    static var duration: Self {
        let units: [Character: UInt64] = [
            "s": 1, "h": 3_600, "d": 86_400, "w": 7 * 86_400, "m": 30 * 86_400, "y": 365 * 86_400,
        ]
        return Self(allowed: "a number from 1 with the unit s, h, d, w, m (30 days) or y, of 136 years at most") {
            text in
            guard let unit = text.last.flatMap({ units[$0] }), let number = UInt32(text.dropLast()), number > 0 else {
                return nil
            }
            let seconds = UInt64(number) * unit
            // The greatest number stands for "for ever" in the protocol.
            return seconds < UInt64(UInt32.max) ? UInt32(seconds) : nil
        }
    }
}

extension ConfigurationValue<String> {
    /// The whole rest of the line.
    static func text(_ what: String, longest: Int = UTF8String.maximumLength) -> Self {
        Self(allowed: what, isWholeLine: true) { $0.utf8.count <= longest && !$0.utf8.contains(0) ? $0 : nil }
    }

    /// A file or a directory.
    static func path(_ what: String = "the path of a file") -> Self {
        .text(what, longest: 4_095)
    }

    /// One word.
    static func word(_ what: String, longest: Int) -> Self {
        Self(allowed: what) { $0.utf8.count <= longest ? $0 : nil }
    }

    /// What may stand before every topic: it has no wildcards.
    static func topicPrefix(_ what: String) -> Self {
        Self(allowed: "\(what) without + and #", isWholeLine: true) { text in
            Array(text.utf8).span.isValidTopicName ? text : nil
        }
    }
}

extension ConfigurationValue {
    /// One of a few words, each with its meaning.
    static func choice(_ meanings: KeyValuePairs<String, Value>) -> Self {
        let words = meanings.map(\.key)
        let allowed = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        let values = Dictionary(meanings.map { ($0.key, $0.value) }) { first, _ in first }
        return Self(allowed: allowed) { values[$0] }
    }
}

extension ConfigurationValue<Set<ProtocolVersion>> {
    /// Versions of the protocol, by the numbers that they have in CONNECT.
    static var protocolVersions: Self {
        Self(allowed: "3, 4 and 5, or some of them, with commas between", isWholeLine: true) { text in
            let numbers = text.split { $0 == "," || $0 == " " }
            let versions = numbers.compactMap { UInt8($0).flatMap(ProtocolVersion.init(rawValue:)) }
            return versions.count == numbers.count && !versions.isEmpty ? Set(versions) : nil
        }
    }
}
