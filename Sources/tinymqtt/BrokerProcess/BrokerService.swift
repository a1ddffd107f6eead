import ArgumentParser
import Logging
import MQTT

/// A broker as a process: started from settings, changed by signals and by its console, stopped.
struct BrokerService {
    let command: Broker
    let settings: ServerSettings
    /// Reads the settings again.
    let readAgain: () throws -> ServerSettings

    init(command: Broker, settings: ServerSettings, readAgain: @escaping () throws -> ServerSettings) {
        self.command = command
        self.settings = settings
        self.readAgain = readAgain
    }

    func run() async throws {
        let requests = BrokerRequests()
        var logger = Logger(label: "tinymqtt broker") { _ in StandardErrorLogHandler() }
        logger.logLevel = settings.log.kinds.contains(.debug) ? .debug : .notice
        for warning in settings.warnings {
            logger.warning("\(warning)")
        }
        let server = try await start(logger)
        tell(server)
        BrokerConsole.read(into: requests)
        await serve(server, requests, logger)
        await server.stop()
    }

    private func start(_ logger: Logger) async throws -> MQTTServer {
        do {
            return try await MQTTServer.start(settings, logger: logger)
        } catch {
            let advice = error.isAddressInUse ? "; stop that one, or choose another port with --port" : ""
            printError("tinymqtt broker: \(error)\(advice)")
            throw ExitStatus.usage.code
        }
    }

    /// Tells where the broker listens, and what a newcomer should know.
    private func tell(_ server: MQTTServer) {
        guard !command.quiet else { return }
        let reach = server.isLocalOnly ? " (this machine only; --host 0.0.0.0 lets others connect)" : ""
        printError("tinymqtt broker: listening on \(server.addressTexts.joined(separator: " and "))\(reach)")
        if command.configurationFile != nil, settings.isLocalOnly {
            printError(
                """
                tinymqtt broker: the configuration has no listener, so that only this machine is served; these two \
                lines let others connect:
                listener 1883
                allow_anonymous true
                """
            )
        }
        printError("tinymqtt broker: everything is kept in memory and gone when the broker stops")
    }

    /// Works on requests until one of them is to stop.
    private func serve(_ server: MQTTServer, _ requests: BrokerRequests, _ logger: Logger) async {
        var current = settings
        let console = BrokerConsole(server: server)
        for await request in requests.stream {
            switch request {
            case .stop: return
            case .reload: await reload(&current, server, logger)
            case .reopenLogs: logger.notice("the log goes on")
            case .checkpoint: logger.notice("nothing to write: everything is kept in memory")
            case .printTree: await console.printTree()
            case .line(let line):
                switch await console.perform(line) {
                case .goOn: continue
                case .stop: return
                case .logLevel(let level): await server.tracePackets(level == .debug)
                }
            }
        }
    }

    /// Reads the configuration again: all of it holds from now on, or nothing of it.
    private func reload(_ current: inout ServerSettings, _ server: MQTTServer, _ logger: Logger) async {
        do {
            let new = try readAgain()
            try await server.reload(new)
            for warning in new.warnings + new.changesThatNeedRestart(from: current) {
                logger.warning("\(warning)")
            }
            current = new
            logger.notice("the configuration has been read again")
        } catch {
            logger.error("the configuration stays as it was: \(error)")
        }
    }
}
