/// Guesses what somebody meant who wrote a name that there is not.
enum NearestName {
    /// The name that differs least, if it differs by so little that it may be meant.
    static func of(_ written: String, among names: some Sequence<String>) -> String? {
        let lowered = written.lowercased()
        let candidates = names.map { ($0, distance(Array(lowered.utf8), Array($0.lowercased().utf8))) }
        guard let best = candidates.min(by: { $0.1 < $1.1 }) else { return nil }
        // A beginning is what people type who know another program's short names.
        if let longer = candidates.first(where: { lowered.count > 1 && $0.0.lowercased().hasPrefix(lowered) }) {
            return longer.0
        }
        return best.1 <= max(1, lowered.count / 3) ? best.0 : nil
    }

    /// How many letters have to be put in, taken out, replaced or exchanged with their neighbour.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                var cost = min(
                    previous[column + 1] + 1,
                    current[column] + 1,
                    previous[column] + (letter == other ? 0 : 1)
                )
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[second.count]
    }
}
