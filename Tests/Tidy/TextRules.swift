extension Rule {
    /// What no text of the repository holds, be it code, script or document. The patterns are written in two halves,
    /// so that this file does not find itself.
    static let texts = [
        Rule(name: "nothing is left to do") { file in
            let marks: Set<Substring> = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
            return file.lines.indices.compactMap { index in
                guard let mark = file.lines[index].tokens.first(where: marks.contains) else { return nil }
                return file.finding(
                    at: index,
                    "`\(mark)` is a promise",
                    remedy: "do it, or open an issue and say nothing"
                )
            }
        },
        Rule(name: "no merge is half done") { file in
            let marks = ["<<<<" + "<<<", ">>>>" + ">>>", "||||" + "|||"]
            return file.lines.indices.filter { index in marks.contains { file.lines[index].hasPrefix($0) } }.map {
                file.finding(at: $0, "a conflict of a merge", remedy: "choose, and remove the markers")
            }
        },
        Rule(name: "no path of somebody's machine") { file in
            let folders: Set<Substring> = ["work", "home", "Users"]
            return file.lines.indices.compactMap { index in
                guard let folder = absoluteFolder(in: file.lines[index].tokens, of: folders) else { return nil }
                let problem = "an absolute path under `/\(folder)" + "/`"
                return file.finding(at: index, problem, remedy: "name it from the root of the repository")
            }
        },
    ]

    /// The first of `folders` that stands at the root of a path, and has something in it.
    private static func absoluteFolder(in tokens: [Substring], of folders: Set<Substring>) -> Substring? {
        tokens.indices.dropFirst().dropLast(2).first { index in
            folders.contains(tokens[index]) && tokens[index - 1] == "/" && tokens[index + 1] == "/"
                && isAbsolute(tokens, slash: index - 1)
        }.map { tokens[$0] }
    }

    /// Whether no path goes on to the left of the slash.
    private static func isAbsolute(_ tokens: [Substring], slash: Int) -> Bool {
        guard slash > 0, let last = tokens[slash - 1].last else { return true }
        // Tokens are parts of one line: what touches the slash belongs to its path.
        let touches = tokens[slash - 1].endIndex == tokens[slash].startIndex
        let belongsToPath = last.isLetter || last.isNumber || "_.}*+#$~-".contains(last)
        return !(touches && belongsToPath)
    }
}
