public import Logging
import NIOCore

extension MQTTServer {
    /// Starts a broker as a configuration says it, but for its log.
    ///
    /// - Throws: ``StartError`` where one of the listeners cannot be opened; then none is.
    public static func start(
        _ settings: ServerSettings,
        logger: Logger = Logger(label: "mqtt.broker", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws(StartError) -> MQTTServer {
        try await start(
            at: settings.listeners,
            configuration: settings.configuration,
            loginLimits: settings.loginLimits,
            persistence: settings.persistence,
            threads: settings.threadCount,
            logger: logger
        )
    }

    /// Starts a broker as a configuration says it, with its log.
    ///
    /// - Parameters:
    ///   - settings: What the configuration says.
    ///   - log: What the broker writes its log to; where that is to be published too, the broker does it.
    ///   - progress: Told now and then how much has been read from a large store.
    /// - Throws: ``StartError`` where the store or one of the listeners cannot be opened; then none is.
    public static func start(
        _ settings: ServerSettings,
        log: LogWriter,
        progress: @escaping @Sendable (StartProgress) -> Void = { _ in }
    ) async throws(StartError) -> MQTTServer {
        try await start(
            at: settings.listeners,
            configuration: settings.configuration,
            loginLimits: settings.loginLimits,
            persistence: settings.persistence,
            threads: settings.threadCount,
            logger: log.logger(label: "mqtt.broker"),
            log: log,
            progress: progress
        )
    }
}

extension ServerSettings {
    /// How many event loops a broker has that is started with these settings.
    public var threadCount: Int {
        guard !persistence.isEnabled else { return 1 }
        // Several would divide what all Clients together may publish, which takes from those who publish alone.
        let limits = broker.limits
        let sharesRate = limits.publishRateInAll > 0 || limits.publishByteRateInAll > 0
        return min(max(threads ?? (sharesRate ? 1 : usableProcessorCount()), 1), Self.mostThreads)
    }

    /// The rules of the broker, with what the settings have beside them.
    var configuration: BrokerConfiguration {
        var configuration = broker
        configuration.answersControl = isControlEnabled
        configuration.systemInterval = systemInterval
        // Nobody sees them where the log goes nowhere, and they cost much.
        configuration.tracesPackets = log.kinds.contains(.debug) && !log.destinations.isEmpty
        return configuration
    }
}
