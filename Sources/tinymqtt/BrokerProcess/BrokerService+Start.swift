import Logging
import MQTT

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension BrokerService {
    /// Opens everything, becomes who the broker is to be, and tells those who wait.
    ///
    /// - Throws: ``ProcessFailure`` where something cannot be had; then nothing is left open.
    mutating func start() async throws(ProcessFailure) -> (MQTTServer, ProcessIdentifierFile?) {
        for warning in settings.warnings {
            logger.warning("\(warning)")
        }
        raiseOpenFiles()
        let server = try await startServer()
        var file: ProcessIdentifierFile?
        do throws(ProcessFailure) {
            if let path = settings.process.processIdentifierFile { file = try .create(at: path) }
            try changeUser(server)
        } catch {
            await server.stop()
            try? file?.remove()
            throw error
        }
        tell(server)
        daemon?.report()
        manager?.ready(status: status(of: server))
        return (server, file)
    }

    private func raiseOpenFiles() {
        let files = OpenFiles.raiseLimit()
        if let failure = files.failure { logger.warning("\(failure)") }
        logger.info("at most \(files.limit) files and connections can be open at a time")
    }

    private func startServer() async throws(ProcessFailure) -> MQTTServer {
        do throws(MQTTServer.StartError) {
            return try await MQTTServer.start(settings, log: log, progress: Self.showProgress)
        } catch {
            if let problem = error.storeError {
                throw ProcessFailure("the store cannot be used: \(problem)", isConfiguration: true)
            }
            let advice = error.isAddressInUse ? "; stop that one, or choose another port with --port" : ""
            throw ProcessFailure("\(error)\(advice)")
        }
    }

    /// Shows on a terminal that a large store is being read.
    private static func showProgress(_ progress: StartProgress) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        printError(
            "reading the store: \(progress.sessionCount) sessions, \(progress.retainedCount) retained messages so far"
        )
    }

    // MARK: The user

    /// Gives up the rights of root, where the broker has them.
    private mutating func changeUser(_ server: MQTTServer) throws(ProcessFailure) {
        switch try Privileges.decide(user: settings.process.user) {
        case .stay: break
        case .stayWithNotice(let text): logger.notice("\(text)")
        case .stayWithWarning(let text): logger.warning("\(text)")
        case .become(let identity): try become(identity, server)
        case .becomeWithWarning(let identity, let text):
            logger.warning("\(text)")
            try become(identity, server)
        }
    }

    private mutating func become(_ identity: Privileges.Identity, _ server: MQTTServer) throws(ProcessFailure) {
        tellFailure { () throws(ConfigurationError) in
            try log.giveFiles(toUser: identity.user, group: identity.group)
        }
        tellFailure { () throws(ConfigurationError) in
            try server.giveSocketFiles(toUser: identity.user, group: identity.group)
        }
        tellFailure { () throws(ConfigurationError) in
            try server.giveStore(toUser: identity.user, group: identity.group)
        }
        try Privileges.become(identity)
        let user = identity.description
        self.user = user
        logger.info("the broker goes on as \(user)")
        guard hasConfiguration else { return }
        // Better told now than when somebody needs a reload to work.
        do {
            try checkReading()
        } catch {
            logger.warning("\(user) cannot read the configuration again, and a reload will fail: \(error)")
        }
    }

    /// Warns of what went wrong: files that were not given away work as they are, but may not be opened anew later, or
    /// removed.
    private func tellFailure(_ body: () throws(ConfigurationError) -> Void) {
        do {
            try body()
        } catch {
            logger.warning("\(error)")
        }
    }

    // MARK: What is told

    /// Tells where the broker listens, and what a newcomer should know.
    private func tell(_ server: MQTTServer) {
        let reach = server.isLocalOnly ? " (this machine only; --host 0.0.0.0 lets others connect)" : ""
        logger.notice("\(status(of: server))\(hasConfiguration ? "" : reach)")
        if hasConfiguration, settings.isLocalOnly {
            logger.notice(
                """
                the configuration has no listener, so that only this machine is served; a line with "listener 1883" and \
                one with "allow_anonymous true" let others connect
                """
            )
        }
        logger.info("threads that share the work: \(server.threadCount)")
        if let threads = settings.threads, threads > server.threadCount {
            logger.notice("a broker with a store has one thread: the \(threads) that were asked for have no effect")
        }
        guard server.storePath == nil else { return }
        logger.notice("everything is kept in memory and gone when the broker stops; --store FILE keeps it")
    }

    func status(of server: MQTTServer) -> String {
        "listening on \(server.addressTexts.joined(separator: " and "))"
    }
}
