import NIOCore
import NIOSSL
import NIOTLS
import SwiftASN1
import X509

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Stands behind the handler of TLS until the handshake is done, and tells the handlers behind how it ended: who the
/// Client is, or why it is refused.
final class TLSPeerHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handler: NIOSSLServerHandler
    private let preSharedKeyIdentity: NIOLoopBoundBox<String?>
    private let userNameSource: TLSSettings.UserNameSource?
    private let revocationLists: RevocationLists?
    /// Whether the end of the handshake has been told.
    private var isDone = false

    init(
        _ handler: NIOSSLServerHandler,
        preSharedKeyIdentity: NIOLoopBoundBox<String?>,
        userNameSource: TLSSettings.UserNameSource?,
        revocationLists: RevocationLists?
    ) {
        self.handler = handler
        self.preSharedKeyIdentity = preSharedKeyIdentity
        self.userNameSource = userNameSource
        self.revocationLists = revocationLists
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        guard !isDone, case .handshakeCompleted? = event as? TLSUserEvent else { return }
        isDone = true
        do throws(ConnectionFailure) {
            let certificate = try peerCertificate()
            if let revocationLists { try check(certificate, against: revocationLists) }
            if let userNameSource {
                let userName = try userName(certificate, userNameSource)
                context.fireUserInboundEventTriggered(ConnectionIdentity(userName: userName))
            }
        } catch {
            return context.fireErrorCaught(error)
        }
        // From here on it would only pass bytes through.
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return context.fireErrorCaught(error) }
        isDone = true
        context.fireErrorCaught(ConnectionFailure("TLS: \(TLSFailure.words(of: error))"))
    }

    private func peerCertificate() throws(ConnectionFailure) -> Certificate? {
        guard let certificate = handler.peerCertificate else { return nil }
        do {
            return try Certificate(derEncoded: certificate.toDERBytes())
        } catch {
            throw ConnectionFailure("the certificate cannot be decoded")
        }
    }

    /// Sessions that are resumed come by here too, unlike in the verification of the library; so a certificate that has
    /// been revoked since does not get in by them.
    private func check(_ certificate: Certificate?, against lists: RevocationLists) throws(ConnectionFailure) {
        guard let certificate else { return }
        let refusal = lists.refusal(
            issuer: certificate.issuer,
            serialNumber: certificate.serialNumber.bytes,
            now: time(nil)
        )
        if let refusal { throw ConnectionFailure(refusal.rawValue) }
    }

    private func userName(
        _ certificate: Certificate?,
        _ source: TLSSettings.UserNameSource
    ) throws(ConnectionFailure) -> UTF8String {
        if let identity = preSharedKeyIdentity.value {
            guard let userName = UTF8String(identity) else { throw ConnectionFailure("the identity is no user name") }
            return userName
        }
        guard let certificate else {
            throw ConnectionFailure("the Client has no certificate, which is to say its user")
        }
        let name: String?
        switch source {
        case .identity: name = certificate.subject.firstCommonName
        case .subject: name = certificate.subject.textOfRFC2253
        }
        guard let name, let userName = UTF8String(name), !name.isEmpty else {
            throw ConnectionFailure("the certificate of the Client has no name that could be its user's")
        }
        return userName
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension TLSPeerHandler: Sendable {}

/// What the TLS library says, in words for the log.
enum TLSFailure {
    /// What there are no other words for.
    static let closedDuringHandshake = "the other side closed during the handshake"

    /// A few words: what went wrong, without the library's numbers and file names.
    static func words(of error: any Error) -> String {
        switch error {
        case NIOSSLError.handshakeFailed(let cause): words(of: cause)
        case NIOSSLError.uncleanShutdown: "the connection was cut"
        case BoringSSLError.sslError(let stack), BoringSSLError.unknownError(let stack): words(of: stack)
        case BoringSSLError.syscallError: "the connection was cut"
        default: "\(error)"
        }
    }

    private static func words(of stack: NIOBoringSSLErrorStack) -> String {
        guard let first = stack.first else { return "the handshake failed" }
        if first == .eofDuringHandshake { return closedDuringHandshake }
        // Like `Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at ssl.cc:298`.
        let code = first.description.split(separator: ":").dropLast().last?.split(separator: " ").first
        guard let code, code.allSatisfy({ $0.isUppercase || $0.isNumber || $0 == "_" }) else { return "\(first)" }
        return code.lowercased().split(separator: "_").joined(separator: " ")
    }
}

extension NIOSSLCertificate {
    /// Throws where the certificate is not in its time.
    func checkDates(file: String) throws(ConfigurationError) {
        let now = time(nil)
        if notValidAfter < now {
            let date = CalendarDate(secondsSince1970: Int(notValidAfter))
            throw ConfigurationError("the certificate has expired on \(date)", file: file)
        }
        if notValidBefore > now {
            let date = CalendarDate(secondsSince1970: Int(notValidBefore))
            throw ConfigurationError("the certificate is not valid before \(date)", file: file)
        }
    }
}
