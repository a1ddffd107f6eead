import Foundation

/// The table of normative statements, and what the sources and the tests cite of it.
struct NormativeStatementTable {
    /// What the last column of a row says.
    enum Proof: Equatable {
        /// The names of the test files that cite the statement, without `.swift`.
        case tests([String])
        /// Why there is no test.
        case none(reason: String)
        /// A word in place of tests that are still to come.
        case open(marker: String)
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

    init(openMarkers: Set<String>) throws {
        let file = Self.root.appending(path: "Tests/Conformance/NormativeStatements.tsv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        var rows: [Row] = []
        var malformedLines: [String] = []
        for line in lines.dropLast() where !line.hasPrefix("#") {
            if let row = Self.row(line, openMarkers: openMarkers) {
                rows.append(row)
            } else {
                malformedLines.append(String(line))
            }
        }
        self.rows = rows
        self.malformedLines = malformedLines
    }

    private static func row(_ line: Substring, openMarkers: Set<String>) -> Row? {
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard columns.count == 3, columns[0].wholeMatch(of: /MQTT-\d+\.\d+(\.\d+)?-\d+/) != nil,
            !columns[1].isEmpty
        else { return nil }
        let proof: Proof
        if openMarkers.contains(columns[2]) {
            proof = .open(marker: columns[2])
        } else if columns[2].hasPrefix("- "), columns[2].count > 2 {
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
            citations += Self.citations(in: String(decoding: try Data(contentsOf: file), as: UTF8.self), of: name)
        }
        return citations
    }

    private static func citations(in text: String, of file: String) -> [Citation] {
        var citations: [Citation] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            for match in line.matches(of: /\[(MQTT-[^\]]*)\]/) {
                citations.append(
                    Citation(
                        number: String(match.1),
                        file: file,
                        line: index + 1,
                        isOfOlderVersion: line.contains(/of (version )?3\.1\.1/)
                    )
                )
            }
        }
        return citations
    }
}
