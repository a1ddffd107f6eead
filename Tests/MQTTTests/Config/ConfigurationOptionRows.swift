// Table: for each option but those of listeners and bridges, a line, and what it is to change.

@testable import MQTT

extension ConfigurationOptionRow {
    static let general: [Self] = [
        .changes("per_listener_settings", "true\nlistener 1\nallow_anonymous true", after: "") {
            $0.rules.access.allowsAnonymous && $0.listeners[0].address == .tcp(host: nil, port: 1)
        },
        .changes("allow_anonymous", "true") { $0.rules.access.allowsAnonymous },
        .changes("allow_zero_length_clientid", "false") { !$0.rules.access.allowsZeroLengthClientIdentifier },
        .changes("auto_id_prefix", "x y-") { $0.rules.assignedClientIdentifierPrefix == "x y-" },
        .changes("clientid_prefixes", "sensor-") { $0.rules.access.clientIdentifierPrefixes == ["sensor-"] },
        .changes("check_retain_source", "false") { !$0.broker.checksRetainSource },
        .changes("enable_control_api", "true") { $0.isControlEnabled },
        .changes("login_failure_limit", "0") { $0.loginLimits.failures == 0 },
        .changes("login_failure_window", "90") { $0.loginLimits.window == 90 },
        .changes("login_failure_delay", "30") { $0.loginLimits.delay == 30 },
        .changes("plugin", "/x/unknown.so") { $0.rules.access.checksPasswords && $0.warnings.count == 1 },
        .changes("auth_plugin", "/x/unknown.so") { $0.rules.access.checksPasswords },
        .changes("global_plugin", "/x/mosquitto_dynamic_security.so") { $0.rules.access.checksPasswords },
        .changes("plugin_load", "name /x/unknown.so\nplugin_use name") { $0.rules.access.checksPasswords },
        .changes("plugin_use", "name", after: "plugin_load name /x/unknown.so\n" + listener) {
            $0.rules.access.checksPasswords
        },
        .changes("plugin_opt_db_file", "/x/y.db", after: listener + "plugin mosquitto_persist_sqlite.so\n") {
            $0.persistence.isEnabled && $0.persistence.location == "/x" && $0.persistence.file == "y.db"
        },
        .changes("auth_opt_sync", "off", after: listener + "plugin mosquitto_persist_sqlite.so\n") {
            $0.persistence.synchronization == .off
        },
        .warned("auth_plugin_deny_special_chars", "false"),
        .changes("user", "root") { $0.process.user == "root" },
        .changes("threads", "3") { $0.threads == 3 && $0.threadCount == 3 },
        .changes("threads", "3", after: "global_max_publish_rate 5\n") { $0.threadCount == 3 },
        .changes("persistence", "true") { $0.persistence.isEnabled },
        .changes("retained_persistence", "true") { $0.persistence.isEnabled },
        .changes("persistence_location", "/var/lib/my broker/") { $0.persistence.location == "/var/lib/my broker/" },
        .changes("persistence_file", "x.db") { $0.persistence.file == "x.db" },
        .changes("persistence_sync", "normal") { $0.persistence.synchronization == .normal },
        .accepted("autosave_interval", "0"),
        .accepted("autosave_on_changes", "true"),
        .changes("persistent_client_expiration", "2m") {
            $0.broker.maximumSessionExpiryInterval == 60 * 86_400
        },
        .changes("persistent_client_expiration", "3s") { $0.broker.maximumSessionExpiryInterval == 3 },
        .changes("persistent_client_expiration", "3h") { $0.broker.maximumSessionExpiryInterval == 10_800 },
        .changes("persistent_client_expiration", "14d") { $0.broker.maximumSessionExpiryInterval == 14 * 86_400 },
        .changes("persistent_client_expiration", "2w") { $0.broker.maximumSessionExpiryInterval == 14 * 86_400 },
        .changes("persistent_client_expiration", "1y") { $0.broker.maximumSessionExpiryInterval == 365 * 86_400 },
        .changes("queue_qos0_messages", "true") { $0.broker.queuesQoS0Messages },
        .changes("max_inflight_messages", "7") { $0.limits.inFlightMessages == 7 && $0.limits.receiveMaximum == 7 },
        .changes("max_inflight_messages", "0") {
            $0.limits.inFlightMessages == .max && $0.limits.receiveMaximum == .max
        },
        .changes("max_inflight_bytes", "7") { $0.limits.inFlightBytes == 7 },
        .changes("max_queued_messages", "7") { $0.limits.queuedMessages == 7 },
        .changes("max_queued_messages", "0") { $0.limits.queuedMessages == .max },
        .changes("max_queued_bytes", "7") { $0.limits.queuedBytes == 7 },
        .changes("max_packet_size", "20") { $0.limits.packetSize == 20 },
        .changes("message_size_limit", "100 # bytes") { $0.limits.payloadSize == 100 },
        .changes("max_keepalive", "65535") { $0.broker.maximumKeepAlive == 65_535 },
        .changes("global_max_clients", "3") { $0.limits.sessions == 3 },
        .changes("global_max_connections", "3") { $0.limits.connections == 3 },
        .warned("memory_limit", "1000000"),
        .changes("retain_available", "false") { !$0.broker.retainAvailable },
        .changes("retain_expiry_interval", "2") { $0.broker.retainExpiryInterval == 120 },
        .changes("max_retained_messages", "5") { $0.limits.retainedMessages == 5 },
        .changes("upgrade_outgoing_qos", "true") { $0.broker.upgradesOutgoingQoS },
        .changes("allow_duplicate_messages", "false") { !$0.broker.sendsForEachSubscription },
        .warned("retry_interval", "20"),
        .changes("set_tcp_nodelay", "false") { !$0.first.sendsAtOnce },
        .changes("packet_buffer_size", "8192") { $0.first.httpHeadSize == 8_192 },
        .changes("websockets_headers_size", "100") { $0.first.httpHeadSize == 1_024 },
        .changes("sys_interval", "0") { $0.systemInterval == 0 },
        .changes("connect_timeout", "5") { $0.broker.connectTimeout == 5 },
        .changes("max_publish_rate", "5") { $0.limits.publishRate == 5 },
        .changes("max_publish_bytes_rate", "5") { $0.limits.publishByteRate == 5 },
        .changes("global_max_publish_rate", "5") {
            // Each of several threads would have a part of it.
            $0.limits.publishRateInAll == 5 && $0.threadCount == 1
        },
        .changes("global_max_publish_bytes_rate", "5") { $0.limits.publishByteRateInAll == 5 },
        .changes("log_dest", "stdout\nlog_dest file /x/y z.log\nlog_dest syslog\nlog_dest topic") {
            $0.log.destinations == [.standardOutput, .file(path: "/x/y z.log"), .systemLog, .topic]
        },
        .changes("log_dest", "none") { $0.log.destinations == [] },
        .changes("log_dest", "dlt\nlog_dest android\nlog_dest stdout") {
            $0.log.destinations == [.standardOutput] && $0.warnings.count == 1
        },
        .changes("log_type", "debug\nlog_type websockets") { $0.log.kinds == [.debug, .webSockets] },
        .changes("log_type", "all") { $0.log.kinds == Set(LogSettings.Kind.allCases) },
        .changes("log_type", "none") { $0.log.kinds == [] },
        .changes("log_timestamp", "false") { $0.log.timestamp == .none },
        .changes("log_timestamp_format", "%Y-%m-%dT%H:%M:%S") { $0.log.timestamp == .format("%Y-%m-%dT%H:%M:%S") },
        .changes("log_facility", "3") { $0.log.facility == 3 },
        .changes("connection_messages", "false") { !$0.log.logsConnections },
        .changes("pid_file", "/run/x.pid") { $0.process.processIdentifierFile == "/run/x.pid" },
        // What it includes is tested with the syntax; a text that stands in no file includes nothing.
        .accepted("include_dir", "/nowhere"),
    ]
}
