// Options that are right by themselves and wrong together.

extension ConfigurationDraft {
    /// Two listeners on one address: the second one could not be opened.
    static func checkAddresses(_ drafts: [ListenerDraft]) throws(ConfigurationError) {
        var seen: [ListenerSettings.Address: ListenerDraft] = [:]
        for draft in drafts {
            let address = draft.settings.address
            if case .tcp(_, port: 0) = address { continue }
            guard let other = seen.updateValue(draft, forKey: address) else { continue }
            // One for each family, or for each interface, does not get in the other's way.
            let isSame =
                other.settings.addressFamily == draft.settings.addressFamily
                && other.settings.networkInterface == draft.settings.networkInterface
            guard isSame else { continue }
            let first = other.settings.line.map { " in line \($0)" } ?? ""
            throw error(draft, "there is a listener \(address.configurationText) already\(first)")
        }
    }

    private static func error(_ draft: ListenerDraft, _ problem: String) -> ConfigurationError {
        ConfigurationError(problem, file: draft.settings.file, line: draft.settings.line)
    }

    /// What cannot be at one listener.
    func check(_ draft: ListenerDraft, _ security: SecurityDraft) throws(ConfigurationError) {
        try Self.checkCertificate(draft)
        try Self.checkKeys(draft, security)
        try Self.checkUserName(draft)
        try Self.checkProxy(draft)
    }

    private static func checkCertificate(_ draft: ListenerDraft) throws(ConfigurationError) {
        let placed = draft.placed
        if let line = placed["certfile"], placed["keyfile"] == nil {
            throw line.error("certfile has no keyfile; the listener needs both")
        }
        if let line = placed["keyfile"], placed["certfile"] == nil {
            throw line.error("keyfile has no certfile; the listener needs both")
        }
        let authority = placed.first("cafile", "capath")
        let required = draft.tls.requiresCertificate ? placed["require_certificate"] : nil
        if placed["certfile"] == nil, let line = authority ?? placed["crlfile"] ?? required {
            throw line.error("\(line.name) is for TLS, but the listener has no certfile and keyfile")
        }
        if authority == nil, let line = required ?? placed["crlfile"] {
            throw line.error("\(line.name) needs a cafile or a capath, to know who signs the certificates of clients")
        }
    }

    private static func checkKeys(_ draft: ListenerDraft, _ security: SecurityDraft) throws(ConfigurationError) {
        guard let line = draft.placed["psk_hint"] else { return }
        guard draft.placed["certfile"] == nil else {
            throw line.error("psk_hint and certfile do not go together; a listener has a certificate or shares keys")
        }
        guard security.preSharedKeyFile != nil else {
            throw line.error("psk_hint has no psk_file; the keys of the clients stand there")
        }
    }

    private static func checkUserName(_ draft: ListenerDraft) throws(ConfigurationError) {
        let identity = draft.usesIdentity ? draft.placed["use_identity_as_username"] : nil
        let subject = draft.usesSubject ? draft.placed["use_subject_as_username"] : nil
        // The proxy tells the identity, and not the subject.
        let isTold = identity != nil && draft.settings.proxyProtocol == .version2
        if let line = identity ?? subject, !draft.hasTLS, !isTold {
            throw line.error("\(line.name) is for TLS, but the listener has neither certfile nor psk_hint")
        }
        if let line = subject, draft.placed["certfile"] == nil {
            throw line.error("use_subject_as_username needs certificates, and psk_hint does without them")
        }
    }

    private static func checkProxy(_ draft: ListenerDraft) throws(ConfigurationError) {
        if draft.settings.proxyRequiresTLS, draft.settings.proxyProtocol != .version2,
            let line = draft.placed["proxy_protocol_v2_require_tls"]
        {
            throw line.error("proxy_protocol_v2_require_tls needs enable_proxy_protocol 2")
        }
        if draft.settings.proxyProtocol == .version2, draft.hasTLS, let line = draft.placed["enable_proxy_protocol"] {
            throw line.error("enable_proxy_protocol 2 and TLS do not go together; the proxy is to speak TLS")
        }
    }
}

// Bridges have no effect, but a mistake in one is told all the same.
extension ConfigurationDraft {
    /// Checks what belongs together, and adds the one warning about all bridges.
    mutating func checkBridges() throws(ConfigurationError) {
        var names: Set<String> = []
        var localIdentifiers: Set<String> = []
        for bridge in bridges {
            guard names.insert(bridge.name).inserted else {
                throw bridge.directive.error("there is a connection \(bridge.name.shown) already")
            }
            if let identifier = bridge.localClientIdentifier, let line = bridge.placed["local_clientid"] {
                guard localIdentifiers.insert(identifier).inserted else {
                    throw line.error("local_clientid is \(identifier.shown), as at another connection")
                }
            }
            try Self.checkParts(of: bridge)
            try Self.checkTLS(of: bridge)
        }
        if let bridge = bridges.first {
            warn("connection has no effect: there are no bridges in this version", at: bridge.directive, once: "bridge")
        }
    }

    private static func checkParts(of bridge: BridgeDraft) throws(ConfigurationError) {
        guard bridge.placed["address"] != nil else {
            throw bridge.directive.error("connection \(bridge.name.shown) has no address")
        }
        guard bridge.placed["topic"] != nil else {
            throw bridge.directive.error("connection \(bridge.name.shown) has no topic")
        }
        if let line = bridge.placed["remote_password"], bridge.placed["remote_username"] == nil {
            throw line.error("\(line.name) has no remote_username")
        }
        if let line = bridge.placed["local_password"], bridge.placed["local_username"] == nil {
            throw line.error("local_password has no local_username")
        }
    }

    private static func checkTLS(of bridge: BridgeDraft) throws(ConfigurationError) {
        for (one, other) in [("bridge_certfile", "bridge_keyfile"), ("bridge_identity", "bridge_psk")] {
            if let line = bridge.placed[one], bridge.placed[other] == nil { throw line.error("\(one) has no \(other)") }
            if let line = bridge.placed[other], bridge.placed[one] == nil { throw line.error("\(other) has no \(one)") }
        }
        if let line = bridge.placed["bridge_psk"],
            let other = bridge.placed.first("bridge_cafile", "bridge_capath", "bridge_certfile")
        {
            throw line.error("bridge_psk and \(other.name) do not go together")
        }
    }
}
