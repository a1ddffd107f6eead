import NIOCore

/// Takes the header of the PROXY protocol from the front of a connection, tells the handlers behind what it says, and
/// leaves.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let version: ListenerSettings.ProxyProtocol
    private let requiresTLS: Bool
    private let namesUser: Bool
    private var received = ByteBuffer()
    private var isDone = false

    /// - Parameters:
    ///   - requiresTLS: Whether the Client has to have spoken TLS with the proxy.
    ///   - namesUser: Whether the common name of the Client's certificate is its user's name.
    init(version: ListenerSettings.ProxyProtocol, requiresTLS: Bool, namesUser: Bool) {
        self.version = version
        self.requiresTLS = requiresTLS
        self.namesUser = namesUser
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return }
        // Bounded by the longest header, which is over as soon as it has come, and by one read.
        received.writeImmutableBuffer(unwrapInboundIn(data))
        let header: ProxyHeader
        do throws(ProxyHeader.Malformed) {
            guard let complete = try ProxyHeader.take(from: &received, version: version) else { return }
            header = complete
        } catch {
            isDone = true
            return context.fireErrorCaught(ConnectionFailure(error.description))
        }
        isDone = true
        if let source = header.source { context.fireUserInboundEventTriggered(ConnectionPeer(address: source)) }
        do throws(ConnectionFailure) {
            if let userName = try userName(header) {
                context.fireUserInboundEventTriggered(ConnectionIdentity(userName: userName))
            }
        } catch {
            return context.fireErrorCaught(error)
        }
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    /// The user that the header names, where it has to; throws where the Client must not go on.
    private func userName(_ header: ProxyHeader) throws(ConnectionFailure) -> UTF8String? {
        if requiresTLS, header.tls == nil {
            throw ConnectionFailure("the Client did not speak TLS with the proxy")
        }
        guard namesUser else { return nil }
        guard let tls = header.tls, tls.hasVerifiedCertificate, let name = tls.commonName, !name.isEmpty,
            let userName = UTF8String(name)
        else { throw ConnectionFailure("the proxy names no user, by the certificate of the Client") }
        return userName
    }
}

/// Handlers belong to the event loop of their channel.
@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
