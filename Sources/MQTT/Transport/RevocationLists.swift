import SwiftASN1
import X509

/// The lists of certificates that authorities have revoked before their time, read from a file (RFC 5280, section 5).
struct RevocationLists: Sendable {
    /// Why a certificate is refused.
    enum Refusal: String, Error {
        case revoked = "the certificate has been revoked"
        case noList = "there is no list of revoked certificates of its issuer"
        case expired = "the list of revoked certificates of its issuer is out of date"
        case notYetValid = "the list of revoked certificates of its issuer is not valid yet"
    }

    private var lists: [DistinguishedName: RevocationList] = [:]

    /// Reads the file.
    ///
    /// - Parameter authorities: The certificates whose keys may have signed the lists.
    /// - Throws: `ConfigurationError` where a list cannot be read, or none of the authorities has signed it.
    init(_ file: PEMFile, authorities: [Certificate]) throws(ConfigurationError) {
        let documents: [PEMDocument]
        do {
            documents = try PEMDocument.parseMultiple(pemString: String(decoding: file.bytes, as: UTF8.self))
        } catch {
            throw file.error("the list of revoked certificates cannot be decoded: \(error)")
        }
        for document in documents where document.discriminator == RevocationList.label {
            let list: RevocationList
            do {
                list = try RevocationList(derEncoded: document.derBytes)
            } catch {
                throw file.error("the list of revoked certificates cannot be decoded: \(error)")
            }
            guard authorities.contains(where: { $0.subject == list.issuer && list.isSigned(by: $0.publicKey) }) else {
                throw file.error(
                    "the list of revoked certificates of \(list.issuer) is not signed by an authority in cafile"
                )
            }
            // Where an authority has several, the newest says all that the older ones say.
            if let other = lists[list.issuer], other.begin >= list.begin { continue }
            lists[list.issuer] = list
        }
    }

    /// Why a certificate is refused; `nil` where it is good.
    ///
    /// - Parameter now: Seconds since 1970.
    func refusal(issuer: DistinguishedName, serialNumber: ArraySlice<UInt8>, now: Int) -> Refusal? {
        guard let list = lists[issuer] else { return .noList }
        if list.begin > now { return .notYetValid }
        if let end = list.end, end < now { return .expired }
        return list.contains(serialNumber) ? .revoked : nil
    }
}

/// What one authority has revoked.
struct RevocationList: Sendable {
    /// What stands in PEM before a list.
    static let label = "X509 CRL"

    let issuer: DistinguishedName
    /// When the list was made, and when a newer one is due, in seconds since 1970.
    let begin: Int
    let end: Int?
    private let serialNumbers: Set<[UInt8]>
    private let signedBytes: ArraySlice<UInt8>
    private let algorithm: ASN1ObjectIdentifier
    private let signature: ArraySlice<UInt8>

    /// How the signature algorithms that we can check are numbered.
    private static let algorithms: [(identifier: ASN1ObjectIdentifier, algorithm: Certificate.SignatureAlgorithm)] = [
        ([1, 2, 840, 113_549, 1, 1, 5], .sha1WithRSAEncryption),
        ([1, 2, 840, 113_549, 1, 1, 11], .sha256WithRSAEncryption),
        ([1, 2, 840, 113_549, 1, 1, 12], .sha384WithRSAEncryption),
        ([1, 2, 840, 113_549, 1, 1, 13], .sha512WithRSAEncryption),
        ([1, 2, 840, 10_045, 4, 3, 2], .ecdsaWithSHA256),
        ([1, 2, 840, 10_045, 4, 3, 3], .ecdsaWithSHA384),
        ([1, 2, 840, 10_045, 4, 3, 4], .ecdsaWithSHA512),
        ([1, 3, 101, 112], .ed25519),
    ]

    /// What is wrong with a list.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// Decodes a list.
    init(derEncoded bytes: [UInt8]) throws {
        let parts = try DER.sequence(DER.parse(bytes), identifier: .sequence) { nodes in
            let list = try Self.next(&nodes)
            let algorithm = try Self.next(&nodes)
            let signature = try ASN1BitString(derEncoded: &nodes)
            return (list, algorithm, signature)
        }
        signedBytes = parts.0.encodedBytes
        algorithm = try DER.sequence(parts.1, identifier: .sequence) { nodes in
            let identifier = try ASN1ObjectIdentifier(derEncoded: &nodes)
            // Parameters, which the algorithms that we know have none of.
            _ = nodes.next()
            return identifier
        }
        signature = parts.2.bytes
        let content = try DER.sequence(parts.0, identifier: .sequence) { try Self.content(&$0) }
        (issuer, begin, end, serialNumbers) = content
    }

