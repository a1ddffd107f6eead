/// Finds what somebody meant who has mistyped a word.
enum Suggestion {
    /// How many letters may be wrong, missing or too many; more would be guessing.
    private static let mostEdits = 2
    /// The longest word that is compared, in characters.
    private static let longestWord = 40

    /// The nearest of `words`, if one is near.
    static func nearest(to word: String, among words: some Sequence<String>) -> String? {
        guard word.count <= longestWord else { return nil }
        return words.map { ($0, distance(Array(word), Array($0))) }
            .filter { $0.1 <= min(mostEdits, word.count / 2) }
            .min { $0.1 < $1.1 }?.0
    }

    /// How many letters have to be added, left out, changed or swapped with their neighbour to get from one to the other.
    static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(last[column + 1], current[column]) + 1
                cost = min(cost, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }

    /// The options that the help of a command names.
    static func options(inHelp help: String) -> Set<String> {
        var options: Set<String> = []
        for line in help.split(separator: "\n") where line.hasPrefix("  -") {
            // Two blanks part the names from what they mean.
            let entry = line.dropFirst(2)
            let names = entry[..<(entry.firstRange(of: "  ")?.lowerBound ?? entry.endIndex)]
            options.formUnion(names.split { " ,".contains($0) }.filter { $0.hasPrefix("-") }.map(String.init))
        }
        return options
    }
}
