// Table: the options of bridges, but for TLS. They are checked, and have no effect yet.

extension ConfigurationTable {
    /// How much text an address, a name or a password may have, in bytes.
    private static let longestText = 65_535

    /// Bridges to other brokers.
    static let bridges: [ConfigurationOption] = [
        .special(
            "connection",
            .word("a name", longest: 255),
            default: .described("none"),
            reload: true,
            """
            Begins a bridge to another broker. Bridges are checked and have no effect in this version; one warning says \
            so.
            """,
            .general { (draft, directive) throws(ConfigurationError) in
                let name = try ConfigurationValue.word("a name", longest: 255).read(directive)
                draft.beginBridge(name, directive)
            }
        ),
        .bridge(
            "address",
            older: ["addresses"],
            .bridgeAddresses,
            default: .described("none"),
            "The other broker: a host, and perhaps a colon and a port. More of them are tried in turn."
        ),
        .bridge(
            "topic",
            .bridgeTopic,
            default: .described("none"),
            """
            What is passed on: a topic filter, and perhaps out, in or both, a QoS, and what stands before the topic here \
            and there. Two quotation marks stand for nothing.
            """
        ),
        .bridge(
            "remote_username",
            older: ["username"],
            .text("a user name", longest: longestText),
            default: .described("none"),
            "The user name for the other broker."
        ),
        .bridge(
            "remote_password",
            older: ["password"],
            .text("a password", longest: longestText),
            default: .described("none"),
            "The password for the other broker."
        ),
        .bridge(
            "remote_clientid",
            older: ["clientid"],
            .text("a client identifier", longest: longestText),
            default: .described("the host and the bridge's name"),
            "The client identifier for the other broker."
        ),
        .bridge(
            "local_clientid",
            .text("a client identifier", longest: longestText),
            default: .described("local. and the remote one"),
            "What this broker calls the bridge.",
            { $0.localClientIdentifier = $1 }
        ),
        .bridge(
            "local_username",
            .text("a user name", longest: longestText),
            default: .described("none"),
            "The user name by which this broker decides what the bridge may do."
        ),
        .bridge(
            "local_password",
            .text("a password", longest: longestText),
            default: .described("none"),
            "The password to local_username."
        ),
        .bridge("cleansession", .boolean, default: "false", "Whether the other broker forgets the bridge's session."),
        .bridge(
            "local_cleansession",
            .boolean,
            default: .described("what cleansession says"),
            "Whether this broker forgets the bridge's session."
        ),
        .bridge(
            "start_type",
            .choice(["automatic": 0, "lazy": 1, "once": 2]),
            default: "automatic",
            "When the bridge connects: automatic, lazy or once."
        ),
        .bridge(
            "restart_timeout",
            .restartTimeout,
            default: .described("5 to 30 seconds"),
            """
            How long the bridge waits before it connects again, in seconds; with a second number, each time longer, up \
            to that, and with a third, from the start again after so many seconds of connection.
            """
        ),
        .bridge("keepalive_interval", .number(5...65_535), default: "60", "The keep alive of the bridge, in seconds."),
        .bridge(
            "idle_timeout",
            .number(1...65_535),
            default: "60",
            "How long a lazy bridge stays connected without messages, in seconds."
        ),
        .bridge(
            "threshold",
            .number(1...65_535),
            default: "10",
            "How many messages wait before a lazy bridge connects."
        ),
        .bridge(
            "round_robin",
            .boolean,
            default: "false",
            "Whether all addresses are alike, and not the first the best."
        ),
        .bridge(
            "notifications",
            .boolean,
            default: "true",
            "Whether the state of the bridge is published."
        ),
        .bridge(
            "notifications_local_only",
            .boolean,
            default: "false",
            "Whether it is published to this broker only."
        ),
        .bridge(
            "notification_topic",
            .topicPrefix("a topic"),
            default: .described("$SYS/broker/connection/CLIENTID/state"),
            "Where it is published."
        ),
        .bridge("try_private", .boolean, default: "true", "Whether the other broker is told that this is a bridge."),
        .bridge(
            "bridge_protocol_version",
            .choice(["mqttv31": 3, "mqttv311": 4, "mqttv50": 5]),
            default: "mqttv311",
            "The version of MQTT: mqttv31, mqttv311 or mqttv50."
        ),
        .bridge(
            "bridge_attempt_unsubscribe",
            .boolean,
            default: "true",
            "Whether the bridge unsubscribes from what it only sends."
        ),
        .bridge(
            "bridge_outgoing_retain",
            .boolean,
            default: "true",
            "Whether messages stay retained on the other broker."
        ),
        .bridge(
            "bridge_max_packet_size",
            .number(0...268_435_460),
            default: "0",
            "The largest packet that the bridge takes, in bytes. 0 for no limit."
        ),
        .bridge(
            "bridge_max_topic_alias",
            .number(0...65_535),
            default: "10",
            "How many topic aliases the bridge uses."
        ),
        .bridge(
            "bridge_receive_maximum",
            .number(0...65_535),
            default: .described("what max_inflight_messages says"),
            "How many messages the bridge takes before it acknowledges."
        ),
        .bridge(
            "bridge_session_expiry_interval",
            .number(0...Int(UInt32.max)),
            default: "0",
            "How long the session outlives the bridge's connection, in seconds."
        ),
        .bridge(
            "bridge_bind_address",
            .word("an address", longest: 255),
            default: .described("the system's choice"),
            "The address of this machine that the bridge connects from."
        ),
        .bridge(
            "bridge_reload_type",
            .choice(["lazy": 0, "immediate": 1]),
            default: "lazy",
            "When a changed bridge connects anew: lazy or immediate."
        ),
        .bridge(
            "bridge_tcp_keepalive",
            .tcpKeepalive,
            default: .described("off"),
            "Three numbers of seconds and probes for TCP's own keep alive: idle, interval and count."
        ),
        .bridge(
            "bridge_tcp_user_timeout",
            .number(from: 0),
            default: .described("off"),
            "How long the system waits for an acknowledgement of TCP, in milliseconds."
        ),
    ]
}
