import ArgumentParser
import MQTT

/// How to speak TLS with the broker.
struct SecurityOptions: ParsableArguments {
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Authorities to trust: a file of certificates. Means TLS.", valueName: "path"),
        completion: .file()
    )
    var cafile: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Authorities to trust: a directory of certificates. Means TLS.", valueName: "path"),
        completion: .directory
    )
    var capath: String?

    @Flag(name: .long, help: "Trust the system's authorities. Means TLS; so do port 8883, and mqtts and wss in --url.")
    var tlsUseOsCerts = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The client's certificate, with --key.", valueName: "path"),
        completion: .file()
    )
    var cert: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The private key of --cert.", valueName: "path"),
        completion: .file()
    )
    var key: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The kind of --key: pem; engines are OpenSSL's and not here.", valueName: "form"),
        completion: .list(["pem"])
    )
    var keyform: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The cipher suites of TLS 1.2, in OpenSSL's notation.", valueName: "list")
    )
    var ciphers: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The oldest version of TLS to speak: tlsv1.3 or tlsv1.2.", valueName: "version")
    )
    var tlsVersion: TLSVersion?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The protocol to ask for (ALPN).", valueName: "name")
    )
    var tlsAlpn: String?

    @Flag(name: .long, help: "Trust any certificate: whoever listens there can read everything.")
    var insecure = false

    @Flag(name: .long, help: "No TLS, whatever else says so.")
    var noTls = false

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("A file to append the secrets of TLS to, for Wireshark.", valueName: "path"),
        completion: .file()
    )
    var tlsKeylog: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Refused: engines are OpenSSL's.", valueName: "engine")
    )
    var tlsEngine: String?

    @Option(
        name: .customLong("tls-engine-kpass-sha1"),
        parsing: .unconditional,
        help: ArgumentHelp("Refused with --tls-engine.", valueName: "digest")
    )
    var tlsEnginePassphrase: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("A pre-shared key in hexadecimal digits, with --psk-identity. Means TLS.", valueName: "key")
    )
    var psk: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The name under which the broker knows the pre-shared key.", valueName: "name")
    )
    var pskIdentity: String?

    func validate() throws {
        guard (cert == nil) == (key == nil) else {
            throw ValidationError("--cert and --key go together; only one of them is given")
        }
        guard keyform == nil || key != nil else { throw ValidationError("--keyform needs --key") }
        guard tlsEnginePassphrase == nil || tlsEngine != nil && keyform != nil else {
            throw ValidationError("--tls-engine-kpass-sha1 needs --tls-engine and --keyform")
        }
        guard keyform.map({ ["pem", "engine"].contains($0) }) ?? true else {
            throw ValidationError("the form of the key is pem")
        }
        guard tlsEngine == nil, keyform != "engine" else {
            throw ValidationError("engines belong to OpenSSL; give the key as a file with --key")
        }
        guard psk == nil || pskIdentity != nil else { throw ValidationError("--psk needs --psk-identity") }
        guard psk == nil || cafile == nil && capath == nil else {
            throw ValidationError("--psk takes the place of certificates; leave out --cafile and --capath")
        }
    }

    /// Whether the options ask for TLS by themselves.
    var isWanted: Bool { !noTls && (cafile != nil || capath != nil || tlsUseOsCerts || psk != nil) }

    /// The settings; `nil` for no TLS.
    ///
    /// - Parameter isSecurePort: Whether the port, or an address in one word, asks for TLS.
    func settings(isSecurePort: Bool) throws -> ClientTLS? {
        guard !noTls, isWanted || isSecurePort else { return nil }
        var settings = ClientTLS()
        settings.authorityFile = cafile
        settings.authorityDirectory = capath
        settings.trustsSystemAuthorities = tlsUseOsCerts
        settings.certificateFile = cert
        settings.keyFile = key
        settings.passphrase = { PasswordPrompt.passphrase("Passphrase of the key: ") }
        settings.cipherSuites = ciphers
        settings.applicationProtocols = tlsAlpn.map { [$0] } ?? []
        settings.keyLogFile = tlsKeylog
        if insecure { settings.verification = .none }
        // As mosquitto's clients have it: no older one.
        if let version = tlsVersion?.version { settings.minimumVersion = version }
        do {
            if let psk, let pskIdentity {
                settings.preSharedKey = try ClientTLS.PreSharedKey(identity: pskIdentity, hexadecimal: psk)
            }
        } catch {
            throw ValidationError(error.description)
        }
        return settings
    }
}

/// A version of TLS as mosquitto's clients write it.
enum TLSVersion: String, ExpressibleByArgument, CaseIterable {
    case tls12 = "tlsv1.2"
    case tls13 = "tlsv1.3"

    var version: TLSSettings.Version {
        switch self {
        case .tls12: .v1_2
        case .tls13: .v1_3
        }
    }
}
