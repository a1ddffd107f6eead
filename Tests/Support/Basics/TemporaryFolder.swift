import Foundation

/// A folder of a test's own, which goes with all that is in it when nobody holds it any more.
final class TemporaryFolder: Sendable {
    /// Its absolute path: below `/tmp`, as the path of a Unix domain socket must be short.
    let path: String

    /// - Parameter name: What its name begins with.
    init(_ name: String = "test") throws {
        path = "/tmp/tinymqtt-\(name)-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// Writes a configuration together with the files that it names, and returns its path.
    ///
    /// - Parameters:
    ///   - configuration: The text; `@` stands for this folder.
    ///   - files: Texts by the names of their files.
    func writeConfiguration(_ configuration: String, files: [String: String]) throws -> String {
        for (name, text) in files {
            try write(text, to: name)
        }
        let text = configuration.split(separator: "@", omittingEmptySubsequences: false).joined(separator: path)
        return try write(text, to: "tinymqtt.conf")
    }

    /// The text of a file.
    func text(_ name: String) throws -> String {
        try String(contentsOf: URL(filePath: path(name)), encoding: .utf8)
    }

    /// The names of what is in it.
    var names: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: path)) }
    }

    /// The permissions of a file, as in `0o600`.
    func permissions(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }
}
