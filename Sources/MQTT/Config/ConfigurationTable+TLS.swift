// Table: the options of listeners about TLS.

extension ConfigurationTable {
    private static let noEngines = "there are no engines of OpenSSL here"

    /// `nil` for the versions that are not spoken any more.
    private static let tlsVersion = ConfigurationValue<TLSSettings.Version?>.choice([
        "tlsv1.3": .v1_3, "tlsv1.2": .v1_2, "tlsv1.1": nil, "tlsv1": nil,
    ])

    /// TLS at listeners.
    static let tls: [ConfigurationOption] = [
        .listener(
            "certfile",
            .path(),
            default: .described("none"),
            reload: true,
            "The chain of the broker's certificate, in PEM. With it, the listener speaks TLS; keyfile must be there too.",
            { $0.tls.certificateFile = $1 }
        ),
        .listener(
            "keyfile",
            .path(),
            default: .described("none"),
            reload: true,
            "The private key of the broker's certificate, in PEM.",
            { $0.tls.keyFile = $1 }
        ),
        .listener(
            "cafile",
            .path(),
            default: .described("none"),
            reload: true,
            "The certificates that clients' certificates are signed with, in PEM.",
            { $0.tls.authorityFile = $1 }
        ),
        .listener(
            "capath",
            .path("the path of a directory"),
            default: .described("none"),
            reload: true,
            "A directory of such certificates, under the names that openssl rehash gives them.",
            { $0.tls.authorityDirectory = $1 }
        ),
        .listener(
            "crlfile",
            .path(),
            default: .described("none"),
            reload: true,
            "The certificates that have been revoked, in PEM.",
            { $0.tls.revocationListFile = $1 }
        ),
        .listener(
            "require_certificate",
            .boolean,
            default: "false",
            "Whether a client must have a certificate that one of cafile or capath has signed.",
            { $0.tls.requiresCertificate = $1 }
        ),
        .listener(
            "use_identity_as_username",
            .boolean,
            default: "false",
            """
            Whether the common name of the client's certificate, or the identity of its pre-shared key, takes the place \
            of the user name. The password is not looked at then. With enable_proxy_protocol 2, it is the common name that \
            the proxy tells.
            """,
            { $0.usesIdentity = $1 }
        ),
        .listener(
            "use_subject_as_username",
            .boolean,
            default: "false",
            """
            Whether the whole subject of the client's certificate takes the place of the user name. \
            use_identity_as_username wins over it.
            """,
            { $0.usesSubject = $1 }
        ),
        .listener(
            "disable_client_cert_date_checks",
            .boolean,
            default: "false",
            "Whether a client's certificate is good before and after its time.",
            { $0.tls.checksCertificateDates = !$1 }
        ),
        .special(
            "tls_version",
            tlsVersion,
            default: "tlsv1.2",
            reload: false,
            "The lowest version that is accepted. tlsv1.1 and tlsv1 give a warning and stand for tlsv1.2.",
            .listener { (draft, directive) throws(ConfigurationError) in
                if let version = try tlsVersion.read(directive) {
                    draft.tls.minimumVersion = version
                } else {
                    draft.tls.minimumVersion = .v1_2
                    let problem = "tls_version \(directive.value.shown) stands for tlsv1.2: older versions are not safe"
                    draft.warnings.append(.init(kind: directive.name, directive.error(problem)))
                }
            }
        ),
        .listener(
            "ciphers",
            .text("cipher suites with colons between"),
            default: .described("the library's choice"),
            "The cipher suites of TLS 1.2, in OpenSSL's notation.",
            { $0.tls.cipherSuites = $1 }
        ),
        .listener(
            "ciphers_tls1.3",
            .text("cipher suites with colons between"),
            default: .described("the library's choice"),
            "The cipher suites of TLS 1.3.",
            { $0.tls.cipherSuites13 = $1 }
        ),
        .listener(
            "psk_hint",
            .word("a hint of 128 bytes at most", longest: 128),
            default: .described("none"),
            """
            What helps a client to choose its pre-shared key. With it, the listener takes the keys of psk_file and no \
            certificates.
            """,
            { $0.tls.preSharedKeyHint = $1 }
        ),
        .ignoredListener(
            "dhparamfile",
            .path(),
            default: .described("none"),
            because: "keys are agreed on with elliptic curves only",
            "Accepted, and without effect."
        ),
        .ignoredListener(
            "tls_engine",
            .word("a name", longest: 255),
            default: .described("none"),
            because: noEngines,
            "Accepted, and without effect."
        ),
        .ignoredListener(
            "tls_engine_kpass_sha1",
            .word("a hash", longest: 255),
            default: .described("none"),
            because: noEngines,
            "Accepted, and without effect."
        ),
        .ignoredListener(
            "tls_keyform",
            .choice(["pem": true, "engine": false]),
            default: .described("pem"),
            because: "keys are read in PEM only",
            "Accepted, and without effect."
        ),
    ]
}
