import Testing

/// Holds the table of normative statements against what the sources and the tests cite.
@Suite("Normative statements")
struct NormativeStatementTests {
    /// What was read, once for all tests.
    private struct Reading: Sendable {
        let table: NormativeStatementTable
        let citedInSources: [NormativeStatementTable.Citation]
        let citedInTests: [NormativeStatementTable.Citation]

        init() throws {
            table = try NormativeStatementTable()
            citedInSources = try NormativeStatementTable.citations(below: "Sources").filter { !$0.isOfOlderVersion }
            citedInTests = try NormativeStatementTable.citations(below: "Tests").filter { !$0.isOfOlderVersion }
        }

        static let result = Result { try Reading() }
    }

    private let table: NormativeStatementTable
    private let citedInSources: [NormativeStatementTable.Citation]
    private let citedInTests: [NormativeStatementTable.Citation]
    private let numbers: Set<String>
    /// For each statement the test files that cite it.
    private let testFiles: [String: Set<String>]

    init() throws {
        let reading = try Reading.result.get()
        table = reading.table
        citedInSources = reading.citedInSources
        citedInTests = reading.citedInTests
        numbers = Set(table.rows.map(\.number))
        testFiles = Dictionary(grouping: citedInTests, by: \.number).mapValues { Set($0.map(\.file)) }
    }

    @Test("each row has a number, a demand and tests or a reason, and no number has two rows")
    func wellFormed() {
        #expect(table.malformedLines.isEmpty)
        #expect(numbers.count == table.rows.count)
        // So many there are in Appendix B.
        #expect(table.rows.count == 251)
    }

    @Test("rows stand in the order of the specification")
    func order() {
        let keys = table.rows.map { row in
            row.number.dropFirst("MQTT-".count).split { $0 == "." || $0 == "-" }.compactMap { Int($0) }
        }
        for (former, latter) in zip(keys, keys.dropFirst()) {
            #expect(former.lexicographicallyPrecedes(latter))
        }
    }

    @Test("sources and tests cite only statements that there are, or say that they mean version 3.1.1")
    func citationsExist() {
        #expect(!citedInSources.isEmpty && !citedInTests.isEmpty)
        for citation in citedInSources + citedInTests {
            #expect(numbers.contains(citation.number), "\(citation)")
        }
    }

    @Test("what the sources cite has a test that cites it, or a reason")
    func sourcesAreProved() {
        var excused: Set<String> = []
        for row in table.rows {
            if case .tests = row.proof { continue }
            excused.insert(row.number)
        }
        for citation in citedInSources where !excused.contains(citation.number) {
            #expect(testFiles[citation.number] != nil, "\(citation) has no test")
        }
    }

    @Test("the tests that a row names exist, and cite its statement")
    func namedTestsExist() {
        for row in table.rows {
            guard case .tests(let names) = row.proof else { continue }
            for name in names {
                #expect(testFiles[row.number, default: []].contains(name), "\(name) does not cite [\(row.number)]")
            }
        }
    }

    @Test("a row with a reason for having no test has none")
    func reasonsAreTrue() {
        for row in table.rows {
            guard case .none(let reason) = row.proof else { continue }
            #expect(testFiles[row.number] == nil, "[\(row.number)] has a test, and yet the reason: \(reason)")
        }
    }
}
