/// How a Client speaks TLS with its Server.
///
/// As it stands, the Server's certificate has to lead back to an authority that the system trusts, has to be within its
/// dates, and has to be for the host that the Client connects to.
public struct ClientTLS: Sendable {
    /// What is asked of the Server's certificate.
    public enum Verification: Sendable {
        /// It leads back to an authority that is trusted, is within its dates, and is for the Server's name.
        case full
        /// As ``full``, but it may be for any name: whoever has a certificate of the same authority can pretend to be
        /// the Server.
        case withoutName
        /// Nothing: everybody can pretend to be the Server.
        case none
    }

    /// A key that the Client and the Server both know, in place of certificates. It is spoken in TLS 1.2.
    public struct PreSharedKey: Sendable {
        /// What the Server finds the key by.
        public let identity: String
        let key: [UInt8]

        /// A key.
        ///
        /// - Parameters:
        ///   - identity: At most 128 bytes, and no zero byte.
        ///   - key: Hexadecimal digits, two for each of its 1 to 256 bytes.
        /// - Throws: ``ConfigurationError`` that does not show the key.
        public init(identity: String, hexadecimal key: String) throws(ConfigurationError) {
            let longestIdentity = PreSharedKeyFile.maximumIdentityLength
            guard 1...longestIdentity ~= identity.utf8.count, !identity.utf8.contains(0) else {
                throw ConfigurationError("the identity of a pre-shared key has 1 to \(longestIdentity) bytes")
            }
            guard let bytes = [UInt8](hexadecimal: key.utf8), !bytes.isEmpty else {
                throw ConfigurationError("a pre-shared key is an even number of hexadecimal digits, without 0x")
            }
            guard bytes.count <= PreSharedKeyFile.maximumKeyLength else {
                throw ConfigurationError(
                    "the pre-shared key is longer than \(PreSharedKeyFile.maximumKeyLength) bytes"
                )
            }
            self.identity = identity
            self.key = bytes
        }
    }

    /// A file of certificates, in PEM, of authorities that are trusted.
    public var authorityFile: String?
    /// A directory of such files, by the names that OpenSSL's `rehash` gives them; where none has such a name, those that
    /// end with `.pem`, `.crt` or `.cer`.
    public var authorityDirectory: String?
    /// Whether the system's authorities are trusted beside those that are named above. Where none is named, they always
    /// are.
    public var trustsSystemAuthorities = false
    /// What is asked of the Server's certificate.
    public var verification = Verification.full
    /// The name that the Server is asked for (SNI), and that its certificate has to be for; `nil` for the host that is
    /// connected to, or the domain whose service records were looked up: what a name server answers proves nothing.
    public var serverName: String?

    /// The chain of the Client's own certificate, in PEM.
    public var certificateFile: String?
    /// Its private key, in PEM; an RSA key or one of an elliptic curve.
    public var keyFile: String?
    /// Asked for the passphrase where the key is encrypted, when the Client is made; `nil`: nobody knows it.
    public var passphrase: (@Sendable () -> String?)?
    /// A key in place of certificates.
    public var preSharedKey: PreSharedKey?

    /// The lowest version that is spoken.
    public var minimumVersion = TLSSettings.Version.v1_2
    /// The highest version that is spoken.
    public var maximumVersion = TLSSettings.Version.v1_3
    /// The cipher suites of TLS 1.2, in OpenSSL's notation; `nil` for all that the library has. Those of TLS 1.3 cannot
    /// be chosen.
    public var cipherSuites: String?
    /// The protocols to offer (ALPN), each 1 to 255 bytes of ASCII; many Servers want none, and some `mqtt`.
    public var applicationProtocols: [String] = []
    /// A file to which the secrets of each connection are appended, in the format of `SSLKEYLOGFILE`. Who reads it can
    /// read all that was sent.
    public var keyLogFile: String?

    /// TLS with a Server whose certificate an authority has signed that the system trusts.
    public init() {}
}
