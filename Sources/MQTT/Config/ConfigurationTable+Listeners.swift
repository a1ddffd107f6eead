// Table: the options of listeners, but for TLS.

extension ConfigurationTable {
    private static let port = ConfigurationValue.number(1...65_535)
    private static let host = ConfigurationValue.word("a host name or an address", longest: 255)
    /// What the path of a Unix domain socket may have, without the zero byte at its end.
    private static let longestSocketPath = 107
    private static let listenerAddress = "a port from 1 to 65535 and perhaps a host, or 0 and the path of a socket"

    /// Where the broker listens, and how it speaks there.
    static let listeners: [ConfigurationOption] = [
        .special(
            "listener",
            .text(listenerAddress),
            default: .described("this machine only, port 1883"),
            reload: false,
            """
            Begins a listener: a port, and a host name or address; without one it listens on all addresses of the \
            machine. Port 0 and a path make it a Unix domain socket. Ours: port 0 and an address or localhost let the \
            system choose the port.
            """,
            .general { (draft, directive) throws(ConfigurationError) in
                try draft.beginListener(try address(directive), directive)
            }
        ),
        .special(
            "port",
            port,
            default: .described("1883, if another option is about the default listener"),
            reload: false,
            """
            An older way to say where to listen: the port of the default listener, to which all listener options belong \
            that stand before the first listener.
            """,
            .general { (draft, directive) throws(ConfigurationError) in
                draft.setDefault(port: try port.read(directive), host: nil, directive)
            }
        ),
        .special(
            "bind_address",
            host,
            default: .described("all addresses"),
            reload: false,
            "The host of the default listener.",
            .general { (draft, directive) throws(ConfigurationError) in
                draft.setDefault(port: nil, host: try host.read(directive), directive)
            }
        ),
        .listener(
            "bind_interface",
            .word("the name of a network interface, of 15 bytes at most", longest: 15),
            default: .described("all"),
            "The network interface whose addresses are listened on.",
            { $0.settings.networkInterface = $1 }
        ),
        .listener(
            "socket_domain",
            .choice(["ipv4": .ipv4, "ipv6": .ipv6]),
            default: .described("both"),
            "Which addresses of the host are meant: ipv4 or ipv6.",
            { (draft: inout ListenerDraft, family: ListenerSettings.AddressFamily) in
                draft.settings.addressFamily = family
            }
        ),
        .listener(
            "protocol",
            .choice(["mqtt": .mqtt, "websockets": .webSocket, "http_api": .status]),
            default: "mqtt",
            "What is spoken: mqtt, websockets (MQTT in WebSocket frames) or http_api (answers about the broker).",
            { (draft: inout ListenerDraft, exchange: ListenerSettings.Exchange) in
                draft.settings.exchange = exchange
            }
        ),
        .ignoredListener(
            "http_dir",
            .path("the path of a directory"),
            default: .described("none"),
            because: "the broker serves no files; let a web server do it",
            "Accepted, and without effect."
        ),
        ConfigurationOption.listener(
            "websockets_origin",
            .word("an origin such as https://example.org", longest: 2_048),
            default: .described("all"),
            "An origin from which browsers may connect. May be repeated.",
            { $0.settings.webSocketOrigins.append($1) }
        ).repeatable,
        .ignored(
            "websockets_log_level",
            .number(from: 0),
            default: .described("none"),
            because: "log_type websockets says what is logged",
            "Accepted, and without effect."
        ),
        .listener(
            "accept_protocol_versions",
            .protocolVersions,
            default: "3, 4, 5",
            "The versions of MQTT that are accepted: 3 (3.1), 4 (3.1.1) and 5, with commas between.",
            { $0.settings.rules.acceptedVersions = $1 }
        ),
        .listener(
            "max_connections",
            .optionalBound,
            default: "-1",
            "How many clients may be connected at once. -1 for no limit.",
            { $0.settings.rules.maximumConnections = $1 }
        ),
        .listener(
            "max_qos",
            older: ["maximum_qos"],
            .choice(["0": .atMostOnce, "1": .atLeastOnce, "2": .exactlyOnce]),
            default: "2",
            "The highest QoS that is accepted and granted.",
            { (draft: inout ListenerDraft, qos: QoS) in draft.settings.rules.maximumQoS = qos }
        ),
        .listener(
            "max_topic_alias",
            .number(0...65_535),
            default: "10",
            "How many topic aliases a client may use.",
            { $0.settings.rules.topicAliasMaximum = UInt16($1) }
        ),
        .listener(
            "max_topic_alias_broker",
            .number(0...65_535),
            default: "10",
            "How many topic aliases the broker uses where a client takes as many.",
            { $0.settings.rules.outgoingTopicAliasMaximum = UInt16($1) }
        ),
        .listener(
            "mount_point",
            .topicPrefix("the beginning of a topic"),
            default: .described("none"),
            "What stands before the topics of these clients in the broker, unknown to them.",
            { $0.settings.rules.mountPoint = $1 }
        ),
        .listener(
            "use_username_as_clientid",
            .boolean,
            default: "false",
            "Whether a client's user name takes the place of its client identifier.",
            { $0.settings.rules.usesUserNameAsClientIdentifier = $1 }
        ),
        .listener(
            "enable_proxy_protocol",
            .choice(["1": .version1, "2": .version2]),
            default: .described("off"),
            "The version of the PROXY protocol, 1 or 2, with whose header each connection must begin.",
            { (draft: inout ListenerDraft, version: ListenerSettings.ProxyProtocol) in
                draft.settings.proxyProtocol = version
            }
        ),
        .listener(
            "proxy_protocol_v2_require_tls",
            .boolean,
            default: "false",
            "Whether the header must say that the client speaks TLS with the proxy.",
            { $0.settings.proxyRequiresTLS = $1 }
        ),
    ]

    /// What a `listener` says.
    private static func address(
        _ directive: ConfigurationDirective
    ) throws(ConfigurationError) -> ListenerSettings.Address {
        let words = directive.words
        guard let first = words.first, let port = Int(first), 0...65_535 ~= port else {
            throw directive.badValue(allowed: listenerAddress)
        }
        let host = words.dropFirst().first.flatMap { $0.hasPrefix("#") ? nil : $0 }
        guard port == 0 else { return .tcp(host: host, port: port) }
        guard let host else {
            throw directive.error(
                "listener 0 has no path; a Unix domain socket has one, and TCP a port from 1 to 65535"
            )
        }
        let isAddress = host == "localhost" || host.contains(":") || host.allSatisfy { $0.isNumber || $0 == "." }
        if isAddress && !host.contains("/") { return .tcp(host: host, port: 0) }
        guard host.utf8.count <= longestSocketPath else {
            throw directive.error(
                "the path of the socket has \(host.utf8.count) bytes; \(longestSocketPath) are allowed"
            )
        }
        return .unix(path: host)
    }
}

extension ConfigurationDraft {
    /// `port` and `bind_address`, which are about the default listener wherever they stand.
    fileprivate mutating func setDefault(port: Int?, host: String?, _ directive: ConfigurationDirective) {
        isDefaultListenerOpen = true
        guard case .tcp(let oldHost, let oldPort) = defaultListener.settings.address else { return }
        defaultListener.settings.address = .tcp(host: host ?? oldHost, port: port ?? oldPort)
        if defaultListener.settings.line == nil {
            defaultListener.settings.file = directive.file
            defaultListener.settings.line = directive.line
        }
    }
}
