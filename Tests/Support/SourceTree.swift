import Foundation

/// The files of the repository that the tests were built from.
enum SourceTree {
    /// Its root, three levels above this file.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

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
}
