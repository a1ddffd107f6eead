import Foundation

/// The table of normative statements, and what the sources and the tests cite of it.
struct NormativeStatementTable {
    /// What the last column of a row says.
    enum Proof: Equatable {
        /// The names of the test files that cite the statement, without `.swift`.
        case tests([String])
        /// Why there is no test.
        case none(reason: String)
    }

    /// A line of the table: one normative statement.
    struct Row {
        let number: String
        let demand: String
        let proof: Proof
    }

    /// A place where a statement is cited.
    struct Citation: Hashable, CustomStringConvertible {
        let number: String
        /// The file's name, without its extension.
        let file: String
        let line: Int
        /// Whether the line says that it means a statement of version 3.1.1.
        let isOfOlderVersion: Bool

        var description: String { "[\(number)] at \(file):\(line)" }
    }

    let rows: [Row]
    /// The lines of the table that are no rows.
    let malformedLines: [String]

    /// The top of the repository; this file lies two folders below it.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    init() throws {
        let file = Self.root.appending(path: "Tests/Conformance/NormativeStatements.tsv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        var rows: [Row] = []
        var malformedLines: [String] = []
        for line in lines.dropLast() where !line.hasPrefix("#") {
            if let row = Self.row(line) {
                rows.append(row)
            } else {
                malformedLines.append(String(line))
            }
        }
        self.rows = rows
        self.malformedLines = malformedLines
    }

    private static func row(_ line: Substring) -> Row? {
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard columns.count == 3, columns[0].wholeMatch(of: /MQTT-\d+\.\d+(\.\d+)?-\d+/) != nil,
            !columns[1].isEmpty
        else { return nil }
        let proof: Proof
        if columns[2].hasPrefix("- "), columns[2].count > 2 {
            proof = .none(reason: String(columns[2].dropFirst(2)))
        } else {
            let names = columns[2].split(separator: ", ", omittingEmptySubsequences: false).map(String.init)
            guard names.allSatisfy({ $0.wholeMatch(of: /[A-Z][A-Za-z0-9+]*/) != nil }) else { return nil }
            proof = .tests(names)
        }
        return Row(number: columns[0], demand: columns[1], proof: proof)
    }

    /// All citations in the files below `folder`, this test's own left out.
    static func citations(below folder: String) throws -> [Citation] {
        let top = root.appending(path: folder)
        guard let files = FileManager.default.enumerator(at: top, includingPropertiesForKeys: [.isRegularFileKey])
        else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        var citations: [Citation] = []
        for case let file as URL in files {
            let name = file.deletingPathExtension().lastPathComponent
            guard !name.hasPrefix("NormativeStatement"),
                try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            else { continue }
            citations += Self.citations(in: try Data(contentsOf: file), of: name)
        }
        return citations
    }

    /// Looks for the mark in the bytes and makes text only of the lines that have it: a regular expression over all of
    /// the sources takes many seconds in a debug build.
    private static func citations(in content: Data, of file: String) -> [Citation] {
        let mark = Data("[MQTT-".utf8)
        let newline = UInt8(ascii: "\n")
        var citations: [Citation] = []
        var lineNumber = 1
        var counted = content.startIndex
        var rest = content.startIndex
        while let found = content.range(of: mark, in: rest..<content.endIndex) {
            let start = content[..<found.lowerBound].lastIndex(of: newline).map { $0 + 1 } ?? content.startIndex
            let end = content[found.upperBound...].firstIndex(of: newline) ?? content.endIndex
            lineNumber += content[counted..<start].count { $0 == newline }
            counted = start
            let line = String(decoding: content[start..<end], as: UTF8.self)
            for number in Self.numbers(in: line) {
                citations.append(
                    Citation(
                        number: number,
                        file: file,
                        line: lineNumber,
                        isOfOlderVersion: line.contains("of 3.1.1") || line.contains("of version 3.1.1")
                    )
                )
            }
            rest = end
        }
        return citations
    }

    /// The numbers in square brackets on one line.
    private static func numbers(in line: String) -> [String] {
        line.split(separator: "[").compactMap { piece in
            guard piece.hasPrefix("MQTT-"), let end = piece.firstIndex(of: "]") else { return nil }
            return String(piece[..<end])
        }
    }
}
