/// An option that a configuration may have: a row of ``ConfigurationTable``.
///
/// The manual page, the messages about wrong values, the names that are offered for an unknown one and the settings that
/// hold where an option is missing all come from these rows.
struct ConfigurationOption: Sendable {
    /// What an option belongs to.
    enum Scope: String, Sendable {
        /// The broker as a whole.
        case general
        /// The broker as a whole, or the last `listener` where `per_listener_settings` is true.
        case security
        /// The last `listener`.
        case listener
        /// The last `connection`.
        case bridge
        /// The last `plugin`.
        case plugin
    }

    /// What holds where the option is missing.
    enum Default: Sendable, ExpressibleByStringLiteral {
        /// A value as a configuration would give it.
        case value(String)
        /// Something that cannot be written as a value, in words.
        case described(String)

        init(stringLiteral value: String) {
            self = .value(value)
        }

        /// As the manual tells it.
        var text: String {
            switch self {
            case .value(let text), .described(let text): text
            }
        }
    }

    /// How the value of a line is read, checked and put where it belongs.
    enum Action: Sendable {
        typealias Setter<Target> =
            @Sendable (inout Target, ConfigurationDirective) throws(ConfigurationError) -> Void
        case general(Setter<ConfigurationDraft>)
        case security(Setter<SecurityDraft>)
        case listener(Setter<ListenerDraft>)
        case bridge(Setter<BridgeDraft>)
        case plugin(Setter<PluginDraft>)
    }

    /// The name; one that ends with `*` stands for all that begin like it.
    let name: String
    /// Names that mean the same, from older versions of mosquitto.
    let olderNames: [String]
    /// What is allowed as the value.
    let allowed: String
    /// What holds where the option is missing.
    let defaultValue: Default
    /// Whether a new value holds when the configuration is read again, and not only after a restart.
    let isReloaded: Bool
    /// What the option does, in one or a few sentences.
    let help: String
    /// What a line with this option changes.
    let action: Action
    /// The part of a line's value that counts.
    let counted: @Sendable (String) -> String
    /// Whether each line adds a value, and does not replace the last one.
    private(set) var isRepeatable = false

    /// What the option belongs to.
    var scope: Scope {
        switch action {
        case .general: .general
        case .security: .security
        case .listener: .listener
        case .bridge: .bridge
        case .plugin: .plugin
        }
    }

    /// The name, and the older ones.
    var names: [String] { [name] + olderNames }

    private init<Value>(
        _ name: String,
        _ olderNames: [String],
        _ value: ConfigurationValue<Value>,
        _ defaultValue: Default,
        _ isReloaded: Bool,
        _ help: String,
        _ action: Action
    ) {
        self.name = name
        self.olderNames = olderNames
        allowed = value.allowed
        self.defaultValue = defaultValue
        self.isReloaded = isReloaded
        self.help = help
        self.action = action
        counted = value.counted
    }
}

/// Reads a value and hands it to what sets it.
private func setter<Target, Value>(
    _ value: ConfigurationValue<Value>,
    _ set: @escaping @Sendable (inout Target, Value) -> Void
) -> ConfigurationOption.Action.Setter<Target> {
    { (target, directive) throws(ConfigurationError) in set(&target, try value.read(directive)) }
}

// The rows of the tables are written with these.
extension ConfigurationOption {
    /// A row for an option of the broker as a whole.
    static func general<Value>(
        _ name: String,
        older: [String] = [],
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        reload: Bool = true,
        _ help: String,
        _ set: @escaping @Sendable (inout ConfigurationDraft, Value) -> Void
    ) -> Self {
        Self(name, older, value, defaultValue, reload, help, .general(setter(value, set)))
    }

    /// A row for an option that says who is let in.
    static func security<Value>(
        _ name: String,
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        reload: Bool = true,
        _ help: String,
        _ set: @escaping @Sendable (inout SecurityDraft, Value) -> Void
    ) -> Self {
        Self(name, [], value, defaultValue, reload, help, .security(setter(value, set)))
    }

    /// A row for an option of a listener.
    static func listener<Value>(
        _ name: String,
        older: [String] = [],
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        reload: Bool = false,
        _ help: String,
        _ set: @escaping @Sendable (inout ListenerDraft, Value) -> Void
    ) -> Self {
        Self(name, older, value, defaultValue, reload, help, .listener(setter(value, set)))
    }

    /// A row for an option of a bridge.
    static func bridge<Value>(
        _ name: String,
        older: [String] = [],
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        _ help: String,
        _ set: @escaping @Sendable (inout BridgeDraft, Value) -> Void = { _, _ in }
    ) -> Self {
        Self(name, older, value, defaultValue, true, help, .bridge(setter(value, set)))
    }

    /// A row for an option whose effect depends on more than its own value, and may fail.
    static func special<Value>(
        _ name: String,
        older: [String] = [],
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        reload: Bool,
        _ help: String,
        _ action: Action
    ) -> Self {
        Self(name, older, value, defaultValue, reload, help, action)
    }

    /// The same row for an option each of whose lines adds a value.
    var repeatable: Self {
        var option = self
        option.isRepeatable = true
        return option
    }

    /// A row for an option of the broker that is checked and then changes nothing, with a warning that says why.
    static func ignored<Value>(
        _ name: String,
        older: [String] = [],
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        because reason: String,
        _ help: String
    ) -> Self {
        let set: Action.Setter<ConfigurationDraft> = { (draft, directive) throws(ConfigurationError) in
            _ = try value.read(directive)
            draft.warn("\(name) has no effect: \(reason)", at: directive, once: name)
        }
        return Self(name, older, value, defaultValue, true, help, .general(set))
    }

    /// A row for an option of a listener that is checked and then changes nothing, with a warning that says why.
    static func ignoredListener<Value>(
        _ name: String,
        _ value: ConfigurationValue<Value>,
        default defaultValue: Default,
        because reason: String,
        _ help: String
    ) -> Self {
        let set: Action.Setter<ListenerDraft> = { (draft, directive) throws(ConfigurationError) in
            _ = try value.read(directive)
            draft.warnings.append(.init(kind: name, directive.error("\(name) has no effect: \(reason)")))
        }
        return Self(name, [], value, defaultValue, false, help, .listener(set))
    }
}
