import Foundation

/// A process `tinymqtt broker` with a configuration and the files that it names.
final class ConfiguredBroker: Sendable {
    let process: ChildProcess
    /// The ports of its listeners, in the order of the configuration.
    let ports: [Int]
    private let folder: TemporaryFolder

    private init(process: ChildProcess, ports: [Int], folder: TemporaryFolder) {
        self.process = process
        self.ports = ports
        self.folder = folder
    }

    /// The port of the only listener.
    var port: Int { ports.first ?? 0 }

    /// Starts a broker, and waits until it listens.
    ///
    /// - Parameters:
    ///   - configuration: The text; `@` stands for the folder where `files` are.
    ///   - files: Texts by the names of their files.
    static func start(
        _ configuration: String,
        files: [String: String] = [:],
        arguments: [String] = []
    ) async throws -> ConfiguredBroker {
        let folder = try TemporaryFolder()
        let path = try folder.writeConfiguration(configuration, files: files)
        let process = try ChildProcess(Peers.tinymqtt, ["broker", "--config-file", path] + arguments)
        let said = try await process.wait(for: "listener") { said in
            said.errorText.split(separator: "\n").dropLast(said.errorText.hasSuffix("\n") ? 0 : 1)
                .contains { $0.contains("listening on ") }
        }
        let line = said.errorText.split(separator: "\n").first { $0.contains("listening on ") } ?? ""
        let ports = line.split(separator: "listening on ").last?.split(separator: " and ").compactMap { address in
            address.split(separator: " ").first?.split(separator: ":").last.flatMap { Int($0) }
        }
        return ConfiguredBroker(process: process, ports: ports ?? [], folder: folder)
    }

    /// Replaces the configuration and files.
    func rewrite(_ configuration: String, files: [String: String] = [:]) throws {
        _ = try folder.writeConfiguration(configuration, files: files)
    }

    /// The path of a file of the configuration's folder.
    func path(_ name: String) -> String { folder.path(name) }

    /// Has it read its configuration again, and waits until it says that it has.
    func reload() async throws {
        try await signalReload(saying: "the configuration has been read again")
    }

    /// Has it read a configuration that is wrong; returns what it says about that.
    @discardableResult
    func reloadInVain() async throws -> String {
        try await signalReload(saying: "the configuration stays as it was")
    }

    @discardableResult
    private func signalReload(saying text: String) async throws -> String {
        let before = process.soFar.errorText.split(separator: text, omittingEmptySubsequences: false).count
        process.send(signal: SIGHUP)
        let said = try await process.wait(for: "‘\(text)’") { said in
            said.errorText.split(separator: text, omittingEmptySubsequences: false).count > before
        }
        return said.errorText.split(separator: "\n").last { $0.contains(text) }.map(String.init) ?? ""
    }

    /// How much memory it has at the moment, in bytes.
    func residentByteCount() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) << 10
    }

    /// Asks it to stop, and waits until it has.
    func stop() async throws -> ChildProcess.Transcript {
        process.send(signal: SIGTERM)
        return try await process.waitForEnd()
    }
}
