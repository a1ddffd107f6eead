import CReadline

/// What the beginning of an input line can be completed to.
struct LineCompletion: Sendable {
    /// One possibility.
    struct Candidate: Sendable, Hashable {
        /// What takes the place of what is being completed.
        var text: String
        /// What the list of candidates shows; without control characters.
        var label: String
    }

    /// Where that begins which a candidate replaces, in bytes from the start of the line.
    var start: Int
    /// The candidates, in the order in which they are listed; possibly only the first of very many.
    var candidates: [Candidate]
    /// How many there are in all.
    var count: Int
    /// What all of them begin with, also those that are not listed.
    var common: String
    /// What follows the only candidate when it is taken.
    var following: Following

    /// What is put behind a completed word.
    enum Following: Sendable {
        case blank
        /// There is more to complete, such as the next level of a topic.
        case nothing
    }

    /// A completion of which all candidates are known.
    init(start: Int, candidates: [Candidate], following: Following = .blank) {
        self.init(
            start: start,
            candidates: candidates,
            count: candidates.count,
            common: candidates.dropFirst().reduce(candidates.first?.text ?? "") { $0.commonStart(with: $1.text) },
            following: following
        )
    }

    /// A completion of which perhaps only the first candidates are given.
    init(start: Int, candidates: [Candidate], count: Int, common: String, following: Following) {
        self.start = start
        self.candidates = candidates
        self.count = count
        self.common = common
        self.following = following
    }

    /// The candidates in columns, as a person reads them; says how many are left out.
    ///
    /// - Parameter columns: The width of the screen.
    func list(columns: Int) -> String {
        let gap = 2
        let widths = candidates.map { $0.label.columns }
        let cell = (widths.max() ?? 0) + gap
        let perRow = max(1, (columns - 1) / max(cell, 1))
        let rowCount = (candidates.count + perRow - 1) / perRow
        var lines: [String] = []
        for row in 0..<rowCount {
            var line = ""
            // Down the columns, as other shells list.
            for index in stride(from: row, to: candidates.count, by: rowCount) {
                line += candidates[index].label
                let isLast = index + rowCount >= candidates.count
                if !isLast { line += String(repeating: " ", count: cell - widths[index]) }
            }
            lines.append(line)
        }
        if count > candidates.count {
            lines.append("… and \(count - candidates.count) more; go on typing to see fewer")
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// How many columns the text takes on a terminal; a control character counts as one.
    var columns: Int {
        _ = Self.hasLocale
        // The compiler passes the string as one that ends with a zero byte, for the length of the call.
        let width = unsafe line_editor_width(self)
        return width < 0 ? unicodeScalars.count : Int(width)
    }

    /// How wide a character is, is known for the characters of a locale.
    private static let hasLocale: Void = line_editor_use_utf8()

    /// What both texts begin with, in whole characters.
    func commonStart(with other: String) -> String {
        var (left, right) = (startIndex, other.startIndex)
        while left < endIndex, right < other.endIndex, self[left] == other[right] {
            formIndex(after: &left)
            other.formIndex(after: &right)
        }
        return String(self[..<left])
    }
}
