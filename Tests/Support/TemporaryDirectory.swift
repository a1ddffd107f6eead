import Foundation

/// A directory for the files of one test, which goes with the value.
final class TemporaryDirectory: Sendable {
    /// Where it is: below `/tmp`, as the path of a Unix domain socket must be short.
    let path: String

    /// - Parameter name: What its name begins with.
    init(_ name: String) throws {
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
}
