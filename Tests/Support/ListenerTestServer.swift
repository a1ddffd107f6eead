import NIOCore

@testable import MQTT

/// A server in this process with a listener of one kind, and the log that it writes.
struct ListenerTestServer {
    let server: MQTTServer
    let log: LogRecorder
    let port: Int

    /// Starts a server that listens on a port of the system's choice on this machine's own address.
    static func start(
        configuration: BrokerConfiguration = BrokerConfiguration(),
        _ change: (inout ListenerSettings) -> Void
    ) async throws -> ListenerTestServer {
        var settings = ListenerSettings.tcp(host: "127.0.0.1", port: 0)
        change(&settings)
        let log = LogRecorder()
        let server = try await MQTTServer.start(
            at: [settings],
            configuration: configuration,
            threads: ServerThreads.count,
            logger: log.logger
        )
        return ListenerTestServer(server: server, log: log, port: server.addresses.first?.port ?? 0)
    }

    /// Runs `body` with a server, and stops it after.
    static func run(
        configuration: BrokerConfiguration = BrokerConfiguration(),
        _ change: (inout ListenerSettings) -> Void,
        _ body: (ListenerTestServer) async throws -> Void
    ) async throws {
        let server = try await start(configuration: configuration, change)
        do {
            try await body(server)
        } catch {
            await server.server.stop()
            throw error
        }
        await server.server.stop()
    }
}

extension ListenerSettings {
    /// TLS with the certificate `server`, and what `change` adds.
    mutating func useTLS(_ certificates: TestCertificates, _ change: (inout TLSSettings) -> Void = { _ in }) {
        var settings = TLSSettings()
        settings.certificateFile = certificates.certificate("server")
        settings.keyFile = certificates.key("server")
        change(&settings)
        tls = settings
    }

    /// TLS for Clients with certificates of the authority `ca`.
    mutating func useMutualTLS(_ certificates: TestCertificates, _ change: (inout TLSSettings) -> Void = { _ in }) {
        useTLS(certificates) { settings in
            settings.requiresCertificate = true
            settings.authorityFile = certificates.certificate("ca")
            change(&settings)
        }
    }
}
