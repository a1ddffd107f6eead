import Foundation
import Testing

@testable import Support
@testable import tinymqtt

/// Holds the table of what mosquitto's clients have against what ours know, and against the tests that it names.
@Suite("Options of the clients: the table")
struct ClientOptionTests {
    /// A line of the table.
    private struct Row {
        let section: String
        let item: String
        /// Each as script:NAME or SUITE.FUNCTION.
        let tests: [String]
    }

    private let rows: [Row]

    init() throws {
        rows = try SourceTree.text("Tests/EndToEnd/ClientOptions.tsv")
            .split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                // A dash has a reason behind it, and tests have none.
                try #require(columns.count == (columns.dropFirst(2).first == "-" ? 4 : 3), "\(line)")
                let tests = columns[2] == "-" ? [] : columns[2].split(separator: ",").map(String.init)
                return Row(section: columns[0], item: columns[1], tests: tests)
            }
    }

    private func items(_ section: String) -> Set<String> {
        Set(rows.filter { $0.section == section }.map(\.item))
    }

    @Test("each thing has one row, in a section that there is")
    func unique() {
        let names = rows.map { "\($0.section) \($0.item)" }
        #expect(names.count == Set(names).count)
        let sections: Set = ["option", "file", "input", "property", "format", "exit", "forbidden", "fix"]
        #expect(Set(rows.map(\.section)) == sections)
    }

    @Test("each option of each tool")
    func options() {
        let known = ClientOption.all.map { option in
            let tools = ClientTool.allCases.filter { option.belongs(to: $0) }.map { String($0.letter) }.joined()
            return [option.short, option.long, tools].filter { !$0.isEmpty }.joined(separator: " ")
        }
        #expect(items("option").symmetricDifference(known) == [])
    }

    @Test("each property of each packet")
    func properties() {
        let known = Set(ClientProperty.Name.allCases.flatMap { name in name.packets.map { "\($0) \(name.rawValue)" } })
        #expect(known.subtracting(items("property")) == [])
    }

    @Test("each code of the formats")
    func formats() {
        let letters = (UInt8(ascii: " ")...UInt8(ascii: "~")).map { String(UnicodeScalar($0)) }
        for letter in letters {
            for lead in ["%", "\\"] {
                let isKnown = (try? OutputFormat("\(lead)\(letter)", isPretty: false, endsLines: true)) != nil
                #expect(isKnown == items("format").contains(lead + letter), "\(lead)\(letter)")
            }
        }
    }

    @Test("each exit code")
    func exitCodes() {
        let known = Set(ExitStatus.allCases.map { "code \($0.rawValue)" })
        #expect(known.subtracting(items("exit")) == [])
    }

    @Test("each row names tests that there are; the script of an option has it")
    func testsExist() throws {
        let scripts = Dictionary(uniqueKeysWithValues: try ClientScript.all().map { ($0.name, $0.script) })
        let suites = try SourceTree.testSuites()
        for row in rows {
            for test in row.tests {
                if test.hasPrefix("script:") {
                    let name = String(test.dropFirst("script:".count))
                    let script = try #require(scripts[name], "\(row.item): there is no script \(name)")
                    guard row.section == "option" else { continue }
                    let words = Set(script.split { " ;)\"|".contains($0) }.map(String.init))
                    let names = Set(row.item.split(separator: " ").map(String.init))
                    #expect(!words.isDisjoint(with: names), "\(row.item): \(name) has none of its names")
                } else {
                    let parts = test.split(separator: ".").map(String.init)
                    try #require(parts.count == 2, "\(row.item): ‘\(test)’ is not SUITE.FUNCTION")
                    #expect(
                        suites[parts[0]]?.contains("    func \(parts[1])(") == true,
                        "\(row.item): there is no \(test)"
                    )
                }
            }
        }
    }
}
