import NIOCore

extension MQTTServer {
    /// Takes over what a configuration that was read again says: limits, rules, users, access control, certificates.
    /// Connections stay, but for those of users who may not be there any more. What holds until a restart is left as it
    /// is; ``ServerSettings/changesThatNeedRestart(from:)`` tells of it.
    ///
    /// - Throws: ``ConfigurationError`` where a certificate cannot be used; then nothing has changed.
    public func reload(_ settings: ServerSettings) async throws(ConfigurationError) {
        let renewed = listeners.map { listener in
            settings.listeners.first { $0.address == listener.settings.address } ?? listener.settings
        }
        await onLoop { loop in
            loop.reconfigure(settings.configuration, listeners: renewed)
        }
    }
}

extension BrokerLoop {
    /// Takes over a configuration; of the rules of a listener only what may change while it is open.
    func reconfigure(_ configuration: BrokerConfiguration, listeners: [ListenerSettings]) {
        operate { broker, effects in
            var configuration = configuration
            configuration.listeners = zip(broker.configuration.listeners, listeners).map { old, new in
                var rules = old
                rules.access = new.rules.access
                rules.assignedClientIdentifierPrefix = new.rules.assignedClientIdentifierPrefix
                return rules
            }
            broker.reconfigure(configuration, now: .now(), into: &effects) { listener, userName in
                userName != nil || configuration.listeners[listener].access.allowsAnonymous
            }
        }
    }
}
