import Foundation
import Testing

@testable import Support

/// Holds the table of the founding documents' items against the tests' sources.
@Suite("Rooms and chat: the table of what was asked for")
struct RoomAndChatSeedTests {
    private static let items = Set(1...53).union(77...79)

    private let rows: [[String]]

    init() throws {
        rows = try SourceTree.text("Tests/EndToEnd/RoomAndChatSeeds.tsv")
            .split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test("each item has one row")
    func complete() throws {
        let numbers = try rows.map { row in try #require(Int(row[0]), "\(row)") }
        #expect(numbers.count == Set(numbers).count)
        #expect(Set(numbers) == Self.items)
    }

    @Test("each row names a test that there is, or says why there is none")
    func testsExist() throws {
        let suites = try Self.suites()
        for row in rows {
            if row.count == 4, row[2] == "-" {
                #expect(row[3].split(separator: " ").count >= 5, "item \(row[0]) has no reason")
                continue
            }
            let parts = row.count == 3 ? row[2].split(separator: ".").map(String.init) : []
            guard parts.count == 2 else {
                Issue.record("item \(row[0]): ‘\(row.last ?? "")’ is not SUITE.FUNCTION")
                continue
            }
            #expect(
                suites[parts[0]]?.contains("    func \(parts[1])(") == true,
                "item \(row[0]): there is no \(row[2])"
            )
        }
    }

    /// The text of the file of each suite.
    private static func suites() throws -> [String: String] {
        let folder = SourceTree.root.appending(path: "Tests")
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
        var suites: [String: String] = [:]
        for file in files where file.hasSuffix("Tests.swift") {
            let name = file.split(separator: "/").last?.dropLast(".swift".count) ?? ""
            suites[String(name)] = try SourceTree.text("Tests/\(file)")
        }
        return suites
    }
}
