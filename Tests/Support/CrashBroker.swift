import Foundation

/// A process `tinymqtt broker` that is started again and again with one store, on one port.
///
/// One test uses it, one call after the other.
final class CrashBroker {
    /// It ended although nobody asked it to.
    struct Ended: Error, CustomStringConvertible {
        let description: String
    }

    /// The program: ours, or another build of it.
    private let program: String
    private let folder: TemporaryFolder
    private let configuration: String
    /// What runs the program, with the words before its path.
    private let launcher: [String]
    private(set) var port: Int
    private(set) var process: ChildProcess
    /// How long the first start took, from the call until it listened.
    private(set) var startDuration = Duration.zero

    /// Another build of the program, for trials by hand.
    static let program = ProcessInfo.processInfo.environment["CRASH_BROKER"] ?? Peers.tinymqtt

    /// Starts it on a port that the system chooses, and keeps that port.
    ///
    /// - Parameters:
    ///   - configuration: Lines of its configuration without a listener; `@` stands for its folder.
    ///   - launcher: A program that starts it, with its arguments.
    init(
        _ configuration: String,
        program: String = CrashBroker.program,
        folder: TemporaryFolder? = nil,
        launcher: [String] = []
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        self.program = program
        self.folder = folder
        self.launcher = launcher
        self.configuration = configuration.split(separator: "@", omittingEmptySubsequences: false)
            .joined(separator: folder.path)
        port = 0
        let start = ContinuousClock.now
        process = try Self.spawn(program, launcher, try Self.write(self.configuration, port: 0, to: folder))
        port = try await untilListening()
        startDuration = .now - start
    }

    /// The path of a file of its folder.
    func path(_ name: String) -> String { folder.path(name) }

    private static func write(_ configuration: String, port: Int, to folder: TemporaryFolder) throws -> String {
        try folder.write("listener \(port) 127.0.0.1\nallow_anonymous true\n\(configuration)\n", to: "tinymqtt.conf")
    }

    private static func spawn(_ program: String, _ launcher: [String], _ path: String) throws -> ChildProcess {
        let words = launcher + [program, "broker", "--config-file", path]
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }

    /// Starts it again, and waits for nothing.
    func spawn() throws {
        process = try Self.spawn(program, launcher, try Self.write(configuration, port: port, to: folder))
    }

    /// Waits until it listens, and returns its port.
    @discardableResult
    func untilListening() async throws -> Int {
        let said = try await process.wait(for: "listener") { said in
            said.status != nil
                || said.errorText.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                    .contains { $0.contains("listening on ") }
        }
        guard said.status == nil else {
            throw Ended(description: "the broker ended with \(said.status ?? 0): \(said.errorText.suffix(1_000))")
        }
        let line = said.errorText.split(separator: "\n").first { $0.contains("listening on ") } ?? ""
        let digits = line.split(separator: "127.0.0.1:").last?.prefix { $0.isNumber } ?? ""
        return Int(digits) ?? 0
    }

    /// Ends it as a failure of the machine would: it does nothing more.
    func kill() async throws {
        process.send(signal: SIGKILL)
        let said = try await process.waitForEnd()
        guard said.status == 128 + SIGKILL else {
            throw Ended(description: "the broker had ended with \(said.status ?? 0): \(said.errorText.suffix(1_000))")
        }
    }

    /// Asks it to stop, and waits until it has.
    @discardableResult
    func stop() async throws -> ChildProcess.Transcript {
        process.send(signal: SIGTERM)
        return try await process.waitForEnd()
    }
}
