import NIOSSL
import SwiftASN1
import X509

/// Who a Server's certificate has to be for: a name or an address.
///
/// The TLS library would be content with a certificate for the address at the other end of the socket as well, whatever
/// name was asked for; so a proxy's own certificate would do for every Server behind it.
struct ServerIdentity: Sendable {
    /// The name or the address, as people write it.
    let name: String
    private let policy: ServerIdentityPolicy

    init(_ name: String) {
        self.name = name
        policy =
            InternetAddress(name) == nil
            ? ServerIdentityPolicy(serverHostname: name, serverIP: nil)
            : ServerIdentityPolicy(serverHostname: nil, serverIP: name)
    }

    /// Whether the certificate, which is known to be good, is for this name.
    func isMet(by certificate: NIOSSLCertificate) async -> Bool {
        guard let certificate = try? Certificate(derEncoded: certificate.toDERBytes()) else { return false }
        // It stands for its own authority, as nothing but the name is looked at.
        var verifier = Verifier(rootCertificates: CertificateStore([certificate])) {
            NamePolicy(policy: policy, verifyingCriticalExtensions: certificate.extensions.map(\.oid))
        }
        let result = await verifier.validate(leaf: certificate, intermediates: CertificateStore())
        guard case .validCertificate = result else { return false }
        return true
    }

    /// The name, and nothing else: extensions were heeded when the certificate was verified.
    private struct NamePolicy: VerifierPolicy {
        var policy: ServerIdentityPolicy
        let verifyingCriticalExtensions: [ASN1ObjectIdentifier]

        mutating func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
            policy.chainMeetsPolicyRequirements(chain: chain)
        }
    }
}
