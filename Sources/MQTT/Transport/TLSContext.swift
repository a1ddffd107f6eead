import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// What a listener needs to speak TLS: all that the files of its settings say, read and checked.
///
/// It is made while no event loop waits, as it reads files. Connections that begin later can be given another one; those
/// that are open keep theirs.
public struct TLSContext: Sendable {
    /// How Clients know the broker, and it them.
    private enum Credentials: Sendable {
        case certificate(NIOSSLContext)
        /// Each connection has a context of its own, as the library asks for a key without saying for which connection,
        /// and as no connection may take over the keys of another one without telling its identity.
        case preSharedKeys(TLSConfiguration, PreSharedKeyFile)
    }

    private let credentials: Credentials
    private let userNameSource: TLSSettings.UserNameSource?
    private let revocationLists: RevocationLists?
    /// Verifies Clients' certificates where their dates do not count; else the library does.
    private let datelessVerifier: DatelessVerifier?

    /// How long the other side may take to answer the end of TLS before the connection is cut.
    private static let longestFarewell = TimeAmount.seconds(1)

    /// Reads the files that the settings name.
    ///
    /// - Parameter preSharedKeys: The keys of Clients, where the settings ask for keys in place of certificates.
    /// - Throws: ``ConfigurationError`` with the file that cannot be used, and why.
    public init(_ settings: TLSSettings, preSharedKeys: PreSharedKeyFile?) throws(ConfigurationError) {
        userNameSource = settings.userNameSource
        if let hint = settings.preSharedKeyHint {
            guard settings.certificateFile == nil, settings.keyFile == nil else {
                throw ConfigurationError("a listener takes certificates or pre-shared keys, and not both")
            }
            guard let preSharedKeys else { throw ConfigurationError("psk_hint needs a psk_file") }
            revocationLists = nil
            datelessVerifier = nil
            credentials = .preSharedKeys(try Self.configuration(settings, hint: hint), preSharedKeys)
            return
        }
        let authorities = settings.requiresCertificate ? try CertificateAuthorities(settings) : nil
        var lists: RevocationLists?
        if let authorities, let path = settings.revocationListFile {
            lists = try RevocationLists(
                PEMFile(path, expecting: .revocationList),
                authorities: authorities.parsedCertificates
            )
        }
        revocationLists = lists
        datelessVerifier =
            if let authorities, !settings.checksCertificateDates {
                DatelessVerifier(authorities: try authorities.parsedCertificates)
            } else {
                nil
            }
        credentials = .certificate(try Self.context(settings, authorities))
    }

    // MARK: Connections

    /// The handlers that stand between the bytes of a new connection and those who read and write what TLS protects.
    func makeHandlers(on eventLoop: any EventLoop) throws -> [any ChannelHandler] {
        let identity = NIOLoopBoundBox<String?>(nil, eventLoop: eventLoop)
        let handler: NIOSSLServerHandler
        switch credentials {
        case .certificate(let context):
            if let datelessVerifier {
                let verify: NIOSSLCustomVerificationCallback = { certificates, promise in
                    promise.completeWithTask { await datelessVerifier.verify(certificates) }
                }
                handler = NIOSSLServerHandler(context: context, customVerificationCallback: verify)
            } else {
                handler = NIOSSLServerHandler(context: context)
            }
        case .preSharedKeys(var configuration, let keys):
            configuration.pskServerProvider = { question in
                guard let key = keys.key(of: question.clientIdentity) else { throw UnknownIdentity() }
                identity.value = question.clientIdentity
                return PSKServerIdentityResponse(key: NIOSSLSecureBytes(key))
            }
            handler = NIOSSLServerHandler(context: try NIOSSLContext(configuration: configuration))
        }
        return [
            handler,
            TLSOutputDivider(),
            TLSPeerHandler(
                handler,
                preSharedKeyIdentity: identity,
                userNameSource: userNameSource,
                revocationLists: revocationLists
            ),
        ]
    }

    /// No key belongs to an identity; the library tells the other side.
    private struct UnknownIdentity: Error {}

    // MARK: Settings of the library

    private static func context(
        _ settings: TLSSettings,
        _ authorities: CertificateAuthorities?
    ) throws(ConfigurationError) -> NIOSSLContext {
        guard let certificateFile = settings.certificateFile, let keyFile = settings.keyFile else {
            throw ConfigurationError("TLS needs certfile and keyfile, or psk_hint")
        }
        let certificates = try PEMFile(certificateFile, expecting: .certificate).certificates()
        if let first = certificates.first { try first.checkDates(file: certificateFile) }
        let key = try PEMFile(keyFile, expecting: .privateKey).privateKey()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        let suites =
            if let list = settings.cipherSuites {
                try CipherSuites(list, forPreSharedKeys: false)
            } else {
                CipherSuites.forCertificates
            }
        configuration.cipherSuites = suites.names.joined(separator: ":")
        configuration.minimumTLSVersion = settings.minimumVersion == .v1_3 ? .tlsv13 : .tlsv12
        if let list = settings.cipherSuites13 { try CipherSuites.checkSuites13(list) }
        if let authorities {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(authorities.certificates)
        }
        try complete(&configuration, settings)
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            // The key itself has been decoded, so this is about the two of them.
            throw ConfigurationError("the key does not belong to the certificate in \(certificateFile)", file: keyFile)
        } catch {
            throw ConfigurationError(
                "the certificate cannot be used: \(TLSFailure.words(of: error))",
                file: certificateFile
            )
        }
    }

    private static func configuration(
        _ settings: TLSSettings,
        hint: String
    ) throws(ConfigurationError) -> TLSConfiguration {
        guard settings.minimumVersion < .v1_3 else {
            throw ConfigurationError("pre-shared keys are taken in TLS 1.2 only, and tls_version asks for TLS 1.3")
        }
        var configuration = TLSConfiguration.makePreSharedKeyConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv12
        configuration.pskHint = hint
        let suites =
            if let list = settings.cipherSuites {
                try CipherSuites(list, forPreSharedKeys: true)
            } else {
                CipherSuites.forPreSharedKeys
            }
        configuration.cipherSuites = suites.names.joined(separator: ":")
        try complete(&configuration, settings)
        return configuration
    }

    private static func complete(
        _ configuration: inout TLSConfiguration,
        _ settings: TLSSettings
    ) throws(ConfigurationError) {
        configuration.shutdownTimeout = longestFarewell
        guard let path = settings.keyLogFile else { return }
        let file = try TLSKeyLog(path)
        configuration.keyLogCallback = { file.append($0) }
    }
}

/// The certificates that Clients' certificates are to be signed with.
private struct CertificateAuthorities {
    let certificates: [NIOSSLCertificate]
    private let place: String?

    init(_ settings: TLSSettings) throws(ConfigurationError) {
        var certificates: [NIOSSLCertificate] = []
        if let path = settings.authorityFile {
            certificates += try PEMFile(path, expecting: .certificate).certificates()
        }
        if let path = settings.authorityDirectory {
            certificates += try CertificateDirectory.read(path)
        }
        guard !certificates.isEmpty else {
            throw ConfigurationError("require_certificate needs cafile or capath, to tell good certificates by")
        }
        self.certificates = certificates
        place = settings.authorityFile ?? settings.authorityDirectory
    }

    /// The same certificates, to look into.
    var parsedCertificates: [Certificate] {
        get throws(ConfigurationError) {
            do {
                return try certificates.map { try Certificate(derEncoded: $0.toDERBytes()) }
            } catch {
                throw ConfigurationError("a certificate cannot be decoded: \(error)", file: place)
            }
        }
    }
}
