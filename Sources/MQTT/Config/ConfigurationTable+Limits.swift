// Table: the options about limits, QoS and retained messages.

extension ConfigurationTable {
    /// A packet has at least the bytes of a small PUBLISH and at most those that its length can say.
    private static let packetSizes = 20...(VariableByteInteger.maximum + 1 + VariableByteInteger.maximumLength)
    /// More than this is as good as no limit.
    private static let rates = 0...1_000_000_000_000

    /// Limits, QoS and retained messages.
    static let limits: [ConfigurationOption] = [
        .general(
            "max_inflight_messages",
            .number(0...65_535),
            default: "20",
            """
            How many messages of QoS 1 and 2 go to a client before it acknowledges, and how many it may send; announced \
            as receive maximum. 0 for no limit.
            """,
            {
                $0.settings.broker.limits.inFlightMessages = $1 == 0 ? .max : UInt16($1)
                $0.settings.broker.limits.receiveMaximum = $1 == 0 ? .max : UInt16($1)
            }
        ),
        .general(
            "max_inflight_bytes",
            .bound,
            default: "0",
            "How many bytes of messages of QoS 1 and 2 go to a client before it acknowledges. 0 for no limit.",
            { $0.settings.broker.limits.inFlightBytes = $1 }
        ),
        .general(
            "max_queued_messages",
            .bound,
            default: "1000",
            "How many messages wait for a client beside those in flight. 0 for no limit.",
            { $0.settings.broker.limits.queuedMessages = $1 }
        ),
        .general(
            "max_queued_bytes",
            .bound,
            default: "0",
            "How many bytes of messages wait for a client. 0 for no limit.",
            { $0.settings.broker.limits.queuedBytes = $1 }
        ),
        .general(
            "max_packet_size",
            .number(packetSizes),
            default: "2000000",
            "The largest packet that is accepted, in bytes; announced as maximum packet size.",
            { $0.settings.broker.limits.packetSize = $1 }
        ),
        .general(
            "message_size_limit",
            .bound,
            default: "0",
            "The largest payload that is passed on, in bytes; a larger one is acknowledged and dropped. 0 for no limit.",
            { $0.settings.broker.limits.payloadSize = $1 }
        ),
        .general(
            "max_keepalive",
            .number(0...65_535),
            default: "0",
            """
            The longest keep alive, in seconds. Clients of MQTT 5 are told it, older ones that want more are refused. 0 \
            for no limit.
            """,
            { $0.settings.broker.maximumKeepAlive = UInt16($1) }
        ),
        .general(
            "global_max_clients",
            .optionalBound,
            default: .described("-1, which stands for 10000000 sessions"),
            "How many sessions there may be, with those whose client is away.",
            { $0.settings.broker.limits.sessions = $1 ?? BrokerConfiguration.Limits().sessions }
        ),
        .general(
            "global_max_connections",
            .optionalBound,
            default: .described("-1, which stands for 1000000 connections"),
            "How many connections there may be at once, at all listeners together.",
            { $0.settings.broker.limits.connections = $1 ?? BrokerConfiguration.Limits().connections }
        ),
        .ignored(
            "memory_limit",
            .number(from: 0),
            default: .described("none"),
            because: "memory is bounded by the limits of queues and connections",
            "Accepted, and without effect."
        ),
        .general(
            "retain_available",
            .boolean,
            default: "true",
            "Whether messages are retained; announced where they are not.",
            { $0.settings.broker.retainAvailable = $1 }
        ),
        .general(
            "retain_expiry_interval",
            .number(0...71_582_788),
            default: "0",
            "How long a message is retained, in minutes. 0 for ever.",
            { $0.settings.broker.retainExpiryInterval = $1 == 0 ? nil : UInt32($1 * 60) }
        ),
        .general(
            "max_retained_messages",
            .bound,
            default: "10000000",
            "Ours. How many messages are retained; further ones are passed on only. 0 for no limit.",
            { $0.settings.broker.limits.retainedMessages = $1 }
        ),
        .general(
            "upgrade_outgoing_qos",
            .boolean,
            default: "false",
            """
            Whether a message goes out with the QoS of the subscription also where it was published with a lower one, \
            which MQTT does not foresee.
            """,
            { $0.settings.broker.upgradesOutgoingQoS = $1 }
        ),
        .general(
            "allow_duplicate_messages",
            .boolean,
            default: "true",
            "Whether a client whose subscriptions overlap gets a message once for each of them that matches.",
            { $0.settings.broker.sendsForEachSubscription = $1 }
        ),
        .ignored(
            "retry_interval",
            .number(from: 0),
            default: .described("none"),
            because: "messages are sent again when their client comes back, as MQTT wants it",
            "Accepted, and without effect."
        ),
        .general(
            "set_tcp_nodelay",
            .boolean,
            default: "true",
            """
            Whether small packets leave at once (TCP_NODELAY). With mosquitto the default is false; this broker sends \
            all that it has for a client in one go, so that waiting for more would only cost time.
            """,
            { $0.sendsAtOnce = $1 }
        ),
        .general(
            "packet_buffer_size",
            older: ["websockets_headers_size"],
            .number(0...(1 << 20)),
            default: "4096",
            "The largest head of a WebSocket request, in bytes; less than 1024 stands for 1024.",
            { $0.httpHeadSize = max($1, 1_024) }
        ),
        .general(
            "sys_interval",
            .number(0...65_535),
            default: "10",
            "How often the topics below $SYS are brought up to date, in seconds. 0 for never.",
            { $0.settings.systemInterval = $1 }
        ),
        .general(
            "connect_timeout",
            .number(1...3_600),
            default: "30",
            "Ours. How long a connection may take to send its CONNECT, in seconds.",
            { $0.settings.broker.connectTimeout = $1 }
        ),
        .general(
            "max_publish_rate",
            .number(rates),
            default: "0",
            "Ours. How many messages a second a client may publish; above that it is made to wait. 0 for no limit.",
            { $0.settings.broker.limits.publishRate = $1 }
        ),
        .general(
            "max_publish_bytes_rate",
            .number(rates),
            default: "0",
            """
            Ours. How many bytes of messages a second a client may publish; above that it is made to wait. 0 for no \
            limit.
            """,
            { $0.settings.broker.limits.publishByteRate = $1 }
        ),
        .general(
            "global_max_publish_rate",
            .number(rates),
            default: "0",
            "Ours. As max_publish_rate, for all clients together.",
            { $0.settings.broker.limits.publishRateInAll = $1 }
        ),
        .general(
            "global_max_publish_bytes_rate",
            .number(rates),
            default: "0",
            "Ours. As max_publish_bytes_rate, for all clients together.",
            { $0.settings.broker.limits.publishByteRateInAll = $1 }
        ),
    ]
}
