import Foundation

@testable import Support

/// The source tree that the tests were built from.
enum Repository {
    /// Its root, three levels above this file.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The manifests: of the package, and of the tests that want optimised code.
    static let manifests = ["Package.swift", "Tests/Package.swift"]

    /// Where the build that the tests run from put its products.
    static let products: URL = {
        let running = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let hasModules = FileManager.default.fileExists(atPath: running.appending(path: "Modules").path)
        return hasModules ? running : root.appending(path: ".build/debug").resolvingSymlinksInPath()
    }()

    /// The text files of the tree, read once.
    static func files() async throws -> [SourceFile] {
        try await reading.value
    }

    /// A file of the tree.
    static func file(_ path: String) throws -> SourceFile {
        let data = try Data(contentsOf: root.appending(path: path))
        return SourceFile(path: path, text: String(decoding: data, as: UTF8.self))
    }

    /// The table of layers.
    static func layers() throws -> Layers {
        Layers(try String(contentsOf: root.appending(path: Layers.path), encoding: .utf8))
    }

    private static let reading = Task {
        try await Parallel.map(paths()) { path -> SourceFile? in
            // What is tracked may have been deleted, and what is no UTF-8 is no text.
            guard let data = try? Data(contentsOf: root.appending(path: path)) else { return nil }
            return String(data: data, encoding: .utf8).map { SourceFile(path: path, text: $0) }
        }
        .compactMap { $0 }
    }

    /// The paths of what git tracks or would add; of everything but the build where there is no git.
    private static func paths() async throws -> [String] {
        let listing = ["git", "-c", "core.quotePath=false", "ls-files", "--cached", "--others", "--exclude-standard"]
        let output = try await Tool.run(listing)
        if output.status == 0 { return output.text.lines.map(String.init) }
        let isOurs = { (path: String) in !"/\(path)".contains("/.build/") && !path.hasPrefix(".git/") }
        let everything = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return everything.filter { $0 != "Package.resolved" && isOurs($0) }.sorted()
    }
}
