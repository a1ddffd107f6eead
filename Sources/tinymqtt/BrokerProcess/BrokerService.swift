import Logging
import MQTT

/// A broker as a process: started from settings, changed by signals and by its console, stopped.
///
/// The log is there first and ends last. Root opens the log files, the sockets and the pid file, and then becomes a
/// user who may do less; whoever waits for the broker, a shell or a service manager, is told after that.
struct BrokerService {
    /// What the broker was started with, or has changed to since.
    private(set) var settings: ServerSettings
    /// Whether the settings come from a file.
    let hasConfiguration: Bool
    /// Whoever waits until the broker serves in the background.
    let daemon: Daemon?
    let log: LogWriter
    let logger: Logger
    let manager = ServiceManager.current
    /// Reads the settings again.
    private let readAgain: () throws(ConfigurationError) -> ServerSettings
    /// Whether a room server runs in this process as well.
    var hasRooms = false
    /// The user that root has become, as the log calls it.
    var user: String?

    /// Opens the log.
    ///
    /// - Throws: `ConfigurationError` where a file of the log cannot be opened.
    init(
        settings: ServerSettings,
        hasConfiguration: Bool,
        daemon: Daemon?,
        readAgain: @escaping () throws(ConfigurationError) -> ServerSettings
    ) throws(ConfigurationError) {
        self.settings = settings
        self.hasConfiguration = hasConfiguration
        self.daemon = daemon
        self.readAgain = readAgain
        log = try LogWriter(settings.log)
        logger = log.logger(label: "tinymqtt broker")
    }

    /// Serves until it is asked to stop.
    ///
    /// - Throws: ``ProcessFailure`` where it cannot serve; the log has it then, and is not to be told again.
    mutating func run() async throws(ProcessFailure) {
        let requests = BrokerRequests()
        let server: MQTTServer
        let identifierFile: ProcessIdentifierFile?
        do throws(ProcessFailure) {
            (server, identifierFile) = try await start()
        } catch {
            // Whoever started it reads standard error, and gets it once.
            if !settings.log.destinations.contains(.standardError) { logger.error("\(error)") }
            throw error
        }
        let rooms = hasRooms ? try BrokerRooms(server, logger: logger) : nil
        BrokerConsole.read(into: requests)
        let manager = self.manager
        let watchdog = Task { await manager?.keepAlive { await server.waitForTurn() } }
        await serve(server, requests)
        manager?.stopping()
        logger.notice("the broker stops")
        await rooms?.stop()
        if await !server.stop() {
            logger.error("not everything could be stored; what is missing was not acknowledged")
        }
        watchdog.cancel()
        do {
            try identifierFile?.remove()
        } catch {
            logger.warning("\(error)")
        }
    }

    /// Works on requests until one of them is to stop.
    private mutating func serve(_ server: MQTTServer, _ requests: BrokerRequests) async {
        let console = BrokerConsole(server: server)
        for await request in requests.stream {
            switch request {
            case .stop: return
            case .reload: await reload(server)
            case .reopenLogs: reopenLogs()
            case .checkpoint: await checkpoint(server)
            case .printTree: await console.printTree()
            case .line(let line):
                switch await console.perform(line) {
                case .goOn: continue
                case .stop: return
                case .logLevel(let level): await change(to: level, server)
                }
            }
        }
    }

    /// What mosquitto takes for the order to write its file; here everything is on disk already.
    private func checkpoint(_ server: MQTTServer) async {
        guard let path = server.storePath else {
            return logger.notice("nothing to write: everything is kept in memory")
        }
        if let problem = await server.checkpoint() {
            logger.error("\(problem)")
        } else {
            logger.notice("the log of \(path) has been worked into it")
        }
    }

    /// Reads the configuration again: all of it holds from now on, or nothing of it.
    private mutating func reload(_ server: MQTTServer) async {
        manager?.reloading()
        do throws(ConfigurationError) {
            let new = try readAgain()
            try await log.apply(new.log) { () throws(ConfigurationError) in try await server.reload(new) }
            for warning in new.warnings + new.changesThatNeedRestart(from: settings) {
                logger.warning("\(warning)")
            }
            settings = new
            logger.notice("the configuration has been read again")
        } catch {
            // The old files may have been given other names, whatever is wrong with the configuration.
            reopenLogs()
            let reader = user.map { " (it was read as \($0))" } ?? ""
            logger.error("the configuration stays as it was: \(error)\(reader)")
        }
        manager?.ready(status: status(of: server))
    }

    /// Opens the files of the log anew, after something like logrotate has given them other names.
    private func reopenLogs() {
        do {
            try log.reopen()
            logger.notice("the log goes on")
        } catch {
            logger.error(
                "\(error); lines go on to the file that was open\(user.map { " (the broker is \($0))" } ?? "")"
            )
        }
    }

    /// Logs more or less, until the configuration is read again.
    private func change(to level: LogLevel, _ server: MQTTServer) async {
        var new = settings.log
        new.kinds = level.kinds
        do {
            try log.apply(new)
            await server.tracePackets(new.kinds.contains(.debug))
        } catch {
            logger.error("the log stays as it was: \(error)")
        }
    }

    /// What would be wrong if the configuration were read now.
    func checkReading() throws(ConfigurationError) {
        _ = try readAgain()
    }
}
