import Foundation

/// The files of the repository that the tests were built from.
enum SourceTree {
    /// Its root, four levels above this file.
    static let root = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }

    /// The text of a file.
    ///
    /// - Parameter path: The file, from the root.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The names of what lies in a folder.
    ///
    /// - Parameter path: The folder, from the root.
    static func names(in path: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path))
    }

    /// The suites of all tests by their names: of each the text from its head to the end of its file.
    static func testSuites() throws -> [String: Substring] {
        let folder = root.appending(path: "Tests")
        let enumerator = FileManager.default.enumerator(atPath: folder.path)
        let files = (enumerator?.allObjects ?? []).compactMap { $0 as? String }
        var suites: [String: Substring] = [:]
        for file in files where file.hasSuffix("Tests.swift") {
            let text = try text("Tests/\(file)")
            for head in text.ranges(of: /\nstruct [A-Za-z0-9]+/) {
                suites[String(text[head].dropFirst("\nstruct ".count))] = text[head.lowerBound...]
            }
        }
        return suites
    }
}
