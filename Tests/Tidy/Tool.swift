import Foundation

/// A command-line tool that a check asks.
enum Tool {
    /// What a tool left behind: its exit status, and what it wrote to both of its outputs.
    struct Output {
        let status: Int32
        let text: String
    }

    /// Whether the tests run in continuous integration, where a tool that is missing is a failure.
    static let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] != nil

    /// Runs a tool that is on the path, and waits for its end.
    static func run(_ arguments: [String]) async throws -> Output {
        // A file and not a pipe, which would be full before anybody reads it.
        let file = FileManager.default.temporaryDirectory.appending(path: "tidy-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = Repository.root
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        try handle.close()
        return Output(status: status, text: String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }
}
