import NIOCore
import NIOSSL

/// What a Client's connections speak TLS with: all that the files of its settings say, read and checked. It is made once,
/// before the first connection.
struct ClientTLSContext: Sendable {
    private let context: NIOSSLContext
    /// The name to ask the Server for; `nil` where it has none.
    private let serverName: String?
    /// Who the Server's certificate has to be for; `nil` where it does not matter.
    private let identity: ServerIdentity?

    /// How long the Server may take to answer the end of TLS before the connection is cut.
    private static let longestFarewell = TimeAmount.seconds(1)
    /// How many protocols may be offered; their list has 16 bits for its length.
    private static let maximumProtocolCount = 64

    /// Reads the files that the settings name.
    ///
    /// - Parameter address: Where the Client connects to.
    /// - Throws: ``ConfigurationError`` with what cannot be used, and why.
    init(_ settings: ClientTLS, address: ServerAddress) throws(ConfigurationError) {
        try Self.check(settings)
        let host: String? =
            switch address {
            case .host(let name, _): name
            case .service(let domain): domain
            case .unix: nil
            }
        let name = settings.serverName ?? host
        // A name of the internet, as the specification of TLS leaves addresses out.
        serverName = name.flatMap { InternetAddress($0) == nil ? $0 : nil }
        if settings.verification == .full, settings.preSharedKey == nil {
            guard let name else {
                throw ConfigurationError(
                    "TLS by a Unix domain socket needs the name that the server's certificate is for"
                )
            }
            identity = ServerIdentity(name)
        } else {
            identity = nil
        }
        var configuration =
            if let key = settings.preSharedKey {
                try Self.configuration(settings, key)
            } else {
                try Self.configuration(settings)
            }
        configuration.applicationProtocols = settings.applicationProtocols
        configuration.shutdownTimeout = Self.longestFarewell
        if let path = settings.keyLogFile {
            let file = try TLSKeyLog(path)
            configuration.keyLogCallback = { file.append($0) }
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch NIOSSLError.failedToLoadPrivateKey {
            // The key itself has been decoded, so this is about the two of them.
            throw ConfigurationError("the key does not belong to the certificate", file: settings.keyFile)
        } catch {
            throw ConfigurationError("TLS cannot be used: \(TLSFailure.words(of: error))")
        }
    }

    private static func check(_ settings: ClientTLS) throws(ConfigurationError) {
        guard settings.minimumVersion <= settings.maximumVersion else {
            throw ConfigurationError("the lowest version of TLS is above the highest")
        }
        guard (settings.certificateFile == nil) == (settings.keyFile == nil) else {
            throw ConfigurationError("a certificate of the client and its key go together")
        }
        if let name = settings.serverName, !(1...255 ~= name.utf8.count) || name.utf8.contains(0) {
            throw ConfigurationError("the server's name for TLS has 1 to 255 bytes")
        }
        guard settings.applicationProtocols.count <= maximumProtocolCount else {
            throw ConfigurationError("TLS offers \(maximumProtocolCount) protocols (ALPN) at most")
        }
        // The library ends the program where one cannot be written.
        for name in settings.applicationProtocols
        where !(1...255 ~= name.utf8.count && name.utf8.allSatisfy { $0 < 0x80 }) {
            throw ConfigurationError("the name of a protocol to offer (ALPN) has 1 to 255 characters of ASCII")
        }
    }

    // MARK: Connections

    /// The handlers that stand between the bytes of a connection and those who read and write what TLS protects.
    func makeHandlers(_ step: ConnectionStep) throws -> [any ChannelHandler] {
        let handler = try NIOSSLClientHandler(context: context, serverHostname: serverName)
        return [
            handler,
            TLSOutputDivider(),
            ClientTLSHandler(handler, identity: identity, step),
        ]
    }

    // MARK: Settings of the library

    private static func configuration(_ settings: ClientTLS) throws(ConfigurationError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        // The name is looked at after the handshake.
        configuration.certificateVerification = settings.verification == .none ? .none : .noHostnameVerification
        var authorities: [NIOSSLCertificate] = []
        if let path = settings.authorityFile {
            authorities += try PEMFile(path, expecting: .certificate).certificates()
        }
        if let path = settings.authorityDirectory {
            authorities += try CertificateDirectory.read(path, acceptsOtherNames: true)
        }
        if authorities.isEmpty || settings.trustsSystemAuthorities {
            configuration.trustRoots = .default
            if !authorities.isEmpty { configuration.additionalTrustRoots = [.certificates(authorities)] }
        } else {
            configuration.trustRoots = .certificates(authorities)
        }
        if let certificateFile = settings.certificateFile, let keyFile = settings.keyFile {
            let certificates = try PEMFile(certificateFile, expecting: .certificate).certificates()
            if let first = certificates.first { try first.checkDates(file: certificateFile) }
            let key = try PEMFile(keyFile, expecting: .privateKey, mayBeEncrypted: settings.passphrase != nil)
            configuration.certificateChain = certificates.map { .certificate($0) }
            configuration.privateKey = .privateKey(try key.privateKey(passphrase: settings.passphrase))
        }
        configuration.minimumTLSVersion = settings.minimumVersion == .v1_3 ? .tlsv13 : .tlsv12
        configuration.maximumTLSVersion = settings.maximumVersion == .v1_3 ? .tlsv13 : .tlsv12
        let suites =
            if let list = settings.cipherSuites {
                try CipherSuites(list, forPreSharedKeys: false)
            } else {
                CipherSuites.forCertificates
            }
        configuration.cipherSuites = suites.names.joined(separator: ":")
        return configuration
    }

    private static func configuration(
        _ settings: ClientTLS,
        _ key: ClientTLS.PreSharedKey
    ) throws(ConfigurationError) -> TLSConfiguration {
        guard settings.authorityFile == nil, settings.authorityDirectory == nil, settings.certificateFile == nil else {
            throw ConfigurationError("TLS uses certificates or a pre-shared key, and not both")
        }
        guard settings.minimumVersion < .v1_3 else {
            throw ConfigurationError("pre-shared keys are used in TLS 1.2 only, and TLS 1.3 is asked for")
        }
        var configuration = TLSConfiguration.makePreSharedKeyConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.maximumTLSVersion = .tlsv12
        let suites =
            if let list = settings.cipherSuites {
                try CipherSuites(list, forPreSharedKeys: true)
            } else {
                CipherSuites.forPreSharedKeys
            }
        configuration.cipherSuites = suites.names.joined(separator: ":")
        configuration.pskClientProvider = { _ in
            PSKClientIdentityResponse(key: NIOSSLSecureBytes(key.key), identity: key.identity)
        }
        return configuration
    }
}
