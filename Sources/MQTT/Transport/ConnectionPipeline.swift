import NIOCore

/// Puts the handlers of a new connection together, after what its listener's settings say.
///
/// The order is that of the bytes as they come in: the header of a proxy, TLS, WebSocket, and last the broker. The
/// broker's handler is there from the start, whatever stands before it, so that a connection counts, and has to send its
/// CONNECT in time, from the moment when it is accepted.
struct ConnectionPipeline: Sendable {
    let settings: ListenerSettings
    /// The place of the listener in the broker's configuration.
    let listener: Int
    let loops: BrokerLoops
    let status: HTTPStatusSource

    /// What a read takes in at most, in bytes, where it does not fill the buffer that connections share.
    private static let readSize = (minimum: 1_024, initial: 2_048, maximum: ReadBuffers.size)
    /// The bytes on their way to a connection from which on it takes no more, and those from which on it does again.
    private static let writeMark = ChannelOptions.Types.WriteBufferWaterMark(low: 64 << 10, high: 256 << 10)

    /// Makes a new connection what its listener's settings say; to be called on its event loop.
    ///
    /// The bootstrap could set the options, with a future for each of them and each connection.
    func prepare(_ channel: any Channel) throws {
        guard let options = channel.syncOptions else {
            preconditionFailure("a channel whose options cannot be set on its event loop")
        }
        // One read a wake-up: a second one would mostly find nothing.
        try options.setOption(.maxMessagesPerRead, value: 1)
        let loop = loops.loop(on: channel.eventLoop)
        let tls = loop.value.tlsContext(of: listener)
        try options.setOption(.recvAllocator, value: readAllocator(loop, isPlain: tls == nil))
        try options.setOption(.writeBufferWaterMark, value: Self.writeMark)
        if case .tcp = settings.address {
            // Set also where it is 0: a connection inherits the option of its listener's socket, where NIO has set it.
            try options.setOption(.tcpOption(.tcp_nodelay), value: settings.sendsAtOnce ? 1 : 0)
        }
        try addHandlers(to: channel, loop.value, tls)
    }

    /// Other handlers than the broker's keep parts of what they are given, or answer with buffers of their own.
    private func readAllocator(_ loop: NIOLoopBound<BrokerLoop>, isPlain: Bool) -> any RecvByteBufferAllocator {
        guard isPlain, settings.exchange == .mqtt else {
            return AdaptiveRecvByteBufferAllocator(
                minimum: Self.readSize.minimum,
                initial: Self.readSize.initial,
                maximum: Self.readSize.maximum
            )
        }
        return ReadAllocator(loop)
    }

    private func addHandlers(to channel: any Channel, _ loop: BrokerLoop, _ tls: TLSContext?) throws {
        let pipeline = channel.pipeline.syncOperations
        if let version = settings.proxyProtocol {
            let handler = ProxyHeaderHandler(
                version: version,
                requiresTLS: settings.proxyRequiresTLS,
                namesUser: settings.proxyNamesUser
            )
            try pipeline.addHandler(handler)
        }
        if let tls {
            try pipeline.addHandlers(tls.makeHandlers(on: channel.eventLoop))
        }
        switch settings.exchange {
        case .mqtt: break
        case .webSocket:
            try pipeline.addHandlers(WebSocketHandshakeHandler.makeHandlers(settings))
        case .status:
            return try pipeline.addHandlers(HTTPStatusHandler.makeHandlers(settings, status, loop: loop))
        }
        try pipeline.addHandler(BrokerChannelHandler(loop: loop, listener: listener))
    }
}
