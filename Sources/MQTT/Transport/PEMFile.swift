import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file in PEM: certificates, keys and lists of revoked certificates, each between lines that say what it is.
struct PEMFile {
    /// What may stand in such a file.
    enum Content: String {
        case certificate = "a certificate"
        case privateKey = "a private key"
        case encryptedPrivateKey = "an encrypted private key"
        case publicKey = "a public key"
        case request = "a certificate request"
        case revocationList = "a list of revoked certificates"
        case other = "something else"

        fileprivate init(label: Substring) {
            switch label {
            case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE": self = .certificate
            case "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY": self = .privateKey
            case "ENCRYPTED PRIVATE KEY": self = .encryptedPrivateKey
            case "PUBLIC KEY", "RSA PUBLIC KEY": self = .publicKey
            case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST": self = .request
            case "X509 CRL": self = .revocationList
            default: self = .other
            }
        }
    }

    /// The most bytes that such a file may have; the list of a large authority has some megabytes.
    static let largest = 64 << 20
    /// The longest passphrase, in bytes; the library takes no longer one.
    private static let longestPassphrase = 1_023

    let path: String
    let bytes: [UInt8]
    /// What stands in it, in order.
    let contents: [Content]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - content: What has to be in it.
    ///   - mayBeEncrypted: Whether a private key may be encrypted, as there is somebody who knows the passphrase.
    /// - Throws: `ConfigurationError` that says what is in it instead, or who may read it.
    init(_ path: String, expecting content: Content, mayBeEncrypted: Bool = false) throws(ConfigurationError) {
        self.path = path
        do throws(ConfigurationError) {
            bytes = try TextFile(reading: path, maximumSize: Self.largest).bytes
        } catch {
            throw ConfigurationError(error.problem + Self.ownership(of: path), file: path)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let labels = text.split(whereSeparator: \.isNewline).compactMap(Self.label)
        // The older way to encrypt a key leaves its label as it is.
        let isEncrypted = text.contains("Proc-Type: 4,ENCRYPTED")
        contents = labels.map(Content.init).map { $0 == .privateKey && isEncrypted ? .encryptedPrivateKey : $0 }
        guard !contents.contains(content) else { return }
        if content == .privateKey, contents.contains(.encryptedPrivateKey) {
            guard !mayBeEncrypted else { return }
            throw error(
                "the key is encrypted, and there is nobody to ask for the passphrase; "
                    + "openssl pkey -in \(path) -out NEW writes it without one"
            )
        }
        let found = contents.first { $0 != .other }?.rawValue ?? "nothing in PEM"
        throw error("holds \(found) where \(content.rawValue) is expected")
    }

    /// The label of a line like `-----BEGIN CERTIFICATE-----`.
    private static func label(of line: Substring) -> Substring? {
        let (prefix, suffix) = ("-----BEGIN ", "-----")
        guard line.hasPrefix(prefix), line.count > prefix.count + suffix.count, line.hasSuffix(suffix) else {
            return nil
        }
        return line.dropFirst(prefix.count).dropLast(suffix.count)
    }

    /// Who may read a file, where the system knows it and would not let us.
    private static func ownership(of path: String) -> String {
        // The compiler passes the string with a zero byte at its end, for the length of the call.
        guard let status = FileStatus(of: path, follows: true), unsafe access(path, R_OK) != 0 else { return "" }
        let mode = String(status.permissions, radix: 8)
        return " (it belongs to user \(status.user), with mode \(mode), and this program is user \(geteuid()))"
    }

    /// An error about the file.
    func error(_ problem: String) -> ConfigurationError {
        ConfigurationError(problem, file: path)
    }

    /// All certificates in it, at least one.
    func certificates() throws(ConfigurationError) -> [NIOSSLCertificate] {
        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw self.error("the certificate cannot be decoded")
        }
    }

    /// The first private key in it.
    ///
    /// - Parameter passphrase: Asked where the key is encrypted; `nil` where nobody knows.
    func privateKey(passphrase: (() -> String?)? = nil) throws(ConfigurationError) -> NIOSSLPrivateKey {
        // Without the question the library would ask at the terminal.
        guard contents.contains(.privateKey) else { return try encryptedPrivateKey(passphrase: passphrase?()) }
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw self.error("the private key cannot be decoded; RSA and elliptic curve keys can be used")
        }
    }

    private func encryptedPrivateKey(passphrase: String?) throws(ConfigurationError) -> NIOSSLPrivateKey {
        guard let passphrase else { throw error("the key is encrypted, and there is no passphrase") }
        guard 1...Self.longestPassphrase ~= passphrase.utf8.count else {
            throw error("a passphrase has 1 to \(Self.longestPassphrase) bytes")
        }
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem) { answer in answer(Array(passphrase.utf8)) }
        } catch {
            throw self.error("the private key cannot be decrypted; is the passphrase right?")
        }
    }
}
