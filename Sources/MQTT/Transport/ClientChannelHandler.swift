import NIOCore

/// What a `ClientChannelHandler` tells of its channel. Everything is called on the channel's event loop.
protocol ClientChannelOwner: AnyObject {
    func received(_ packet: ControlPacket, now: NIODeadline)
    /// The bytes that arrive are no MQTT; no packet follows.
    func received(_ error: MalformedPacket)
    /// All packets of one read were told.
    func readCompleted(now: NIODeadline)
    func writabilityChanged(now: NIODeadline)
    /// The network connection is gone. It is called once, and is the last call.
    func channelClosed(_ error: (any Error)?)
}

/// Joins a Client to its channel: packets in, bytes out, nothing decided. It belongs to the channel's event loop.
///
/// It ends a connection in order: what was written leaves first, then the sending half is closed, and what the Server
/// still sends is read and dropped until it closes too. Closing at once could make the operating system throw away what
/// the Server has not read yet, DISCONNECT among it.
final class ClientChannelHandler<Owner: ClientChannelOwner>: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = Never
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case open
        case ending
        case closed
    }

    private var owner: Owner?
    private var decoder: PacketDecoder
    private var context: ChannelHandlerContext?
    private var phase = Phase.open
    private var error: (any Error)?
    /// Whether reading is to wait, and whether the channel has asked for it meanwhile.
    private(set) var isReadingPaused = false
    private var isReadPending = false
    /// What waited to be sent when the end of the connection was last looked at, and how often nothing had moved.
    private var unsentBytesAtLastLook = Int.max
    private var looksWithoutProgress = 0

    init(owner: Owner, version: ProtocolVersion, maximumPacketSize: Int) {
        self.owner = owner
        decoder = PacketDecoder(version: version, maximumPacketSize: maximumPacketSize)
    }

    // MARK: What the owner asks for

    /// Whether the network takes more bytes at the moment.
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// How many bytes were handed to the channel that the network has not taken yet.
    var unsentByteCount: Int {
        guard let context else { return 0 }
        return (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Sends `bytes`, which are all that one turn has brought forth.
    func send(_ bytes: ByteBuffer) {
        guard phase == .open, let context else { return }
        context.write(wrapOutboundOut(bytes), promise: nil)
        context.flush()
    }

    /// Completes when the network has taken everything that was sent so far, or never will.
    func afterSending(_ action: @escaping () -> Void) {
        guard phase == .open, let context else { return action() }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in action() }
        context.write(wrapOutboundOut(ByteBuffer()), promise: promise)
        context.flush()
    }

    func pauseReading() {
        isReadingPaused = true
    }

    func resumeReading() {
        isReadingPaused = false
        guard isReadPending, let context else { return }
        isReadPending = false
        context.read()
    }

    /// Sends what was written and closes the connection.
    func end() {
        guard phase == .open, let context else { return }
        phase = .ending
        context.close(mode: .output, promise: nil)
        resumeReading()
        lookAgainLater(context)
    }

    /// Closes the connection whatever was written.
    func abort() {
        context?.close(promise: nil)
    }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        closed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase == .open else { return }
        decoder.append(unwrapInboundIn(data))
        let now = NIODeadline.now()
        do {
            while phase == .open, let packet = try decoder.next() {
                owner?.received(packet, now: now)
            }
            decoder.settle()
        } catch {
            owner?.received(error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if phase == .open { owner?.readCompleted(now: .now()) }
    }

    func read(context: ChannelHandlerContext) {
        if isReadingPaused {
            isReadPending = true
        } else {
            context.read()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if phase == .open, context.channel.isWritable { owner?.writabilityChanged(now: .now()) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if self.error == nil { self.error = error }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed()
    }

    private func closed() {
        guard phase != .closed else { return }
        phase = .closed
        context = nil
        let owner = self.owner.take()
        owner?.channelClosed(error)
    }
}

// MARK: - The end of the connection

extension ClientChannelHandler: NIOScheduledCallbackHandler {
    /// How often the end is looked at, and how often nothing may have moved before the connection is cut.
    private static var lookInterval: TimeAmount { .milliseconds(500) }
    private static var maximumLooksWithoutProgress: Int { 4 }

    private func lookAgainLater(_ context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        // It fails only where the loop shuts down, which closes the channel as well.
        _ = try? loop.scheduleCallback(in: Self.lookInterval, handler: self)
    }

    func handleScheduledCallback(eventLoop: some EventLoop) {
        guard phase == .ending, let context else { return }
        let unsentBytes = unsentByteCount
        looksWithoutProgress = unsentBytes == unsentBytesAtLastLook ? looksWithoutProgress + 1 : 0
        unsentBytesAtLastLook = unsentBytes
        if looksWithoutProgress >= Self.maximumLooksWithoutProgress {
            context.close(promise: nil)
        } else {
            lookAgainLater(context)
        }
    }
}
