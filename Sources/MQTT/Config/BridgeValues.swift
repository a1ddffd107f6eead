// What the values of bridge options look like. They mean nothing yet, so that each is only found to be right or wrong.

extension ConfigurationValue<Bool> {
    /// Hosts, each with a port or without.
    static var bridgeAddresses: Self {
        Self(allowed: "one or more hosts, each perhaps with a colon and a port from 1 to 65535", isWholeLine: true) {
            text in
            let addresses = text.split(separator: " ")
            return addresses.allSatisfy { isAddress($0) } ? true : nil
        }
    }

    /// Whether a text is a host, or a host, a colon and a port. The address of a host of IPv6 with a port has brackets.
    private static func isAddress(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":") else { return true }
        let host = text[..<colon]
        let port = text[text.index(after: colon)...]
        if host.hasPrefix("[") != host.hasSuffix("]") { return text.hasPrefix("[") && text.hasSuffix("]") }
        if host.contains(":") && !host.hasPrefix("[") { return true }
        return !host.isEmpty && (Int(port).map { 1...65_535 ~= $0 } ?? false)
    }

    /// A topic filter with a direction, a QoS and two prefixes, of which all but the first may be missing.
    static var bridgeTopic: Self {
        let allowed =
            "a topic filter, then perhaps out, in or both, a QoS from 0 to 2, and what stands before the topic here and there"
        return Self(allowed: allowed, isWholeLine: true) { text in
            guard let words = quotedWords(text)?.prefix(5), let pattern = words.first else { return nil }
            if words.count > 1, !["out", "in", "both"].contains(words[1]) { return nil }
            if words.count > 2, !["0", "1", "2"].contains(words[2]) { return nil }
            let prefixes = words.count > 3 ? words[3...] + (words.count > 4 ? [] : [""]) : ["", ""]
            let areFilters = prefixes.allSatisfy { Array(($0 + pattern).utf8).span.isValidTopicFilter }
            return areFilters ? true : nil
        }
    }

    /// The words of a text, of which some are in quotation marks and may have spaces; `nil` where a mark is missing.
    private static func quotedWords(_ text: String) -> [String]? {
        var words: [String] = []
        var rest = text[...].drop { $0 == " " }
        while let first = rest.first {
            if first == "\"" {
                rest = rest.dropFirst()
                guard let end = rest.firstIndex(of: "\"") else { return nil }
                words.append(String(rest[..<end]))
                rest = rest[rest.index(after: end)...]
                guard rest.isEmpty || rest.first == " " else { return nil }
            } else {
                let word = rest.prefix { $0 != " " }
                words.append(String(word))
                rest = rest[word.endIndex...]
            }
            rest = rest.drop { $0 == " " }
        }
        return words
    }

    /// One to three numbers of seconds: the first wait, the longest, and what counts as a stable connection.
    static var restartTimeout: Self {
        Self(allowed: "one, two or three numbers of seconds from 1, the second not below the first", isWholeLine: true)
        {
            let numbers = numbers(in: $0)
            guard let numbers, 1...3 ~= numbers.count, numbers.allSatisfy({ $0 >= 1 }) else { return nil }
            return numbers.count == 1 || numbers[1] >= numbers[0] ? true : nil
        }
    }

    /// Three numbers.
    static var tcpKeepalive: Self {
        Self(allowed: "three numbers from 1", isWholeLine: true) { text in
            guard let numbers = numbers(in: text), numbers.count == 3, numbers.allSatisfy({ $0 >= 1 }) else {
                return nil
            }
            return true
        }
    }

    private static func numbers(in text: String) -> [Int]? {
        let words = text.split(separator: " ")
        let numbers = words.compactMap { Int($0) }
        return numbers.count == words.count ? numbers : nil
    }

    /// An even number of hexadecimal digits.
    static var hexadecimal: Self {
        Self(allowed: "an even number of hexadecimal digits, 256 at most") { text in
            text.utf8.count.isMultiple(of: 2) && text.utf8.count <= 256
                && text.allSatisfy { $0.isASCII && $0.isHexDigit } ? true : nil
        }
    }
}
