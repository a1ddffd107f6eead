extension ConfigurationDraft {
    /// The settings, when the last line has been read.
    ///
    /// - Throws: ``ConfigurationError`` for options that do not go together, and for files that cannot be read.
    mutating func finish(_ overrides: ConfigurationOverrides) throws(ConfigurationError) -> ServerSettings {
        try checkBridges()
        let drafts = try openedListeners(overrides)
        try Self.checkAddresses(drafts)
        var files = SecurityFiles()
        for draft in drafts {
            for warning in draft.warnings { warn(warning) }
            settings.listeners.append(try listener(draft, overrides, &files))
        }
        settings.broker.listeners = settings.listeners.map(\.rules)
        settings.warnings += files.notices
        if var persistence = pluginPersistence {
            persistence.isEnabled = true
            settings.persistence = persistence
        }
        overrides.apply(to: &settings)
        settings.log.timestamp = isLogStamped ? logTimeFormat.map { .format($0) } ?? .seconds : .none
        warnOfDefaultListener()
        settings.restartOptions = RestartOptions(self, listeners: drafts)
        return settings
    }

    /// The listeners that are opened: the default one, if anything is said of it, then the others; and where there is
    /// none, those that serve this machine only.
    private mutating func openedListeners(
        _ overrides: ConfigurationOverrides
    ) throws(ConfigurationError) -> [ListenerDraft] {
        let opened = (isDefaultListenerOpen ? [defaultListener] : []) + listeners
        guard opened.isEmpty else { return opened }
        settings.isLocalOnly = true
        var local: [ListenerDraft] = []
        for port in overrides.localPorts {
            var draft = defaultListener
            draft.settings.address = .tcp(host: ListenerSettings.localHost, port: port)
            local.append(draft)
        }
        return local
    }

    /// What a draft becomes, with its files read.
    private mutating func listener(
        _ draft: ListenerDraft,
        _ overrides: ConfigurationOverrides,
        _ files: inout SecurityFiles
    ) throws(ConfigurationError) -> ListenerSettings {
        var security = isSecurityPerListener ? draft.security : self.security
        for index in sharedPlugins + draft.plugins {
            try applyPlugin(plugins[index], to: &security)
        }
        try check(draft, security)
        var listener = draft.settings
        listener.sendsAtOnce = sendsAtOnce
        listener.httpHeadSize = httpHeadSize
        listener.proxyNamesUser = draft.usesIdentity && listener.proxyProtocol == .version2
        if draft.hasTLS {
            listener.tls = draft.tls
            listener.tls?.userNameSource = draft.usesIdentity ? .identity : draft.usesSubject ? .subject : nil
            listener.tls?.keyLogFile = overrides.keyLogFile
        }
        listener.rules.assignedClientIdentifierPrefix =
            draft.assignedClientIdentifierPrefix ?? security.assignedClientIdentifierPrefix
        listener.rules.access.allowsAnonymous =
            draft.allowsAnonymous ?? security.allowsAnonymous ?? settings.isLocalOnly
        listener.rules.access.allowsZeroLengthClientIdentifier = security.allowsZeroLengthClientIdentifier
        listener.rules.access.clientIdentifierPrefixes = clientIdentifierPrefixes
        listener.rules.access.checksPasswords = security.passwordFile != nil || security.isCheckedElsewhere
        try files.read(security, into: &listener)
        return listener
    }

    /// What the default listener does may surprise: it is opened by any option of it, and where it is not, what
    /// `per_listener_settings` makes belong to it belongs to nothing.
    private mutating func warnOfDefaultListener() {
        if isDefaultListenerOpen, placed.first("port", "bind_address") == nil,
            let line = defaultListener.placed.firstInFile
        {
            let problem =
                "\(line.name) stands before the first `listener` and so opens one on port 1883 of all addresses"
            warn(problem, at: line, once: "default listener")
        }
        if isSecurityPerListener, !isDefaultListenerOpen, !listeners.isEmpty,
            let line = defaultListener.security.placed.firstInFile
        {
            let problem = "\(line.name) has no effect: with per_listener_settings it belongs after a `listener`"
            warn(problem, at: line, once: "no listener")
        }
    }
}

/// The files that say who is let in, each of which is read once, however many listeners it serves.
private struct SecurityFiles {
    private var passwords: [String: PasswordFile] = [:]
    private var accessControlLists: [String: AccessControlList] = [:]
    private var preSharedKeys: [String: PreSharedKeyFile] = [:]
    /// What the files say that is of no use and does no harm.
    private(set) var notices: [ConfigurationError] = []

    mutating func read(_ draft: SecurityDraft, into listener: inout ListenerSettings) throws(ConfigurationError) {
        listener.security.passwordFile = draft.passwordFile
        listener.security.accessControlFile = draft.accessControlFile
        listener.security.preSharedKeyFile = draft.preSharedKeyFile
        listener.security.passwords = try Self.file("password_file", draft.passwordFile, draft, &passwords) {
            (path) throws(ConfigurationError) in
            let file = try PasswordFile.read(path)
            notices += file.notices
            return file
        }
        let list = try Self.file("acl_file", draft.accessControlFile, draft, &accessControlLists) {
            (path) throws(ConfigurationError) in try AccessControlList.read(path)
        }
        listener.rules.access.accessControlList = list
        listener.security.preSharedKeys = try Self.file("psk_file", draft.preSharedKeyFile, draft, &preSharedKeys) {
            (path) throws(ConfigurationError) in
            let file = try PreSharedKeyFile.read(path)
            notices += file.notices
            return file
        }
    }

    /// What stands in a file, if there is to be one. An error about the file as a whole names the line that asks for it.
    private static func file<File>(
        _ option: String,
        _ path: String?,
        _ draft: SecurityDraft,
        _ known: inout [String: File],
        _ read: (String) throws(ConfigurationError) -> File
    ) throws(ConfigurationError) -> File? {
        guard let path else { return nil }
        if let file = known[path] { return file }
        do throws(ConfigurationError) {
            let file = try read(path)
            known[path] = file
            return file
        } catch {
            guard error.line == nil, let line = draft.pluginLines[option] ?? draft.placed[option] else { throw error }
            throw line.error("\(option) \(error)")
        }
    }
}
