import NIOSSL
import SwiftASN1
@_spi(DisableValidityCheck) import X509

/// Verifies Clients' certificates for devices without a clock: all but their dates counts.
struct DatelessVerifier: Sendable {
    private let authorities: CertificateStore

    /// - Parameter authorities: The certificates that all others have to lead back to.
    init(authorities: [Certificate]) {
        self.authorities = CertificateStore(authorities)
    }

    /// Whether the first certificate leads, by way of the others, to an authority.
    func verify(_ certificates: [NIOSSLCertificate]) async -> NIOSSLVerificationResult {
        guard let parsed = try? certificates.map({ try Certificate(derEncoded: $0.toDERBytes()) }),
            let leaf = parsed.first
        else { return .failed }
        var verifier = Verifier(rootCertificates: authorities) {
            RFC5280Policy.withValidityCheckDisabled()
            ClientPurposePolicy()
        }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(parsed.dropFirst()))
        switch result {
        case .validCertificate: return .certificateVerified
        case .couldNotValidate: return .failed
        }
    }
}

/// Refuses a certificate that says that it is for other uses than that of a Client of TLS.
private struct ClientPurposePolicy: VerifierPolicy {
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [.X509ExtensionID.extendedKeyUsage]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        do {
            guard let usages = try chain.leaf.extensions.extendedKeyUsage,
                !usages.contains(.clientAuth), !usages.contains(.any)
            else { return .meetsPolicy }
            return .failsToMeetPolicy(reason: "the certificate is not for clients")
        } catch {
            return .failsToMeetPolicy(reason: "what the certificate is for cannot be decoded")
        }
    }
}
