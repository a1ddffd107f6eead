import NIOCore
import NIOSSL
import NIOTLS

/// Stands behind the handler of TLS of a Client: it tells when the handshake is done, and puts into words what goes wrong
/// then and later. In TLS 1.3 a Server may refuse a Client only after the handshake.
final class ClientTLSHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let handler: NIOSSLClientHandler
    private let identity: ServerIdentity?
    private let step: ConnectionStep

    /// - Parameter identity: Who the Server's certificate has to be for; `nil` where it does not matter.
    init(_ handler: NIOSSLClientHandler, identity: ServerIdentity?, _ step: ConnectionStep) {
        self.handler = handler
        self.identity = identity
        self.step = step
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        guard !step.isDone, case .handshakeCompleted? = event as? TLSUserEvent else { return }
        guard let identity else { return step.succeed() }
        guard let certificate = handler.peerCertificate else {
            return step.fail(ClientConnector.Failure(reason: .tls, text: "the server has no certificate"))
        }
        let promise = context.eventLoop.makePromise(of: Bool.self)
        promise.completeWithTask { await identity.isMet(by: certificate) }
        let step = self.step
        promise.futureResult.assumeIsolated().whenSuccess { isMet in
            guard isMet else {
                let text = "the server's certificate is not for \(identity.name)"
                return step.fail(ClientConnector.Failure(reason: .tls, text: text))
            }
            step.succeed()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Many programs do not say farewell before they close; MQTT says itself where a packet ends.
        if step.isDone, case NIOSSLError.uncleanShutdown = error { return }
        let failure = Self.failure(error)
        guard step.isDone else { return step.fail(failure) }
        context.fireErrorCaught(failure)
    }

    func channelInactive(context: ChannelHandlerContext) {
        step.fail(Self.closed)
        context.fireChannelInactive()
    }

    // MARK: Words

    private static let closed = ClientConnector.Failure(
        reason: .tls,
        text: "the server closed the connection during the handshake; does it speak TLS on this port?"
    )

    private static func failure(_ error: any Error) -> ClientConnector.Failure {
        switch error {
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: break
        default: return ClientConnector.failure(error)
        }
        let words = TLSFailure.words(of: error)
        guard words != TLSFailure.closedDuringHandshake else { return closed }
        let text =
            switch words {
            case "certificate verify failed":
                "the server's certificate is not trusted; it has to be within its dates, and signed by an authority "
                    + "that the client knows"
            case "wrong version number": "the server does not speak TLS on this port"
            case "tlsv1 alert protocol version", "unsupported protocol":
                "the server and the client speak no version of TLS in common"
            case "sslv3 alert handshake failure", "tlsv1 alert insufficient security":
                "the server finds no cipher in common, or wants something else of the client, as a certificate"
            case "tlsv1 alert certificate required", "tlsv13 alert certificate required":
                "the server wants a certificate of the client"
            case "tlsv1 alert unknown ca", "sslv3 alert bad certificate", "sslv3 alert certificate unknown",
                "sslv3 alert certificate expired", "sslv3 alert certificate revoked":
                "the server does not take the client's certificate (\(words))"
            case "tlsv1 alert unknown psk identity", "tlsv1 alert decrypt error", "sslv3 alert bad record mac":
                "the server does not know the identity, or has another key (\(words))"
            default: words
            }
        return ClientConnector.Failure(reason: .tls, text: text)
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension ClientTLSHandler: Sendable {}
