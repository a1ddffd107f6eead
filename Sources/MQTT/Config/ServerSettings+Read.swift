extension ServerSettings {
    /// Reads a configuration with all the files that it names: either everything is right, or nothing comes of it.
    ///
    /// Without a file, the broker serves this machine only, lets everybody in, and has its own limits, which are larger
    /// than those of a configuration that is silent about them, and logs no more than notices.
    ///
    /// - Parameters:
    ///   - path: The file, in the syntax of mosquitto.conf; `nil` for none.
    ///   - overrides: What the command line and the environment say.
    /// - Throws: ``ConfigurationError`` with the file and the line of what is wrong.
    public static func read(
        configurationFile path: String?,
        overrides: ConfigurationOverrides = ConfigurationOverrides()
    ) throws(ConfigurationError) -> ServerSettings {
        try overrides.check()
        guard let path else { return withoutFile(overrides) }
        return try read(try ConfigurationFile.read(path), mainFile: path, overrides: overrides)
    }

    /// What the lines of a configuration say.
    static func read(
        _ directives: [ConfigurationDirective],
        mainFile: String,
        overrides: ConfigurationOverrides
    ) throws(ConfigurationError) -> ServerSettings {
        var draft = try ConfigurationDraft(mainFile: mainFile)
        for directive in directives {
            try draft.apply(directive)
        }
        return try draft.finish(overrides)
    }

    private static func withoutFile(_ overrides: ConfigurationOverrides) -> ServerSettings {
        var settings = ServerSettings()
        settings.isLocalOnly = true
        settings.log = .forTerminal
        settings.listeners = overrides.localPorts.map { .tcp(host: ListenerSettings.localHost, port: $0) }
        settings.broker.listeners = settings.listeners.map(\.rules)
        overrides.apply(to: &settings)
        return settings
    }
}
