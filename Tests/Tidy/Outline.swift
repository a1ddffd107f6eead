/// A declaration with a body in a Swift file.
struct Declaration: Sendable {
    /// What declares it: `struct`, `func` and the like.
    let keyword: Substring
    /// What stands between it and the start of its line: modifiers and attributes.
    let modifiers: [Substring]
    let name: Substring
    /// Lines, counted from 0: from the one with the keyword to the one with the closing brace.
    var lines: ClosedRange<Int>
    /// The declarations that it stands in, outermost first, as indices of the outline.
    let ancestors: [Int]

    var isType: Bool { Outline.typeKeywords.contains(keyword) }
    var isFunction: Bool { Outline.functionKeywords.contains(keyword) }
    var isPrivate: Bool { modifiers.contains("private") || modifiers.contains("fileprivate") }
}

/// The declarations with a body of a Swift file, found by matching braces.
struct Outline {
    static let typeKeywords: Set<Substring> = ["struct", "class", "enum", "actor", "protocol"]
    static let functionKeywords: Set<Substring> = ["func", "init", "deinit", "subscript", "var"]
    /// What may stand before a keyword on its line; attributes may as well.
    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "open", "static", "class", "final", "mutating",
        "nonmutating", "nonisolated", "override", "required", "convenience", "indirect", "lazy", "consuming",
        "borrowing", "prefix", "postfix", "isolated",
    ]

    private(set) var declarations: [Declaration] = []
    /// For each open brace, the declaration that it opens, if any.
    private var scopes: [Int?] = []
    /// The latest declaration that still waits for its brace.
    private var pending: Declaration?

    init(_ tokens: [[Substring]]) {
        for (line, lineTokens) in tokens.enumerated() {
            for (position, token) in lineTokens.enumerated() {
                switch token {
                case "{": open(at: line)
                case "}": close(at: line)
                default: take(lineTokens, position, line)
                }
            }
        }
    }

    private mutating func open(at line: Int) {
        // The brace of a variable stands on its line; without one, what follows belongs to something else.
        if let declaration = pending, declaration.keyword != "var" || declaration.lines.lowerBound == line {
            declarations.append(declaration)
            scopes.append(declarations.count - 1)
        } else {
            scopes.append(nil)
        }
        pending = nil
    }

    private mutating func close(at line: Int) {
        pending = nil
        guard let scope = scopes.popLast(), let index = scope else { return }
        let start = declarations[index].lines.lowerBound
        declarations[index].lines = start...line
    }

    private mutating func take(_ tokens: [Substring], _ position: Int, _ line: Int) {
        let keyword = tokens[position]
        let isNamed = Self.typeKeywords.contains(keyword) || keyword == "extension"
        guard isNamed || Self.functionKeywords.contains(keyword) else { return }
        let before = Array(tokens[..<position])
        if let first = before.first {
            guard first == "@" || first == "}" || Self.modifiers.contains(first) else { return }
        }
        let name = position + 1 < tokens.count ? tokens[position + 1] : ""
        // `class func` and `class var` are modifiers; `protocol:` is an argument's label.
        guard !isNamed || (name.first?.isLetter ?? false) && !Self.functionKeywords.contains(name) else { return }
        pending = Declaration(
            keyword: keyword,
            modifiers: before,
            name: name,
            lines: line...line,
            ancestors: scopes.compactMap { $0 }
        )
    }
}
