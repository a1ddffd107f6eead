/// A block of code in README.md.
struct ReadmeBlock: Equatable {
    /// What stands after the three marks that open it, like `sh tour`.
    let label: Substring
    let lines: [Substring]

    /// Its text, with a line feed after each line.
    var text: String { lines.map { "\($0)\n" }.joined() }

    /// The blocks of a text, in order.
    static func all(in text: String) -> [ReadmeBlock] {
        var blocks: [ReadmeBlock] = []
        var label: Substring?
        var lines: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if !line.hasPrefix("```") {
                lines.append(line)
            } else if let opened = label {
                blocks.append(ReadmeBlock(label: opened, lines: lines))
                label = nil
            } else {
                label = line.dropFirst(3)
                lines = []
            }
        }
        return blocks
    }
}
