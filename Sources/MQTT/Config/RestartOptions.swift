/// What a configuration sets of the options that hold until a restart.
struct RestartOptions: Sendable {
    /// An option of the broker, or of one listener.
    private struct Key: Hashable {
        /// The address of the listener; `nil` for the broker.
        let listener: String?
        let name: String
    }

    private struct Entry {
        /// What was given; of an option that may be repeated, everything.
        let text: String
        /// What holds where it is missing, where that can be written as a value.
        let defaultText: String?
        let directive: ConfigurationDirective
    }

    private var entries: [Key: Entry] = [:]
    /// Where each listener stands, by its address.
    private var listeners: [String: ConfigurationError] = [:]

    /// Nothing is set.
    init() {}

    init(_ draft: ConfigurationDraft, listeners drafts: [ListenerDraft]) {
        // Where to listen is compared by the listeners below.
        add(draft.placed, listener: nil, except: ["listener", "port", "bind_address"])
        for plugin in draft.plugins {
            for (name, directive) in plugin.options {
                let key = Key(listener: nil, name: "\(plugin.path.shown) plugin_opt_\(name.shown)")
                entries[key] = Entry(text: directive.value, defaultText: nil, directive: directive)
            }
        }
        for listener in drafts {
            let address = listener.settings.address.configurationText
            listeners[address] = ConfigurationError("", file: listener.settings.file, line: listener.settings.line)
            add(listener.placed, listener: address, except: [])
        }
    }

    private mutating func add(_ placed: PlacedOptions, listener: String?, except names: Set<String>) {
        for (name, entry) in placed.entries where !entry.option.isReloaded && !names.contains(name) {
            var defaultText: String?
            if case .value(let text) = entry.option.defaultValue { defaultText = text }
            entries[Key(listener: listener, name: name)] = Entry(
                text: entry.text,
                defaultText: defaultText,
                directive: entry.directive
            )
        }
    }

    /// What is not as it was, each with the line that says so.
    func changes(from old: RestartOptions) -> [ConfigurationError] {
        let opened = listeners.filter { old.listeners[$0.key] == nil }.map { address, place in
            ConfigurationError(
                "listener \(address) is new; it is opened after a restart",
                file: place.file,
                line: place.line
            )
        }
        let closed = old.listeners.filter { listeners[$0.key] == nil }.map { address, place in
            ConfigurationError("listener \(address) is gone; it is closed at a restart", file: place.file, line: nil)
        }
        let changed = Set(entries.keys).union(old.entries.keys).compactMap { key in
            change(of: key, from: old)
        }
        return (opened + closed + changed).sorted { ($0.file ?? "", $0.line ?? 0) < ($1.file ?? "", $1.line ?? 0) }
    }

    private func change(of key: Key, from old: RestartOptions) -> ConfigurationError? {
        if let listener = key.listener, listeners[listener] == nil || old.listeners[listener] == nil { return nil }
        let new = entries[key]
        let before = old.entries[key]
        let defaultText = (new ?? before)?.defaultText
        let text = new?.text ?? defaultText
        guard text != before?.text ?? defaultText else { return nil }
        let place = key.listener.map { " of listener \($0)" } ?? ""
        if let new {
            return new.directive.error("\(key.name)\(place) has changed; the new value holds after a restart")
        }
        let problem = "\(key.name)\(place) is not set any more; the old value holds until a restart"
        return ConfigurationError(problem, file: before?.directive.file)
    }
}

extension ServerSettings {
    /// What differs from `old` and holds only after a restart: a line for the log for each option.
    public func changesThatNeedRestart(from old: ServerSettings) -> [ConfigurationError] {
        restartOptions.changes(from: old.restartOptions)
    }
}
