extension Rule {
    private static let longestFile = 400
    private static let longestFunction = 60
    /// A file whose first lines hold this is one long table, which is easier to read whole.
    private static let tableMarker = "// Table:"

    /// Files and functions that a reader can hold in mind.
    static let length = [
        Rule(name: "files are short") { file in
            guard isMeasured(file), file.lines.count > longestFile else { return [] }
            let problem = "\(file.lines.count) lines, \(longestFile) are allowed"
            let remedy = "split it by noun; a table begins with a line `\(tableMarker) what it lists`"
            return [Finding(path: file.path, line: 0, problem: problem, remedy: remedy)]
        },
        Rule(name: "functions are short") { file in
            guard isMeasured(file) else { return [] }
            return file.declarations.filter { $0.isFunction && $0.lines.count > longestFunction }.map {
                file.finding(
                    at: $0.lines.lowerBound,
                    "`\($0.keyword) \($0.name)` has \($0.lines.count) lines, \(longestFunction) are allowed",
                    remedy: "give its steps names of their own"
                )
            }
        },
    ]

    private static func isMeasured(_ file: SourceFile) -> Bool {
        file.isSwift && file.isUnder("Sources") && !file.lines.prefix(5).contains { $0.hasPrefix(tableMarker) }
    }
}
