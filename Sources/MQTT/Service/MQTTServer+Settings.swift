public import Logging

extension MQTTServer {
    /// Starts a broker as a configuration says it.
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
            logger: logger
        )
    }
}

extension ServerSettings {
    /// The rules of the broker, with what the settings have beside them.
    var configuration: BrokerConfiguration {
        var configuration = broker
        configuration.answersControl = isControlEnabled
        configuration.systemInterval = systemInterval
        configuration.tracesPackets = log.kinds.contains(.debug)
        return configuration
    }
}
