// Table: for each option of listeners and bridges, a line, and what it is to change.

@testable import MQTT

extension ConfigurationOptionRow {
    private static let certificate = listener + "certfile c\nkeyfile k\n"
    private static let authority = certificate + "cafile a\n"

    static let listeners: [Self] = [
        .changes("listener", "1884 127.0.0.1", after: "") { $0.first.address == .tcp(host: "127.0.0.1", port: 1_884) },
        .changes("listener", "0 /run/x.sock", after: "") { $0.first.address == .unix(path: "/run/x.sock") },
        .changes("listener", "0 ::1", after: "") { $0.first.address == .tcp(host: "::1", port: 0) },
        .changes("port", "1884", after: "") { $0.first.address == .tcp(host: nil, port: 1_884) },
        .changes("bind_address", "localhost", after: "") { $0.first.address == .tcp(host: "localhost", port: 1_883) },
        .changes("bind_interface", "eth0") { $0.first.networkInterface == "eth0" },
        .changes("socket_domain", "ipv6") { $0.first.addressFamily == .ipv6 },
        .changes("socket_domain", "ipv4") { $0.first.addressFamily == .ipv4 },
        .changes("protocol", "websockets") { $0.first.exchange == .webSocket },
        .changes("protocol", "http_api") { $0.first.exchange == .status },
        .warned("http_dir", "/var/www"),
        .changes("websockets_origin", "https://a\nwebsockets_origin https://b") {
            $0.first.webSocketOrigins == ["https://a", "https://b"]
        },
        .warned("websockets_log_level", "255"),
        .changes("accept_protocol_versions", "3, 5") { $0.rules.acceptedVersions == [.v3_1, .v5_0] },
        .changes("accept_protocol_versions", "4") { $0.rules.acceptedVersions == [.v3_1_1] },
        .changes("max_connections", "4") { $0.rules.maximumConnections == 4 },
        .changes("max_qos", "1") { $0.rules.maximumQoS == .atLeastOnce },
        .changes("maximum_qos", "0") { $0.rules.maximumQoS == .atMostOnce },
        .changes("max_topic_alias", "0") { $0.rules.topicAliasMaximum == 0 },
        .changes("max_topic_alias_broker", "65535") { $0.rules.outgoingTopicAliasMaximum == 65_535 },
        .changes("mount_point", "tenant/") { $0.rules.mountPoint == "tenant/" },
        .changes("use_username_as_clientid", "true") { $0.rules.usesUserNameAsClientIdentifier },
        .changes("listener_allow_anonymous", "true") { $0.rules.access.allowsAnonymous },
        .changes("listener_auto_id_prefix", "l-") { $0.rules.assignedClientIdentifierPrefix == "l-" },
        .changes("enable_proxy_protocol", "1") { $0.first.proxyProtocol == .version1 },
        .changes("enable_proxy_protocol", "2") { $0.first.proxyProtocol == .version2 },
        .changes("proxy_protocol_v2_require_tls", "true", after: listener + "enable_proxy_protocol 2\n") {
            $0.first.proxyRequiresTLS
        },
        .changes("certfile", "/x y/c.pem", after: listener + "keyfile k\n") {
            $0.first.tls?.certificateFile == "/x y/c.pem" && $0.first.tls?.minimumVersion == .v1_2
        },
        .changes("keyfile", "k.pem", after: listener + "certfile c\n") { $0.first.tls?.keyFile == "k.pem" },
        .changes("cafile", "ca.pem", after: certificate) { $0.first.tls?.authorityFile == "ca.pem" },
        .changes("capath", "/ca", after: certificate) { $0.first.tls?.authorityDirectory == "/ca" },
        .changes("crlfile", "crl.pem", after: authority) { $0.first.tls?.revocationListFile == "crl.pem" },
        .changes("require_certificate", "true", after: authority) { $0.first.tls?.requiresCertificate == true },
        .changes("use_identity_as_username", "true", after: authority) { $0.first.tls?.userNameSource == .identity },
        .changes("use_identity_as_username", "true", after: listener + "enable_proxy_protocol 2\n") {
            $0.first.proxyNamesUser && $0.first.tls == nil
        },
        .changes("use_subject_as_username", "true", after: authority) { $0.first.tls?.userNameSource == .subject },
        .changes("use_subject_as_username", "true\nuse_identity_as_username true", after: authority) {
            $0.first.tls?.userNameSource == .identity
        },
        .changes("disable_client_cert_date_checks", "true", after: authority) {
            $0.first.tls?.checksCertificateDates == false
        },
        .changes("tls_version", "tlsv1.3", after: certificate) { $0.first.tls?.minimumVersion == .v1_3 },
        .changes("tls_version", "tlsv1.1", after: certificate) {
            $0.first.tls?.minimumVersion == .v1_2 && $0.warnings.count == 1
        },
        .changes("ciphers", "A:B", after: certificate) { $0.first.tls?.cipherSuites == "A:B" },
        .changes("ciphers_tls1.3", "C:D", after: certificate) { $0.first.tls?.cipherSuites13 == "C:D" },
        .warned("dhparamfile", "dh.pem"),
        .warned("tls_engine", "pkcs11"),
        .warned("tls_engine_kpass_sha1", "0123"),
        .warned("tls_keyform", "engine"),
    ]

