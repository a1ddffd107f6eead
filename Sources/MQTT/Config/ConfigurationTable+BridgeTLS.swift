// Table: the options of bridges about TLS. They are checked, and have no effect yet.

extension ConfigurationTable {
    /// TLS at bridges.
    static let bridgeTLS: [ConfigurationOption] = [
        .bridge(
            "bridge_cafile",
            .path(),
            default: .described("none"),
            "The certificates that the other broker's certificate is signed with, in PEM."
        ),
        .bridge(
            "bridge_capath",
            .path("the path of a directory"),
            default: .described("none"),
            "A directory of such certificates."
        ),
        .bridge("bridge_certfile", .path(), default: .described("none"), "The bridge's own certificate, in PEM."),
        .bridge("bridge_keyfile", .path(), default: .described("none"), "The key to it, in PEM."),
        .bridge(
            "bridge_tls_use_os_certs",
            .boolean,
            default: "false",
            "Whether the authorities count that the system knows."
        ),
        .bridge(
            "bridge_insecure",
            .boolean,
            default: "false",
            "Whether the name in the certificate may be another one."
        ),
        .bridge(
            "bridge_alpn",
            .text("a protocol", longest: 255),
            default: .described("none"),
            "The protocol for ALPN."
        ),
        .bridge(
            "bridge_tls_version",
            .choice(["tlsv1.3": 3, "tlsv1.2": 2, "tlsv1.1": 1]),
            default: "tlsv1.2",
            "The lowest version of TLS: tlsv1.3, tlsv1.2 or tlsv1.1."
        ),
        .bridge(
            "bridge_ciphers",
            .text("cipher suites with colons between"),
            default: .described("the library's choice"),
            "The cipher suites of TLS 1.2."
        ),
        .bridge(
            "bridge_ciphers_tls1.3",
            .text("cipher suites with colons between"),
            default: .described("the library's choice"),
            "The cipher suites of TLS 1.3."
        ),
        .bridge(
            "bridge_identity",
            .word("an identity", longest: 255),
            default: .described("none"),
            "The identity of the bridge's pre-shared key."
        ),
        .bridge(
            "bridge_psk",
            .hexadecimal,
            default: .described("none"),
            "The pre-shared key, in hexadecimal digits."
        ),
        .bridge(
            "bridge_require_ocsp",
            .boolean,
            default: "false",
            "Whether the other broker must prove that its certificate is not revoked."
        ),
    ]
}