    /// Whether a certificate's number is in it.
    func contains(_ serialNumber: ArraySlice<UInt8>) -> Bool {
        serialNumbers.contains(Self.canonical(serialNumber))
    }

    /// Whether the signature is that of a key.
    func isSigned(by key: Certificate.PublicKey) -> Bool {
        guard let known = Self.algorithms.first(where: { $0.identifier == algorithm }) else { return false }
        return key.isValidSignature(Array(signature), for: Array(signedBytes), signatureAlgorithm: known.algorithm)
    }

    private typealias Content = (DistinguishedName, begin: Int, end: Int?, serialNumbers: Set<[UInt8]>)

    private static func content(_ nodes: inout ASN1NodeCollection.Iterator) throws -> Content {
        var node = try next(&nodes)
        if node.identifier == .integer { node = try next(&nodes) }  // the version
        // `node` is the signature algorithm once more; the one outside the signed part is what counts.
        let issuer = try DistinguishedName(derEncoded: next(&nodes))
        let begin = try time(next(&nodes))
        var end: Int?
        var serialNumbers: Set<[UInt8]> = []
        while let node = nodes.next() {
            switch node.identifier {
            case .utcTime, .generalizedTime: end = try time(node)
            case .sequence:
                try DER.sequence(node, identifier: .sequence) { entries in
                    while let entry = entries.next() {
                        serialNumbers.insert(try serialNumber(of: entry))
                    }
                }
            default: try checkExtensions(in: node)
            }
        }
        return (issuer, begin, end, serialNumbers)
    }

    private static func serialNumber(of entry: ASN1Node) throws -> [UInt8] {
        try DER.sequence(entry, identifier: .sequence) { nodes in
            let number = try ArraySlice<UInt8>(derEncoded: &nodes)
            _ = try next(&nodes)  // when it was revoked
            if let extensions = nodes.next() { try checkCritical(extensions) }
            return canonical(number)
        }
    }

    /// The bytes of a number without the zeros before it.
    private static func canonical(_ number: ArraySlice<UInt8>) -> [UInt8] {
        Array(number.drop { $0 == 0 })
    }

    private static func checkExtensions(in node: ASN1Node) throws {
        guard case .constructed(let children) = node.content, let extensions = children.first(where: { _ in true })
        else {
            throw Malformed(description: "there is something unknown at its end")
        }
        try checkCritical(extensions)
    }

    /// Refuses a list that says, by an extension that must not be passed over, that it does not mean what it seems to:
    /// it has changes only, or speaks of the certificates of other issuers.
    private static func checkCritical(_ extensions: ASN1Node) throws {
        try DER.sequence(extensions, identifier: .sequence) { nodes in
            while let node = nodes.next() {
                let isCritical = try DER.sequence(node, identifier: .sequence) { parts in
                    _ = try ASN1ObjectIdentifier(derEncoded: &parts)
                    let isCritical = try DER.decodeDefault(&parts, defaultValue: false)
                    _ = try ASN1OctetString(derEncoded: &parts)
                    return isCritical
                }
                if isCritical { throw Malformed(description: "it is incomplete or indirect, which cannot be used") }
            }
        }
    }

    private static func next(_ nodes: inout ASN1NodeCollection.Iterator) throws -> ASN1Node {
        guard let node = nodes.next() else { throw Malformed(description: "it ends too early") }
        return node
    }

    private static func time(_ node: ASN1Node) throws -> Int {
        if node.identifier == .utcTime {
            let time = try UTCTime(derEncoded: node)
            return CalendarDate(
                year: time.year,
                month: time.month,
                day: time.day,
                hours: time.hours,
                minutes: time.minutes,
                seconds: time.seconds
            ).secondsSince1970
        }
        let time = try GeneralizedTime(derEncoded: node)
        return CalendarDate(
            year: time.year,
            month: time.month,
            day: time.day,
            hours: time.hours,
            minutes: time.minutes,
            seconds: time.seconds
        ).secondsSince1970
    }
}
