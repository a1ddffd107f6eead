import NIOSSL

/// A directory of certificates of authorities.
enum CertificateDirectory {
    /// How the names of files of certificates end where nobody has made names of hashes.
    private static let endings = [".pem", ".crt", ".cer"]

    /// Reads the files with the names that OpenSSL's `rehash` makes: eight hexadecimal digits, a dot and a number.
    ///
    /// - Parameter acceptsOtherNames: Whether, where there are no such names, all files count that end like those of
    ///   certificates; of these, files with something else in them are passed over.
    /// - Throws: ``ConfigurationError`` where there is no certificate, or one that cannot be read.
    static func read(
        _ path: String,
        acceptsOtherNames: Bool = false
    ) throws(ConfigurationError) -> [NIOSSLCertificate] {
        let names = try DirectoryNames.read(path)
        let hashes = names.filter(isHash)
        var certificates: [NIOSSLCertificate] = []
        for name in hashes.sorted() {
            certificates += try PEMFile("\(path)/\(name)", expecting: .certificate).certificates()
        }
        guard hashes.isEmpty else { return certificates }
        guard acceptsOtherNames else {
            throw ConfigurationError(
                "holds no certificate under the name of its hash; openssl rehash \(path) makes these names",
                file: path
            )
        }
        for name in names.sorted() where endings.contains(where: name.hasSuffix) {
            guard let file = try? PEMFile("\(path)/\(name)", expecting: .certificate) else { continue }
            certificates += try file.certificates()
        }
        guard !certificates.isEmpty else {
            throw ConfigurationError(
                "holds no certificate, neither under the name of its hash nor in a file that ends with "
                    + endings.joined(separator: ", "),
                file: path
            )
        }
        return certificates
    }

    private static func isHash(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].utf8.count == 8 && parts[0].allSatisfy(\.isHexDigit)
            && !parts[1].isEmpty && parts[1].allSatisfy { "0"..."9" ~= $0 }
    }
}
