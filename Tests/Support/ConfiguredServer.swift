import NIOCore

@testable import MQTT

/// A server in this process as a configuration says it, with the files that the configuration names and the log that the
/// server writes.
final class ConfiguredServer {
    let server: MQTTServer
    let log: LogRecorder
    /// What the configuration has become.
    private(set) var settings: ServerSettings
    private let folder: TemporaryFolder

    private init(server: MQTTServer, log: LogRecorder, settings: ServerSettings, folder: TemporaryFolder) {
        self.server = server
        self.log = log
        self.settings = settings
        self.folder = folder
    }

    /// A listener on a port of the system's choice, where everybody may come.
    static let open = "listener 0 127.0.0.1\nallow_anonymous true\n"

    /// Runs `body` with a server, and stops it after.
    ///
    /// - Parameters:
    ///   - configuration: The text; `@` stands for the folder where `files` are.
    ///   - files: Texts by the names of their files.
    static func run(
        _ configuration: String,
        files: [String: String] = [:],
        _ body: (ConfiguredServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var settings = try read(configuration, files, in: folder)
        settings.threads = settings.threads ?? ServerThreads.count
        let log = LogRecorder()
        let server = try await MQTTServer.start(settings, logger: log.logger)
        do {
            try await body(ConfiguredServer(server: server, log: log, settings: settings, folder: folder))
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private static func read(
        _ configuration: String,
        _ files: [String: String],
        in folder: TemporaryFolder
    ) throws -> ServerSettings {
        let path = try folder.writeConfiguration(configuration, files: files)
        return try ServerSettings.read(configurationFile: path)
    }

    /// Has the server read another configuration, and other files.
    func reload(_ configuration: String, files: [String: String] = [:]) async throws {
        settings = try Self.read(configuration, files, in: folder)
        try await server.reload(settings)
    }

    /// The path of a file of the configuration's folder.
    func path(_ name: String) -> String { folder.path(name) }

    /// The port of a listener, by its place in the configuration. Each listener has one address.
    func port(_ listener: Int = 0) -> Int {
        server.addresses.indices.contains(listener) ? server.addresses[listener].port ?? 0 : 0
    }

    /// A Client at a listener; whether it was let in stands in its `connack`.
    func connect(
        _ clientIdentifier: String,
        userName: String? = nil,
        password: String? = nil,
        version: ProtocolVersion = .v5_0,
        at listener: Int = 0,
        _ change: (inout Connect) -> Void = { _ in }
    ) async throws -> TestClient {
        var connect = Connect.make(clientIdentifier)
        connect.version = version
        connect.userName = userName.map { .text($0) }
        connect.password = password.map { Array($0.utf8) }
        change(&connect)
        return try await TestClient.connect(to: port(listener), connect)
    }
}
