import Foundation
import Testing

@testable import MQTT
@testable import Support

/// Holds the table of options and the tests of their effects against the options that there are and the tests' sources.
@Suite("Options in effect: the table")
struct OptionEffectTests {
    /// A line of the table.
    private struct Row {
        let option: String
        /// The test, as SUITE.FUNCTION; a dash where there is none.
        let test: String
        /// Why there is none.
        let reason: String?
    }

    private let rows: [Row]

    init() throws {
        rows = try SourceTree.text("Tests/EndToEnd/OptionEffects.tsv")
            .split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                try #require(columns.count == 2 || columns.count == 3, "\(line)")
                return Row(option: columns[0], test: columns[1], reason: columns.count == 3 ? columns[2] : nil)
            }
    }

    @Test("each option has one row, and each row an option")
    func complete() {
        let options = ConfigurationTable.all.filter { $0.scope != .bridge && $0.name != "connection" }.map(\.name)
        #expect(rows.count == Set(rows.map(\.option)).count)
        #expect(Set(rows.map(\.option)).subtracting(options) == [])
        #expect(Set(options).subtracting(rows.map(\.option)) == [])
    }

    @Test("each row names a test that there is, or says why there is none")
    func testsExist() throws {
        let sources = try SourceTree.testSuites()
        for row in rows {
            if row.test == "-" {
                #expect(row.reason?.isEmpty == false, "\(row.option) has neither a test nor a reason")
                continue
            }
            let parts = row.test.split(separator: ".").map(String.init)
            guard parts.count == 2, row.reason == nil else {
                Issue.record("\(row.option): ‘\(row.test)’ is not SUITE.FUNCTION")
                continue
            }
            #expect(
                sources[parts[0]]?.contains("    func \(parts[1])(") == true,
                "\(row.option): there is no \(row.test)"
            )
        }
    }
}
