/// Every option that a configuration may have.
enum ConfigurationTable {
    /// In the order of the manual.
    static let all: [ConfigurationOption] =
        access + plugins + persistence + limits + logging + listeners + tls + bridges + bridgeTLS

    /// The row of a name, be it the present one or an older one; `nil` where there is none.
    static func option(named name: String) -> ConfigurationOption? {
        if let index = indices[name] { return all[index] }
        return families.first { name.hasPrefix($0.beginning) && name.count > $0.beginning.count }.map { all[$0.index] }
    }

    /// What is wrong with a line whose name nobody knows, and which name may have been meant.
    static func unknownName(_ directive: ConfigurationDirective) -> String {
        let name = directive.name
        if name.hasPrefix("#") {
            return "an unknown option \(name.shown); a comment begins with # in the first column"
        }
        if name.contains("\t") {
            return "an unknown option \(name.shown); a tab does not part words, only a space does"
        }
        let advice = nearest(to: name).map { "; did you mean \($0)?" } ?? ""
        return "an unknown option \(name.shown)\(advice)"
    }

    private static let indices: [String: Int] = Dictionary(
        all.enumerated().flatMap { index, option in option.names.map { ($0, index) } }
    ) { first, _ in first }

    /// Names that stand for all that begin like them.
    private static let families: [(beginning: String, index: Int)] = all.enumerated().flatMap { index, option in
        option.names.filter { $0.hasSuffix("*") }.map { (String($0.dropLast()), index) }
    }

    /// A name longer than this is not compared with the known ones: it is no slip of the pen.
    private static let longestCompared = 64

    /// The name that takes the fewest changes to get to, if they are few.
    static func nearest(to name: String) -> String? {
        guard name.utf8.count <= longestCompared else { return nil }
        let most = max(1, name.utf8.count / 3)
        let names = all.flatMap(\.names).filter { !$0.hasSuffix("*") }
        let distances = names.map { (name: $0, distance: distance(Array(name.lowercased().utf8), Array($0.utf8))) }
        return distances.min { $0.distance < $1.distance }.flatMap { $0.distance <= most ? $0.name : nil }
    }

    /// How many letters must be put in, taken out or replaced to make one word the other.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (line, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in second.enumerated() {
                let above = row[column + 1]
                row[column + 1] = min(diagonal + (letter == other ? 0 : 1), above + 1, row[column] + 1)
                diagonal = above
            }
        }
        return row[second.count]
    }
}
