import NIOCore

extension MQTTServer {
    /// Takes over what a configuration that was read again says: limits, rules, users, access control, certificates.
    /// Connections stay, but for those of users who may not be there any more. What holds until a restart is left as it
    /// is; ``ServerSettings/changesThatNeedRestart(from:)`` tells of it.
    ///
    /// - Throws: ``ConfigurationError`` where a certificate cannot be used; then nothing has changed.
    public func reload(_ settings: ServerSettings) async throws(ConfigurationError) {
        var renewals: [ListenerRenewal] = []
        for listener in listeners {
            let new = settings.listeners.first { $0.address == listener.settings.address }
            renewals.append(try ListenerRenewal(of: listener, new ?? listener.settings))
        }
        let prepared = renewals
        let gate = self.gate
        let configuration = settings.configuration.share(of: threadCount)
        let former = await onLoop { loop in
            let former = gate.value.files
            loop.reconfigure(configuration, renewals: prepared, formerPasswords: former)
            gate.value.replace(files: prepared.map(\.passwords), limits: settings.loginLimits)
            return former
        }
        guard let former else { return }
        for loop in loops.all.dropFirst() where !isStopped {
            // It fails only where the event loop has ended, and all connections with it.
            try? await loop.eventLoop.submit {
                loop.value.reconfigure(configuration, renewals: prepared, formerPasswords: former)
            }.get()
        }
    }

    /// Reads the certificates of all listeners, without opening one.
    ///
    /// - Throws: ``ConfigurationError`` with the file that cannot be used, and why.
    public static func check(_ settings: ServerSettings) throws(ConfigurationError) {
        for listener in settings.listeners {
            guard let tls = listener.tls else { continue }
            _ = try TLSContext(tls, preSharedKeys: listener.security.preSharedKeys)
        }
    }
}

/// What changes at a listener while it is open, read and checked.
struct ListenerRenewal: Sendable {
    let access: AccessRules
    let assignedClientIdentifierPrefix: String
    let passwords: PasswordFile?
    let tls: TLSContext?

    /// - Throws: `ConfigurationError` where a certificate cannot be used.
    init(of listener: Listener, _ new: ListenerSettings) throws(ConfigurationError) {
        access = new.rules.access
        assignedClientIdentifierPrefix = new.rules.assignedClientIdentifierPrefix
        passwords = new.security.passwords
        if var tls = listener.settings.tls, let files = new.tls {
            // Of the rest, what is said now holds after a restart.
            tls.certificateFile = files.certificateFile
            tls.keyFile = files.keyFile
            tls.authorityFile = files.authorityFile
            tls.authorityDirectory = files.authorityDirectory
            tls.revocationListFile = files.revocationListFile
            self.tls = try TLSContext(tls, preSharedKeys: new.security.preSharedKeys)
        } else {
            tls = nil
        }
    }

    /// Gives connections that begin from now on what has been read.
    func apply(to rules: inout ListenerRules) {
        rules.access = access
        rules.assignedClientIdentifierPrefix = assignedClientIdentifierPrefix
    }

    /// Whether a connected Client may stay.
    ///
    /// - Parameter former: The users of the listener so far.
    func mayStay(_ userName: UTF8String?, former: PasswordFile?) -> Bool {
        guard let userName else { return access.allowsAnonymous }
        return LoginGate.mayStay(userName, by: passwords, insteadOf: former)
    }
}

extension BrokerLoop {
    /// Takes over a configuration in one step.
    ///
    /// - Parameter formerPasswords: The users of each listener so far.
    fileprivate func reconfigure(
        _ configuration: BrokerConfiguration,
        renewals: [ListenerRenewal],
        formerPasswords: [PasswordFile?]
    ) {
        for (index, renewal) in renewals.enumerated() {
            if let tls = renewal.tls { setTLSContext(tls, of: index) }
        }
        operate { broker, effects in
            var configuration = configuration
            configuration.listeners = broker.configuration.listeners
            for (index, renewal) in renewals.enumerated() {
                renewal.apply(to: &configuration.listeners[index])
            }
            broker.reconfigure(configuration, now: .now(), into: &effects) { listener, userName in
                // The broker's own Clients come through no listener.
                guard renewals.indices.contains(listener) else { return true }
                let former = formerPasswords.indices.contains(listener) ? formerPasswords[listener] : nil
                return renewals[listener].mayStay(userName, former: former)
            }
        }
    }
}
