// Table: the options about the log and the process.

extension ConfigurationTable {
    /// The log and the process.
    static let logging: [ConfigurationOption] = [
        .special(
            "log_dest",
            .text("stderr, stdout, syslog, topic, file PATH, none, dlt or android"),
            default: .described("stderr"),
            reload: true,
            """
            Where log lines go: stderr, stdout, syslog, topic (below $SYS/broker/log), file and a path, or none. May be \
            repeated. dlt and android give a warning and are no destination.
            """,
            .general { (draft, directive) throws(ConfigurationError) in try draft.addLogDestination(directive) }
        ),
        .general(
            "log_type",
            .choice([
                "error": [.error], "warning": [.warning], "notice": [.notice], "information": [.information],
                "debug": [.debug], "subscribe": [.subscribe], "unsubscribe": [.unsubscribe],
                "websockets": [.webSockets], "internal": [.internal], "all": Set(LogSettings.Kind.allCases),
                "none": [],
            ]),
            default: .described("error, warning, notice and information"),
            "What is logged. May be repeated; the first one takes the place of the default.",
            { (draft: inout ConfigurationDraft, kinds: Set<LogSettings.Kind>) in
                if draft.placed["log_type"] == nil { draft.settings.log.kinds = [] }
                draft.settings.log.kinds.formUnion(kinds)
            }
        ),
        .general(
            "log_timestamp",
            .boolean,
            default: "true",
            "Whether a log line begins with the time.",
            { $0.isLogStamped = $1 }
        ),
        .general(
            "log_timestamp_format",
            .text("a format of strftime of 255 bytes at most", longest: 255),
            default: .described("seconds since 1970"),
            "How the time is written, as a format of strftime.",
            { $0.logTimeFormat = $1 }
        ),
        .general(
            "log_facility",
            .number(0...7),
            default: .described("daemon"),
            "The facility in the system's log: the number of one of local0 to local7.",
            { $0.settings.log.facility = $1 }
        ),
        .general(
            "connection_messages",
            .boolean,
            default: "true",
            "Whether the coming and going of clients is logged.",
            { $0.settings.log.logsConnections = $1 }
        ),
        .general(
            "pid_file",
            .path(),
            default: .described("none"),
            reload: false,
            "The file that has the number of the process while it runs. It must not be a symbolic link.",
            { $0.settings.process.processIdentifierFile = $1 }
        ),
        .general(
            "user",
            .word("the name of a user", longest: 255),
            default: "mosquitto",
            reload: false,
            """
            The user whose rights the broker has once it listens, where it was started by root; nobody where the user \
            mosquitto is missing. This user has to be able to read what is read again on reload.
            """,
            { $0.settings.process.user = $1 }
        ),
        .general(
            "threads",
            .number(1...ServerSettings.mostThreads),
            default: .described("the number of cores"),
            reload: false,
            """
            Ours. How many threads share the work, each with a part of the connections. A broker whose persistence is on \
            has one in any case. What all clients together may publish, as global_max_publish_rate and \
            global_max_publish_bytes_rate say it, is divided among them: where one of these is set, there is one thread \
            unless this option says otherwise.
            """,
            { $0.settings.threads = $1 }
        ),
        .special(
            ConfigurationFile.includeOption,
            .path("the path of a directory"),
            default: .described("none"),
            reload: true,
            """
            A directory all of whose files with names that end with .conf are read at this place, in the order of their \
            names' bytes. Only in the main file. Listener options in such a file belong to the last listener of the same \
            file.
            """,
            .general { (draft, directive) throws(ConfigurationError) in
                _ = try ConfigurationValue.path("the path of a directory").read(directive)
                guard directive.file != draft.mainFile else { return }
                draft.warn(
                    "include_dir has no effect here: only the main file includes others",
                    at: directive,
                    once: directive.name
                )
            }
        ),
    ]
}

extension ConfigurationDraft {
    /// `log_dest`.
    fileprivate mutating func addLogDestination(_ directive: ConfigurationDirective) throws(ConfigurationError) {
        let words = directive.value.split(separator: " ", maxSplits: 1).map(String.init)
        let destination: LogSettings.Destination?
        switch words.first {
        case "stderr": destination = .standardError
        case "stdout": destination = .standardOutput
        case "syslog": destination = .systemLog
        case "topic": destination = .topic
        case "file":
            guard let path = words.dropFirst().first?.drop(while: { $0 == " " }), !path.isEmpty else {
                throw directive.badValue(allowed: "file with a path after it")
            }
            destination = .file(path: String(path))
        case "none": destination = nil
        case "dlt", "android":
            warn("log_dest \(words[0]) has no effect: there is no such log here", at: directive, once: directive.name)
            destination = nil
        default: throw directive.badValue(allowed: "stderr, stdout, syslog, topic, file PATH, none, dlt or android")
        }
        if placed["log_dest"] == nil { settings.log.destinations = [] }
        if let destination { settings.log.destinations.insert(destination) }
    }
}
