/// The cipher suites that a list in OpenSSL's notation selects from those that our TLS library has.
///
/// The library has a notation of its own that is close to OpenSSL's, and ends the program where a list selects nothing.
/// So lists are worked out here, and the library is given plain names.
struct CipherSuites {
    /// A suite of TLS 1.2.
    private struct Suite {
        let name: String
        /// What it is called by, alone or with others.
        let words: Set<Substring>

        init(_ name: String, _ words: String) {
            self.name = name
            self.words = Set(words.split(separator: " ") + ["ALL", "DEFAULT", "HIGH", Substring(name)])
        }

        /// The bits of its key, which `@STRENGTH` sorts by.
        var strength: Int { words.contains("AES128") ? 128 : 256 }
    }

    private static let ecdhe = "ECDHE EECDH kECDHE kEECDH ECDH"
    private static let rsa = "RSA kRSA aRSA"
    private static let modern = "TLSv1.2"
    private static let sha1 = "SHA SHA1 TLSv1 TLSv1.0 SSLv3"

    /// All suites of TLS 1.2 that the library has, in the order of preference.
    private static let suites = [
        Suite("ECDHE-ECDSA-AES256-GCM-SHA384", "\(ecdhe) ECDSA aECDSA AES AES256 AESGCM SHA384 \(modern)"),
        Suite("ECDHE-RSA-AES256-GCM-SHA384", "\(ecdhe) aRSA AES AES256 AESGCM SHA384 \(modern)"),
        Suite("ECDHE-ECDSA-AES128-GCM-SHA256", "\(ecdhe) ECDSA aECDSA AES AES128 AESGCM SHA256 \(modern)"),
        Suite("ECDHE-RSA-AES128-GCM-SHA256", "\(ecdhe) aRSA AES AES128 AESGCM SHA256 \(modern)"),
        Suite("ECDHE-ECDSA-CHACHA20-POLY1305", "\(ecdhe) ECDSA aECDSA CHACHA20 SHA256 \(modern)"),
        Suite("ECDHE-RSA-CHACHA20-POLY1305", "\(ecdhe) aRSA CHACHA20 SHA256 \(modern)"),
        Suite("ECDHE-PSK-CHACHA20-POLY1305", "PSK aPSK kECDHEPSK CHACHA20 SHA256 \(modern)"),
        Suite("ECDHE-ECDSA-AES256-SHA", "\(ecdhe) ECDSA aECDSA AES AES256 \(sha1)"),
        Suite("ECDHE-RSA-AES256-SHA", "\(ecdhe) aRSA AES AES256 \(sha1)"),
        Suite("ECDHE-PSK-AES256-CBC-SHA", "PSK aPSK kECDHEPSK AES AES256 \(sha1)"),
        Suite("ECDHE-ECDSA-AES128-SHA", "\(ecdhe) ECDSA aECDSA AES AES128 \(sha1)"),
        Suite("ECDHE-RSA-AES128-SHA", "\(ecdhe) aRSA AES AES128 \(sha1)"),
        Suite("ECDHE-PSK-AES128-CBC-SHA", "PSK aPSK kECDHEPSK AES AES128 \(sha1)"),
        Suite("AES256-GCM-SHA384", "\(rsa) AES AES256 AESGCM SHA384 \(modern)"),
        Suite("AES128-GCM-SHA256", "\(rsa) AES AES128 AESGCM SHA256 \(modern)"),
        Suite("AES256-SHA", "\(rsa) AES AES256 \(sha1)"),
        Suite("AES128-SHA", "\(rsa) AES AES128 \(sha1)"),
        Suite("PSK-AES256-CBC-SHA", "PSK aPSK kPSK AES AES256 \(sha1)"),
        Suite("PSK-AES128-CBC-SHA", "PSK aPSK kPSK AES AES128 \(sha1)"),
    ]

    /// The suites of TLS 1.3, all of which the library always offers.
    private static let suites13 = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ]

    /// The names of those that are selected, in the order of preference.
    let names: [String]

    /// Those of a listener with a certificate, where nothing else is asked for.
    static let forCertificates = CipherSuites(names: names(without: "PSK"))
    /// Those of a listener with pre-shared keys, where nothing else is asked for.
    static let forPreSharedKeys = CipherSuites(names: suites.filter { $0.words.contains("PSK") }.map(\.name))

    private static func names(without word: Substring) -> [String] {
        suites.filter { !$0.words.contains(word) }.map(\.name)
    }

    private init(names: [String]) {
        self.names = names
    }

    /// Works out a list, as `HIGH:!PSK:-SHA1:ECDHE+AESGCM`. Words that the library has no suite for are passed over, as
    /// OpenSSL does.
    ///
    /// - Throws: `ConfigurationError` where nothing is left for a listener of this kind.
    init(_ list: String, forPreSharedKeys: Bool) throws(ConfigurationError) {
        var selected: [Suite] = []
        var killed: Set<String> = []
        for word in list.split(whereSeparator: { ":, ;".contains($0) }) {
            if word == "@STRENGTH" {
                selected = selected.filter { $0.strength > 128 } + selected.filter { $0.strength <= 128 }
                continue
            }
            let sign = word.first.flatMap { "!-+".contains($0) ? $0 : nil }
            let parts = Set((sign == nil ? word : word.dropFirst()).split(separator: "+"))
            let matching = Self.suites.filter { parts.isSubset(of: $0.words) }
            let matchingNames = Set(matching.map(\.name))
            switch sign {
            case "!":
                killed.formUnion(matchingNames)
                selected.removeAll { matchingNames.contains($0.name) }
            case "-":
                selected.removeAll { matchingNames.contains($0.name) }
            case "+":
                selected =
                    selected.filter { !matchingNames.contains($0.name) }
                    + selected.filter { matchingNames.contains($0.name) }
            default:
                let known = Set(selected.map(\.name)).union(killed)
                selected += matching.filter { !known.contains($0.name) }
            }
        }
        names = selected.filter { $0.words.contains("PSK") == forPreSharedKeys }.map(\.name)
        guard names.isEmpty else { return }
        let possible = forPreSharedKeys ? Self.forPreSharedKeys : Self.forCertificates
        throw ConfigurationError(
            "the ciphers \(list) leave none that can be used; there are \(possible.names.joined(separator: ":"))"
        )
    }

    /// Looks at a list of suites of TLS 1.3.
    ///
    /// - Throws: `ConfigurationError` unless all that the library has are in it, as it cannot leave one out.
    static func checkSuites13(_ list: String) throws(ConfigurationError) {
        let names = Set(list.split(whereSeparator: { ":, ".contains($0) }).map(String.init))
        if let unknown = names.subtracting(suites13).sorted().first {
            throw ConfigurationError("there is no cipher \(unknown) for TLS 1.3; \(remedy13)")
        }
        guard names.isSuperset(of: suites13) else {
            throw ConfigurationError("the ciphers of TLS 1.3 cannot be chosen one by one; \(remedy13)")
        }
    }

    private static let remedy13 = "leave ciphers_tls1.3 out, or set it to \(suites13.joined(separator: ":"))"
}
