// Table: the options about what survives a restart.

extension ConfigurationTable {
    /// What survives a restart.
    static let persistence: [ConfigurationOption] = [
        .general(
            "persistence",
            older: ["retained_persistence"],
            .boolean,
            default: "false",
            reload: false,
            "Whether sessions, their messages and retained messages are kept on disk.",
            { $0.settings.persistence.isEnabled = $1 }
        ),
        .general(
            "persistence_location",
            .path("the path of a directory"),
            default: .described("the directory that the broker is started in"),
            reload: false,
            "The directory of the file. The environment variable MOSQUITTO_PERSISTENCE_LOCATION wins over it.",
            { $0.settings.persistence.location = $1 }
        ),
        .general(
            "persistence_file",
            .text("the name of a file, of 255 bytes at most", longest: 255),
            default: "tinymqtt.db",
            reload: false,
            """
            The name of the file, an SQLite database. A mosquitto.db of mosquitto is no such file: it is refused and left \
            as it is.
            """,
            { $0.settings.persistence.file = $1 }
        ),
        .general(
            "persistence_sync",
            .choice(["full": .full, "normal": .normal, "off": .off]),
            default: "full",
            reload: false,
            """
            Ours. What an acknowledgement waits for: with full until the disk has what is acknowledged, so that it \
            survives a loss of power; with normal until the system has it, so that it survives the broker's end; with \
            off the system may also write it in another order.
            """,
            { (draft: inout ConfigurationDraft, value: ServerSettings.Persistence.Synchronization) in
                draft.settings.persistence.synchronization = value
            }
        ),
        .general(
            "autosave_interval",
            .number(from: 0),
            default: "1800",
            "Accepted, and without effect: what is acknowledged is on disk at once.",
            { _, _ in }
        ),
        .general(
            "autosave_on_changes",
            .boolean,
            default: "false",
            "Accepted, and without effect: what is acknowledged is on disk at once.",
            { _, _ in }
        ),
        .general(
            "persistent_client_expiration",
            .duration,
            default: .described("never"),
            """
            How long a session outlives its connection at most: a number with the unit s, h, d, w, m (30 days) or y.
            """,
            { $0.settings.broker.maximumSessionExpiryInterval = $1 }
        ),
        .general(
            "queue_qos0_messages",
            .boolean,
            default: "false",
            "Whether messages of QoS 0 are queued for a session whose client is away.",
            { $0.settings.broker.queuesQoS0Messages = $1 }
        ),
    ]
}
