/// Which options were set, and where.
struct PlacedOptions: Sendable {
    /// An option, with what was given as its value.
    struct Entry: Sendable {
        let option: ConfigurationOption
        /// The last line that gives it.
        var directive: ConfigurationDirective
        /// What counts of the value; of all values where the option may be repeated.
        var text: String
    }

    /// By the name of the option as the table has it.
    private(set) var entries: [String: Entry] = [:]

    /// The line that sets an option; `nil` where none does.
    subscript(name: String) -> ConfigurationDirective? { entries[name]?.directive }

    /// The first of some options that is set.
    func first(_ names: String...) -> ConfigurationDirective? {
        names.lazy.compactMap { entries[$0]?.directive }.first
    }

    /// The option that was set first.
    var firstInFile: ConfigurationDirective? {
        entries.values.map(\.directive).min { ($0.file, $0.line) < ($1.file, $1.line) }
    }

    mutating func note(_ option: ConfigurationOption, _ directive: ConfigurationDirective) {
        let text = option.counted(directive.value)
        let before = option.isRepeatable ? entries[option.name].map { $0.text + "\n" } ?? "" : ""
        entries[option.name] = Entry(option: option, directive: directive, text: before + text)
    }
}

/// Who is let in, while a configuration is read.
struct SecurityDraft {
    /// Whether a Client without a User Name may connect; `nil` where nothing was said.
    var allowsAnonymous: Bool?
    var allowsZeroLengthClientIdentifier = true
    /// What Client Identifiers begin with that the broker assigns.
    var assignedClientIdentifierPrefix = ""
    /// The files, which are read when the configuration is known to be right.
    var passwordFile: String?
    var accessControlFile: String?
    var preSharedKeyFile: String?
    /// The lines of plugins that give such files, by the name of the option that would give the same.
    var pluginLines: [String: ConfigurationDirective] = [:]
    /// Whether a plugin that is not here would check User Names and passwords.
    var isCheckedElsewhere = false
    /// What was set, and where.
    var placed = PlacedOptions()
}

/// A listener, while a configuration is read.
struct ListenerDraft {
    /// A warning, and what it is about: one of each kind is enough.
    struct Warning {
        let kind: String
        let error: ConfigurationError

        init(kind: String, _ error: ConfigurationError) {
            self.kind = kind
            self.error = error
        }
    }

    /// What becomes of it, but for TLS.
    var settings: ListenerSettings
    /// What holds if there is a certificate or a key.
    var tls = TLSSettings()
    /// What the options that belong to the last listener say, where `per_listener_settings` is true.
    var security = SecurityDraft()
    /// What wins over the same in ``security``.
    var allowsAnonymous: Bool?
    var assignedClientIdentifierPrefix: String?
    /// Whether the user name comes from the identity or the subject of a certificate; the identity wins.
    var usesIdentity = false
    var usesSubject = false
    /// The plugins that hold here, by their places.
    var plugins: [Int] = []
    /// Which options were set, and where.
    var placed = PlacedOptions()
    /// What was accepted and has no effect.
    var warnings: [Warning] = []
    /// The line that begins it; `nil` for the default listener.
    let directive: ConfigurationDirective?

    /// A listener for which nothing is configured but its address.
    init(_ address: ListenerSettings.Address, _ directive: ConfigurationDirective?) throws(ConfigurationError) {
        settings = ListenerSettings(address)
        settings.file = directive?.file
        settings.line = directive?.line
        self.directive = directive
        for option in ConfigurationTable.all {
            guard case .value(let text) = option.defaultValue else { continue }
            let line = ConfigurationDirective(name: option.name, value: text, file: directive?.file ?? "", line: 0)
            switch option.action {
            case .listener(let set): try set(&self, line)
            case .security(let set): try set(&security, line)
            case .general, .bridge, .plugin: continue
            }
        }
    }

    /// Whether the listener has a certificate, or keys that it shares with its Clients.
    var hasTLS: Bool { tls.certificateFile != nil || tls.preSharedKeyHint != nil }
}

/// A bridge, while a configuration is read. Nothing becomes of it.
struct BridgeDraft {
    let name: String
    /// The line that begins it.
    let directive: ConfigurationDirective
    /// What this broker calls the bridge's Client, where that is configured.
    var localClientIdentifier: String?
    /// Which options were set, and where.
    var placed = PlacedOptions()
}

/// A plugin, while a configuration is read.
struct PluginDraft {
    /// Which listeners a plugin is for.
    enum Use {
        case everywhere
        /// The last listener, where `per_listener_settings` is true; else all.
        case here
        /// Those that a `plugin_use` names.
        case whereNamed
    }

    /// The path of its file.
    let path: String
    /// The name by which `plugin_use` knows it.
    var name: String?
    /// The line that begins it.
    let directive: ConfigurationDirective
    /// What it is told, by the names without `plugin_opt_`.
    var options: [String: ConfigurationDirective] = [:]

    /// The name of the file.
    var fileName: String { String(path.split(separator: "/").last ?? "") }
}
