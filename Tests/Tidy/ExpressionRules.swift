extension Rule {
    /// Code that the compiler cannot vouch for carries its proof, and code that waits names what it waits for.
    static let expressions = [
        Rule(name: "unsafe code is proved") { file in
            guard file.isSwift else { return [] }
            let proofs = UnsafeProofs(file)
            return file.tokens.indices.filter { proofs.isMissing(at: $0) }.map {
                file.finding(
                    at: $0,
                    "unsafe code without its proof",
                    remedy: "say in a comment on the line above why nothing can go wrong"
                )
            }
        },
        Rule(name: "no error ends the program") { file in
            guard file.isSwift else { return [] }
            return file.tokens.indices.filter { endsOnError(file.tokens[$0]) }.map {
                file.finding(at: $0, "`try!` ends the program on an error", remedy: "handle or throw the error")
            }
        },
        Rule(name: "state machines switch over every case") { file in
            guard file.isSwift, file.layer == "Session" || file.layer == "Broker" else { return [] }
            return file.findings(
                of: ["default :"],
                "hides cases that come later",
                remedy: "list the cases, or say in a comment on the same line why they all behave alike",
                unless: file.hasComment(at:)
            )
        },
        Rule(name: "tests wait for events") { file in
            guard file.isUnder("Tests"), !file.path.hasSuffix(".md") else { return [] }
            let calls = ["sleep (", "usleep (", "nanosleep ("]
            return file.findings(
                of: file.path.hasSuffix(".sh") ? ["sleep"] : calls,
                "makes the test slow on a fast machine and wrong on a slow one",
                remedy: "wait for the event itself, with a deadline"
            )
        },
    ]

    /// Whether a line has a `try` that an exclamation mark touches; with a blank between them, the mark negates.
    private static func endsOnError(_ tokens: [Substring]) -> Bool {
        // Tokens are parts of one line.
        zip(tokens, tokens.dropFirst()).contains { $0 == "try" && $1 == "!" && $0.endIndex == $1.startIndex }
    }
}

/// Which lines of a file have unsafe code, and where each has its comment.
private struct UnsafeProofs {
    private struct Bracket {
        let sign: Substring
        let line: Int
    }

    private let file: SourceFile
    /// The brackets that are open where each line starts.
    private let openBrackets: [[Bracket]]

    init(_ file: SourceFile) {
        self.file = file
        var open: [Bracket] = []
        openBrackets = file.tokens.indices.map { line in
            let before = open
            for token in file.tokens[line] {
                if token == "(" || token == "[" || token == "{" { open.append(Bracket(sign: token, line: line)) }
                if token == ")" || token == "]" || token == "}" { _ = open.popLast() }
            }
            return before
        }
    }

    func isMissing(at line: Int) -> Bool {
        isUnsafe(line) && !isProved(line)
    }

    private func isUnsafe(_ line: Int) -> Bool {
        file.tokens[line].contains("unsafe") || file.tokens[line].contains(sequence: ["@", "unchecked", "Sendable"])
    }

    /// A comment covers the line it stands on, the statement below it, and what that statement encloses; unsafe lines
    /// in a row share one.
    private func isProved(_ line: Int) -> Bool {
        if file.isExplained(at: line) { return true }
        guard line > 0 else { return false }
        if continues(line) || isUnsafe(line - 1) { return isProved(line - 1) }
        return openBrackets[line].contains { bracket in
            bracket.line < line && (bracket.sign != "{" || isUnsafe(bracket.line)) && isProved(bracket.line)
        }
    }

    /// Whether a line goes on with the statement of the line above.
    private func continues(_ line: Int) -> Bool {
        let endings: Set<Substring> = ["=", ",", "?", ":", "&", "|", "+", "return", "guard", "try"]
        if let last = file.tokens[line - 1].last, endings.contains(last) { return true }
        let beginnings: Set<Substring> = [".", "?", ":", "&", "|", "+", "="]
        return file.tokens[line].first.map(beginnings.contains) ?? false
    }
}