    static let bridges: [Self] = [
        .bridge("connection", "other\naddress host\ntopic #"),
        .bridge("address", "a.example b.example:8883 [::1]:1883 ::1", wrong: "host:0"),
        .bridge("addresses", "a.example:1", wrong: "host:port"),
        .bridge("topic", "\"a b/#\" both 2 \"\" remote/", wrong: "a/#/b"),
        .bridge("topic", "\"\" out 0 local remote", wrong: "\"\" in 0"),
        .bridge("remote_username", "a user"),
        .bridge("username", "u"),
        .bridge("remote_password", "a password", after: "remote_username u\n"),
        .bridge("password", "p", after: "username u\n"),
        .bridge("remote_clientid", "id"),
        .bridge("clientid", "id"),
        .bridge("local_clientid", "id"),
        .bridge("local_username", "u"),
        .bridge("local_password", "p", after: "local_username u\n"),
        .bridge("cleansession", "true", wrong: "yes"),
        .bridge("local_cleansession", "true", wrong: "1"),
        .bridge("start_type", "lazy", wrong: "manual"),
        .bridge("restart_timeout", "10 30 60", wrong: "30 10"),
        .bridge("keepalive_interval", "5", wrong: "4"),
        .bridge("idle_timeout", "60", wrong: "0"),
        .bridge("threshold", "1", wrong: "0"),
        .bridge("round_robin", "true", wrong: "on"),
        .bridge("notifications", "false", wrong: "off"),
        .bridge("notifications_local_only", "true", wrong: "TRUE"),
        .bridge("notification_topic", "a/b", wrong: "a/#"),
        .bridge("try_private", "false", wrong: "no"),
        .bridge("bridge_protocol_version", "mqttv50", wrong: "mqttv5"),
        .bridge("bridge_attempt_unsubscribe", "false", wrong: "x"),
        .bridge("bridge_outgoing_retain", "false", wrong: "x"),
        .bridge("bridge_max_packet_size", "1000", wrong: "-1"),
        .bridge("bridge_max_topic_alias", "5", wrong: "65536"),
        .bridge("bridge_receive_maximum", "5", wrong: "65536"),
        .bridge("bridge_session_expiry_interval", "4294967295", wrong: "4294967296"),
        .bridge("bridge_bind_address", "127.0.0.1"),
        .bridge("bridge_reload_type", "immediate", wrong: "never"),
        .bridge("bridge_tcp_keepalive", "60 10 3", wrong: "60 10"),
        .bridge("bridge_tcp_user_timeout", "1000", wrong: "1s"),
        .bridge("bridge_cafile", "ca.pem"),
        .bridge("bridge_capath", "/ca"),
        .bridge("bridge_certfile", "c.pem", after: "bridge_keyfile k.pem\n"),
        .bridge("bridge_keyfile", "k.pem", after: "bridge_certfile c.pem\n"),
        .bridge("bridge_tls_use_os_certs", "true", wrong: "x"),
        .bridge("bridge_insecure", "true", wrong: "x"),
        .bridge("bridge_alpn", "mqtt"),
        .bridge("bridge_tls_version", "tlsv1.3", wrong: "tlsv2"),
        .bridge("bridge_ciphers", "A:B"),
        .bridge("bridge_ciphers_tls1.3", "A:B"),
        .bridge("bridge_identity", "i", after: "bridge_psk 00ff\n"),
        .bridge("bridge_psk", "00FF", wrong: "0F0", after: "bridge_identity i\n"),
        .bridge("bridge_require_ocsp", "true", wrong: "x"),
    ]
}
