extension Rule {
    /// Abbreviations, each with the word that it stands for.
    private static let abbreviations = [
        "msg": "message", "pkt": "packet", "pk": "packet", "mid": "packetIdentifier", "conn": "connection",
        "cl": "client", "idx": "index", "tmp": "temporary", "cfg": "configuration", "ctx": "context",
    ]

    /// Functions of C libraries whose names are not ours.
    private static let foreignNames: Set<Substring> = ["argon2_ctx"]

    /// The specification's nouns, unabbreviated.
    static let names = [
        Rule(name: "names are whole words") { file in
            guard file.isSwift else { return [] }
            return file.tokens.indices.flatMap { index in
                file.tokens[index].compactMap { token -> Finding? in
                    guard let (short, long) = abbreviation(in: token) else { return nil }
                    let problem = "`\(token)` abbreviates with `\(short)`"
                    return file.finding(at: index, problem, remedy: "write `\(long)`")
                }
            }
        }
    ]

    private static func abbreviation(in identifier: Substring) -> (short: String, long: String)? {
        // A constant of C, whose names are not ours.
        guard identifier.contains(where: \.isLowercase), !foreignNames.contains(identifier) else { return nil }
        for word in camelCaseWords(of: identifier) {
            if let long = abbreviations[word] { return (word, long) }
        }
        return nil
    }

    /// The words of an identifier like `packetIDLimit`, in small letters: packet, id, limit.
    static func camelCaseWords(of identifier: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var previous: Character = "_"
        for (character, next) in zip(identifier, identifier.dropFirst() + "_") {
            let startsWord = character.isUppercase && (!previous.isUppercase || next.isLowercase)
            if character == "_" || startsWord {
                if !word.isEmpty { words.append(word) }
                word = ""
            }
            if character != "_" { word.append(contentsOf: character.lowercased()) }
            previous = character
        }
        return word.isEmpty ? words : words + [word]
    }
}
