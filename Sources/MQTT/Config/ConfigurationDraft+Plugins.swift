/// A plugin that comes with mosquitto.
private enum KnownPlugin: String {
    case passwordFile = "mosquitto_password_file.so"
    case accessControlFile = "mosquitto_acl_file.so"
    case persistence = "mosquitto_persist_sqlite.so"
    case dynamicSecurity = "mosquitto_dynamic_security.so"
    /// Adds messages of its own, and lets nobody in or out.
    case sparkplug = "mosquitto_sparkplug_aware.so"

    /// What it may be told, by the names without `plugin_opt_`.
    var optionNames: [String] {
        switch self {
        case .passwordFile: ["password_file"]
        case .accessControlFile: ["acl_file"]
        case .persistence: ["db_file", "sync", "flush_period", "page_size"]
        case .dynamicSecurity: ["config_file"]
        case .sparkplug: []
        }
    }
}

extension PluginDraft {
    /// What an option says.
    func path(_ name: String) throws(ConfigurationError) -> String? {
        guard let directive = options[name] else { return nil }
        return try ConfigurationValue.path().read(directive)
    }

    fileprivate func checkOptions(of known: KnownPlugin) throws(ConfigurationError) {
        for (name, directive) in options.sorted(by: { $0.value.line < $1.value.line })
        where !known.optionNames.contains(name) {
            let names = known.optionNames.map { "plugin_opt_\($0)" }.joined(separator: ", ")
            let allowed = names.isEmpty ? "it takes no options" : "it takes \(names)"
            throw directive.error("\(directive.name.shown) is unknown to \(fileName.shown); \(allowed)")
        }
    }
}

extension ConfigurationDraft {
    /// Does for a listener what a plugin would do, as far as it is built in.
    ///
    /// A plugin that nobody knows might have checked passwords. Without it, nobody may pass for a user.
    mutating func applyPlugin(
        _ plugin: PluginDraft,
        to security: inout SecurityDraft
    ) throws(ConfigurationError) {
        guard let known = KnownPlugin(rawValue: plugin.fileName) else {
            security.isCheckedElsewhere = true
            let problem = "\(plugin.path.shown) has no effect: plugins are not loaded, and \(Self.noUsers)"
            return warn(problem, at: plugin.directive, once: "plugin \(plugin.path)")
        }
        try plugin.checkOptions(of: known)
        security.pluginLines.merge(plugin.options) { _, last in last }
        switch known {
        case .passwordFile:
            security.passwordFile = try Self.file("password_file", of: plugin, instead: security.passwordFile)
        case .accessControlFile:
            security.accessControlFile = try Self.file("acl_file", of: plugin, instead: security.accessControlFile)
        case .persistence:
            try applyPersistence(plugin)
        case .dynamicSecurity:
            security.isCheckedElsewhere = true
            let problem = "\(plugin.fileName) has no effect in this version, and \(Self.noUsers)"
            warn(problem, at: plugin.directive, once: "plugin \(plugin.path)")
        case .sparkplug:
            warn("\(plugin.fileName) has no effect", at: plugin.directive, once: "plugin \(plugin.path)")
        }
    }

    private static let noUsers = "without a password_file no client with a user name is let in"

    private static func file(
        _ name: String,
        of plugin: PluginDraft,
        instead other: String?
    ) throws(ConfigurationError) -> String {
        guard let path = try plugin.path(name) else {
            throw plugin.directive.error("\(plugin.fileName) has no plugin_opt_\(name)")
        }
        if let other, other != path, let line = plugin.options[name] {
            throw line.error("\(line.name) is \(path.shown), but \(name) is \(other.shown); one of them is enough")
        }
        return path
    }

    private mutating func applyPersistence(_ plugin: PluginDraft) throws(ConfigurationError) {
        if settings.persistence.isEnabled, let line = placed["persistence"] {
            throw line.error("\(line.name) true and \(plugin.fileName) do not go together; one of them keeps messages")
        }
        var persistence = settings.persistence
        if let directive = plugin.options["sync"] {
            let value = ConfigurationValue<ServerSettings.Persistence.Synchronization>.choice([
                "off": .off, "normal": .normal, "full": .full, "extra": .full,
            ])
            persistence.synchronization = try value.read(directive)
        }
        for name in ["flush_period", "page_size"] {
            if let directive = plugin.options[name] {
                _ = try ConfigurationValue.number(from: 0).read(directive)
            }
        }
        if let path = try plugin.path("db_file") {
            let separator = path.lastIndex(of: "/")
            persistence.location = separator.map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
            persistence.file = separator.map { String(path[path.index(after: $0)...]) } ?? path
            if persistence.file.isEmpty, let directive = plugin.options["db_file"] {
                throw directive.badValue(allowed: "the path of a file")
            }
        }
        pluginPersistence = persistence
    }
}
