extension Rule {
    /// Who may see and change what, and what a reader is told about it.
    static let declarations = [
        Rule(name: "types say what they are") { file in
            file.declarations.filter { $0.isType && isVisible($0, in: file) && !isDocumented($0, in: file) }.map {
                file.finding(
                    at: $0.lines.lowerBound,
                    "`\($0.keyword) \($0.name)` has no documentation comment",
                    remedy:
                        "say in a `///` comment, or in the name of a suite, what it is; or make it private"
                )
            }
        },
        Rule(name: "stored properties of classes stay inside the module") { file in
            guard file.isUnder("Sources") else { return [] }
            return file.tokens.indices.filter { isOpenStoredVariable(at: $0, in: file) }.map {
                file.finding(
                    at: $0,
                    "a stored variable of a class is visible in other modules",
                    remedy: "make it internal or private, and publish what is needed as a computed property"
                )
            }
        },
    ]

    /// Whether code outside the declaration's scope can name it.
    private static func isVisible(_ declaration: Declaration, in file: SourceFile) -> Bool {
        !declaration.isPrivate
            && declaration.ancestors.map { file.declarations[$0] }.allSatisfy { !$0.isPrivate && !$0.isFunction }
    }

    private static func isDocumented(_ declaration: Declaration, in file: SourceFile) -> Bool {
        var index = declaration.lines.lowerBound - 1
        // Attributes on lines of their own stand between the comment and the declaration.
        while index >= 0, let first = file.tokens[index].first, first == "@" || first == ")" {
            if first == ")" { index = file.tokens[..<index].lastIndex { $0.first == "@" } ?? 0 }
            // The name of a suite of tests says as much.
            if file.tokens[index].starts(with: ["@", "Suite", "(", "\""]) { return true }
            index -= 1
        }
        return index >= 0 && file.comments[index].trimmingBlanks.hasPrefix("///")
    }

    private static func isOpenStoredVariable(at index: Int, in file: SourceFile) -> Bool {
        let tokens = file.tokens[index]
        guard let keyword = tokens.firstIndex(of: "var") else { return false }
        let modifiers = tokens[..<keyword]
        guard modifiers.contains("public") || modifiers.contains("package") || modifiers.contains("open") else {
            return false
        }
        let enclosing = file.declarations.last { $0.lines.contains(index) && $0.lines.lowerBound < index }
        guard let enclosing, enclosing.keyword == "class" || enclosing.keyword == "actor" else { return false }
        let rest = tokens[keyword...]
        guard let brace = rest.firstIndex(of: "{") else { return true }
        if let equals = rest.firstIndex(of: "="), equals < brace { return true }
        let afterBrace = rest.dropFirst(brace - keyword + 1).first ?? file.tokens[(index + 1)...].first?.first
        return afterBrace == "didSet" || afterBrace == "willSet"
    }
}
