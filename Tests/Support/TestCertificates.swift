import Foundation

/// Certificates that the `openssl` command makes for a test: authorities, those that they sign, and lists of those that
/// they have revoked.
final class TestCertificates: Sendable {
    /// Where the files are.
    let directory: TemporaryFolder

    /// Whether there is an `openssl` to make them with.
    static let isPossible = Peers.isContinuousIntegration || Peers.path(of: "openssl") != nil

    /// What `openssl` said when it failed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How long a certificate is good, as days from now.
    struct Validity: Sendable {
        var first = -1
        var last = 30

        static let expired = Validity(first: -20, last: -10)
        static let future = Validity(first: 10, last: 20)
    }

    /// An authority `ca`, and a certificate `server` for this machine that it has signed.
    static func make() async throws -> TestCertificates {
        let certificates = TestCertificates(try TemporaryFolder("certificates"))
        try await certificates.addAuthority("ca")
        try await certificates.add("server", extensions: "subjectAltName=IP:127.0.0.1,DNS:localhost")
        return certificates
    }

    private init(_ directory: TemporaryFolder) {
        self.directory = directory
    }

    /// Nothing yet.
    static func empty() throws -> TestCertificates {
        TestCertificates(try TemporaryFolder("certificates"))
    }

    /// Makes a key, and a certificate that it has signed itself.
    func addSelfSigned(_ name: String, subject: String) async throws {
        try await makeKey(name)
        try await openssl(
            "req",
            "-x509",
            "-new",
            "-utf8",
            "-multivalue-rdn",
            "-key",
            key(name),
            "-out",
            certificate(name),
            "-subj",
            subject
        )
    }

    /// The path of a certificate.
    func certificate(_ name: String) -> String { directory.path("\(name).crt") }

    /// The path of a private key.
    func key(_ name: String) -> String { directory.path("\(name).key") }

    /// Makes an authority, which has signed itself.
    func addAuthority(_ name: String) async throws {
        let database = directory.path(name)
        try FileManager.default.createDirectory(atPath: database, withIntermediateDirectories: false)
        try directory.write("", to: "\(name)/index.txt")
        try directory.write("01\n", to: "\(name)/crlnumber")
        try directory.write(
            """
            [ca]
            default_ca = one
            [one]
            database = \(database)/index.txt
            new_certs_dir = \(database)
            crlnumber = \(database)/crlnumber
            default_md = sha256
            rand_serial = yes
            policy = any
            unique_subject = no
            [any]
            commonName = optional
            organizationName = optional
            countryName = optional
            """,
            to: "\(name)/openssl.cnf"
        )
        try await makeKey(name)
        try await openssl(
            "req",
            "-x509",
            "-new",
            "-key",
            key(name),
            "-out",
            certificate(name),
            "-days",
            "30",
            "-subj",
            "/O=Test/CN=Authority \(name)",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign"
        )
    }

    /// Makes a key, and a certificate that an authority has signed.
    func add(
        _ name: String,
        subject: String? = nil,
        by authority: String = "ca",
        validity: Validity = Validity(),
        keyKind: String = "EC",
        extensions: String = "basicConstraints=CA:FALSE"
    ) async throws {
        try await makeKey(name, kind: keyKind)
        let request = directory.path("\(name).csr")
        try await openssl(
            "req",
            "-new",
            "-utf8",
            "-key",
            key(name),
            "-out",
            request,
            "-subj",
            subject ?? "/CN=\(name)"
        )
        let file = try directory.write("[extensions]\n\(extensions)\n", to: "\(name).ext")
        try await openssl(
            "ca",
            "-batch",
            "-notext",
            "-config",
            directory.path("\(authority)/openssl.cnf"),
            "-in",
            request,
            "-cert",
            certificate(authority),
            "-keyfile",
            key(authority),
            "-out",
            certificate(name),
            "-preserveDN",
            "-startdate",
            Self.date(validity.first),
            "-enddate",
            Self.date(validity.last),
            "-extfile",
            file,
            "-extensions",
            "extensions"
        )
    }

    /// Revokes a certificate; it is in the lists that are made later.
    func revoke(_ name: String, by authority: String = "ca") async throws {
        try await openssl(
            "ca",
            "-config",
            directory.path("\(authority)/openssl.cnf"),
            "-cert",
            certificate(authority),
            "-keyfile",
            key(authority),
            "-revoke",
            certificate(name)
        )
    }

    /// Makes a list of what an authority has revoked, and returns its path.
    func revocationList(by authority: String = "ca", validity: Validity = Validity()) async throws -> String {
        let path = directory.path("\(authority)-\(UUID().uuidString).crl")
        try await openssl(
            "ca",
            "-gencrl",
            "-config",
            directory.path("\(authority)/openssl.cnf"),
            "-cert",
            certificate(authority),
            "-keyfile",
            key(authority),
            "-out",
            path,
            "-crl_lastupdate",
            Self.date(validity.first),
            "-crl_nextupdate",
            Self.date(validity.last)
        )
        return path
    }

    /// Runs the command, which must succeed.
    @discardableResult
    func openssl(_ arguments: String...) async throws -> String {
        let result = try await ChildProcess.run("openssl", arguments)
        guard result.status == 0 else {
            throw Failure(description: "openssl \(arguments.joined(separator: " ")): \(result.errorText)")
        }
        return result.text
    }

    private func makeKey(_ name: String, kind: String = "EC") async throws {
        let option = kind == "EC" ? "ec_paramgen_curve:P-256" : "rsa_keygen_bits:2048"
        try await openssl("genpkey", "-algorithm", kind, "-pkeyopt", option, "-out", key(name))
    }

    /// A day from now, as the command takes it.
    private static func date(_ days: Int) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMddHHmmss'Z'"
        return formatter.string(from: Date(timeIntervalSinceNow: Double(days) * 86_400))
    }
}
