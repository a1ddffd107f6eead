// Table: the options that say who is let in and what they may do.

extension ConfigurationTable {
    /// Who is let in, and what they may do.
    static let access: [ConfigurationOption] = [
        .special(
            "per_listener_settings",
            .boolean,
            default: "false",
            reload: true,
            """
            Whether the options acl_file, allow_anonymous, allow_zero_length_clientid, auto_id_prefix, password_file, \
            psk_file and plugin belong to the last listener, and not to all. Stands before all of them.
            """,
            .general { (draft, directive) throws(ConfigurationError) in
                try draft.setSecurityPerListener(try ConfigurationValue.boolean.read(directive), directive)
            }
        ),
        .security(
            "allow_anonymous",
            .boolean,
            default: .described("false, but true where no listener is configured"),
            "Whether a client without a user name may connect.",
            { $0.allowsAnonymous = $1 }
        ),
        .listener(
            "listener_allow_anonymous",
            .boolean,
            default: .described("what allow_anonymous says"),
            reload: true,
            "Whether a client without a user name may connect to this listener. Wins over allow_anonymous.",
            { $0.allowsAnonymous = $1 }
        ),
        .security(
            "password_file",
            .path(),
            default: .described("none"),
            """
            The file of users and the hashes of their passwords, as mosquitto_passwd writes it. With one, a client \
            that gives a user name needs the password to it.
            """,
            { $0.passwordFile = $1 }
        ),
        .security(
            "acl_file",
            .path(),
            default: .described("none"),
            """
            The file that says who may publish and receive what. With one, all that it does not allow is forbidden.
            """,
            { $0.accessControlFile = $1 }
        ),
        .security(
            "psk_file",
            .path(),
            default: .described("none"),
            "The file of identities and pre-shared keys, for listeners with a psk_hint.",
            { $0.preSharedKeyFile = $1 }
        ),
        .security(
            "allow_zero_length_clientid",
            .boolean,
            default: "true",
            "Whether a client without a client identifier is given one.",
            { $0.allowsZeroLengthClientIdentifier = $1 }
        ),
        .security(
            "auto_id_prefix",
            .text("a text of 50 bytes at most", longest: 50),
            default: "auto-",
            "What the client identifiers begin with that the broker gives.",
            { $0.assignedClientIdentifierPrefix = $1 }
        ),
        .listener(
            "listener_auto_id_prefix",
            .text("a text of 50 bytes at most", longest: 50),
            default: .described("what auto_id_prefix says"),
            reload: true,
            "What the client identifiers begin with that the broker gives at this listener. Wins over auto_id_prefix.",
            { $0.assignedClientIdentifierPrefix = $1 }
        ),
        .general(
            "clientid_prefixes",
            .text("what client identifiers begin with"),
            default: .described("none"),
            "What a client identifier must begin with; any other is refused.",
            { $0.clientIdentifierPrefixes = [$1] }
        ),
        .general(
            "check_retain_source",
            .boolean,
            default: "true",
            """
            Whether a retained message goes out only while the client that published it may still publish to its topic.
            """,
            { $0.settings.broker.checksRetainSource = $1 }
        ),
        .general(
            "enable_control_api",
            .boolean,
            default: "false",
            """
            Whether the broker answers questions about itself at the topic $CONTROL/broker/v1, for clients whom acl_file \
            allows it.
            """,
            { $0.settings.isControlEnabled = $1 }
        ),
        .general(
            "login_failure_limit",
            .number(0...1_000_000),
            default: "5",
            """
            Ours. How many wrong passwords of one address are let pass within login_failure_window; from then on its \
            attempts wait. 0 for no brake.
            """,
            { $0.settings.loginLimits.failures = $1 }
        ),
        .general(
            "login_failure_window",
            .number(1...86_400),
            default: "60",
            "Ours. For how many seconds a wrong password counts.",
            { $0.settings.loginLimits.window = $1 }
        ),
        .general(
            "login_failure_delay",
            .number(1...LoginLimits().longestDelay),
            default: "1",
            """
            Ours. How many seconds the first attempt beyond login_failure_limit waits; each further one waits twice \
            as long as the last, up to 30 seconds.
            """,
            { $0.settings.loginLimits.delay = $1 }
        ),
    ]
}
