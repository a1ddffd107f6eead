import NIOCore

/// One connection of a broker: bytes in, packets to the broker, bytes out. The last handler of its channel, and over
/// plain TCP the only one.
///
/// It belongs to the event loop of its channel, which is that of the `BrokerLoop`.
final class BrokerChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Never
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private let loop: BrokerLoop
    private var context: ChannelHandlerContext?
    private var connection: ConnectionIndex?
    private var decoder: PacketDecoder
    /// What was read last, until NIO is done with it.
    private var lastRead = ByteBuffer()
    /// Whether the last read was full, so that the system may have more of what the other side has sent.
    private var mayHaveMore = false
    /// Whether the broker is done with this connection: what still arrives is thrown away.
    private var isClosing = false
    /// Whether the publisher is to wait for others.
    private var isPaused = false
    /// Whether it is to take first what waits for itself.
    private var isBlocked = false
    /// Whether a read was asked for while reading was paused.
    private var hasHeldBackRead = false
    /// Whether what it sends waits until its CONNECT is accepted: for its password, or for its session.
    private var isAuthenticating = false
    /// The place of its listener in the broker's configuration.
    private let listener: Int
    private var remoteAddress: SocketAddress?

    /// How long the other side is given to read the last packet before the connection is cut.
    private static let longestFarewell = TimeAmount.seconds(1)

    init(loop: BrokerLoop, listener: Int) {
        self.loop = loop
        self.listener = listener
        decoder = loop.makeDecoder()
    }

    // MARK: The channel

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        remoteAddress = context.remoteAddress
        isWritable = context.channel.isWritable
        guard let connection = loop.opened(self, by: listener) else {
            context.close(promise: nil)
            return
        }
        self.connection = connection
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        isClosing = true
        isWritable = false
        if let connection { loop.closed(connection) }
        connection = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection, !isClosing else { return }
        lastRead = unwrapInboundIn(data)
        mayHaveMore = lastRead.writableBytes == 0
        loop.noteReceived(byteCount: lastRead.readableBytes)
        decoder.append(lastRead)
        work(for: connection)
    }

    /// Works on what has been received.
    private func work(for connection: ConnectionIndex) {
        let makesWork = loop.received(&decoder, from: connection)
        isAuthenticating = loop.isAuthenticating(connection)
        if loop.isBlocked(connection) { isBlocked = true }
        if makesWork, loop.pausesPublisher(connection) { isPaused = true }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        var read = ByteBuffer()
        swap(&read, &lastRead)
        loop.readBuffers.giveBack(consume read)
        loop.readCompleted()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if isWritable, let connection { loop.becameWritable(connection) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What follows from the first error is no news.
        guard !isClosing else { return }
        isClosing = true
        let failure = error as? ConnectionFailure
        if let failure { loop.failed(failure, from: peerAddress) }
        if failure?.isAnswered == true { closeLater(context) } else { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let peer as ConnectionPeer: remoteAddress = peer.address
        case let identity as ConnectionIdentity:
            if let connection { loop.identified(connection, userName: identity.userName) }
        default: break  // events of NIO and of handlers in front, which concern nobody here
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// While the other side is to wait, the channel's wish to read is held back.
    func read(context: ChannelHandlerContext) {
        if isPaused || isBlocked || isAuthenticating { hasHeldBackRead = true } else { context.read() }
    }

    // MARK: What the loop asks for

    /// Where the other side is, for the log. Without an address it is in this process.
    var peerAddress: String { remoteAddress?.text ?? "this process" }

    /// Where the other side is.
    var peer: SocketAddress? { remoteAddress }

    /// Whether the channel takes more; asked for so often that what it has told is remembered.
    private(set) var isWritable = false

    /// Sends all that the turn has for this connection: mostly one buffer.
    func send(_ parts: [ByteBuffer]) {
        guard let context, let last = parts.last else { return }
        for part in parts.dropLast() {
            context.write(wrapOutboundOut(part), promise: nil)
        }
        // The last of the turn, with which all of it leaves.
        context.writeAndFlush(wrapOutboundOut(last), promise: nil)
    }

    /// The CONNECT waits no more, for its password or its session: what came behind it is worked on.
    func continueReceiving() {
        guard isAuthenticating, let connection, !isClosing else { return }
        work(for: connection)
        loop.scheduleTurn()
        readHeldBack()
    }

    /// The publisher need not wait for others any more.
    func resumeReading() {
        isPaused = false
        readHeldBack()
    }

    /// The channel has taken what waited for the connection.
    func outputTaken() {
        guard isBlocked else { return }
        isBlocked = false
        readHeldBack()
    }

    private func readHeldBack() {
        guard hasHeldBackRead, !isPaused, !isBlocked, !isAuthenticating else { return }
        hasHeldBackRead = false
        context?.read()
    }

    /// Closes the channel when `last` has been sent.
    ///
    /// Where there is something to tell, or something unread from the other side, that gets a moment to read: closing at
    /// once, with unread bytes in the way, would look like a broken connection and make the system throw away what it
    /// has not read.
    func close(after last: ByteBuffer) {
        isClosing = true
        guard let context else { return }
        guard last.readableBytes > 0 || mayHaveMore else { return context.close(promise: nil) }
        // Nothing follows that it could be flushed with.
        context.writeAndFlush(wrapOutboundOut(last), promise: nil)
        closeLater(context)
    }

    private func closeLater(_ context: ChannelHandlerContext) {
        isBlocked = false
        resumeReading()
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.longestFarewell) { channel.close(promise: nil) }
    }
}

/// Handlers and the loop that they share belong to one event loop.
@available(*, unavailable)
extension BrokerChannelHandler: Sendable {}
