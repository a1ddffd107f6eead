/// Settings while a configuration is read, line by line.
///
/// What a line belongs to depends on the lines before it: the last `listener`, `connection` or `plugin` of the same file.
/// An included file begins anew, as in mosquitto: its listener options belong to no listener of another file.
struct ConfigurationDraft {
    /// The last listener, bridge and plugin of a file, by their places in the lists.
    private struct Position {
        var listener: Int?
        var bridge: Int?
        var plugin: Int?
    }

    /// What becomes of it.
    var settings = ServerSettings()
    /// Who is let in, where that is the same for all listeners.
    var security = SecurityDraft()
    /// Whether each listener says for itself who is let in.
    var isSecurityPerListener = false
    /// The listener that `port` and `bind_address` are about, and all listener options before the first `listener`.
    var defaultListener: ListenerDraft
    /// Whether anything makes the default listener one that is opened.
    var isDefaultListenerOpen = false
    /// The others.
    var listeners: [ListenerDraft] = []
    /// The bridges, which are checked and then forgotten.
    var bridges: [BridgeDraft] = []
    /// The plugins.
    var plugins: [PluginDraft] = []
    /// The plugins that hold for all listeners, by their places.
    var sharedPlugins: [Int] = []
    /// What a plugin that keeps messages is told; `nil` without one.
    var pluginPersistence: ServerSettings.Persistence?
    /// What a client identifier must begin with, at every listener; empty for no such rule.
    var clientIdentifierPrefixes: [String] = []
    /// Whether small packets leave at once, and how large the head of an HTTP request may be, at every listener.
    var sendsAtOnce = true
    var httpHeadSize = 0
    /// Whether a log line begins with the time.
    var isLogStamped = true
    /// The format of the time; `nil` for seconds.
    var logTimeFormat: String?
    /// The options of the broker as a whole that were set, and where.
    var placed = PlacedOptions()
    /// The last option that says who is let in.
    private var lastSecurity: ConfigurationDirective?
    /// The file that the configuration begins with.
    let mainFile: String
    private var positions: [String: Position] = [:]
    private var warnedKinds: Set<String> = []

    /// The settings of a configuration without a line.
    init(mainFile: String) throws(ConfigurationError) {
        self.mainFile = mainFile
        defaultListener = try ListenerDraft(.tcp(host: nil, port: 1_883), nil)
        for option in ConfigurationTable.all {
            guard case .value(let text) = option.defaultValue else { continue }
            let directive = ConfigurationDirective(name: option.name, value: text, file: mainFile, line: 0)
            switch option.action {
            case .general(let set): try set(&self, directive)
            case .security(let set): try set(&security, directive)
            case .listener, .bridge, .plugin: continue
            }
        }
        security.placed = PlacedOptions()
    }

    /// Adds what a line says.
    mutating func apply(_ directive: ConfigurationDirective) throws(ConfigurationError) {
        guard let option = ConfigurationTable.option(named: directive.name) else {
            throw directive.error(ConfigurationTable.unknownName(directive))
        }
        let position = positions[directive.file] ?? Position()
        switch option.action {
        case .general(let set):
            try set(&self, directive)
            placed.note(option, directive)
        case .security(let set):
            lastSecurity = directive
            if isSecurityPerListener {
                try changeListener(position.listener) { (listener) throws(ConfigurationError) in
                    try set(&listener.security, directive)
                    listener.security.placed.note(option, directive)
                }
            } else {
                try set(&security, directive)
                security.placed.note(option, directive)
            }
        case .listener(let set):
            try changeListener(position.listener) { (listener) throws(ConfigurationError) in
                try set(&listener, directive)
                listener.placed.note(option, directive)
            }
            if position.listener == nil { openDefaultListener(because: directive) }
        case .bridge(let set):
            guard let bridge = position.bridge else {
                throw directive.error("\(directive.name) belongs to a bridge; put it after a line `connection NAME`")
            }
            try set(&bridges[bridge], directive)
            bridges[bridge].placed.note(option, directive)
        case .plugin(let set):
            guard let plugin = position.plugin else {
                throw directive.error("\(directive.name) belongs to a plugin; put it after a line `plugin PATH`")
            }
            try set(&plugins[plugin], directive)
        }
    }

    private mutating func changeListener(
        _ index: Int?,
        _ change: (inout ListenerDraft) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        if let index { try change(&listeners[index]) } else { try change(&defaultListener) }
    }

    /// An option before the first `listener` opens the default listener, as in mosquitto, though hardly anybody means it.
    private mutating func openDefaultListener(because directive: ConfigurationDirective) {
        guard !isDefaultListenerOpen else { return }
        isDefaultListenerOpen = true
        defaultListener.settings.file = directive.file
        defaultListener.settings.line = directive.line
    }

    /// Adds a line for the log, unless one of this kind is there.
    mutating func warn(_ problem: String, at directive: ConfigurationDirective, once kind: String) {
        warn(ListenerDraft.Warning(kind: kind, directive.error(problem)))
    }

    /// Adds a listener's line for the log, unless one of its kind is there.
    mutating func warn(_ warning: ListenerDraft.Warning) {
        guard warnedKinds.insert(warning.kind).inserted else { return }
        settings.warnings.append(warning.error)
    }
}

// What begins something that later lines belong to.
extension ConfigurationDraft {
    /// `listener`.
    mutating func beginListener(
        _ address: ListenerSettings.Address,
        _ directive: ConfigurationDirective
    ) throws(ConfigurationError) {
        listeners.append(try ListenerDraft(address, directive))
        positions[directive.file, default: Position()].listener = listeners.count - 1
    }

    /// `connection`.
    mutating func beginBridge(_ name: String, _ directive: ConfigurationDirective) {
        bridges.append(BridgeDraft(name: name, directive: directive))
        positions[directive.file, default: Position()].bridge = bridges.count - 1
    }

    /// `plugin` and its like.
    mutating func beginPlugin(_ plugin: PluginDraft, _ use: PluginDraft.Use) {
        let index = plugins.count
        plugins.append(plugin)
        positions[plugin.directive.file, default: Position()].plugin = index
        switch use {
        case .everywhere: sharedPlugins.append(index)
        case .whereNamed: break
        case .here:
            if isSecurityPerListener, let listener = positions[plugin.directive.file]?.listener {
                listeners[listener].plugins.append(index)
            } else if isSecurityPerListener {
                defaultListener.plugins.append(index)
            } else {
                sharedPlugins.append(index)
            }
        }
    }

    /// `plugin_use`.
    mutating func usePlugin(_ name: String, _ directive: ConfigurationDirective) throws(ConfigurationError) {
        guard let index = plugins.firstIndex(where: { $0.name == name }) else {
            throw directive.error("\(directive.name) is \(name.shown); allowed is a name of a `plugin_load` before it")
        }
        if let listener = positions[directive.file]?.listener {
            listeners[listener].plugins.append(index)
        } else {
            sharedPlugins.append(index)
        }
    }

    /// `per_listener_settings`, which changes what the options after it belong to.
    mutating func setSecurityPerListener(
        _ value: Bool,
        _ directive: ConfigurationDirective
    ) throws(ConfigurationError) {
        if value != isSecurityPerListener, let lastSecurity {
            let place = "\(lastSecurity.name) in line \(lastSecurity.line)"
            throw directive.error("per_listener_settings comes too late; put it before \(place)")
        }
        isSecurityPerListener = value
    }
}
